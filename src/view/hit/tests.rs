use super::*;
use crate::view::{Align, Cut};
use crate::view::{Block, Column, Footer, KeyHint, Line, Row, Tab, Width};

/// Returns a screen with tabs, a table of three rows with a title, and a footer with two keys, on 60 cells and 10 rows.
fn screen() -> Screen {
    let tab =
        |key: &str, pane: &'static str, shown| Tab { key: key.into(), name: pane.into(), short: pane, pane, shown };
    let column = |title, cells| Column { title, width: Width::Cells(cells), align: Align::Left, cut: Cut::End };
    let row = |n: usize| Row { id: Id::of(&n), cells: vec![Line::from("x")], selected: n == 0, changed: false };
    let table = Table {
        title: Some(Line::from("endpoints")),
        columns: vec![column("NAME", 10), column("STATUS", 10)],
        rows: (0..3).map(row).collect(),
        place: (0, 3),
        ..Table::default()
    };
    let hint = |key: &str, action: &str| KeyHint {
        key: key.into(),
        label: action.into(),
        action: action.into(),
        works: true,
        kept: false,
    };
    Screen {
        header: vec![(Line::from("sagetop"), Line::new())],
        blocks: vec![
            Block { height: 1, content: Content::Tabs(vec![tab("0", "home", false), tab("4", "endpoints", true)]) },
            Block { height: 7, content: Content::Table(table) },
        ],
        footer: Footer { keys: vec![hint("o", "sort"), hint("?", "help")], ..Footer::default() },
        ..Screen::default()
    }
}

#[test]
fn every_part_is_hit_where_it_stands() {
    let row = |n: usize| Some(Hit::Row(Id::of(&n)));
    let key = |action: &str| Some(Hit::Key(action.into()));
    for (at, wanted) in [
        ((3, 0), None),
        // ` 0 home  4 endpoints `
        ((0, 1), Some(Hit::Tab("home"))),
        ((6, 1), Some(Hit::Tab("home"))),
        ((8, 1), None),
        ((9, 1), Some(Hit::Tab("endpoints"))),
        ((59, 1), None),
        // The title, then the heads: a margin, ten cells, a gap, ten cells.
        ((2, 2), None),
        ((0, 3), None),
        ((1, 3), Some(Hit::Head(0))),
        ((10, 3), Some(Hit::Head(0))),
        ((11, 3), None),
        ((12, 3), Some(Hit::Head(1))),
        // A row is as wide as the screen.
        ((0, 4), row(0)),
        ((59, 6), row(2)),
        ((1, 7), None),
        ((1, 8), None),
        // ` o sort   ? help`
        ((0, 9), None),
        ((1, 9), key("sort")),
        ((6, 9), key("sort")),
        ((7, 9), None),
        ((10, 9), key("help")),
        ((15, 9), key("help")),
        ((16, 9), None),
        // These cells are outside of the screen.
        ((60, 4), None),
        ((1, 10), None),
    ] {
        assert_eq!(hit(&screen(), (60, 10), at), wanted, "{at:?}");
    }
}

#[test]
fn nothing_is_hit_where_nothing_can_be_read() {
    assert_eq!(hit(&screen(), (39, 10), (1, 4)), None);
    assert_eq!(hit(&screen(), (60, 7), (1, 4)), None);
}

#[test]
fn a_message_hides_the_keys() {
    let footer = Footer { message: Some(Line::from("sorted")), ..screen().footer };
    assert_eq!(hit(&Screen { footer, ..screen() }, (60, 10), (1, 9)), None);
}
