use super::*;
use crate::aws::ErrorKind;
use crate::resources::group::ModelPackageGroup;
use crate::resources::version_record::VersionRecord;

fn group(name: &str) -> ModelPackageGroup {
    ModelPackageGroup { name: name.into(), ..Default::default() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::new(second, 0).unwrap()
}

fn groups(names: &[&str]) -> Listing<ModelPackageGroup> {
    Listing::all(names.iter().map(|n| group(n)).collect())
}

fn denied() -> AwsError {
    AwsError { kind: ErrorKind::Denied, ..AwsError::other("ListModelPackageGroups", "not for you") }
}

fn told(changes: &[Change]) -> Vec<(&str, What)> {
    changes.iter().map(|c| (c.id.as_str(), c.what)).collect()
}

#[test]
fn a_first_poll_is_no_news_and_later_ones_tell_what_changed() {
    let mut table = Table::default();
    assert_eq!(table.source().state, "waiting");
    assert!(table.apply(Ok(groups(&["a", "b"])), at(1)).is_empty());
    assert!(table.apply(Ok(groups(&["a", "b"])), at(2)).is_empty());
    let changes = table.apply(Ok(groups(&["b", "c"])), at(3));
    assert_eq!(told(&changes), [("a", What::Removed), ("c", What::Added)]);
}

#[test]
fn a_part_leaves_the_other_rows_and_their_age() {
    let mut table = Table::default();
    table.apply(Ok(groups(&["a", "b"])), at(1));
    let deleting = ModelPackageGroup { status: "Deleting".into(), ..group("a") };
    let changes = table.apply(Ok(Listing::part(vec![deleting, group("c")])), at(5));
    assert_eq!(told(&changes), [("a", What::Changed), ("c", What::Added)]);
    assert_eq!((table.read_at("a"), table.read_at("b"), table.len()), (Some(at(5)), Some(at(1)), 3));
    let changes = table.apply(Ok(Listing::part(Vec::new()).without(vec!["b".into(), "never".into()])), at(6));
    assert_eq!(told(&changes), [("b", What::Removed)]);
    assert_eq!(table.read_at("a"), Some(at(5)));
}

#[test]
fn a_list_read_in_turns_forgets_what_none_of_them_named() {
    let mut table = Table::default();
    table.apply(Ok(groups(&["a", "b", "c", "d"])), at(1));
    let turn = |rows: &[&str]| rows.iter().map(|n| group(n)).collect();
    let cursor = Some(Cursor { pages: 1, token: "next".into() });
    assert!(table.apply(Ok(Listing::part(turn(&["a", "e"])).cursor(cursor).more(true)), at(5)).len() == 1);
    table.apply(Err(denied()), at(6));
    let changes = table.apply(Ok(Listing::rest(turn(&["c"]))), at(7));
    assert_eq!(told(&changes), [("b", What::Removed), ("d", What::Removed)]);
    assert!(table.complete() && table.cursor().is_none() && !table.unfinished());
}

#[test]
fn a_search_that_finds_nothing_new_makes_all_rows_young() {
    let mut table = Table::default();
    table.apply(Ok(groups(&["a", "b"])), at(1));
    assert!(table.apply(Ok(Listing::changed(vec![group("a")])), at(60)).is_empty());
    assert_eq!((table.read_at("a"), table.read_at("b"), table.len()), (Some(at(60)), Some(at(60)), 2));
}

#[test]
fn a_failed_poll_keeps_the_rows_and_their_age() {
    let mut table = Table::default();
    table.apply(Ok(groups(&["a"])), at(7));
    table.apply(Err(denied()), at(60));
    assert_eq!((table.len(), table.read_at("a")), (1, Some(at(7))));
    let source = table.source();
    assert_eq!((source.state, source.fetched_at), ("denied", Some(at(7))));
    assert!(source.error.unwrap().contains("not for you"));
}

#[test]
fn missing_details_do_not_make_the_rows_stale() {
    let mut table = Table::default();
    table.apply(Ok(groups(&["a"]).fault(Some(denied())).capped(true)), at(7));
    assert!(matches!(table.freshness(), Freshness::Fresh { fault: Some(_), .. }));
    assert_eq!((table.source().state, table.source().capped), ("denied", true));
}

#[test]
fn rows_of_an_earlier_run_are_shown_with_their_age_and_compared_with_the_first_answer() {
    let mut earlier = Table::default();
    earlier.apply(Ok(groups(&["a", "b"])), at(3));
    let mut table = earlier.saved();
    assert_eq!((table.source().state, table.answered(), table.read_at("a")), ("saved", false, Some(at(3))));
    let changes = table.apply(Ok(groups(&["b", "c"])), at(90));
    assert_eq!(told(&changes), [("a", What::Removed), ("c", What::Added)]);
    assert_eq!((table.source().state, table.read_at("b")), ("fresh", Some(at(90))));
}

#[test]
fn a_kind_that_is_read_on_demand_is_as_old_as_its_newest_question() {
    let record = || VersionRecord { package: "fraud:1".into(), ..VersionRecord::default() };
    let told = |table: &Table<VersionRecord>| (table.source().state, table.source().fetched_at);
    let mut table = Table::default();
    table.apply(Ok(Listing::part(Vec::new())), at(1));
    assert_eq!(told(&table), ("on demand", None));
    table.apply(Ok(Listing::part(vec![record()]).asked(vec!["fraud:1".into()])), at(5));
    table.apply(Ok(Listing::part(Vec::new())), at(900));
    assert_eq!(told(&table), ("fresh", Some(at(5))), "nobody asked since");
    let mut restored = table.saved();
    assert_eq!(told(&restored), ("saved", Some(at(5))));
    restored.apply(Ok(Listing::part(Vec::new())), at(9000));
    assert_eq!(told(&restored), ("on demand", Some(at(5))), "the rows are those of the earlier run");
}

/// Writes a table to disk and reads it again, patch by patch, over the table before.
fn patched(
    before: &Table<ModelPackageGroup>,
    after: &Table<ModelPackageGroup>,
    at: Timestamp,
) -> (Table<ModelPackageGroup>, Vec<Change>, usize) {
    let (mut table, mut changes, mut bytes) = (before.clone(), Vec::new(), 0);
    let mut write = |patch: Patch| {
        let text = serde_json::to_string(&patch)?;
        bytes += text.len();
        changes.extend(table.patch(serde_json::from_str(&text)?, at)?);
        Ok(())
    };
    after.patches_since(before, &mut write).unwrap();
    (table, changes, bytes)
}

#[test]
fn patches_make_the_same_table_and_the_same_changes_as_the_answers_did() {
    let description = "x".repeat(1000);
    let described = |name: &str| ModelPackageGroup { description: description.clone(), ..group(name) };
    let deleting = ModelPackageGroup { status: "Deleting".into(), ..described("b") };
    let cursor = Some(Cursor { pages: 1, token: "next".into() });
    let answers = [
        Ok(Listing::all(vec![described("a"), described("b"), described("c")])),
        Ok(Listing::all(vec![described("a"), described("b"), described("c")])),
        Ok(Listing::part(vec![deleting, described("c")]).asked(vec!["a".into()]).more(true)),
        Err(denied()),
        Ok(Listing::part(Vec::new()).fault(Some(denied()))),
        Ok(Listing::part(vec![described("a"), group("e")]).cursor(cursor)),
        Ok(Listing::rest(vec![group("f")])),
        Ok(Listing::all(Vec::new()).capped(true)),
    ];
    let (mut live, mut replayed, start) = (Table::default(), Table::default(), Table::default());
    for (answer, second) in answers.into_iter().zip(1..) {
        let before = live.clone();
        let changes = live.apply(answer, at(second));
        let (table, told, bytes) = patched(&replayed, &live, at(second));
        assert_eq!(told, changes, "answer {second}");
        assert!(second == 1 || bytes < 600, "what is known is not repeated: {bytes} bytes of answer {second}");
        for whole in [&table, &patched(&start, &live, at(second)).0] {
            assert_eq!(
                (&whole.rows, &whole.state, &whole.asked),
                (&live.rows, &live.state, &live.asked),
                "answer {second}"
            );
        }
        assert_eq!(patched(&before, &before, at(second)).2, 0, "no difference is no patch");
        replayed = table;
    }
}

#[test]
fn a_large_table_is_handed_out_in_pieces() {
    let mut table = Table::default();
    table.apply(Ok(Listing::all((0..1201).map(|n| group(&n.to_string())).collect())), at(1));
    let mut pieces = 0;
    table
        .patches_since(&Table::default(), &mut |_| {
            pieces += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!((pieces, patched(&Table::default(), &table, at(1)).0.len()), (3, 1201));
}
