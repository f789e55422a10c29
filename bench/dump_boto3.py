"""What `sagetop dump` reads, read as a script would: boto3 and 16 threads. Prints JSON; bench/dump.py times it."""

import datetime
import json
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

THREADS = 16
# As much as `sagetop dump` looks at: the newest jobs, and of each pipeline the newest executions with their steps.
JOBS, EXECUTIONS, STEPS_OF = 100, 5, 3

config = Config(max_pool_connections=THREADS, retries={"mode": "standard"})
sagemaker, cloudwatch, s3, sns, sts = (
    boto3.client(name, config=config) for name in ("sagemaker", "cloudwatch", "s3", "sns", "sts")
)
calls = ThreadPoolExecutor(THREADS)


def ask(call: Callable[..., Any], **request: Any) -> Any:
    """One call, in one of the threads."""
    return calls.submit(call, **request).result()


def each(call: Callable[..., Any], requests: Iterable[dict[str, Any]]) -> list[Any]:
    """Many calls at the same time."""
    return [future.result() for future in [calls.submit(call, **request) for request in requests]]


def listed(call: Callable[..., Any], member: str, most: int = 100_000, **request: Any) -> list[Any]:
    """All rows of a list, page by page."""
    rows: list[Any] = []
    while True:
        page = ask(call, **request)
        rows += page[member]
        token = page.get("NextToken")
        if not token or len(rows) >= most:
            return rows
        request["NextToken"] = token


def endpoints() -> Any:
    rows = listed(sagemaker.list_endpoints, "Endpoints", MaxResults=100)
    described = each(sagemaker.describe_endpoint, ({"EndpointName": row["EndpointName"]} for row in rows))
    tags = each(sagemaker.list_tags, ({"ResourceArn": row["EndpointArn"]} for row in rows))
    return {"endpoints": described, "tags": tags, "metrics": metrics(described)}


def metrics(described: list[Any]) -> Any:
    names = ["Invocations", "Invocation5XXErrors", "ModelLatency", "OverheadLatency", "Invocation4XXErrors"]
    pairs = [(row["EndpointName"], variant["VariantName"]) for row in described for variant in row["ProductionVariants"]]
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/SageMaker",
                    "MetricName": name,
                    "Dimensions": [
                        {"Name": "EndpointName", "Value": endpoint},
                        {"Name": "VariantName", "Value": variant},
                    ],
                },
                "Period": 60,
                "Stat": "Average",
            },
        }
        for number, (endpoint, variant, name) in enumerate((e, v, n) for e, v in pairs for n in names)
    ]
    end = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    start = end - datetime.timedelta(hours=1)
    return listed(
        cloudwatch.get_metric_data, "MetricDataResults", MetricDataQueries=queries[:500], StartTime=start, EndTime=end
    )


def packages() -> Any:
    rows = listed(
        sagemaker.list_model_packages, "ModelPackageSummaryList", MaxResults=100, ModelPackageType="Versioned",
        SortBy="CreationTime", SortOrder="Descending",
    )
    return each(sagemaker.describe_model_package, ({"ModelPackageName": row["ModelPackageArn"]} for row in rows))


def configs() -> Any:
    rows = listed(sagemaker.list_endpoint_configs, "EndpointConfigs", MaxResults=100)
    names = ({"EndpointConfigName": row["EndpointConfigName"]} for row in rows)
    return each(sagemaker.describe_endpoint_config, names)


def models() -> Any:
    rows = listed(sagemaker.list_models, "Models", MaxResults=100)
    return each(sagemaker.describe_model, ({"ModelName": row["ModelName"]} for row in rows))


def pipelines() -> Any:
    names = [row["PipelineName"] for row in listed(sagemaker.list_pipelines, "PipelineSummaries", MaxResults=100)]
    described = each(sagemaker.describe_pipeline, ({"PipelineName": name} for name in names))
    order = {"MaxResults": EXECUTIONS, "SortBy": "CreationTime", "SortOrder": "Descending"}
    answers = each(sagemaker.list_pipeline_executions, ({"PipelineName": name, **order} for name in names))
    executions = [answer["PipelineExecutionSummaries"] for answer in answers]
    newest = [row["PipelineExecutionArn"] for rows in executions for row in rows[:STEPS_OF]]
    steps = each(
        sagemaker.list_pipeline_execution_steps, ({"PipelineExecutionArn": arn, "MaxResults": 100} for arn in newest)
    )
    return {"pipelines": described, "executions": executions, "steps": steps}


def jobs_and_data() -> Any:
    order = {"MaxResults": 100, "SortBy": "CreationTime", "SortOrder": "Descending"}
    rows = listed(sagemaker.list_training_jobs, "TrainingJobSummaries", most=2 * JOBS, **order)
    names = ({"TrainingJobName": row["TrainingJobName"]} for row in rows[:JOBS])
    described = each(sagemaker.describe_training_job, names)
    groups = listed(sagemaker.list_feature_groups, "FeatureGroupSummaries", MaxResults=100)
    features = each(sagemaker.describe_feature_group, ({"FeatureGroupName": row["FeatureGroupName"]} for row in groups))
    uris = [group["OfflineStoreConfig"]["S3StorageConfig"]["S3Uri"] for group in features if "OfflineStoreConfig" in group]
    for job in described[:10]:
        uris += [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in job.get("InputDataConfig", [])]
        uris += [job["ModelArtifacts"]["S3ModelArtifacts"]] if "ModelArtifacts" in job else []
    places = [uri.removeprefix("s3://").partition("/") for uri in dict.fromkeys(uris)]
    objects = each(s3.list_objects_v2, ({"Bucket": bucket, "Prefix": prefix} for bucket, _, prefix in places))
    versioning = each(s3.get_bucket_versioning, ({"Bucket": name} for name in sorted({place[0] for place in places})))
    return {"jobs": described, "features": features, "objects": objects, "versioning": versioning}


def alarms() -> Any:
    kinds = ["MetricAlarm", "CompositeAlarm"]
    pages, request = [], {"AlarmTypes": kinds, "MaxRecords": 100}
    while True:
        pages.append(ask(cloudwatch.describe_alarms, **request))
        if not (token := pages[-1].get("NextToken")):
            return pages
        request["NextToken"] = token


KINDS: dict[str, Callable[[], Any]] = {
    "identity": lambda: ask(sts.get_caller_identity),
    "alarms": alarms,
    "endpoints": endpoints,
    "groups": lambda: listed(sagemaker.list_model_package_groups, "ModelPackageGroupSummaryList", MaxResults=100),
    "packages": packages,
    "configs": configs,
    "models": models,
    "pipelines": pipelines,
    "jobs": jobs_and_data,
    "topics": lambda: listed(sns.list_topics, "Topics"),
    "subscriptions": lambda: listed(sns.list_subscriptions, "Subscriptions"),
}

if __name__ == "__main__":
    with ThreadPoolExecutor(len(KINDS)) as kinds:
        asked = {name: kinds.submit(read) for name, read in KINDS.items()}
        json.dump({name: future.result() for name, future in asked.items()}, sys.stdout, default=str)
