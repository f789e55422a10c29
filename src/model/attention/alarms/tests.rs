use super::*;

#[test]
fn only_alarms_with_data_are_quiet() {
    let alarm = |state: &str, evaluation: Option<&str>| {
        Seems::of(&Alarm { state: state.into(), evaluation: evaluation.map(str::to_owned), ..Alarm::default() })
    };
    let (ok, dry) = (alarm("OK", None), alarm("INSUFFICIENT_DATA", None));
    let (partial, odd) = (alarm("OK", Some("PARTIAL_DATA")), alarm("SOMETHING_NEW", None));
    let cases: [(&[Seems], &str); 9] = [
        (&[], "no alarm watches it"),
        (&[ok], "1 alarm quiet"),
        (&[ok, ok, ok], "3 alarms quiet"),
        (&[dry], "1 alarm without data"),
        (&[ok, dry, ok], "1 of 3 without data"),
        (&[dry, dry], "2 of 2 without data"),
        (&[ok, partial, dry], "1 of 3 without data, 1 of 3 with part of the data"),
        (&[ok, odd], "1 of 2 in no known state"),
        // A firing alarm may be good news. In that case nothing else is worse.
        (&[ok, alarm("ALARM", None)], "1 of 2 in ALARM"),
    ];
    for (states, text) in cases {
        assert_eq!(states_in_words(states), text);
    }
}
