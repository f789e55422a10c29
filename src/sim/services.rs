//! The services of the account: one row each.
//!
//! To add a service, write its module and a row here; if it has a state, add a field to [`World`]. A service uses the
//! shared state ([`Env`](super::env::Env)), its own state, and the parts of other services that its row passes to it.
//! It changes other services by an [`Event`](super::env::Event), or through an argument that [`World`] passes to it.

pub(crate) mod application_autoscaling;
pub(crate) mod cloudtrail;
pub(crate) mod cloudwatch;
pub(crate) mod codepipeline;
mod config_service;
mod devops_guru;
pub(crate) mod dynamodb;
pub(crate) mod ecr;
pub(crate) mod eventbridge;
mod glue;
mod health;
mod iam;
pub(crate) mod kms;
pub(crate) mod logs;
mod resource_groups_tagging;
pub(crate) mod s3;
pub(crate) mod sagemaker;
pub(crate) mod scheduler;
pub(crate) mod service_catalog;
mod service_quotas;
pub(crate) mod sfn;
pub(crate) mod sns;
pub(crate) mod ssm;
mod sts;

use super::operation::{Answer, find};
use super::wire::Value;
use super::world::World;

/// The names of a service.
#[derive(Debug)]
pub(crate) struct Names {
    /// The name in signatures and rates.
    pub(crate) signing: &'static str,
    /// The name in `CloudTrail`.
    pub(crate) source: &'static str,
    /// The target of a JSON or CBOR request, without the part before a dot.
    pub(crate) target: &'static str,
    /// The version of the Query protocol, and the namespace of its answers.
    pub(crate) query: Option<(&'static str, &'static str)>,
    /// The operation of a REST request with a JSON body, by method and path.
    pub(crate) rest: Option<Route>,
}

/// Returns the operation of a REST request, and the name in its path.
type Route = fn(method: &str, path: &str) -> Option<(&'static str, Option<String>)>;

impl Names {
    const fn new(signing: &'static str, source: &'static str) -> Self {
        Self { signing, source, target: "", query: None, rest: None }
    }
    const fn target(self, target: &'static str) -> Self {
        Self { target, ..self }
    }
    const fn rest(self, route: Route) -> Self {
        Self { rest: Some(route), ..self }
    }
    const fn query(self, version: &'static str, namespace: &'static str) -> Self {
        Self { query: Some((version, namespace)), ..self }
    }
}

/// Declares the services: their names; their operations, and the arguments of these besides the request; and the
/// wording of common errors, if it differs from that of `SageMaker`.
macro_rules! services {
    ($world:ident: $($service:ident = $names:expr $(=> $module:ident($($argument:expr),*) $(.$reword:ident)?)?;)+) => {
        /// A service of the account.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Service {
            $($service,)+
        }

        impl Service {
            pub(crate) const ALL: &[Self] = &[$(Self::$service,)+];

            /// Returns its names.
            pub(crate) fn names(self) -> &'static Names {
                match self { $(Self::$service => const { &$names },)+ }
            }

            /// Returns whether an operation changes the account; `None` if the account does not know the operation.
            pub(crate) fn changes(self, operation: &str) -> Option<bool> {
                match self {
                    $(Self::$service => None$(.or(find($module::OPERATIONS, operation).map(|found| found.writes)))?,)+
                }
            }
        }

        impl World {
            /// Calls an operation; returns `None` if the account does not know it.
            pub(crate) fn call(&mut self, service: Service, operation: &str, input: &Value) -> Option<Answer> {
                let $world = self;
                match service {
                    $(Service::$service => None$(.or(
                        find($module::OPERATIONS, operation)
                            .map(|found| (found.handler)($($argument,)* input)$(.map_err($module::$reword))?)
                    ))?,)+
                }
            }
        }
    };
}

