use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::*;
use crate::assets::Assets;
use crate::theme::{Level, Token};
use crate::view::{
    Align, Arrow, Block, Chain, Chart, Column, Content, Cut, Footer, Hit, Id, KeyHint, Line, Node, Row, Sheet,
    SheetRow, Span, Stage, Tab, Table, Tone, Tree, Width, hit,
};

fn theme(name: &str) -> Theme {
    Assets::default().theme(name, Level::True).unwrap()
}

fn drawn(screen: &Screen, theme: &Theme, (width, height): (u16, u16)) -> (Buffer, Option<Position>) {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut cursor = None;
    terminal
        .draw(|frame| {
            let area = frame.area();
            cursor = super::screen::draw(screen, theme, area, frame.buffer_mut());
        })
        .unwrap();
    (terminal.backend().buffer().clone(), cursor)
}

fn rows(screen: &Screen, size: (u16, u16)) -> Vec<String> {
    let (buffer, _) = drawn(screen, &theme("dark"), size);
    let row = |y| (0..size.0).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..size.1).map(row).collect()
}

fn one(content: Content, height: u16) -> Screen {
    Screen { blocks: vec![Block { height, content }], ..Screen::default() }
}

fn column(title: &'static str, width: Width) -> Column {
    Column { title, width, align: Align::Left, cut: Cut::Middle }
}

fn table(count: usize, selected: usize) -> Table {
    let row = |n: usize| Row {
        id: Id::of(&n),
        cells: vec![
            Line::new().with("✗", Tone::Bad),
            Line::from(format!("recommendation-prod-v{n}-20261123-0305")),
            Line::from("41 ms"),
        ],
        selected: n == selected,
        changed: n == selected + 1,
    };
    Table {
        title: Some(Line::from("Endpoints")),
        note: Some(Line::new().muted("12 s old")),
        columns: vec![
            column("", Width::Cells(1)),
            column("NAME", Width::Fill { share: 1, min: 12 }),
            Column { align: Align::Right, ..column("P99", Width::Cells(8)) },
        ],
        sorted: Some((2, true)),
        rows: (0..count).map(row).collect(),
        place: (11, 143),
        empty: vec![Line::from("No endpoint yet."), Line::from("One appears when a model is deployed.")],
    }
}

fn chain() -> Chain {
    let stage = |title: &str, tone, state: &str| Stage {
        title: title.into(),
        tone,
        state: Line::new().with(state, tone),
        age: Line::new(),
        facts: vec![Line::from("first fact").into(), Line::from("second fact").into()],
        selected: tone == Tone::Bad,
    };
    Chain {
        title: Line::from("recommendation"),
        stages: vec![
            stage("DATA", Tone::Good, "✓ 2 h"),
            stage("TRAINING", Tone::Good, "✓ 3 h"),
            stage("REGISTRY", Tone::Busy, "◇ v14"),
            stage("ENDPOINT prod", Tone::Bad, "✗ v13 5XX 4.1%"),
            stage("ALARMS", Tone::Warn, "▲ 2"),
        ],
        arrows: vec![Arrow::Exact, Arrow::Derived, Arrow::Guess, Arrow::Missing],
    }
}

fn tree() -> Tree {
    let node = |name: &str, children| {
        let line = Line::from(format!("node {name}"));
        Node { id: Id::of(&name), line, children, closed: name == "b", selected: name == "b" }
    };
    let deep = (0..30).fold(Vec::new(), |below, n| vec![node(&n.to_string(), below)]);
    Tree {
        title: Line::from("Lineage"),
        nodes: vec![node("a", deep), node("b", vec![node("c", Vec::new())])],
        facts: vec![("status".into(), Line::from("InService")), ("ARN".into(), Line::from("arn:aws:x".repeat(20)))],
        scroll: 0,
        scroll_keys: "K J".into(),
    }
}

fn chart() -> Chart {
    Chart {
        title: Line::from("5XX rate %"),
        points: (0..180_u32).map(|n| (!(60..70).contains(&n)).then(|| f64::from(n) / 40.0)).collect(),
        threshold: Some((2.0, "2 %".into())),
        marks: vec![(90, Span::new("●", Tone::Strong)), (900, Span::new("✗", Tone::Bad))],
        ends: ("00:14".into(), "03:14".into()),
        tone: Tone::Bad,
    }
}

