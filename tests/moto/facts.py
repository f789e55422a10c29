"""What boto3 sees of a region, and what belongs together in it, as JSON.

    python facts.py URL REGION

The joins are worked out here a second time, from AWS's own fields, so that the program is
compared with something that shares no code with it.
"""

import json
import sys

from aws import client


def main():
    url, region = sys.argv[1:]
    seen = View(*(client(url, name, region) for name in ("sagemaker", "cloudwatch", "sns", "sts", "application-autoscaling")))
    print(json.dumps({"region": region, "resources": seen.resources(), "edges": seen.edges(),
                      "scaling": seen.scaling()}, default=str))


class View:
    """Everything that is listed, by name or ARN, with the fields that joins need."""

    def __init__(self, sagemaker, cloudwatch, sns, sts, scaling):
        self.sagemaker = sagemaker
        namespace = {"ServiceNamespace": "sagemaker"}
        self.targets = scaling.describe_scalable_targets(**namespace)["ScalableTargets"]
        self.policies = scaling.describe_scaling_policies(**namespace)["ScalingPolicies"]
        self.scheduled = scaling.describe_scheduled_actions(**namespace)["ScheduledActions"]
        self.identity = sts.get_caller_identity()
        self.endpoints = self.described("list_endpoints", "Endpoints", "EndpointName", "describe_endpoint")
        self.configs = self.described(
            "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName", "describe_endpoint_config")
        self.models = self.described("list_models", "Models", "ModelName", "describe_model")
        self.groups = {g["ModelPackageGroupName"]: g for g in self.all(
            "list_model_package_groups", "ModelPackageGroupSummaryList")}
        packages = self.all("list_model_packages", "ModelPackageSummaryList", ModelPackageType="Both")
        self.packages = {p["ModelPackageArn"]: sagemaker.describe_model_package(
            ModelPackageName=p["ModelPackageArn"]) for p in packages}
        self.pipelines = self.described("list_pipelines", "PipelineSummaries", "PipelineName", "describe_pipeline")
        self.executions = {
            e["PipelineExecutionArn"]: {"pipeline": name, "status": e["PipelineExecutionStatus"]}
            for name in self.pipelines
            for e in self.all("list_pipeline_executions", "PipelineExecutionSummaries", PipelineName=name)}
        self.jobs = self.described("list_training_jobs", "TrainingJobSummaries", "TrainingJobName",
                                   "describe_training_job")
        found = sagemaker.search(Resource="FeatureGroup")["Results"]
        self.feature_groups = {g["FeatureGroup"]["FeatureGroupName"]: sagemaker.describe_feature_group(
            FeatureGroupName=g["FeatureGroup"]["FeatureGroupName"]) for g in found}
        alarms = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        self.alarms = {a["AlarmName"]: a for page in alarms for a in page["MetricAlarms"]}
        self.topics = [t["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for t in page["Topics"]]
        self.subscriptions = [
            s for page in sns.get_paginator("list_subscriptions").paginate() for s in page["Subscriptions"]]

    def all(self, method, field, **request):
        return [item for page in self.sagemaker.get_paginator(method).paginate(**request) for item in page[field]]

    def described(self, lister, field, name, describer):
        names = [item[name] for item in self.all(lister, field)]
        return {n: getattr(self.sagemaker, describer)(**{name: n}) for n in names}

    def resources(self):
        """By kind: the rows with the fields that the program must show as AWS has them."""
        return {
            "identity": [{"account": self.identity["Account"], "arn": self.identity["Arn"]}],
            "endpoints": [
                {"name": n, "arn": e["EndpointArn"], "status": e["EndpointStatus"], "config": e["EndpointConfigName"]}
                for n, e in self.endpoints.items()],
            "endpoint_configs": [{"name": n, "arn": c["EndpointConfigArn"]} for n, c in self.configs.items()],
            "models": [{"name": n, "arn": m["ModelArn"]} for n, m in self.models.items()],
            "model_package_groups": [
                {"name": n, "arn": g["ModelPackageGroupArn"]} for n, g in self.groups.items()],
            "model_packages": [
                {"arn": a, "group": p["ModelPackageGroupName"], "version": p["ModelPackageVersion"],
                 "approval": p["ModelApprovalStatus"]} for a, p in self.packages.items()],
            "pipelines": [{"name": n, "arn": p["PipelineArn"]} for n, p in self.pipelines.items()],
            "pipeline_executions": [{"arn": a, **e} for a, e in self.executions.items()],
            "training_jobs": [
                {"name": n, "arn": j["TrainingJobArn"], "status": j["TrainingJobStatus"]}
                for n, j in self.jobs.items()],
            "feature_groups": [{"name": n, "arn": g["FeatureGroupArn"]} for n, g in self.feature_groups.items()],
            "alarms": [{"name": n, "arn": a["AlarmArn"], "state": a["StateValue"], "actions": a["AlarmActions"]}
                       for n, a in self.alarms.items()],
            "topics": [{"arn": t} for t in self.topics],
            "subscriptions": [{"arn": s["SubscriptionArn"], "topic": s["TopicArn"], "protocol": s["Protocol"]}
                              for s in self.subscriptions],
            "scalable_targets": [
                {"arn": t["ScalableTargetARN"], "resource": t["ResourceId"], "dimension": t["ScalableDimension"],
                 "min": t["MinCapacity"], "max": t["MaxCapacity"],
                 "suspended": {"scaling_in": is_suspended(t, "DynamicScalingIn"),
                               "scaling_out": is_suspended(t, "DynamicScalingOut"),
                               "scheduled": is_suspended(t, "ScheduledScaling")}} for t in self.targets],
        }

    def scaling(self):
        """What scales what: by resource, the policies and the scheduled actions."""
        return {t["ResourceId"]: {
            "policies": [p["PolicyName"] for p in self.policies if p["ResourceId"] == t["ResourceId"]],
            "scheduled": [s["ScheduledActionName"] for s in self.scheduled if s["ResourceId"] == t["ResourceId"]],
        } for t in self.targets}

    def edges(self):
        """`model` (a group), `from`, `to`, `confidence`: what must be found, by the map's rules."""
        edges = []
        for group in self.groups:
            found = [*self.lineage(group), *self.serving(group), *self.alerting(group)]
            edges += [{"model": group, "from": f, "to": t, "confidence": c} for f, t, c in found]
        return edges

    def lineage(self, group):
        """Data → job → version, pipeline → execution → version, pipeline → group."""
        for pipeline in self.pipelines_of(group):
            yield pipeline["PipelineArn"], self.groups[group]["ModelPackageGroupArn"], "exact"
            for arn, execution in self.executions.items():
                if execution["pipeline"] == pipeline["PipelineName"]:
                    yield pipeline["PipelineArn"], arn, "exact"
        jobs = []
        for arn, package in self.packages_of(group):
            if (made := package.get("MetadataProperties", {}).get("GeneratedBy")) in self.executions:
                yield made, arn, "exact"
            for job in self.jobs.values():
                if job["ModelArtifacts"]["S3ModelArtifacts"] in artifacts(package):
                    jobs.append(job)
                    yield job["TrainingJobArn"], arn, "derived"
        # What the newest job read is today's data.
        for job in sorted(jobs, key=lambda j: j["CreationTime"])[-1:]:
            for uri in inputs(job):
                yield uri, job["TrainingJobArn"], "exact"
                for feature in self.feature_groups.values():
                    store = feature["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
                    if uri == store or uri.startswith(store + "/"):
                        yield feature["FeatureGroupArn"], job["TrainingJobArn"], "derived"

    def serving(self, group):
        """Version → model → configuration → endpoint, for the endpoints that run a version of the group."""
        for endpoint in self.endpoints.values():
            config = self.configs[endpoint["EndpointConfigName"]]
            hops = [hop for hop in self.hops(config) if hop[0] == group]
            for _, package, model, confidence in hops:
                yield package, model["ModelArn"], confidence
                yield model["ModelArn"], config["EndpointConfigArn"], "exact"
                yield config["EndpointConfigArn"], endpoint["EndpointArn"], "exact"

    def hops(self, config):
        for variant in config["ProductionVariants"]:
            model = self.models[variant["ModelName"]]
            for container in [*model.get("Containers", []), *filter(None, [model.get("PrimaryContainer")])]:
                for arn, package in self.packages.items():
                    group = package["ModelPackageGroupName"]
                    if container.get("ModelPackageName") == arn:
                        yield group, arn, model, "exact"
                    elif "ModelPackageName" not in container and container["ModelDataUrl"] in artifacts(package):
                        yield group, arn, model, "derived"

    def alerting(self, group):
        """What is watched → alarm → topic → subscription."""
        owned = {("EndpointName", self.endpoint_name(to)): to for _, to, _ in self.serving(group) if ":endpoint/" in to}
        owned |= {("PipelineName", p["PipelineName"]): p["PipelineArn"] for p in self.pipelines_of(group)}
        owned |= {("Model", group): group}
        for alarm in self.alarms.values():
            watched = sorted({owned[d] for d in dimensions(alarm) if d in owned})
            for thing in watched:
                yield thing, alarm["AlarmArn"], "exact"
            for topic in alarm["AlarmActions"] if watched else []:
                yield alarm["AlarmArn"], topic, "exact"
                for subscription in self.subscriptions:
                    if subscription["TopicArn"] == topic:
                        yield topic, subscription["SubscriptionArn"], "exact"

    def endpoint_name(self, arn):
        return next(n for n, e in self.endpoints.items() if e["EndpointArn"] == arn)

    def packages_of(self, group):
        return [(a, p) for a, p in self.packages.items() if p["ModelPackageGroupName"] == group]

    def pipelines_of(self, group):
        for pipeline in self.pipelines.values():
            definition = json.loads(pipeline["PipelineDefinition"])
            defaults = {p["Name"]: p.get("DefaultValue") for p in definition["Parameters"]}
            if group in registered(definition["Steps"], defaults):
                yield pipeline


def is_suspended(target, kind):
    """moto gives back only what was set."""
    return target.get("SuspendedState", {}).get(f"{kind}Suspended", False)


def registered(steps, defaults):
    """Groups that steps register into, also those inside conditions."""
    for step in steps:
        arguments = step["Arguments"]
        if step["Type"] == "RegisterModel":
            yield literal(arguments["ModelPackageGroupName"], defaults)
        yield from registered(arguments.get("IfSteps", []) + arguments.get("ElseSteps", []), defaults)


def literal(value, defaults):
    if isinstance(value, str):
        return value
    if "Get" in value:
        return defaults[value["Get"].removeprefix("Parameters.")]
    join = value["Std:Join"]
    return join["On"].join(literal(v, defaults) for v in join["Values"])


def artifacts(package):
    return [c.get("ModelDataUrl") for c in package["InferenceSpecification"]["Containers"]]


def inputs(job):
    return [c["DataSource"]["S3DataSource"]["S3Uri"] for c in job["InputDataConfig"]]


def dimensions(alarm):
    metrics = [alarm, *(m["MetricStat"]["Metric"] for m in alarm.get("Metrics", []) if "MetricStat" in m)]
    return [(d["Name"], d["Value"]) for m in metrics for d in m.get("Dimensions", [])]


if __name__ == "__main__":
    main()
