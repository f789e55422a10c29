//! Pages of AWS's console: the parts of their addresses after the host. Names are percent-encoded, as they may contain
//! anything.

use super::convert::{url_arn, url_part};
use crate::aws::Arn;

/// Returns a page of `SageMaker`.
///
/// The pages of Studio (pipelines, registry, feature store) have no stable address: `docs/aws.md#console-pages`.
pub(super) fn sagemaker(region: &str, section: &str, name: &str) -> String {
    format!("sagemaker/home?region={region}#/{section}/{}", url_part(name))
}

/// Returns the page that leads to Studio.
pub(super) fn studio(region: &str) -> String {
    format!("sagemaker/home?region={region}#/studio-landing")
}

/// Returns the page of an object or a prefix in S3.
pub(super) fn s3(region: &str, bucket: &str, prefix: &str) -> String {
    format!("s3/buckets/{}?region={region}&prefix={}", url_part(bucket), url_part(prefix))
}

/// Returns the page of the thing with this ARN: a job, a function, a log group, a topic, a role. `None` for all others.
#[must_use]
pub fn page_of_arn(region: &str, arn: &str) -> Option<String> {
    let Arn { service, resource, .. } = Arn::parse(arn)?;
    let parts = resource.split_once(['/', ':']);
    Some(match (service, parts) {
        ("sagemaker", Some(("endpoint", name))) => sagemaker(region, "endpoints", name),
        ("sagemaker", Some(("training-job", name))) => sagemaker(region, "jobs", name),
        ("sagemaker", Some(("processing-job", name))) => sagemaker(region, "processing-jobs", name),
        ("sagemaker", Some(("transform-job", name))) => sagemaker(region, "transform-jobs", name),
        ("sagemaker", Some(("hyper-parameter-tuning-job", name))) => sagemaker(region, "hyper-tuning-jobs", name),
        ("sagemaker", Some(("model", name))) => sagemaker(region, "models", name),
        ("sagemaker", Some(_)) => studio(region),
        ("lambda", Some(("function", name))) => {
            let name = name.split(':').next()?;
            format!("lambda/home?region={region}#/functions/{}", url_part(name))
        }
        ("sns", None) => format!("sns/v3/home?region={region}#/topic/{}", url_arn(arn)),
        ("iam", Some(("role", path))) => format!("iam/home#/roles/details/{}", url_part(super::arn_name(path))),
        ("sts", Some(("assumed-role", rest))) => {
            format!("iam/home#/roles/details/{}", url_part(rest.split('/').next()?))
        }
        ("iam", Some(("user", path))) => format!("iam/home#/users/details/{}", url_part(super::arn_name(path))),
        _ => return None,
    })
}

/// Returns the page of a log group.
#[must_use]
pub fn page_of_log(region: &str, group: &str) -> String {
    // The console decodes twice, and takes `$` for `%`.
    let group = url_part(group).replace('/', "%2F").replace('%', "$25");
    format!("cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_leads_to_a_page_and_a_name_cannot_leave_its_place() {
        let cases = [
            ("arn:aws:sagemaker:r:1:training-job/t-1", Some("sagemaker/home?region=r#/jobs/t-1")),
            (
                "arn:aws:sagemaker:r:1:endpoint/a b\u{1b}]8;;x",
                Some("sagemaker/home?region=r#/endpoints/a%20b%1B%5D8%3B%3Bx"),
            ),
            ("arn:aws:sagemaker:r:1:pipeline/p", Some("sagemaker/home?region=r#/studio-landing")),
            ("arn:aws:lambda:r:1:function:f:live", Some("lambda/home?region=r#/functions/f")),
            ("arn:aws:sns:r:1:t", Some("sns/v3/home?region=r#/topic/arn:aws:sns:r:1:t")),
            ("arn:aws:iam::1:role/service/x", Some("iam/home#/roles/details/x")),
            ("arn:aws:sts::1:assumed-role/oncall/ana", Some("iam/home#/roles/details/oncall")),
            ("arn:aws:ssm:r:1:opsitem:1", None),
            ("words", None),
        ];
        for (arn, page) in cases {
            assert_eq!(page_of_arn("r", arn).as_deref(), page, "{arn}");
        }
        let log = "cloudwatch/home?region=r#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FEndpoints$252Fx";
        assert_eq!(page_of_log("r", "/aws/sagemaker/Endpoints/x"), log);
    }
}