fn sheet(rows: usize, focus: Option<usize>) -> Sheet {
    let item = |n| SheetRow::Item {
        line: Line::from(format!("item {n}")),
        note: Line::from("note"),
        selected: Some(n) == focus,
    };
    Sheet {
        title: Line::from("Roll back recommendation-prod"),
        tone: Tone::Warn,
        width: 60,
        rows: (0..rows).map(item).collect(),
        pinned: Vec::new(),
        focus,
        scroll: 0,
        keys: vec![key("enter", "send", true, true), key("esc", "no", true, true)],
        below: 0,
    }
}

fn everything() -> Screen {
    let tab = |key: &str, name: &'static str| Tab {
        key: key.into(),
        name: name.into(),
        short: name,
        pane: name,
        shown: key == "0",
    };
    let blocks = [
        (1, Content::Tabs(vec![tab("0", "home"), tab("4", "endpoints")])),
        (6, Content::Table(table(9, 3))),
        (6, Content::Chain(chain())),
        (5, Content::Tree(tree())),
        (6, Content::Chart(chart())),
        (3, Content::Lines { title: Some(Line::from("Notes")), lines: vec![Line::from("日本語 line")] }),
    ];
    Screen {
        header: vec![(Line::from("sagetop   retail-prod"), Line::from("✗ 1 broken"))],
        banners: vec![Line::new().with("▲ Credentials expire in 4 min", Tone::Warn)],
        blocks: blocks.into_iter().map(|(height, content)| Block { height, content }).collect(),
        footer: footer(),
        sheet: None,
    }
}

fn key(key: &str, label: &str, works: bool, kept: bool) -> KeyHint {
    KeyHint { key: key.into(), label: label.into(), action: label.into(), works, kept }
}

fn footer() -> Footer {
    let keys = vec![
        key("b", "roll back to v12", true, false),
        key("x", "reject", false, false),
        key("r", "retrain", true, false),
        key("?", "keys", true, true),
    ];
    Footer { message: None, cursor: None, keys }
}

#[test]
fn any_size_can_be_drawn_and_drawing_changes_nothing() {
    let plain = everything();
    let with_sheet = Screen { sheet: Some(sheet(40, Some(20))), ..everything() };
    for theme in [theme("dark"), theme("mono").with_ascii(true)] {
        for width in (1..60).step_by(2).chain([80, 95, 120, 200]) {
            for height in [1, 2, 3, 5, 8, 9, 12, 24, 50] {
                for screen in [&plain, &with_sheet] {
                    let first = drawn(screen, &theme, (width, height));
                    assert_eq!(first, drawn(screen, &theme, (width, height)));
                    let ascii = first.0.content.iter().all(|c| c.symbol().is_ascii());
                    assert!(ascii || !theme.ascii(), "{width}×{height}");
                }
            }
        }
    }
}

#[test]
fn a_small_terminal_is_told_what_is_needed() {
    assert_eq!(rows(&everything(), (30, 3)), ["terminal too small: 30×3,", "sagetop needs 40×8", ""]);
}

#[test]
fn a_table_keeps_its_edges_and_its_cursor() {
    let screen = one(Content::Table(table(3, 1)), 6);
    let shown = rows(&screen, (48, 8));
    assert_eq!(shown[0], " Endpoints              12 s old   12–14 of 143");
    assert_eq!(shown[1], "   NAME                                   P99 ↓");
    assert_eq!(shown[2], " ✗ recommendation-prod-v0-20261123-0305   41 ms");
    let (buffer, _) = drawn(&screen, &theme("dark"), (48, 8));
    let bar = theme("dark").style(Token::Selection).bg.unwrap();
    assert!((0..48).all(|x| buffer[(x, 3)].bg == bar), "the cursor's bar goes from edge to edge");
    let (mono, _) = drawn(&screen, &theme("mono"), (48, 8));
    assert!((0..48).all(|x| mono[(x, 3)].modifier.contains(ratatui::style::Modifier::REVERSED)));
}

#[test]
fn a_cursor_below_the_edge_comes_into_sight() {
    let shown = rows(&one(Content::Table(table(20, 15)), 6), (60, 8));
    assert!(shown[5].contains("-v15-"), "{shown:#?}");
    assert!(shown[0].ends_with("24–27 of 143"), "{shown:#?}");
}

