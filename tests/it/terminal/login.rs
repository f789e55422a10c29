//! The command of a login has the terminal while it runs, and the console comes back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::pty::Terminal;
use crate::sagetop::Home;

/// A profile of IAM Identity Center without a token.
const PROFILE: &str = "[profile lab]\nregion = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n\
    sso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = oncall\n";

/// Stands in for the AWS command line: it asks for a line.
const AWS: &str = "#!/bin/sh\necho \"$@\" > \"$HOME/arguments\"\nprintf 'your code: '\nread -r line\necho \"$line\" > \"$HOME/typed\"\n";

fn start(home: &Home) -> Terminal {
    home.write(".aws/config", PROFILE);
    let aws = home.write("bin/aws", AWS);
    fs::set_permissions(&aws, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", home.path("bin").display());
    let mut terminal = Terminal::start(home, 120, 36, &["--profile", "lab"], &[("PATH", &path)]);
    terminal.until_shown(&["No valid credentials", "aws sso login --profile lab", "L runs it here"]);
    terminal
}

#[test]
fn what_is_typed_is_for_the_command_while_it_runs() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.press("L");
    terminal.until_shown(&["your code: "]);
    assert!(!terminal.raw_mode(), "lines are edited as in a shell");
    terminal.press("qwerty\r");
    terminal.until_shown(&["has ended; reading from AWS now"]);
    assert!(terminal.raw_mode(), "keys reach the program one by one");
    assert_eq!(fs::read_to_string(home.path("typed")).unwrap(), "qwerty\n");
    assert_eq!(fs::read_to_string(home.path("arguments")).unwrap(), "sso login --profile lab\n");
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}

#[test]
fn an_interrupt_ends_the_command_and_not_the_console() {
    let home = Home::new();
    let mut terminal = start(&home);
    terminal.press("L");
    terminal.until_shown(&["your code: "]);
    terminal.press("\x03");
    terminal.until_shown(&["press enter to go back to sagetop"]);
    terminal.press("\r");
    terminal.until_shown(&["`aws sso login --profile lab` failed: aws ended with"]);
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}
