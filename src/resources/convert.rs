//! Converts values of AWS.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};

/// Converts a time of the SDK; `None` when it cannot be represented.
pub(crate) fn time(at: Option<&aws_smithy_types::DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

/// Returns a number that can be kept; `None` for NaN and infinity, which AWS may report for a metric that did not
/// converge. JSON has no word for them.
pub(super) fn finite<N: Copy + Into<f64>>(number: Option<N>) -> Option<N> {
    number.filter(|number| (*number).into().is_finite())
}

/// Returns a text as a part of an address: all that may mean something there is percent-encoded.
pub(super) fn url_part(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/');
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Converts a number of AWS to one of double precision that is written with the same digits: 0.862 stays 0.862.
#[must_use]
pub(super) fn exact(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| number.into())
}

/// Serializes a number of AWS with the same digits.
pub(super) fn digits<N: Copy + Into<Option<f32>>, S: Serializer>(number: &N, serializer: S) -> Result<S::Ok, S::Error> {
    let number: Option<f32> = (*number).into();
    number.map(exact).serialize(serializer)
}

/// Returns an ARN as a part of an address. Consoles expect its colons as they are.
pub(super) fn url_arn(arn: &str) -> String {
    url_part(arn).replace("%3A", ":")
}

/// Returns the last part of an ARN, or the text itself: `arn:…:endpoint/x` → `x`, `arn:…:function:x` → `x`.
#[must_use]
pub fn arn_name(arn: &str) -> &str {
    let last = arn.rsplit('/').next().unwrap_or(arn);
    if last.starts_with("arn:") { last.rsplit(':').next().unwrap_or(last) } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_json_cannot_hold_is_none() {
        let cases = [(0.5, Some(0.5)), (f32::NAN, None), (f32::INFINITY, None), (f32::NEG_INFINITY, None)];
        for (number, kept) in cases {
            assert_eq!(finite(Some(number)), kept);
        }
        assert_eq!((finite(Some(f64::NAN)), finite::<f64>(None)), (None, None));
    }

    #[test]
    fn a_number_keeps_its_digits() {
        for (number, text) in [(0.862, "0.862"), (0.1, "0.1"), (3.0, "3"), (1e-7, "0.0000001")] {
            assert_eq!(exact(number).to_string(), text);
        }
    }

    #[test]
    fn names_come_from_arns_and_go_into_addresses() {
        let cases = [
            ("arn:aws:sagemaker:eu-west-1:1:endpoint/fraud", "fraud"),
            ("arn:aws:lambda:eu-west-1:1:function:deploy", "deploy"),
            ("arn:aws:codepipeline:eu-west-1:1:web", "web"),
            ("s3://lake/a:b", "a:b"),
            ("name", "name"),
        ];
        for (arn, name) in cases {
            assert_eq!(arn_name(arn), name);
        }
        assert_eq!(url_part("fraud 5xx > 2 %/é"), "fraud%205xx%20%3E%202%20%25/%C3%A9");
    }
}
