//! The permissions for reading: every action of IAM that a call of this program needs which changes nothing.
//!
//! A test holds this table against the calls in the code, and against those that runs make.

use super::SERVICES;

/// The permissions of each service, without the prefix of the service.
const READS: &[(&str, &[&str])] = &[
    (
        "sagemaker",
        &[
            "Search",
            "ListTags",
            "ListEndpoints",
            "DescribeEndpoint",
            "ListEndpointConfigs",
            "DescribeEndpointConfig",
            "ListModels",
            "DescribeModel",
            "ListInferenceComponents",
            "DescribeInferenceComponent",
            "ListModelPackageGroups",
            "ListModelPackages",
            "DescribeModelPackage",
            "BatchDescribeModelPackage",
            "ListPipelines",
            "DescribePipeline",
            "ListPipelineExecutions",
            "DescribePipelineExecution",
            "ListPipelineExecutionSteps",
            "ListPipelineParametersForExecution",
            "ListTrainingJobs",
            "DescribeTrainingJob",
            "ListProcessingJobs",
            "DescribeProcessingJob",
            "ListTransformJobs",
            "DescribeTransformJob",
            "ListHyperParameterTuningJobs",
            "DescribeHyperParameterTuningJob",
            "ListAutoMLJobs",
            "DescribeAutoMLJobV2",
            "ListFeatureGroups",
            "DescribeFeatureGroup",
            "ListMonitoringSchedules",
            "DescribeMonitoringSchedule",
            "ListMonitoringExecutions",
            "ListModelCards",
            "DescribeModelCard",
            "DescribeProject",
            "ListArtifacts",
            "QueryLineage",
            "DescribeArtifact",
            "DescribeTrialComponent",
            "ListInferenceRecommendationsJobs",
            "DescribeInferenceRecommendationsJob",
            "ListNotebookInstances",
            "ListApps",
            "ListMlflowTrackingServers",
        ],
    ),
    (
        "cloudwatch",
        &[
            "DescribeAlarms",
            "DescribeAlarmHistory",
            "GetMetricData",
            "ListMetrics",
            "ListAlarmMuteRules",
            "GetAlarmMuteRule",
        ],
    ),
    ("sns", &["ListTopics", "ListSubscriptions", "ListSubscriptionsByTopic", "GetTopicAttributes"]),
    ("events", &["ListRules", "DescribeRule", "ListTargetsByRule"]),
    ("scheduler", &["ListSchedules", "GetSchedule"]),
    ("cloudtrail", &["LookupEvents"]),
    (
        "application-autoscaling",
        &[
            "DescribeScalableTargets",
            "DescribeScalingPolicies",
            "DescribeScheduledActions",
            "DescribeScalingActivities",
        ],
    ),
    (
        "codepipeline",
        &[
            "ListPipelines",
            "GetPipeline",
            "GetPipelineState",
            "ListTagsForResource",
            "ListPipelineExecutions",
            "ListActionExecutions",
        ],
    ),
    ("states", &["ListStateMachines", "DescribeStateMachine", "ListExecutions", "GetExecutionHistory"]),
    ("ecr", &["DescribeImages"]),
    ("servicequotas", &["ListServiceQuotas"]),
    ("dynamodb", &["GetItem"]),
    ("kms", &["DescribeKey"]),
    ("config", &["GetComplianceDetailsByResource"]),
    ("glue", &["GetSchema", "GetSchemaVersion"]),
    ("servicecatalog", &["DescribeProvisionedProduct", "DescribeProduct"]),
    ("devops-guru", &["ListInsights"]),
    ("health", &["DescribeEvents", "DescribeEventDetails", "DescribeAffectedEntities"]),
    (
        "ssm",
        &[
            "GetCalendarState",
            "DescribeAutomationExecutions",
            "GetAutomationExecution",
            "DescribeDocument",
            "ListTagsForResource",
        ],
    ),
    ("iam", &["GetRole", "SimulatePrincipalPolicy"]),
    ("logs", &["DescribeLogStreams", "FilterLogEvents"]),
    (
        "s3",
        &[
            "ListBucket",
            "ListBucketVersions",
            "GetBucketVersioning",
            "GetEncryptionConfiguration",
            "GetReplicationConfiguration",
            "GetObject",
        ],
    ),
];

/// The calls whose permission has another name, or that need none:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>.
const NAMED_OTHERWISE: &[(&str, Option<&str>)] = &[
    ("s3:HeadBucket", Some("s3:ListBucket")),
    ("s3:ListObjectsV2", Some("s3:ListBucket")),
    ("s3:HeadObject", Some("s3:GetObject")),
    ("s3:ListObjectVersions", Some("s3:ListBucketVersions")),
    ("s3:GetBucketEncryption", Some("s3:GetEncryptionConfiguration")),
    ("s3:GetBucketReplication", Some("s3:GetReplicationConfiguration")),
    ("sts:GetCallerIdentity", None),
    // The SDK writes names with acronyms in another way.
    ("sagemaker:ListAutoMlJobs", Some("sagemaker:ListAutoMLJobs")),
    ("sagemaker:DescribeAutoMlJobV2", Some("sagemaker:DescribeAutoMLJobV2")),
];

/// The buckets with the data and the artifacts.
pub const BUCKETS: &[&str] = &["s3:::ML_BUCKET", "s3:::ML_BUCKET/*"];

/// The table with the metadata of models.
pub const TABLES: &[&str] = &["dynamodb:REGION:ACCOUNT:table/ML_TABLE"];

/// Returns the permissions for reading with the services of this build, such as `sagemaker:DescribeModel`.
pub fn reads() -> impl Iterator<Item = String> {
    let built = |iam: &str| SERVICES.iter().any(|service| service.iam == iam);
    let of_build = READS.iter().filter(move |(iam, _)| built(iam));
    of_build.flat_map(|(iam, names)| names.iter().map(move |name| format!("{iam}:{name}")))
}

/// Returns the permission that a call needs, such as `s3:GetObject` for `s3:HeadObject`. `None` if it needs none.
#[must_use]
pub fn permission_of(call: &str) -> Option<&str> {
    NAMED_OTHERWISE.iter().find(|(name, _)| *name == call).map_or(Some(call), |(_, permission)| *permission)
}

/// Returns the resources of a permission for reading: their ARNs after `arn:aws:`. Empty where all of them are read.
#[must_use]
pub fn resources_of_read(action: &str) -> &'static [&'static str] {
    match action.split_once(':') {
        Some(("s3", _)) => BUCKETS,
        Some(("dynamodb", _)) => TABLES,
        _ => &[],
    }
}
