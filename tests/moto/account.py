"""What the retail account contains, as plain data; `seed.py` makes it."""

ACCOUNT = "123456789012"
RETAIL, CHANGING, CALM, CROWDED = "eu-west-1", "eu-west-2", "eu-central-1", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ml-platform"
IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/retail/"
LAKE, ARTIFACTS = "retail-lake", "retail-artifacts"


class Model:
    """One model: its group, its pipeline, its versions by approval, the endpoints and the versions they run."""

    def __init__(self, group, pipeline, data, versions, endpoints, *, containers, registers, features=None):
        self.group = group
        self.pipeline = pipeline
        self.data = data
        self.versions = versions
        self.endpoints = endpoints
        self.containers = containers  # as CreateModel names them: one PrimaryContainer, or Containers
        self.features = features  # feature group whose offline store the jobs read
        self.registers = registers  # how the definition names the group: three ways that AWS's SDK writes


APPROVED, PENDING, REJECTED = "Approved", "PendingManualApproval", "Rejected"

MODELS = [
    Model(
        "demand-forecast", "DemandForecast-Nightly", ["sales/daily/", "calendar/"], [APPROVED, APPROVED, PENDING],
        {"demand-forecast-prod": [2], "demand-forecast-staging": [2]},
        containers="PrimaryContainer", registers={"Get": "Parameters.ModelPackageGroupName"},
    ),
    Model(
        "customer-segments", "segments-build", ["crm/snapshots/"], [APPROVED, REJECTED],
        {"customer-segments-prod": [1]},
        containers="Containers", registers="customer-segments",
    ),
    Model(
        # Two variants side by side, and an endpoint whose name says nothing about the model.
        "recommender", "recommender-train", [], [APPROVED, REJECTED, APPROVED, PENDING],
        {"shop-front-prod": [1, 3], "recommender-staging": [3]},
        containers="Containers", registers={"Std:Join": {"On": "", "Values": ["recomm", "ender"]}}, features="clicks",
    ),
]

# Where an endpoint was before: which versions an older configuration of it runs.
PREVIOUS = {"demand-forecast-prod": [1]}

# No part of the registry: an endpoint that somebody made by hand, and one whose only trace is its artifact.
BY_HAND, BY_ARTIFACT = "store-traffic-prod", "segments-trial"

TOPICS = {
    "ml-page": [("email", "oncall@shop.example"), ("https", "https://events.pager.example/key/S3CR3T")],
    "ml-warn": [("email", "ana.lopez@shop.example"), ("sms", "+34600111222")],
    "ml-unheard": [],
    "finance": [("email", "cfo@shop.example")],
}
FOREIGN_TOPIC = "arn:aws:sns:eu-west-1:999999999999:platform-oncall"


def topic(name, region=RETAIL):
    return f"arn:aws:sns:{region}:{ACCOUNT}:{name}"


def definition(model):
    """A pipeline definition as SageMaker's SDK writes it: conditions nest, the group hides in one."""
    register = {
        "Name": "Register-RegisterModel", "Type": "RegisterModel",
        "Arguments": {"ModelPackageGroupName": model.registers, "ModelApprovalStatus": PENDING},
    }
    better = condition("BetterThanLast", [register], [])
    return {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": "ModelPackageGroupName", "Type": "String", "DefaultValue": model.group},
            {"Name": "InstanceType", "Type": "String", "DefaultValue": "ml.m5.xlarge",
             "EnumValues": ["ml.m5.xlarge", "ml.m5.4xlarge", "ml.g5.xlarge"]},
            {"Name": "Epochs", "Type": "Integer", "DefaultValue": 12},
            {"Name": "LearningRate", "Type": "Float", "DefaultValue": 0.05},
            {"Name": "FullHistory", "Type": "Boolean", "DefaultValue": False},
        ],
        "Steps": [
            {"Name": "Prepare", "Type": "Processing", "Arguments": {}},
            {"Name": "Train", "Type": "Training", "Arguments": {}, "DependsOn": ["Prepare"]},
            condition("GoodEnough", [better], [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "bad"}}]),
        ],
    }


def condition(name, then, otherwise):
    return {"Name": name, "Type": "Condition",
            "Arguments": {"Conditions": [], "IfSteps": then, "ElseSteps": otherwise}}


# Extract and load only: registers nothing.
ETL = {"Version": "2020-12-01", "Parameters": [],
       "Steps": [{"Name": "Copy", "Type": "Processing", "Arguments": {}}]}


def alarms():
    """Name, what PutMetricAlarm is told besides the defaults, state."""
    def on_endpoint(endpoint, metric, **more):
        dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "v1"}]
        return {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": dimensions,
                "Statistic": "Average", "Period": 60, **more}

    def on_model(name, metric, **more):
        return {"Namespace": "Retail/Models", "MetricName": metric, "Statistic": "Average", "Period": 300,
                "Dimensions": [{"Name": "Model", "Value": name}], **more}

    page, warn = {"AlarmActions": [topic("ml-page")]}, {"AlarmActions": [topic("ml-warn")]}
    rate = {"Id": "rate", "Expression": "errors / calls", "ReturnData": True}
    parts = [
        {"Id": id, "ReturnData": False, "MetricStat": {
            "Metric": {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": [
                {"Name": "EndpointName", "Value": "shop-front-prod"}, {"Name": "VariantName", "Value": "v1"}]},
            "Period": 60, "Stat": "Sum"}}
        for id, metric in [("errors", "Invocation5XXErrors"), ("calls", "Invocations")]
    ]
    quiet = "TargetTracking-endpoint/shop-front-prod/variant/v1-AlarmLow-0a1b2c3d"
    return [
        ("demand-forecast-5xx", on_endpoint("demand-forecast-prod", "Invocation5XXErrors", **page), "OK"),
        ("demand-forecast-latency", on_endpoint("demand-forecast-prod", "ModelLatency", **warn), "INSUFFICIENT_DATA"),
        ("demand-forecast-mape", on_model("demand-forecast", "MAPE", **warn), "ALARM"),
        ("segments-silhouette", on_model("customer-segments", "Silhouette", AlarmActions=[topic("ml-unheard")]), "OK"),
        ("shop-front-5xx", on_endpoint("shop-front-prod", "Invocation5XXErrors", **page), "ALARM"),
        ("recommender-ctr", on_model("recommender", "CTR", AlarmActions=[topic("ml-warn"), FOREIGN_TOPIC]), "OK"),
        ("shop-front-error-budget", {"Metrics": [rate, *parts], **page}, "OK"),
        ("segments-build-failures", {
            "Namespace": "AWS/Sagemaker/ModelBuildingPipeline", "MetricName": "ExecutionFailed", "Statistic": "Sum",
            "Period": 300, "Dimensions": [{"Name": "PipelineName", "Value": "segments-build"}], **warn}, "OK"),
        (quiet, on_endpoint("shop-front-prod", "InvocationsPerInstance"), "ALARM"),
        ("billing-total", {"Namespace": "AWS/Billing", "MetricName": "EstimatedCharges", "Statistic": "Maximum",
                           "Period": 21600, "AlarmActions": [topic("finance")]}, "ALARM"),
    ]
