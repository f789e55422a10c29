//! The operator's screens, compared with screens that were checked and found good: text and meaning.
//!
//! The pictures in `screenshots/` are made of the very same buffers; a stale one fails.

#![expect(clippy::panic, reason = "a test stops at the first surprise")]

use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use sagetop::assets::{Assets, THEMES};
use sagetop::theme::{Level, Theme};
use sagetop::widgets::picture::{animation, svg};

use crate::golden::{self, golden, painted};
use crate::harness::Harness;

fn theme(name: &str) -> Theme {
    Assets::default().theme(name, Level::True).unwrap_or_else(|e| panic!("{e}"))
}

/// Starts the demo account, and waits until its incident has begun.
async fn incident(columns: u16, rows: u16) -> Harness {
    let mut t = Harness::story("demo").size(columns, rows).start().await;
    t.run_for("150s").await;
    t
}

/// Compares a screen with its golden.
#[track_caller]
fn expect(t: &Harness, name: &str) -> Buffer {
    let buffer = golden::without_ids(&t.buffer());
    golden(name, &buffer);
    buffer
}

/// Compares a screen with its golden and with its picture.
#[track_caller]
fn picture(t: &Harness, name: &str, title: &str) {
    let buffer = expect(t, name);
    is_kept(name, &svg(&painted(&buffer, &theme("dark")), title));
}

/// Compares a picture with the one in `screenshots/`.
#[track_caller]
fn is_kept(name: &str, drawn: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("screenshots/{name}.svg"));
    if env::var_os("UPDATE_GOLDENS").is_some_and(|v| v == "1") {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, drawn));
        assert!(written.is_ok(), "{}: {written:?}", path.display());
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "screenshots/{name}.svg is another picture (UPDATE_GOLDENS=1 makes it anew)");
}

#[tokio::test(start_paused = true)]
async fn home_in_four_sizes() {
    for (columns, rows) in [(60, 15), (80, 24), (200, 50)] {
        let t = incident(columns, rows).await;
        expect(&t, &format!("home_{columns}x{rows}"));
    }
    let mut t = incident(120, 36).await;
    picture(&t, "home", "sagetop demo");
    let found = golden::described(&t.buffer());
    // The same screen is drawn if the terminal gets this size later.
    t.resize(80, 24).await;
    t.resize(120, 36).await;
    assert_eq!(golden::described(&t.buffer()), found);
}

/// An incident from its first sign to its verified end, as the README shows it.
#[tokio::test(start_paused = true)]
async fn a_recorded_session() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    let mut frames = Vec::new();
    let mut keep = |t: &Harness, seconds: u64| {
        let buffer = golden::without_ids(&t.buffer());
        frames.push((painted(&buffer, &theme("dark")), Duration::from_secs(seconds)));
    };
    keep(&t, 2);
    t.until("✗ recommendation", "3m").await;
    t.until("(min 2.5)", "3m").await;
    keep(&t, 4);
    t.to("recommendation").await;
    t.keys("enter").await;
    t.says("run succeeded");
    keep(&t, 4);
    t.keys("esc b").await;
    keep(&t, 2);
    t.says("Roll back recommendation-prod to v12");
    t.keys("'recommendation-prod'").await;
    keep(&t, 5);
    t.keys("enter").await;
    t.until("Updating", "2m").await;
    keep(&t, 3);
    t.until("is InService on", "60m").await;
    t.run_for("5m").await;
    t.says("v12 live");
    keep(&t, 5);
    is_kept("session", &animation(&frames, "sagetop demo"));
}

#[tokio::test(start_paused = true)]
async fn the_first_frame() {
    let t = Harness::story("demo").start().await;
    golden("first_frame", &t.first_buffer());
}

#[tokio::test(start_paused = true)]
async fn panes() {
    let mut t = incident(120, 36).await;
    for (key, name) in [("1", "data"), ("2", "training"), ("3", "registry"), ("4", "endpoints"), ("5", "alarms")] {
        t.keys(key).await;
        picture(&t, name, &format!("sagetop: {name}"));
    }
    for (key, name) in [("6", "activity"), ("7", "sources")] {
        t.keys(key).await;
        expect(&t, name);
    }
}

#[tokio::test(start_paused = true)]
async fn lineage() {
    let mut t = incident(120, 36).await;
    t.to("recommendation").await;
    t.keys("enter").await;
    picture(&t, "lineage", "sagetop: lineage of a model");
    t.keys("esc 5").await;
    t.to("P1-recommendation-ctr").await;
    t.keys("enter").await;
    expect(&t, "alarm");
}