#[test]
fn an_empty_table_says_why() {
    let shown = rows(&one(Content::Table(Table { place: (0, 0), ..table(0, 0) }), 6), (60, 8));
    assert_eq!(shown[2], " No endpoint yet.");
}

#[test]
fn columns_without_room_are_left_out() {
    let mut wide = table(1, 0);
    wide.columns = vec![column("A", Width::Cells(30)), column("B", Width::Cells(30)), column("C", Width::Cells(5))];
    let shown = rows(&one(Content::Table(wide), 6), (42, 8));
    assert_eq!(shown[1], " A   B", "the first one needs little, so the second one has its room");
}

#[test]
fn the_way_fits_in_one_line_of_eighty() {
    let shown = rows(&one(Content::Chain(chain()), 2), (80, 8));
    let strip = " DATA ✓ 2 h ─▶ TRAIN ✓ 3 h ┄▶ REG ◇ v14 ·▶ PROD ✗ v13 5XX 4.1% ╴✗╶ ALARMS ▲ 2";
    assert_eq!(shown[1].as_str(), strip);
}

#[test]
fn the_way_is_boxes_where_there_is_room_and_rows_where_there_is_height() {
    let boxes = rows(&one(Content::Chain(chain()), 6), (120, 8));
    assert_eq!(boxes[1].matches('╭').count() + boxes[1].matches('┏').count(), 5);
    assert!(boxes[3].contains("│──▶│") && boxes[3].contains("│┄┄▶│") && boxes[3].contains("│··▶┃"), "{}", boxes[3]);
    let list = rows(&one(Content::Chain(chain()), 6), (60, 8));
    assert_eq!(list[4], " ·▶  ENDPOINT prod  ✗ v13 5XX 4.1%  first fact · second fa…");
    assert!(list[5].starts_with(" ╴✗╶ ALARMS"), "{}", list[5]);
}

#[test]
fn the_title_of_a_box_that_is_cut_says_so() {
    let titled = |title: &str| {
        let mut chain = chain();
        chain.stages[3].title = title.into();
        rows(&one(Content::Chain(chain), 6), (120, 8))[1].clone()
    };
    for (title, shown) in [
        ("ENDPOINT prod", "┏ ENDPOINT prod ━"),
        ("ENDPOINT web-gateway-prod", "… ┓"),
        ("ENDPOINT ein-größeres-tor", "… ┓"),
    ] {
        let drawn = titled(title);
        assert!(drawn.contains(shown), "{title}\n{drawn}");
    }
}

#[test]
fn the_focus_of_a_sheet_is_visible_rows() {
    for focus in [0, 1, 19, 38, 39] {
        let screen = Screen { sheet: Some(sheet(40, Some(focus))), ..everything() };
        let shown = rows(&screen, (80, 24)).join("\n");
        assert!(shown.contains(&format!("item {focus} ")), "{focus}\n{shown}");
        assert_eq!(shown.contains("↑"), focus > 9, "{focus}\n{shown}");
    }
}

#[test]
fn the_cursor_is_where_the_operator_types() {
    let field = SheetRow::Field { label: "Type prod:".into(), value: "pr".into(), cursor: Some(2), hint: Line::new() };
    let screen = Screen { sheet: Some(Sheet { rows: vec![field], width: 40, ..Sheet::default() }), ..everything() };
    let (buffer, cursor) = drawn(&screen, &theme("dark"), (80, 24));
    let at = cursor.unwrap();
    assert_eq!(buffer[(at.x - 1, at.y)].symbol(), "r");

    let message = Some(Line::from("/recomm"));
    let screen = Screen { footer: Footer { message, cursor: Some(7), keys: Vec::new() }, ..everything() };
    assert_eq!(drawn(&screen, &theme("dark"), (80, 24)).1, Some(Position::new(8, 23)));
}

#[test]
fn the_way_to_all_keys_is_always_in_the_footer() {
    let screen = Screen { footer: footer(), ..Screen::default() };
    // A key that does nothing never replaces one that works.
    assert_eq!(rows(&screen, (40, 8))[7], " b roll back to v12   ? keys");
    assert_eq!(rows(&screen, (42, 8))[7], " b roll back to v12   r retrain   ? keys");
}

