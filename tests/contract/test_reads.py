"""Every reading operation that the console uses, over everything that the story holds."""

import unittest
from datetime import timedelta

from account import pages, utc_now
from served import Contract


def every(client, operation, member, **arguments):
    return [item for page in pages(client, operation, **arguments) for item in page[member]]


class Reads(Contract):
    def test_sagemaker(self):
        sm = self.account.client("sagemaker")
        for size in ({}, {"MaxResults": 3}):
            endpoints = every(sm, "list_endpoints", "Endpoints", **size)
            configs = every(sm, "list_endpoint_configs", "EndpointConfigs", **size)
            models = every(sm, "list_models", "Models", **size)
            groups = every(sm, "list_model_package_groups", "ModelPackageGroupSummaryList", **size)
            pipelines = every(sm, "list_pipelines", "PipelineSummaries", **size)
            training = every(sm, "list_training_jobs", "TrainingJobSummaries", **size)
            processing = every(sm, "list_processing_jobs", "ProcessingJobSummaries", **size)
            for rows, key in (
                (endpoints, "EndpointName"),
                (configs, "EndpointConfigName"),
                (models, "ModelName"),
                (groups, "ModelPackageGroupName"),
                (pipelines, "PipelineName"),
                (training, "TrainingJobName"),
                (processing, "ProcessingJobName"),
            ):
                names = [row[key] for row in rows]
                assert names and len(names) == len(set(names))
        for endpoint in endpoints:
            found = sm.describe_endpoint(EndpointName=endpoint["EndpointName"])
            sm.describe_endpoint_config(EndpointConfigName=found["EndpointConfigName"])
            sm.list_tags(ResourceArn=found["EndpointArn"])
        for config in configs:
            sm.describe_endpoint_config(EndpointConfigName=config["EndpointConfigName"])
        for model in models:
            sm.describe_model(ModelName=model["ModelName"])
        for job in training:
            sm.describe_training_job(TrainingJobName=job["TrainingJobName"])
        for job in processing:
            sm.describe_processing_job(ProcessingJobName=job["ProcessingJobName"])

    def test_registry(self):
        sm = self.account.client("sagemaker")
        assert every(sm, "list_model_packages", "ModelPackageSummaryList") == [], "the default is Unversioned"
        everything = every(sm, "list_model_packages", "ModelPackageSummaryList", ModelPackageType="Versioned", MaxResults=7)
        counted = 0
        for group in every(sm, "list_model_package_groups", "ModelPackageGroupSummaryList"):
            name = group["ModelPackageGroupName"]
            sm.describe_model_package_group(ModelPackageGroupName=name)
            versions = every(sm, "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=name)
            numbers = [version["ModelPackageVersion"] for version in versions]
            assert numbers == sorted(numbers), "oldest first is the default"
            counted += len(versions)
            for version in versions:
                sm.describe_model_package(ModelPackageName=version["ModelPackageArn"])
            batch = sm.batch_describe_model_package(ModelPackageArnList=[v["ModelPackageArn"] for v in versions])
            assert len(batch["ModelPackageSummaries"]) == len(versions)
        assert counted == len(everything)

    def test_pipelines(self):
        sm = self.account.client("sagemaker")
        for pipeline in every(sm, "list_pipelines", "PipelineSummaries"):
            name = pipeline["PipelineName"]
            sm.describe_pipeline(PipelineName=pipeline["PipelineArn"])
            for execution in every(sm, "list_pipeline_executions", "PipelineExecutionSummaries", PipelineName=name, MaxResults=5):
                arn = execution["PipelineExecutionArn"]
                sm.describe_pipeline_execution(PipelineExecutionArn=arn)
                sm.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
                assert every(sm, "list_pipeline_execution_steps", "PipelineExecutionSteps", PipelineExecutionArn=arn)
                every(sm, "list_pipeline_parameters_for_execution", "PipelineParameters", PipelineExecutionArn=arn)

    def test_feature_groups(self):
        sm = self.account.client("sagemaker")
        for group in every(sm, "list_feature_groups", "FeatureGroupSummaries"):
            sm.describe_feature_group(FeatureGroupName=group["FeatureGroupName"])

    def test_search(self):
        sm = self.account.client("sagemaker")
        for kind, listing, member in (
            ("Endpoint", "list_endpoints", "Endpoints"),
            ("Model", "list_models", "Models"),
            ("ModelPackageGroup", "list_model_package_groups", "ModelPackageGroupSummaryList"),
            ("Pipeline", "list_pipelines", "PipelineSummaries"),
            ("TrainingJob", "list_training_jobs", "TrainingJobSummaries"),
            ("FeatureGroup", "list_feature_groups", "FeatureGroupSummaries"),
            ("ModelPackage", None, None),
            ("PipelineExecution", None, None),
        ):
            order = {} if kind not in ("Model", "ModelPackageGroup") else {"SortBy": "CreationTime"}
            found = every(sm, "search", "Results", Resource=kind, MaxResults=9, **order)
            assert found, kind
            if listing:
                assert len(found) == len(every(sm, listing, member)), kind

    def test_search_filters(self):
        sm = self.account.client("sagemaker")
        pending = every(
            sm,
            "search",
            "Results",
            Resource="ModelPackage",
            SearchExpression={"Filters": [{"Name": "ModelApprovalStatus", "Operator": "Equals", "Value": "PendingManualApproval"}]},
        )
        assert pending and all(p["ModelPackage"]["ModelApprovalStatus"] == "PendingManualApproval" for p in pending)
        since = (utc_now() - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        recent = every(
            sm,
            "search",
            "Results",
            Resource="PipelineExecution",
            SearchExpression={"Filters": [{"Name": "LastModifiedTime", "Operator": "GreaterThan", "Value": since}]},
        )
        assert recent and len(recent) < len(every(sm, "search", "Results", Resource="PipelineExecution"))

    def test_alarms(self):
        cw = self.account.client("cloudwatch")
        assert "CompositeAlarms" not in cw.describe_alarms() or cw.describe_alarms()["CompositeAlarms"] == []
        kinds = ["MetricAlarm", "CompositeAlarm"]
        found = pages(cw, "describe_alarms", AlarmTypes=kinds, MaxRecords=4)
        metric = [a for page in found for a in page["MetricAlarms"]]
        composite = [a for page in found for a in page["CompositeAlarms"]]
        assert metric and composite
        for state in ("OK", "ALARM", "INSUFFICIENT_DATA"):
            rows = cw.describe_alarms(StateValue=state)["MetricAlarms"]
            assert all(row["StateValue"] == state for row in rows)
        children = cw.describe_alarms(ChildrenOfAlarmName=composite[0]["AlarmName"])
        assert children["MetricAlarms"]
        pages(cw, "describe_alarm_history", AlarmTypes=kinds, MaxRecords=10)

    def test_metrics(self):
        cw = self.account.client("cloudwatch")
        metrics = [m for page in pages(cw, "list_metrics") for m in page["Metrics"]]
        assert metrics
        end = utc_now()
        queries = [
            {"Id": f"m{at}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}
            for at, (metric, stat) in enumerate((m, s) for m in metrics for s in ("Average", "Sum", "p99"))
        ]
        for at in range(0, len(queries), 500):
            answer = cw.get_metric_data(MetricDataQueries=queries[at : at + 500], StartTime=end - timedelta(hours=1), EndTime=end)
            for result in answer["MetricDataResults"]:
                assert len(result["Timestamps"]) == len(result["Values"]) > 50
                assert result["Timestamps"] == sorted(result["Timestamps"], reverse=True), "newest first is the default"
                assert all(t.second == 0 for t in result["Timestamps"]), "periods are aligned"

    def test_topics(self):
        sns = self.account.client("sns")
        topics = [t for page in pages(sns, "list_topics") for t in page["Topics"]]
        everyone = [s for page in pages(sns, "list_subscriptions") for s in page["Subscriptions"]]
        own = []
        for topic in topics:
            sns.get_topic_attributes(TopicArn=topic["TopicArn"])
            own += [s for page in pages(sns, "list_subscriptions_by_topic", **topic) for s in page["Subscriptions"]]
        assert topics and len(own) == len(everyone)
        assert any(s["SubscriptionArn"] == "PendingConfirmation" for s in everyone)

    def test_buckets(self):
        s3 = self.account.client("s3")
        for bucket in s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            s3.get_bucket_versioning(Bucket=name)
            s3.get_bucket_location(Bucket=name)
            s3.head_bucket(Bucket=name)
            keys = [o["Key"] for page in pages(s3, "list_objects_v2", Bucket=name, MaxKeys=50) if page["KeyCount"] for o in page.get("Contents", [])]
            assert keys == sorted(keys) and len(keys) == len(set(keys))
            for key in keys[:3] + [k for k in keys if k.endswith(".json")][:5]:
                head = s3.head_object(Bucket=name, Key=key)
                body = s3.get_object(Bucket=name, Key=key, Range="bytes=0-9")
                assert head["ContentLength"] > 0 and len(body["Body"].read()) == 10

    def test_identity(self):
        assert self.account.client("sts").get_caller_identity()["Account"].isdigit()


if __name__ == "__main__":
    unittest.main()