#[tokio::test(start_paused = true)]
async fn the_log_in_two_sizes() {
    for (columns, rows) in [(80, 24), (120, 36)] {
        let mut t = Harness::story("only-the-log-tells").size(columns, rows).ready().await;
        t.to("fraud-screening").await;
        t.keys("l").await;
        t.run_for("5s").await;
        t.keys("e").await;
        expect(&t, &format!("log_{columns}x{rows}"));
    }
}

#[tokio::test(start_paused = true)]
async fn help_palette_and_filter() {
    let mut t = incident(120, 36).await;
    t.keys("?").await;
    picture(&t, "help", "sagetop: keys");
    t.keys("esc : 'roll'").await;
    expect(&t, "palette");
    t.keys("esc 3 / 'recommend !rejected'").await;
    expect(&t, "filter");
}

#[tokio::test(start_paused = true)]
async fn sheets_of_the_intents() {
    let mut t = incident(120, 36).await;
    t.to("recommendation").await;
    t.keys("b 'recommend'").await;
    picture(&t, "rollback", "sagetop: rolling back");
    t.keys("esc a 'CTR holds'").await;
    expect(&t, "reason");
    t.keys("enter").await;
    expect(&t, "approve");
    t.keys("esc r tab tab tab ctrl-u 'deep'").await;
    expect(&t, "retrain");
}

#[tokio::test(start_paused = true)]
async fn every_theme_paints_the_same_meanings() {
    // This screen shows every state from the beginning.
    let start = |theme| Harness::story("ctr").theme(theme).ready();
    let keys = "b 'recommend'";
    let mut t = start(golden::probe()).await;
    let home = t.buffer();
    t.says("✗");
    t.keys(keys).await;
    t.says("to send");
    let plan = t.buffer();
    for (name, _) in THEMES {
        let mut painter = start(theme(name)).await;
        same(name, &painter.buffer(), &painted(&home, &theme(name)));
        painter.keys(keys).await;
        same(name, &painter.buffer(), &painted(&plan, &theme(name)));
    }
}

/// Checks that a picture shows the screen in that theme.
#[track_caller]
fn same(theme: &str, drawn: &Buffer, pictured: &Buffer) {
    let mut cells = drawn.content.iter().zip(&pictured.content).map(|(a, b)| (visible(a), visible(b))).enumerate();
    if let Some((at, (found, wanted))) = cells.find(|(_, (found, wanted))| found != wanted) {
        let width = usize::from(drawn.area.width);
        panic!("{theme}: row {}, column {}: {found:?}, in the picture {wanted:?}", at / width + 1, at % width + 1);
    }
}

/// Removes the invisible style of a cell: a blank has no text, and a line has no weight.
fn visible(cell: &Cell) -> Cell {
    let mut cell = cell.clone();
    if cell.symbol().starts_with(|c| c == ' ' || ('─'..='▟').contains(&c)) {
        cell.modifier &= Modifier::REVERSED;
    }
    if cell.symbol() == " " && cell.modifier.is_empty() {
        cell.fg = Color::Reset;
    }
    cell
}

#[tokio::test(start_paused = true)]
async fn without_colour_nothing_is_coloured_and_every_state_has_its_word() {
    let mut t = Harness::story("demo").theme(theme("mono")).start().await;
    t.run_for("100s").await;
    for keys in ["", "b", "esc 5", "?"] {
        t.keys(keys).await;
        let coloured = |cell: &Cell| cell.fg != Color::Reset || cell.bg != Color::Reset;
        assert!(!t.buffer().content.iter().any(coloured), "after {keys:?}:\n{}", t.text());
    }
    t.keys("esc").await;
    t.says("ALARM");
}

#[tokio::test(start_paused = true)]
async fn ascii_needs_no_other_sign() {
    let mut t = Harness::story("demo").theme(golden::probe().with_ascii(true)).start().await;
    t.run_for("100s").await;
    expect(&t, "home_ascii");
    for keys in ["", "1", "2", "3", "4", "5", "6", "7", "0 enter", "esc b", "esc ?", "esc :"] {
        t.keys(keys).await;
        let text = t.text();
        let strange: String = text.chars().filter(|c| !c.is_ascii()).collect();
        assert!(strange.is_empty(), "{strange:?} after {keys:?}:\n{text}");
    }
}
