//! The services that are called: one row each.
//!
//! To add a service, add its SDK crate to `Cargo.toml` and a row here. A service that few accounts need gets a cargo
//! feature, and its row the `#[cfg(feature = "…")]` of it.

use aws_config::SdkConfig;

/// US dollars for one metric of `GetMetricData` ($0.01 per 1,000, never free): `docs/aws.md#metric-price`.
pub const PER_METRIC: f64 = 0.01 / 1000.0;

/// How a service is called.
#[derive(Debug, PartialEq)]
pub struct Service {
    /// The name in the settings of AWS tools, in lower case: `AWS_ENDPOINT_URL_…`, sections `services`.
    pub name: &'static str,
    /// The prefix of its IAM actions.
    pub iam: &'static str,
    /// The rate for a console that stays on.
    pub(super) steady: Rate,
    /// The rate for a single look.
    pub(super) once: Rate,
    /// US dollars for one call. If calls have several prices, the highest price of the calls that are made.
    pub(super) price: f64,
}

/// The limits of the calls to a service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    /// Calls per second in the long run.
    pub(super) per_second: f64,
    /// Calls at once after a pause.
    pub(super) burst: f64,
}

impl Service {
    /// The limits and the price of most services.
    const USUAL: Self = Self {
        name: "",
        iam: "",
        steady: Rate { per_second: 4.0, burst: 10.0 },
        once: Rate { per_second: 8.0, burst: 40.0 },
        price: 0.0,
    };
}

