use aws_smithy_types::DateTime;

use super::*;
use crate::aws::ErrorKind;
use crate::resources::Freshness;
use crate::resources::group::ModelPackageGroup;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn group(name: &str, created: i64) -> ModelPackageGroup {
    ModelPackageGroup { name: name.into(), created: Some(at(created)), ..Default::default() }
}

fn error(kind: ErrorKind) -> AwsError {
    AwsError { kind, ..AwsError::other("Call", "") }
}

#[test]
fn a_cursor_goes_on_until_there_is_no_more_or_that_was_enough() {
    let cursor = |pages| Cursor { pages, token: "before".into() };
    for (what, before, pages, next, expected) in [
        ("the first turn", None, 4, Some("next"), Some(4)),
        ("a later turn", Some(cursor(4)), 4, Some("next"), Some(8)),
        ("one page before the end", Some(cursor(5)), 4, Some("next"), Some(9)),
        ("that was enough", Some(cursor(6)), 4, Some("next"), None),
        ("more than enough", Some(cursor(9)), 4, Some("next"), None),
        ("there is nothing more", Some(cursor(4)), 4, None, None),
    ] {
        let found = Cursor::after(before.as_ref(), pages, 10, next.map(str::to_owned));
        assert_eq!(found.as_ref().map(|cursor| cursor.pages), expected, "{what}");
        assert!(found.is_none_or(|cursor| cursor.token == "next"), "{what}");
    }
}

/// Returns what becomes of a table of the groups `a` (created at 10) and `b` (at 20), read at 100, with a listing at
/// 200.
fn laid(listing: Listing<ModelPackageGroup>) -> (Vec<String>, Table<ModelPackageGroup>) {
    let mut table = Table::default();
    table.apply(Ok(Listing::all(vec![group("a", 10), group("b", 20)])), at(100));
    table.apply(Ok(listing), at(200));
    (table.rows().map(|row| row.name.clone()).collect(), table)
}

#[test]
fn the_extent_says_what_becomes_of_rows_that_are_not_named() {
    type Made = fn(Vec<ModelPackageGroup>) -> Listing<ModelPackageGroup>;
    let rows = || vec![group("b", 20), group("c", 30)];
    // Each case has the listing, the rows that there are, and when `a` was last known to be as it is.
    let cases: [(&str, Made, &[&str], Option<i64>); 4] = [
        ("all", Listing::all, &["b", "c"], None),
        ("the rest of a list that began now", Listing::rest, &["b", "c"], None),
        ("all that changed", Listing::changed, &["a", "b", "c"], Some(200)),
        ("a part", Listing::part, &["a", "b", "c"], Some(100)),
    ];
    for (what, made, expected, read) in cases {
        let (names, table) = laid(made(rows()));
        assert_eq!(names, expected, "{what}");
        assert_eq!(table.read_at("a"), read.map(at), "{what}");
        assert_eq!(table.read_at("c"), Some(at(200)), "{what}");
    }
    assert_eq!(laid(Listing::part(Vec::new()).without(vec!["a".into(), "never there".into()])).0, ["b"]);
}

#[test]
fn a_table_is_complete_only_when_all_was_listed_and_nothing_was_cut() {
    let complete = |listing| laid(listing).1.complete();
    assert!(complete(Listing::all(vec![group("a", 10)])));
    assert!(complete(Listing::part(vec![group("a", 10)])), "all was listed before");
    assert!(!complete(Listing::all(vec![group("a", 10)]).capped(true)));
    let mut table = Table::default();
    table.apply(Ok(Listing::part(vec![group("a", 10)])), at(1));
    assert!(!table.complete(), "nobody saw all of it");
    table.apply(Ok(Listing::all(vec![group("a", 10)])), at(2));
    table.apply(Err(error(ErrorKind::Denied)), at(3));
    assert!(!table.complete(), "it may have changed since");
}

