"""Fills the second AWS: a retail account, one for writes, a calm one, and one with more than a page of everything.

    python seed.py URL

The four are regions of one account, as regions share nothing that matters here.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import account
from aws import client

CROWD = 105  # more than one page of 100


def main():
    url = sys.argv[1]
    buckets(client(url, "s3", account.RETAIL))
    retail(url)
    changing(url)
    calm(url)
    crowded(url)


def buckets(s3):
    for bucket in (account.LAKE, account.ARTIFACTS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": account.RETAIL})
    s3.put_bucket_versioning(Bucket=account.LAKE, VersioningConfiguration={"Status": "Enabled"})
    for prefix in ("sales/daily/", "calendar/", "crm/snapshots/"):
        for day in range(1, 4):
            s3.put_object(Bucket=account.LAKE, Key=f"{prefix}dt=2026-11-0{day}/part-0.parquet", Body=b"x" * day)


def retail(url):
    sagemaker = client(url, "sagemaker", account.RETAIL)
    s3 = client(url, "s3", account.RETAIL)
    for model in account.MODELS:
        uris = [f"s3://{account.LAKE}/{prefix}" for prefix in model.data]
        if model.features:
            uris.append(features(sagemaker, s3, model.features))
        artifacts = trained(sagemaker, model, uris)
        for uri in artifacts:
            s3.put_object(Bucket=account.ARTIFACTS, Key=uri.split("/", 3)[3], Body=b"weights")
        served(sagemaker, model)
        if model.group == "customer-segments":
            by_artifact(sagemaker, artifacts[0])
    by_hand(sagemaker)
    pipeline(sagemaker, "clickstream-etl", account.ETL)
    scaled(client(url, "application-autoscaling", account.RETAIL))
    told(client(url, "sns", account.RETAIL), account.RETAIL, account.TOPICS)
    watched(client(url, "cloudwatch", account.RETAIL), account.alarms())
    measured(client(url, "cloudwatch", account.RETAIL), ["demand-forecast-prod", "shop-front-prod"])


def scaled(scaling):
    """Limits of a variant, with a policy, a scheduled action, and scaling in suspended."""
    own = {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/shop-front-prod/variant/v1",
           "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
    scaling.register_scalable_target(
        **own, MinCapacity=1, MaxCapacity=4, SuspendedState={"DynamicScalingInSuspended": True})
    scaling.put_scaling_policy(
        **own, PolicyName="shop-front-requests", PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 1000.0, "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}})
    scaling.put_scheduled_action(
        **own, ScheduledActionName="night", Schedule="cron(0 21 * * ? *)",
        ScalableTargetAction={"MinCapacity": 1, "MaxCapacity": 2})


def changing(url):
    """One model with versions to decide on, for the tests that change what is there."""
    sagemaker = client(url, "sagemaker", account.CHANGING)
    model = account.MODELS[0]
    trained(sagemaker, model, [f"s3://{account.LAKE}/{prefix}" for prefix in model.data])
    served(sagemaker, model)


def calm(url):
    """One model, well in every way."""
    sagemaker = client(url, "sagemaker", account.CALM)
    model = account.Model(
        "price-elasticity", "price-build", ["sales/daily/"], [account.APPROVED], {"price-elasticity-prod": [1]},
        containers="Containers", registers="price-elasticity",
    )
    trained(sagemaker, model, [f"s3://{account.LAKE}/sales/daily/"])
    served(sagemaker, model)
    page = account.topic("page", account.CALM)
    told(client(url, "sns", account.CALM), account.CALM, {"page": [("email", "oncall@shop.example")]})
    dimensions = [{"Name": "EndpointName", "Value": "price-elasticity-prod"}]
    common = {"Statistic": "Average", "Period": 60, "AlarmActions": [page]}
    watched(client(url, "cloudwatch", account.CALM), [
        ("price-5xx", {"Namespace": "AWS/SageMaker", "MetricName": "Invocation5XXErrors",
                       "Dimensions": dimensions, **common}, "OK"),
        ("price-margin", {"Namespace": "Retail/Models", "MetricName": "Margin",
                          "Dimensions": [{"Name": "Model", "Value": "price-elasticity"}], **common}, "OK"),
    ])


def crowded(url):
    """More than a page of endpoints, configurations, versions, alarms, topics."""
    sagemaker = client(url, "sagemaker", account.CROWDED)
    cloudwatch, sns = (client(url, name, account.CROWDED) for name in ("cloudwatch", "sns"))
    sagemaker.create_model_package_group(ModelPackageGroupName="per-store")
    newest = arn(account.CROWDED, f"model-package/per-store/{CROWD}")
    sagemaker.create_model(
        ModelName="per-store", ExecutionRoleArn=account.ROLE, PrimaryContainer={"ModelPackageName": newest})
    for n in range(1, CROWD + 1):
        store = f"per-store-{n:03}"
        sagemaker.create_model_package(
            ModelPackageGroupName="per-store", ModelApprovalStatus=account.APPROVED,
            InferenceSpecification=inference(f"s3://{account.ARTIFACTS}/{store}/model.tar.gz"),
        )
        config(sagemaker, f"{store}-config", {"v1": "per-store"})
        sagemaker.create_endpoint(EndpointName=store, EndpointConfigName=f"{store}-config")
        sns.create_topic(Name=store)
        cloudwatch.put_metric_alarm(**alarm(f"{store}-5xx", {
            "Namespace": "AWS/SageMaker", "MetricName": "Invocation5XXErrors", "Statistic": "Sum", "Period": 60,
            "Dimensions": [{"Name": "EndpointName", "Value": store}]}))


def trained(sagemaker, model, uris):
    """Pipeline, and for each version an execution, its job and the version; the artifacts of the versions."""
    sagemaker.create_model_package_group(
        ModelPackageGroupName=model.group, ModelPackageGroupDescription=f"{model.group} of the shop")
    pipeline(sagemaker, model.pipeline, account.definition(model))
    artifacts = []
    for number, approval in enumerate(model.versions, 1):
        execution = sagemaker.start_pipeline_execution(
            PipelineName=model.pipeline, PipelineExecutionDisplayName=f"nightly-{number}",
            PipelineParameters=[{"Name": "Epochs", "Value": str(10 + number)}],
        )["PipelineExecutionArn"]
        name = f"pipelines-{execution.rsplit('/', 1)[1]}-Train-v{number}"
        job(sagemaker, name, uris)
        artifact = sagemaker.describe_training_job(TrainingJobName=name)["ModelArtifacts"]["S3ModelArtifacts"]
        sagemaker.create_model_package(
            ModelPackageGroupName=model.group, ModelApprovalStatus=approval,
            ModelPackageDescription=f"version {number}", InferenceSpecification=inference(artifact),
            MetadataProperties={"GeneratedBy": execution, "CommitId": f"c0ffee{number}"},
            CustomerMetadataProperties={"owner": "retail-ml", "ticket": f"ML-{number}"},
        )
        artifacts.append(artifact)
    return artifacts


def job(sagemaker, name, uris):
    sagemaker.create_training_job(
        TrainingJobName=name, RoleArn=account.ROLE,
        AlgorithmSpecification={"TrainingImage": account.IMAGE + "train:1", "TrainingInputMode": "File"},
        InputDataConfig=[
            {"ChannelName": f"c{n}", "DataSource": {"S3DataSource": {
                "S3DataType": "S3Prefix", "S3Uri": uri}}}
            for n, uri in enumerate(uris)
        ],
        OutputDataConfig={"S3OutputPath": f"s3://{account.ARTIFACTS}/jobs"},
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
    )


def served(sagemaker, model):
    for endpoint, versions in model.endpoints.items():
        stage = endpoint.rsplit("-", 1)[1]
        if before := account.PREVIOUS.get(endpoint):
            config(sagemaker, f"{endpoint}-previous", models(sagemaker, model, stage, before))
        config(sagemaker, f"{endpoint}-current", models(sagemaker, model, stage, versions))
        sagemaker.create_endpoint(
            EndpointName=endpoint, EndpointConfigName=f"{endpoint}-current",
            Tags=[{"Key": "sagemaker:deployment-stage", "Value": stage}])


def models(sagemaker, model, stage, versions):
    """One SageMaker model a version, by the name of the variant that runs it."""
    names = {f"v{place}": f"{model.group}-{stage}-{version}" for place, version in enumerate(versions, 1)}
    for name in names.values():
        package = arn(sagemaker.meta.region_name, f"model-package/{model.group}/{name.rsplit('-', 1)[1]}")
        container = {"ModelPackageName": package}
        contents = {"PrimaryContainer": container} if model.containers == "PrimaryContainer" else {
            "Containers": [container]}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=account.ROLE, **contents)
    return names


def by_artifact(sagemaker, artifact):
    sagemaker.create_model(ModelName="trial", ExecutionRoleArn=account.ROLE, PrimaryContainer={
        "Image": account.IMAGE + "serve:1", "ModelDataUrl": artifact})
    config(sagemaker, "trial", {"v1": "trial"})
    sagemaker.create_endpoint(EndpointName=account.BY_ARTIFACT, EndpointConfigName="trial")


def by_hand(sagemaker):
    sagemaker.create_model(ModelName="traffic", ExecutionRoleArn=account.ROLE, PrimaryContainer={
        "Image": account.IMAGE + "traffic:7", "ModelDataUrl": f"s3://{account.ARTIFACTS}/by-hand/traffic.tar.gz"})
    config(sagemaker, "traffic", {"v1": "traffic"})
    sagemaker.create_endpoint(EndpointName=account.BY_HAND, EndpointConfigName="traffic")


def config(sagemaker, name, variants):
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
        {"VariantName": variant, "ModelName": model, "InstanceType": "ml.m5.large", "InitialInstanceCount": 2,
         "InitialVariantWeight": 1.0} for variant, model in variants.items()])


def pipeline(sagemaker, name, definition):
    sagemaker.create_pipeline(
        PipelineName=name, PipelineDefinition=json.dumps(definition), RoleArn=account.ROLE,
        PipelineDescription=f"{name}, every night", ClientRequestToken="0" * 32)


def features(sagemaker, s3, name):
    """A feature group with rows in its offline store; where those are."""
    sagemaker.create_feature_group(
        FeatureGroupName=name, RecordIdentifierFeatureName="id", EventTimeFeatureName="at", RoleArn=account.ROLE,
        FeatureDefinitions=[{"FeatureName": "id", "FeatureType": "String"},
                            {"FeatureName": "at", "FeatureType": "Fractional"}],
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": f"s3://{account.LAKE}/features"}})
    described = sagemaker.describe_feature_group(FeatureGroupName=name)
    resolved = described["OfflineStoreConfig"]["S3StorageConfig"]["ResolvedOutputS3Uri"]
    key = resolved.split("/", 3)[3]
    s3.put_object(Bucket=account.LAKE, Key=f"{key}/year=2026/month=11/day=03/rows.parquet", Body=b"rows")
    return resolved


def told(sns, region, topics):
    for name, people in topics.items():
        sns.create_topic(Name=name)
        for protocol, address in people:
            sns.subscribe(TopicArn=account.topic(name, region), Protocol=protocol, Endpoint=address)


def alarm(name, told):
    return {"AlarmName": name, "EvaluationPeriods": 1, "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold", **told}


def watched(cloudwatch, alarms):
    for name, told, state in alarms:
        cloudwatch.put_metric_alarm(**alarm(name, told))
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="said the seed")


def measured(cloudwatch, endpoints):
    """The last half hour of traffic, a point a minute."""
    now = datetime.now(timezone.utc).replace(second=0, microsecond=0)
    for endpoint in endpoints:
        dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "v1"}]
        for name, value in [("Invocations", 120.0), ("Invocation5XXErrors", 0.0), ("ModelLatency", 42000.0)]:
            cloudwatch.put_metric_data(Namespace="AWS/SageMaker", MetricData=[
                {"MetricName": name, "Dimensions": dimensions, "Value": value,
                 "Timestamp": now - timedelta(minutes=minute)} for minute in range(30)])


def inference(artifact):
    return {"Containers": [{"Image": account.IMAGE + "serve:1", "ModelDataUrl": artifact}],
            "SupportedContentTypes": ["application/json"], "SupportedResponseMIMETypes": ["application/json"]}


def arn(region, rest):
    return f"arn:aws:sagemaker:{region}:{account.ACCOUNT}:{rest}"


if __name__ == "__main__":
    main()