services! { world:
    SageMaker = Names::new("sagemaker", sagemaker::SOURCE).target("SageMaker")
        => sagemaker(&mut world.sagemaker, &mut world.env);
    CloudWatch = Names::new("monitoring", "monitoring.amazonaws.com")
        .target("GraniteServiceVersion20100801")
        .query("2010-08-01", "http://monitoring.amazonaws.com/doc/2010-08-01/")
        => cloudwatch(&mut world.cloudwatch, &world.env, &world.sagemaker.endpoints).reword;
    Sns = Names::new("sns", "sns.amazonaws.com").query("2010-03-31", "http://sns.amazonaws.com/doc/2010-03-31/")
        => sns(&mut world.sns, &mut world.env).reword;
    Sts = Names::new("sts", "sts.amazonaws.com").query("2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/")
        => sts(&world.env.account);
    EventBridge = Names::new("events", "events.amazonaws.com").target("AWSEvents")
        => eventbridge(&mut world.eventbridge, &world.env);
    Scheduler = Names::new("scheduler", "scheduler.amazonaws.com").rest(scheduler::route)
        => scheduler(&mut world.scheduler, &world.env);
    ApplicationAutoScaling = Names::new("application-autoscaling", "autoscaling.amazonaws.com")
        .target("AnyScaleFrontendService")
        => application_autoscaling(&mut world.application_autoscaling, &world.env.account);
    CloudTrail = Names::new("cloudtrail", "cloudtrail.amazonaws.com").target("CloudTrail_20131101")
        => cloudtrail(&world.cloudtrail, &world.env).reword;
    CloudWatchLogs = Names::new("logs", "logs.amazonaws.com").target("Logs_20140328")
        => logs(&logs::Sources {
            env: &world.env,
            sagemaker: &world.sagemaker,
            sfn: &world.sfn,
            metrics: world.cloudwatch.view(&world.env, &world.sagemaker.endpoints),
            scripts: &world.log_scripts,
        }).reword;
    ResourceGroupsTagging = Names::new("tagging", "tagging.amazonaws.com").target("ResourceGroupsTaggingAPI_20170126")
        => resource_groups_tagging(&world.env).reword;
    CodePipeline = Names::new("codepipeline", "codepipeline.amazonaws.com").target("CodePipeline_20150709")
        => codepipeline(&mut world.codepipeline, &mut world.env, &world.sagemaker.packages).reword;
    StepFunctions = Names::new("states", "states.amazonaws.com").target("AWSStepFunctions")
        => sfn(&world.sfn, &world.env).reword;
    Quotas = Names::new("servicequotas", "servicequotas.amazonaws.com").target("ServiceQuotasV20190624")
        => service_quotas(&world.env.account).reword;
    Kms = Names::new("kms", "kms.amazonaws.com").target("TrentService") => kms(&world.kms, &world.env);
    Ssm = Names::new("ssm", "ssm.amazonaws.com").target("AmazonSSM")
        => ssm(&mut world.ssm, &mut world.env).reword;
    DevOpsGuru = Names::new("devops-guru", "devops-guru.amazonaws.com").rest(devops_guru::route)
        => devops_guru(&world.insights, &world.env);
    Health = Names::new("health", "health.amazonaws.com").target("AWSHealth_20160804")
        => health(&world.health_events, &world.env);
    Iam = Names::new("iam", "iam.amazonaws.com").query("2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/")
        => iam(&world.denied, &world.env);
    Ecr = Names::new("ecr", "ecr.amazonaws.com").target("AmazonEC2ContainerRegistry_V20150921")
        => ecr(&world.ecr, &world.env).reword;
    Config = Names::new("config", "config.amazonaws.com").target("StarlingDoveService")
        => config_service(&world.evaluated, &world.env);
    Glue = Names::new("glue", "glue.amazonaws.com").target("AWSGlue") => glue(&world.schemas, &world.env);
    Catalog = Names::new("servicecatalog", "servicecatalog.amazonaws.com")
        .target("AWS242ServiceCatalogService")
        => service_catalog(&world.projects, &world.env);
    DynamoDb = Names::new("dynamodb", "dynamodb.amazonaws.com").target("DynamoDB_20120810")
        => dynamodb(&world.tables);
    // Requests to S3 do not name their operation: see `s3::answer`.
    S3 = Names::new("s3", "s3.amazonaws.com");
}
