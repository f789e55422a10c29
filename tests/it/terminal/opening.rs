//! A page at night names an alarm: the program opens there.

use super::pty::Terminal;
use crate::sagetop::Home;

/// Starts the program with these arguments, waits for texts, and leaves it.
fn shows(arguments: &[&str], texts: &[&str]) {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, 160, 45, arguments, &[]);
    terminal.until_shown(texts);
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn the_command_line_opens_the_lineage_of_a_thing() {
    let alarm = ["demo", "--alarm", "P1-recommendation-ctr"];
    shows(&alarm, &["REGISTRY", "Threshold", "alarm:P1-recommendation-ctr"]);
    shows(&["demo", "--endpoint", "recommendation-prod"], &["REGISTRY", "EndpointConfigName"]);
    shows(&["demo", "--pipeline", "RECOMMENDATION-build"], &["REGISTRY", "recommendation-build", "registers into"]);
    shows(&["demo", "--model", "fraud-screening"], &["REGISTRY", "group", "fraud-screening"]);
    shows(&["demo", "--alarm", "nothing"], &["alarm nothing is not in this account and region"]);
}

#[test]
fn an_arn_opens_its_thing_in_its_region() {
    let arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:P1-recommendation-ctr";
    shows(&["--demo", arn], &["REGISTRY", "us-east-1", "Threshold"]);
}

#[test]
fn what_cannot_be_opened_is_told_before_the_screen() {
    let home = Home::new();
    let told = |arguments: &[&str]| {
        let run = home.run(arguments, &[]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}: {}", run.err);
        run.err
    };
    assert!(told(&["arn:aws:lambda:eu-west-1:1:function:x"]).contains("sagetop reads no things of this kind"));
    assert!(told(&["dmeo"]).contains("this is no command and no ARN"));
    assert!(told(&["--alarm", "x", "dump", "--demo"]).contains("only the console shows something first"));
    assert!(told(&["--alarm", "x", "--endpoint", "y"]).contains("cannot be used with"));
}
