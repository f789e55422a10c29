//! Measures how far the clock of this machine is off.

use jiff::{SignedDuration, Timestamp};

/// Returns how far the clock of this machine is ahead of that of AWS, by the message with which AWS rejects a
/// signature. It names the time of the signature first, a bound next, and the time of AWS in brackets:
/// `Signature expired: 20261123T031112Z is now earlier than 20261123T031312Z (20261123T031812Z - 5 min.)`.
pub(super) fn ahead(message: &str) -> Option<SignedDuration> {
    let words = message.split(|c: char| !c.is_ascii_alphanumeric());
    let times: Vec<Timestamp> = words.filter_map(|word| word.parse().ok()).collect();
    let [ours, _, theirs] = times.as_slice() else { return None };
    Some(ours.duration_since(*theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_aws_tells_how_far_the_clock_is_off() {
        let cases = [
            (
                "Signature expired: 20261129T084700Z is now earlier than 20261129T084900Z (20261129T085400Z - 5 min.)",
                Some(-7),
            ),
            (
                "Signature not yet current: 20261123T033112Z is still later than 20261123T031612Z (20261123T031112Z + 5 min.)",
                Some(20),
            ),
            ("Signature expired: 20261129T084700Z is now earlier than 20261129T084900Z", None),
            ("The difference between the request time and the current time is too large.", None),
        ];
        for (message, minutes) in cases {
            assert_eq!(ahead(message).map(|ahead| ahead.as_mins()), minutes, "{message}");
        }
    }
}