#[test]
fn a_tree_shows_what_is_selected_and_hides_what_is_closed() {
    let shown = rows(&one(Content::Tree(tree()), 8), (120, 9)).join("\n");
    assert!(shown.contains("▸ node b") && !shown.contains("node c"), "{shown}");
    assert!(shown.contains("status  InService"), "{shown}");
}

#[test]
fn a_chart_has_a_scale_a_threshold_and_gaps() {
    let shown = rows(&one(Content::Chart(chart()), 8), (80, 9));
    assert!(shown[1].starts_with("   5 │"), "{shown:#?}");
    assert!(shown.iter().any(|row| row.contains('┄') && row.ends_with("2 %")), "{shown:#?}");
    assert!(shown[6].starts_with("   0 │▁"), "zero is seen: {shown:#?}");
    assert!(shown[6].contains("█    █") || shown[6].contains("█   █"), "no data is a gap: {shown:#?}");
    assert!(shown[7].starts_with("      00:14") && shown[7].contains('●'), "{shown:#?}");
    assert!(shown[7].ends_with("03:14 ✗"), "a mark and a time do not cover each other: {shown:#?}");
}

/// Returns the places of the cells that begin this text.
fn cells_of(screen: &Screen, size: (u16, u16), text: &str) -> Vec<(u16, u16)> {
    let rows = rows(screen, size);
    let found = rows.iter().zip(0..).filter_map(|(row, y)| {
        let at = row.split_once(text)?.0.chars().count();
        Some((u16::try_from(at).unwrap(), y))
    });
    found.flat_map(|(x, y)| (x..x + u16::try_from(text.chars().count()).unwrap()).map(move |x| (x, y))).collect()
}

#[test]
fn what_is_hit_is_what_was_drawn_there() {
    let screen = everything();
    let row = |n: usize| Hit::Row(Id::of(&n));
    for size in [(120, 40), (80, 40), (60, 40)] {
        for (text, wanted) in [
            ("sagetop", None),
            ("expire", None),
            ("home", Some(Hit::Tab("home"))),
            ("4 endpoints", Some(Hit::Tab("endpoints"))),
            ("Endpoints", None),
            ("NAME", Some(Hit::Head(1))),
            ("prod-v0", Some(row(0))),
            ("prod-v3", Some(row(3))),
            ("Notes", None),
            ("roll back", Some(Hit::Key("roll back to v12".into()))),
            ("? keys", Some(Hit::Key("keys".into()))),
        ] {
            let cells = cells_of(&screen, size, text);
            assert!(!cells.is_empty(), "{text:?} is not drawn at {size:?}: {:#?}", rows(&screen, size));
            assert!(cells.iter().all(|at| hit(&screen, size, *at) == wanted), "{text:?} at {size:?}");
        }
    }
}

#[test]
fn nodes_of_a_tree_are_hit_where_they_are_drawn() {
    let mut hits = 0;
    for height in [3, 4, 5, 12, 40] {
        let (screen, size) = (one(Content::Tree(tree()), height), (120, 42));
        for name in ["a", "29", "10", "0", "b"] {
            for at in cells_of(&screen, size, &format!("node {name}")) {
                hits += 1;
                assert_eq!(hit(&screen, size, at), Some(Hit::Node(Id::of(&name))), "{name} at {at:?} of {height}");
            }
        }
        assert!(cells_of(&screen, size, "node c").is_empty(), "what is closed is not there");
    }
    assert!(hits > 60, "{hits}");
}

#[test]
fn an_open_sheet_hides_what_lies_below() {
    let size = (80, 24);
    let screen = Screen { sheet: Some(sheet(40, Some(20))), ..everything() };
    let mut hits = 0;
    for (x, y) in (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y))) {
        match hit(&screen, size, (x, y)) {
            None | Some(Hit::Key(_)) => {}
            Some(Hit::SheetRow { place, pinned: false }) => {
                hits += 1;
                let line = &rows(&screen, size)[usize::from(y)];
                assert!(line.contains(&format!("item {place} ")), "{place} at {x}, {y}: {line}");
            }
            other => panic!("{other:?} at {x}, {y}"),
        }
    }
    assert!(hits > 500, "{hits}");
}