/// Declares the services: the name in settings, the SDK crate, and how the service is called.
macro_rules! services {
    ($($(#[$cfg:meta])* $name:ident: $sdk:ident $(with $connect:ident)? = $service:expr;)+) => {
        /// All services by name.
        #[derive(Debug)]
        pub struct Services {
            $($(#[$cfg])* #[doc = concat!("`", stringify!($name), "`.")] pub $name: Service,)+
        }

        /// The settings of all services.
        pub static SERVICES: Services = Services {
            $($(#[$cfg])* $name: Service { name: stringify!($name), ..$service },)+
        };

        impl Services {
            /// Iterates over all services in the order in which they are shown.
            pub fn iter(&'static self) -> impl Iterator<Item = &'static Service> {
                [$($(#[$cfg])* &self.$name,)+].into_iter()
            }
        }

        /// The client of each service.
        #[derive(Debug, Clone)]
        pub struct Clients {
            $($(#[$cfg])* #[doc = concat!("The client of `", stringify!($name), "`.")] pub $name: $sdk::Client,)+
        }

        impl Clients {
            /// Creates each client from the configuration for its service.
            pub(super) fn new(config: impl Fn(&'static Service) -> SdkConfig) -> Self {
                Self { $($(#[$cfg])* $name: services!(@connect $sdk $($connect)?)(&config(&SERVICES.$name)),)+ }
            }
        }
    };
    (@connect $sdk:ident) => { $sdk::Client::new };
    (@connect $sdk:ident $connect:ident) => { $connect };
}

services! {
    sagemaker: aws_sdk_sagemaker = Service {
        iam: "sagemaker",
        steady: Rate { per_second: 2.0, burst: 10.0 },
        once: Rate { per_second: 4.0, burst: 60.0 },
        ..Service::USUAL
    };
    cloudwatch: aws_sdk_cloudwatch = Service { iam: "cloudwatch", ..Service::USUAL };
    s3: aws_sdk_s3 with connect_s3 = Service { iam: "s3", price: 0.005 / 1000.0, ..Service::USUAL };
    sns: aws_sdk_sns = Service { iam: "sns", ..Service::USUAL };
    sts: aws_sdk_sts = Service { iam: "sts", ..Service::USUAL };
    #[cfg(feature = "eventbridge")]
    eventbridge: aws_sdk_eventbridge = Service { iam: "events", ..Service::USUAL };
    #[cfg(feature = "cloudtrail")]
    cloudtrail: aws_sdk_cloudtrail = Service {
        iam: "cloudtrail",
        steady: Rate { per_second: 1.0, burst: 2.0 },
        once: Rate { per_second: 2.0, burst: 4.0 },
        ..Service::USUAL
    };
    #[cfg(feature = "scheduler")]
    scheduler: aws_sdk_scheduler = Service { iam: "scheduler", ..Service::USUAL };
    #[cfg(feature = "applicationautoscaling")]
    application_auto_scaling: aws_sdk_applicationautoscaling =
        Service { iam: "application-autoscaling", ..Service::USUAL };
    #[cfg(feature = "codepipeline")]
    codepipeline: aws_sdk_codepipeline = Service { iam: "codepipeline", ..Service::USUAL };
    #[cfg(feature = "sfn")]
    sfn: aws_sdk_sfn = Service { iam: "states", ..Service::USUAL };
    #[cfg(feature = "kms")]
    kms: aws_sdk_kms = Service { iam: "kms", ..Service::USUAL };
    #[cfg(feature = "configservice")]
    config_service: aws_sdk_config = Service { iam: "config", ..Service::USUAL };
    #[cfg(feature = "glue")]
    glue: aws_sdk_glue = Service { iam: "glue", ..Service::USUAL };
    #[cfg(feature = "servicecatalog")]
    service_catalog: aws_sdk_servicecatalog = Service { iam: "servicecatalog", ..Service::USUAL };
    #[cfg(feature = "devopsguru")]
    devops_guru: aws_sdk_devopsguru = Service { iam: "devops-guru", ..Service::USUAL };
    #[cfg(feature = "health")]
    health: aws_sdk_health with connect_health = Service { iam: "health", ..Service::USUAL };
    #[cfg(feature = "ssm")]
    ssm: aws_sdk_ssm = Service { iam: "ssm", ..Service::USUAL };
    #[cfg(feature = "iam")]
    iam: aws_sdk_iam = Service { iam: "iam", ..Service::USUAL };
    #[cfg(feature = "servicequotas")]
    service_quotas: aws_sdk_servicequotas = Service { iam: "servicequotas", ..Service::USUAL };
    #[cfg(feature = "ecr")]
    ecr: aws_sdk_ecr = Service { iam: "ecr", ..Service::USUAL };
    // An item of 400 KB costs 50 units: `docs/aws.md#items-of-dynamodb`.
    #[cfg(feature = "dynamodb")]
    dynamodb: aws_sdk_dynamodb = Service { iam: "dynamodb", price: 50.0 * 0.125 / 1e6, ..Service::USUAL };
    // An account may make 5 calls a second of `FilterLogEvents`: `docs/aws.md#limits-of-logs`.
    #[cfg(feature = "cloudwatchlogs")]
    cloudwatch_logs: aws_sdk_cloudwatchlogs = Service {
        iam: "logs",
        steady: Rate { per_second: 2.0, burst: 5.0 },
        once: Rate { per_second: 2.0, burst: 5.0 },
        ..Service::USUAL
    };
}

/// The services that have a cargo feature, and whether this build has it.
const OPTIONAL: [(&str, bool); 18] = [
    ("eventbridge", cfg!(feature = "eventbridge")),
    ("scheduler", cfg!(feature = "scheduler")),
    ("sfn", cfg!(feature = "sfn")),
    ("codepipeline", cfg!(feature = "codepipeline")),
    ("cloudtrail", cfg!(feature = "cloudtrail")),
    ("cloudwatchlogs", cfg!(feature = "cloudwatchlogs")),
    ("applicationautoscaling", cfg!(feature = "applicationautoscaling")),
    ("ecr", cfg!(feature = "ecr")),
    ("servicequotas", cfg!(feature = "servicequotas")),
    ("dynamodb", cfg!(feature = "dynamodb")),
    ("kms", cfg!(feature = "kms")),
    ("configservice", cfg!(feature = "configservice")),
    ("glue", cfg!(feature = "glue")),
    ("servicecatalog", cfg!(feature = "servicecatalog")),
    ("devopsguru", cfg!(feature = "devopsguru")),
    ("health", cfg!(feature = "health")),
    ("ssm", cfg!(feature = "ssm")),
    ("iam", cfg!(feature = "iam")),
];

/// Returns the cargo features of services that this build leaves out.
pub fn missing_features() -> impl Iterator<Item = &'static str> {
    OPTIONAL.iter().filter(|(_, built)| !built).map(|(name, _)| *name)
}

/// Returns a sentence with the cargo features that this build leaves out. `None` if it has all of them.
#[must_use]
pub fn left_out() -> Option<String> {
    let missing: Vec<&str> = missing_features().collect();
    (!missing.is_empty()).then(|| {
        format!("This build leaves out: {} (cargo build --features {}).", missing.join(", "), missing.join(","))
    })
}

/// Returns a phrase for the place of what a build without a cargo feature does not read, with how to get it.
#[must_use]
pub fn without(feature: &str) -> String {
    format!("not read: this build leaves out {feature} (cargo build --features {feature})")
}

/// Creates the client of AWS Health, which has one endpoint in each partition, whatever the region of the account:
/// <https://docs.aws.amazon.com/health/latest/ug/health-api.html>.
#[cfg(feature = "health")]
fn connect_health(config: &SdkConfig) -> aws_sdk_health::Client {
    let region = config.region().map(AsRef::as_ref).unwrap_or_default();
    let home = match region {
        region if region.starts_with("cn-") => "cn-northwest-1",
        region if region.starts_with("us-gov-") => "us-gov-west-1",
        _ => "us-east-1",
    };
    let region = aws_config::Region::new(home);
    aws_sdk_health::Client::from_conf(aws_sdk_health::config::Builder::from(config).region(region).build())
}

/// Creates the client of S3. With an endpoint URL the bucket name is part of the path, because DNS may know no other
/// host there.
fn connect_s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let path_style = config.endpoint_url().is_some();
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(path_style).build())
}
