//! The real program: recording, replay, and its messages if it can do neither.

use sagetop::recording::{Ending, Recording};

use super::pty::Terminal;
use crate::sagetop::Home;

#[test]
fn a_demo_is_recorded_and_replayed_by_the_program() {
    let home = Home::new();
    let file = home.path("night.tape").display().to_string();
    let mut terminal = Terminal::start(&home, 120, 36, &["demo", "--record", &file], &[]);
    terminal.until_shown(&["DEMO", "● REC", "recommendation", "v14 pending"]);
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);

    let mut terminal = Terminal::start(&home, 120, 36, &["replay", &file, "--at", "100%", "--speed", "10x"], &[]);
    terminal.until_shown(&["REPLAY", "10x  end", "recommendation", "v14 pending"]);
    terminal.press("b");
    terminal.until_shown(&["not available in a replay"]);
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
    assert!(home.journal().is_empty());
}

#[test]
fn one_look_is_recorded_as_well() {
    let home = Home::new();
    let file = home.path("look.tape").display().to_string();
    let run = home.run(&["status", "--demo", "--record", &file], &[]);
    assert!(run.err.is_empty(), "{}", run.err);
    let recording = Recording::open(&home.path("look.tape")).unwrap();
    assert!(recording.ending == Ending::Whole && recording.config.contains("[[model]]"));
}

#[test]
fn what_cannot_be_recorded_or_replayed_is_told_before_the_screen() {
    let home = Home::new();
    let file = home.path("night.tape").display().to_string();
    let told = |arguments: &[&str]| {
        let run = home.run(arguments, &[]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}: {}", run.err);
        run.err
    };
    assert!(told(&["replay", &file]).contains("night.tape cannot be read"));
    let nowhere = home.path("none/night.tape").display().to_string();
    assert!(told(&["dump", "--demo", "--record", &nowhere]).contains("there is no folder"));
    home.run(&["status", "--demo", "--record", &file], &[]);
    assert!(told(&["demo", "--record", &file]).contains("is there already; a recording overwrites nothing"));
    assert!(told(&["replay", &file, "--at", "2020-01-01T00:00Z"]).contains("is not between"));
    assert!(told(&["replay", &file, "--at", "soon"]).contains("write a time such as"));
    assert!(told(&["replay", &file, "--record", "x"]).contains("a replay cannot be recorded"));
    std::fs::write(home.path("notes.txt"), "garbage").unwrap();
    let notes = home.path("notes.txt").display().to_string();
    assert!(told(&["replay", &notes]).contains("notes.txt is not a recording of sagetop"));
    // A session that could not begin leaves nothing behind.
    let empty = home.path("empty.tape");
    told(&["--record", &empty.display().to_string(), "--endpoint-url", "nonsense"]);
    assert!(!empty.exists());
}
