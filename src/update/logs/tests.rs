use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;

use super::super::{NAMES, TABLES};
use super::*;
use crate::app::{Account, Item, Msg, Subject};
use crate::assets::Assets;
use crate::logs::{LogLine, LogNews, LogUpdate, MOST_BYTES, MOST_LINES};
use crate::resources::endpoint::Endpoint;
use crate::resources::step::{Made, PipelineStep};
use crate::resources::{AccountId, Kind, Listing, Observed};
use crate::view::{Content, Screen, Table};

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A console with one endpoint and one run that failed.
fn console() -> App {
    let mut observed = Observed { at: second(200_000), ..Observed::default() };
    let endpoint = Endpoint { name: "fraud-prod".into(), ..Endpoint::default() };
    observed.store.endpoints.apply(Ok(Listing::all(vec![endpoint])), observed.at);
    let step = |name: &str, status: &str, made: Made| PipelineStep {
        id: format!("run/{name}"),
        execution: "run".into(),
        name: name.into(),
        status: status.into(),
        made,
        ..PipelineStep::default()
    };
    let job = |kind: &str, name: &str| format!("arn:aws:sagemaker:eu-west-1:1:{kind}/{name}");
    let steps = vec![
        step("Prepare", "Succeeded", Made::ProcessingJob(job("processing-job", "p-prepare-1"))),
        step("Train", "Failed", Made::TrainingJob(job("training-job", "p-train-1"))),
        step("Check", "Executing", Made::Condition("True".into())),
    ];
    observed.store.steps.apply(Ok(Listing::all(steps)), observed.at);
    let keymap = Assets::default().keymap("default", NAMES).unwrap();
    let mut app = App::new(TABLES, Account::new(observed), Vec::new(), keymap);
    app.size = (80, 24);
    app.go(TABLES.panes.iter().find(|pane| pane.name == "endpoints").unwrap());
    app
}

fn opened() -> App {
    let mut app = console();
    press(&mut app, "l");
    assert!(app.open_log.is_some(), "{:?}", app.message);
    app
}

fn press(app: &mut App, keys: &str) {
    for key in keys.chars() {
        let code = if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) };
        app.update(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
}

fn come(app: &mut App, lines: Vec<LogLine>) {
    let ticket = app.open_log.as_ref().unwrap().ticket;
    app.update(Msg::Log(LogUpdate { ticket, news: LogNews::Lines(lines) }));
}

fn line(at: i64, id: u64, text: &str) -> LogLine {
    LogLine::new(second(at), id, Arc::from("AllTraffic/i-0a"), text)
}

fn table(content: &Content) -> Option<&Table> {
    if let Content::Table(table) = content { Some(table) } else { None }
}

fn rows(screen: &Screen) -> Vec<String> {
    let tables = screen.blocks.iter().filter_map(|block| table(&block.content));
    tables.flat_map(|table| &table.rows).filter_map(|row| Some(row.cells.last()?.text())).collect()
}

fn selected(app: &App) -> String {
    app.open_log.as_ref().and_then(LogView::selected).map(|line| line.text.to_string()).unwrap_or_default()
}

