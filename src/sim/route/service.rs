//! The services of the account, and the names they go by.

/// A service of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    SageMaker,
    CloudWatch,
    Sns,
    Sts,
    Events,
    Scaling,
    Trail,
    Logs,
    Tagging,
    Delivery,
    S3,
    Unknown,
}

impl Service {
    /// All that have a name.
    pub(crate) const ALL: &[Self] = &[
        Self::SageMaker,
        Self::CloudWatch,
        Self::Sns,
        Self::Sts,
        Self::Events,
        Self::Scaling,
        Self::Trail,
        Self::Logs,
        Self::Tagging,
        Self::Delivery,
        Self::S3,
    ];

    /// The name by which rates and signatures speak of it.
    pub(crate) fn signing(self) -> &'static str {
        match self {
            Self::SageMaker => "sagemaker",
            Self::CloudWatch => "monitoring",
            Self::Sns => "sns",
            Self::Sts => "sts",
            Self::Events => "events",
            Self::Scaling => "application-autoscaling",
            Self::Trail => "cloudtrail",
            Self::Logs => "logs",
            Self::Tagging => "tagging",
            Self::Delivery => "codepipeline",
            Self::S3 => "s3",
            Self::Unknown => "",
        }
    }

    /// The name by which `CloudTrail` speaks of it.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::SageMaker => "sagemaker.amazonaws.com",
            Self::CloudWatch => "monitoring.amazonaws.com",
            Self::Sns => "sns.amazonaws.com",
            Self::Sts => "sts.amazonaws.com",
            Self::Events => "events.amazonaws.com",
            Self::Scaling => "autoscaling.amazonaws.com",
            Self::Trail => "cloudtrail.amazonaws.com",
            Self::Logs => "logs.amazonaws.com",
            Self::Tagging => "tagging.amazonaws.com",
            Self::Delivery => "codepipeline.amazonaws.com",
            Self::S3 => "s3.amazonaws.com",
            Self::Unknown => "",
        }
    }
}
