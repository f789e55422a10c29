//! Converts values of AWS.

use jiff::Timestamp;

/// Converts a time of the SDK; `None` when it cannot be represented.
pub(crate) fn time(at: Option<&aws_smithy_types::DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

/// Returns the last part of an ARN, or the text itself: `arn:…:endpoint/x` → `x`, `arn:…:function:x` → `x`.
#[must_use]
pub fn arn_name(arn: &str) -> &str {
    let last = arn.rsplit('/').next().unwrap_or(arn);
    if last.starts_with("arn:") { last.rsplit(':').next().unwrap_or(last) } else { last }
}
