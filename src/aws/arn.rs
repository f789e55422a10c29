//! The parts of an ARN.

/// The parts of an ARN that this program needs: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) service: &'a str,
    /// Empty if the service has no regions, or if the resource is in all of them.
    pub(crate) region: &'a str,
    /// Empty if the ARN needs no account, as that of a bucket.
    pub(crate) account: &'a str,
    /// The rest, which may hold colons and slashes.
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Parses an ARN; returns `None` for other text. A part may be empty, and the parts are not checked further.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':').skip(1);
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { service, region, account, resource: parts.next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_six_parts_of_which_the_last_may_have_colons() {
        let cases = [
            ("arn:aws:sns:eu-west-1:1234:oncall", Some(("sns", "eu-west-1", "1234", "oncall"))),
            ("arn:aws-cn:iam::1234:role/a/b", Some(("iam", "", "1234", "role/a/b"))),
            ("arn:aws:s3:::lake", Some(("s3", "", "", "lake"))),
            ("arn:aws:logs:eu-west-1:1234:log-group:/a:*", Some(("logs", "eu-west-1", "1234", "log-group:/a:*"))),
            ("arn:aws:sns:eu-west-1:1234", None),
            ("s3:aws:sns:eu-west-1:1234:oncall", None),
            ("", None),
        ];
        for (text, parts) in cases {
            let parts = parts.map(|(service, region, account, resource)| Arn { service, region, account, resource });
            assert_eq!(Arn::parse(text), parts, "{text}");
        }
    }
}
