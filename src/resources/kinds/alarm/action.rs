//! The actions of an alarm, named by their ARNs.

use std::borrow::Cow;

use crate::aws::Arn;

/// Returns the service of an ARN, or nothing for other text. It splits bytes, because a join calls it twice for each
/// alarm.
pub(super) fn service(arn: &str) -> &[u8] {
    arn.as_bytes().split(|byte| *byte == b':').nth(2).unwrap_or_default()
}

/// Names an action in a few words: the name of a topic, `EC2 stop`, `OpsItem severity 1`, `Lambda fix:PROD`.
///
/// An unknown action is named by the end of its ARN.
pub(super) fn words(arn: &str) -> Cow<'_, str> {
    let (service, thing) = Arn::parse(arn).map(|arn| (arn.service, arn.resource)).unwrap_or_default();
    let after = |start: &str| thing.strip_prefix(start).filter(|rest| !rest.is_empty());
    let last = || arn.rsplit([':', '/']).next().unwrap_or(arn);
    match service {
        "lambda" => after("function:").map(|name| format!("Lambda {name}").into()),
        // `arn:aws:automate:REGION:ec2:stop` has no account.
        "automate" | "swf" => Some(format!("EC2 {}", ec2(arn)).into()),
        "ssm" => after("opsitem:").map(|item| ops_item(item).into()),
        "ssm-incidents" => {
            after("responseplan/").or_else(|| after("response-plan/")).map(|plan| format!("incident {plan}").into())
        }
        "aiops" => Some("investigation".into()),
        _ => None,
    }
    .unwrap_or_else(|| Cow::Borrowed(last()))
}

/// Names an action on EC2: `…:ec2:stop` → `stop`; `…/AWS_EC2.InstanceId.Reboot/1.0` → `reboot`.
fn ec2(arn: &str) -> String {
    let old = arn.rsplit('/').nth(1).and_then(|action| action.rsplit('.').next());
    old.unwrap_or_else(|| arn.rsplit(':').next().unwrap_or(arn)).to_lowercase()
}

/// Names the creation of an `OpsItem`: `1#CATEGORY=Security` → `OpsItem severity 1`.
fn ops_item(item: &str) -> String {
    format!("OpsItem severity {}", item.split('#').next().unwrap_or(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_told_in_a_few_words() {
        let cases = [
            ("arn:aws:sns:eu-west-1:1:oncall-page", "oncall-page"),
            ("arn:aws:lambda:eu-west-1:1:function:fix", "Lambda fix"),
            ("arn:aws:lambda:eu-west-1:1:function:fix:PROD", "Lambda fix:PROD"),
            ("arn:aws:automate:eu-west-1:ec2:stop", "EC2 stop"),
            ("arn:aws:swf:eu-west-1:1:action/actions/AWS_EC2.InstanceId.Reboot/1.0", "EC2 reboot"),
            ("arn:aws:ssm:eu-west-1:1:opsitem:1#CATEGORY=Security", "OpsItem severity 1"),
            ("arn:aws:ssm-incidents::1:responseplan/models", "incident models"),
            ("arn:aws:ssm-incidents::1:response-plan/models", "incident models"),
            ("arn:aws:ssm:eu-west-1:1:opsitem:3", "OpsItem severity 3"),
            ("arn:aws:automate:eu-west-1:ec2:recover", "EC2 recover"),
            ("arn:aws:aiops:eu-west-1:1:investigation-group:x", "investigation"),
            ("arn:aws:autoscaling:eu-west-1:1:scalingPolicy:1f:resource/x:policyName/step-out", "step-out"),
            ("arn:aws:new:eu-west-1:1:thing/what", "what"),
            ("arn:aws:lambda:eu-west-1:1:layer", "layer"),
            ("nonsense", "nonsense"),
            ("", ""),
        ];
        for (arn, told) in cases {
            assert_eq!(words(arn), told, "{arn}");
        }
        assert_eq!((service("arn:aws:sns:r:1:x"), service("nonsense")), (&b"sns"[..], &b""[..]));
    }
}