#[test]
fn a_part_that_brought_nothing_but_a_fault_makes_nothing_younger() {
    let fault = || Some(error(ErrorKind::Denied));
    let answered = |listing| laid(listing).1.answered_at();
    assert_eq!(answered(Listing::part(Vec::new()).fault(fault())), Some(at(100)));
    assert_eq!(answered(Listing::part(vec![group("c", 1)]).fault(fault())), Some(at(200)));
    assert_eq!(answered(Listing::changed(Vec::new()).fault(fault())), Some(at(200)));
    let (_, table) = laid(Listing::part(Vec::new()).fault(fault()));
    assert!(matches!(table.freshness(), Freshness::Fresh { fault: Some(_), .. }), "the fault is shown");
}

#[test]
fn details_are_missing_until_a_listing_says_that_there_are_no_more() {
    let mut table = Table::default();
    let mut state = |listing: Result<Listing<ModelPackageGroup>, AwsError>| {
        table.apply(listing, at(1));
        (table.partly_read(), table.unfinished())
    };
    let part = || Listing::part(vec![group("a", 10)]);
    assert_eq!(state(Ok(part().more(true))), (true, true), "it is read for the first time");
    assert_eq!(state(Err(error(ErrorKind::Denied))), (false, false), "nothing comes for now");
    assert_eq!(state(Ok(part().more(true))), (true, true), "that time was not over");
    assert_eq!(state(Ok(part())), (false, false));
    assert_eq!(state(Ok(part().more(true))), (false, true), "some that appeared since");
    assert_eq!(state(Err(error(ErrorKind::Denied))), (false, false));
    assert_eq!(state(Ok(part().more(true))), (false, true), "all was read once");
}

#[test]
fn what_was_asked_on_demand_is_good_enough_for_ten_minutes() {
    let (_, table) = laid(Listing::part(Vec::new()).asked(vec!["x".into()]));
    let lately = |what, seconds: i64| asked_lately(&table, what, at(200 + seconds));
    assert_eq!([lately("x", 0), lately("x", 599), lately("x", 600)], [true, true, false]);
    assert!(!lately("y", 0), "nobody asked for that");
    assert_eq!(table.asked_at("x"), Some(at(200)));
}

#[test]
fn what_could_not_be_had_is_asked_again_where_all_calls_failed() {
    let due = || vec!["x".to_owned()];
    for (fault, expected) in [
        (None, due()),
        (Some(ErrorKind::Denied), due()),
        (Some(ErrorKind::Gone), due()),
        (Some(ErrorKind::Throttled), vec![]),
        (Some(ErrorKind::Unreachable), vec![]),
        (Some(ErrorKind::Expired), vec![]),
    ] {
        assert_eq!(settled(due(), fault.map(error).as_ref()), expected, "{fault:?}");
    }
}

#[test]
fn pages_are_read_back_to_what_is_known_and_five_minutes_further() {
    let page = |seconds: &[i64]| seconds.iter().map(|second| Some(DateTime::from_secs(*second))).collect::<Vec<_>>();
    let reaches = |seconds: &[i64], since: Option<i64>| reaches_back(&page(seconds), since.map(at), Option::as_ref);
    for (what, seconds, since, expected) in [
        ("newer than all that is known", &[2000, 1900][..], Some(1000), false),
        ("as old as the newest that is known", &[2000, 1000], Some(1000), false),
        ("five minutes older: the index may lag behind", &[2000, 700], Some(1000), false),
        ("a second more", &[2000, 699], Some(1000), true),
        ("nothing is known", &[2000, 1], None, false),
        ("an empty page", &[], Some(1000), false),
    ] {
        assert_eq!(reaches(seconds, since), expected, "{what}");
    }
    assert!(!reaches_back(&[None::<DateTime>], Some(at(1)), Option::as_ref), "AWS tells no time");
    let (_, table) = laid(Listing::part(vec![group("c", 5)]));
    assert_eq!(newest(&table, |group| group.created), Some(at(20)));
    assert_eq!(newest(&Table::default(), |group: &ModelPackageGroup| group.created), None);
}