#[test]
fn each_thing_leads_to_its_log_or_says_why_not() {
    let mut app = console();
    app.log.push(second(100_000), AccountId::FIRST, crate::model::Health::Ok, "x".into(), None);
    let of = |item: Item| find(&app, &Subject { account: AccountId::FIRST, item });
    let resource = |kind, id: &str| of(Item::Resource(kind, id.into()));
    let place = |found: Result<find::Found, String>| found.map(|f| (f.title, f.source.group + " " + &f.source.prefix));
    let is = |title: &str, place: &str| Ok((title.to_owned(), place.to_owned()));
    let cases = [
        (resource(Kind::Endpoints, "fraud-prod"), is("fraud-prod", "/aws/sagemaker/Endpoints/fraud-prod ")),
        (resource(Kind::Steps, "run/Prepare"), is("Prepare", "/aws/sagemaker/ProcessingJobs p-Prepare-1/")),
        (resource(Kind::Executions, "run"), is("Train", "/aws/sagemaker/TrainingJobs p-Train-1/")),
        (resource(Kind::Executions, "other"), Err("the steps of the run are not read yet".to_owned())),
        (resource(Kind::Pipelines, "none"), Err("no run of it was read".to_owned())),
        (of(Item::LogEntry(1)), Err("the event names nothing that has a log".to_owned())),
        (
            of(Item::AlarmAction("arn:aws:lambda:eu-west-1:1:function:page".into())),
            is("arn:aws:lambda:eu-west-1:1:function:page", "/aws/lambda/page "),
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(place(found), expected);
    }
    assert!(resource(Kind::Topics, "t").is_err() && resource(Kind::Steps, "run/Check").is_err());
}

#[test]
fn what_is_wanted_follows_from_what_is_on_the_screen() {
    let mut app = console();
    assert_eq!(app.log_request(), None);
    press(&mut app, "l");
    let first = app.log_request().unwrap();
    assert_eq!(first.begin, Begin::Newest);
    come(&mut app, vec![line(100, 1, "a"), line(101, 2, "b"), line(102, 3, "c")]);
    assert_eq!(app.log_request().as_ref(), Some(&first), "lines do not change what is wanted");
    press(&mut app, "k");
    assert_eq!((app.log_request(), selected(&app)), (None, "b".to_owned()));
    press(&mut app, "G");
    let second_request = app.log_request().unwrap();
    assert_eq!((second_request.begin, selected(&app)), (Begin::After(second(102)), "c".to_owned()));
    assert_ne!(second_request.ticket, first.ticket);
    let stale = LogUpdate { ticket: first.ticket, news: LogNews::Lines(vec![line(103, 4, "of an earlier request")]) };
    app.update(Msg::Log(stale));
    assert_eq!(selected(&app), "c");
    for closing in ["1", "5", "\n"] {
        press(&mut app, closing);
    }
    assert_eq!(app.log_request(), None);
}

#[test]
fn errors_are_gone_to_and_a_filter_that_hides_them_goes() {
    let mut app = opened();
    press(&mut app, "e");
    assert_eq!(app.message.as_ref().unwrap().1, "first error: no line tells of an error");
    let texts = ["INFO a", "ERROR first", "INFO b", "FATAL second", "INFO c"];
    come(&mut app, (0..).zip(texts).map(|(at, text)| line(100 + at, at.unsigned_abs(), text)).collect());
    press(&mut app, "e");
    assert_eq!(selected(&app), "ERROR first");
    press(&mut app, "n");
    assert_eq!(selected(&app), "FATAL second");
    press(&mut app, "n");
    assert_eq!(app.message.as_ref().unwrap().1, "no later line tells of an error");
    press(&mut app, "N");
    assert_eq!(selected(&app), "ERROR first");
    press(&mut app, "/info\n");
    assert_eq!(rows(&crate::panes::screen(&app)), ["INFO a", "INFO b", "INFO c"]);
    press(&mut app, "e");
    assert_eq!((selected(&app), rows(&crate::panes::screen(&app)).len()), ("ERROR first".to_owned(), 5));
}

/// Text that a terminal must not see, that is wide, or that is long.
fn hostile(number: u64) -> String {
    match number % 6 {
        0 => format!("\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m {number} \u{202e}reversed"),
        1 => format!("{number} {}", "遅".repeat(400)),
        2 => format!("e{} {number}", "\u{301}".repeat(3_000)),
        3 => format!("{{\"n\": {number}, \"error\": null}}\r\n\u{0}\u{8}\t"),
        4 => format!("{number}\n{}", "\n".repeat(500)),
        _ if number % 3_000 == 5 => "x".repeat(256 * 1024),
        _ => format!("\u{fffd}\u{d7ff}\u{10ffff}\u{feff} {number}"),
    }
}

#[test]
fn a_hundred_thousand_hostile_lines_stay_bounded_and_harmless() {
    let mut app = opened();
    for page in 0..10_u64 {
        let lines = (page * 10_000..(page + 1) * 10_000).map(|n| line(n.cast_signed() / 50, n, &hostile(n)));
        come(&mut app, lines.collect());
    }
    let lines = &app.open_log.as_ref().unwrap().lines;
    assert!(lines.len() <= MOST_LINES && lines.bytes() <= MOST_BYTES, "{} {}", lines.len(), lines.bytes());
    assert_eq!(u64::try_from(lines.len()).unwrap() + lines.dropped(), 100_000);
    for keys in ["", "k", "w", "g", "w", "/9\n", "w", "G", "\n"] {
        press(&mut app, keys);
        let screen = crate::panes::screen(&app);
        let shown = rows(&screen);
        assert!(!shown.is_empty() && shown.len() <= 24, "{keys:?}: {}", shown.len());
        for row in shown {
            assert!(!row.contains(|c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{row:?}");
        }
    }
}
