//! Limits of an account that the messages of failures name.

/// Returns the name of the quota in the message of a failure: `… service limit 'ml.g5.xlarge for endpoint usage' is …`.
/// The message is AWS's and may change, so this is a hint.
#[must_use]
pub fn named_limit(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("service limit '")?;
    let (name, _) = rest.split_once('\'')?;
    (!name.is_empty() && name.len() <= 200).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_limit_is_taken_from_the_message() {
        let cases = [
            (
                "ResourceLimitExceeded: The account-level service limit 'ml.g5.xlarge for endpoint usage' is 2 Instances",
                Some("ml.g5.xlarge for endpoint usage"),
            ),
            ("The account-level service limit 'x", None),
            ("The account-level service limit '' is 2", None),
            ("CapacityError: Unable to provision", None),
            ("", None),
        ];
        for (message, name) in cases {
            assert_eq!(named_limit(message), name, "{message}");
        }
    }
}
