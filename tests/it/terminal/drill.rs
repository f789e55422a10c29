//! A drill from its task to its end, played with keys in the real program.

use super::pty::Terminal;
use crate::sagetop::Home;

/// The text that the operator types to send a rollback of this endpoint.
const ENDPOINT: &str = "recommendation-prod";

#[test]
fn a_drill_is_told_played_and_noticed() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, 120, 36, &["demo", "ctr", "--speed", "50x"], &[]);
    terminal.until_shown(&["drill: recommendation has earned too little", "(0 keys)", "(min 2.5)"]);

    terminal.press("b");
    terminal.until_shown(&["Roll back recommendation-prod to v12", "Type recommendation-prod to send"]);
    terminal.press(ENDPOINT);
    // The last letter has arrived when the whole name follows the question.
    terminal.until_shown(&["Type recommendation-prod to send recommendation-prod"]);
    terminal.press("\r");

    // The keys are the one that opens, the letters of the name, and the one that sends.
    let keys = format!("with {} keys.", ENDPOINT.len() + 2);
    terminal.until_shown(&["drill: done", "Done after ", &keys, "Roll recommendation-prod back"]);
    assert!(!terminal.text().contains("has earned too little"), "the task is done:\n{}", terminal.text());

    terminal.press("\r");
    terminal.until("closed", |screen| !screen.contents().contains("drill: done"));
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}
