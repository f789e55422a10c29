use super::*;

fn sheet(rows: Vec<SheetRow>) -> Sheet {
    Sheet { rows, ..Sheet::default() }
}

fn texts(sheet: &Sheet, cells: usize) -> Vec<String> {
    sheet.lay_out(cells).iter().map(|l| l.line.text().trim_end().to_owned()).collect()
}

fn columns(texts: &[&str]) -> SheetRow {
    SheetRow::Columns(texts.iter().map(|t| Line::from(*t)).collect())
}

fn field(label: &str, value: &str, cursor: Option<usize>, hint: &str) -> SheetRow {
    SheetRow::Field { label: label.into(), value: value.into(), cursor, hint: Line::from(hint) }
}

#[test]
fn columns_share_their_left_edges() {
    let rows = vec![columns(&["model version", "13", "12"]), columns(&["image", "sha256:9f3c…", "same"])];
    assert_eq!(texts(&sheet(rows), 60), ["model version   13             12", "image           sha256:9f3c…   same"]);
}

#[test]
fn columns_wrap_where_they_stand() {
    let rows = vec![columns(&["Sends", "sagemaker:UpdateEndpoint all at once"])];
    assert_eq!(texts(&sheet(rows), 22), ["Sends  sagemaker:", "       UpdateEndpoint", "       all at once"]);
}

#[test]
fn fields_show_the_cursor_and_keep_hints_in_sight() {
    let one = sheet(vec![field("name", "abcdef", Some(6), "needed")]);
    let rows = one.lay_out(60);
    assert_eq!(rows[0].style, RowStyle::Field { start: 5, cells: 40, cursor: Some(6) });
    assert!(rows[0].line.text().ends_with("  needed"));

    let long = "x".repeat(200);
    let rows = sheet(vec![field("name", &long, Some(200), "")]).lay_out(30);
    assert_eq!(rows[0].style, RowStyle::Field { start: 5, cells: 25, cursor: Some(24) });
    assert_eq!(rows[0].line.width(), 30);

    let narrow = sheet(vec![field("Type recommendation-prod to send:", "r", Some(1), "1 of 19")]);
    assert_eq!(texts(&narrow, 24), ["Type recommendation-prod", "to send:", "r", "1 of 19"]);
}

#[test]
fn scrolling_ends_with_the_last_row() {
    let rows = (0..50).map(|n| SheetRow::Text(Line::from(format!("row {n}")))).collect();
    let sheet = sheet(rows);
    assert_eq!(sheet.size((80, 24)), (76, 22));
    assert_eq!(sheet.most_scroll((80, 24)), 30);
    assert_eq!(sheet.most_scroll((80, 100)), 0);
}

#[test]
fn what_is_pinned_takes_its_rows_from_the_content_and_stays() {
    let rows = (0..50).map(|n| SheetRow::Text(Line::from(format!("row {n}")))).collect();
    let sheet = Sheet { pinned: vec![SheetRow::Rule, field("name", "", Some(0), "")], ..sheet(rows) };
    assert_eq!(sheet.size((80, 24)), (76, 22));
    assert_eq!((sheet.page((80, 24)), sheet.most_scroll((80, 24))), (18, 32));
    assert_eq!((sheet.page((80, 100)), sheet.most_scroll((80, 100))), (50, 0));
    assert_eq!(sheet.page((40, 4)), 0, "nothing is left for the content");
}

#[test]
fn any_sheet_fits_any_room() {
    let rows = vec![
        SheetRow::Text(Line::from("日本語 a long line that wraps, with recommendation-prod-v12-20261109-0200 in it")),
        columns(&["a", "sha256:9f3c", "the last one is long", "and one more"]),
        columns(&["a much longer first column", "b"]),
        columns(&[]),
        SheetRow::Rule,
        SheetRow::Item {
            line: Line::from("retrain recommendation"),
            note: Line::from("read-only session"),
            selected: true,
        },
        field("label", "日本語日本語", Some(12), "what is wrong with it"),
        field("", "value", None, ""),
    ];
    let sheet = sheet(rows);
    for cells in 0..90 {
        for rows in sheet.lay_out(cells) {
            assert!(rows.line.width() + rows.note.width() <= cells.max(2), "{cells}: {rows:?}");
        }
    }
    for screen in [(0, 0), (1, 1), (2, 2), (5, 3), (20, 5), (80, 24), (300, 100)] {
        let (cells, rows) = sheet.size(screen);
        assert!(cells <= screen.0 && rows <= screen.1, "{screen:?}");
    }
}

#[test]
fn a_small_sheet_leaves_the_rows_of_banners_and_tabs_visible() {
    let rows = |count: usize| vec![SheetRow::Text(Line::from("x")); count];
    let at = |below: u16, count: usize| Sheet { below, ..sheet(rows(count)) }.area((80, 24)).y;
    assert_eq!([at(0, 4), at(3, 4), at(6, 4)], [4, 4, 6]);
    assert_eq!(at(6, 20), at(0, 20), "a high sheet has no room below them");
}
