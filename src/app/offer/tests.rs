use super::*;
use crate::update::ACTIONS;

#[test]
fn a_name_fits_exactly_from_its_beginning_in_a_word_or_within() {
    for (name, typed, wanted) in [
        ("alarms", "Alarms", Some(Fit::Exact)),
        ("endpoints", "endp", Some(Fit::Prefix)),
        ("next-pane", "pane", Some(Fit::Word)),
        ("next-pane", "next pane", Some(Fit::Exact)),
        ("recommendation/14", "14", Some(Fit::Word)),
        ("recommendation", "mend", Some(Fit::Within)),
        ("rollback", "back", Some(Fit::Within)),
        ("alarms", "pipeline", None),
    ] {
        assert_eq!(fit(name, &squeezed(typed)), wanted, "{typed} in {name}");
    }
}

#[test]
fn letters_in_the_right_order_fit_loosely() {
    assert!(Fuzzy::new("src").fits("sources"));
    assert!(!Fuzzy::new("crs").fits("sources"));
}

#[test]
fn a_write_is_chosen_by_its_whole_name_alone() {
    for action in ACTIONS {
        let offer = Offer::Do(action);
        let half = action.name.get(..action.name.len() - 1).unwrap_or_default();
        assert!(offer.chosen_by(action.name));
        assert_eq!(offer.chosen_by(half), !action.writes(), "{half}");
        assert_eq!(offer.chosen_by(""), !action.writes(), "nothing was typed");
    }
}
