//! The real binary in a pseudo-terminal: it starts, draws, resizes, answers, and restores the terminal.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod drill;
#[cfg(unix)]
mod login;
mod opening;
pub(crate) mod pty;
mod replay;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::sagetop::Home;
use pty::Terminal;

/// The prefixes of the models of the simulated account; narrow columns cut the rest.
const MODELS: [&str; 3] = ["demand-fore", "customer-se", "recommendation"];
/// Texts that only the help contains.
const HELP: [&str; 2] = ["approve the selected version", "open the selected row"];

fn demo(home: &Home) -> Terminal {
    let mut terminal = Terminal::start(home, 80, 24, &["demo"], &[]);
    terminal.until_shown(&[&["DEMO"], &MODELS[..]].concat());
    terminal
}

#[test]
fn the_demo_starts_draws_resizes_helps_and_quits() {
    let home = Home::new();
    let mut terminal = demo(&home);
    assert!(terminal.raw_mode(), "keys reach the program one by one");
    terminal.until("whole", whole);

    for (columns, rows) in [(120, 36), (80, 24), (120, 36), (80, 24)] {
        terminal.resize(columns, rows);
        terminal.until(&format!("whole at {columns}×{rows}"), whole);
    }

    terminal.press("?");
    terminal.until_shown(&HELP);
    terminal.press("\x1b");
    terminal.until("back at home", whole);

    terminal.press("q");
    let status = terminal.end();
    assert_eq!((status.exit_code(), status.signal()), (0, None));
    assert!(terminal.entered());
    terminal.left_as_found();
}

/// Returns whether the screen is the whole home screen: one header in the first row, every model, the footer in the
/// last.
fn whole(screen: &vt100::Screen) -> bool {
    let (_, columns) = screen.size();
    let rows: Vec<String> = screen.rows(0, columns).collect();
    let text = rows.join("\n");
    let once = |word: &str| text.matches(word).count() == 1;
    rows.first().is_some_and(|row| row.contains("DEMO"))
        && rows.last().is_some_and(|row| row.contains("anything"))
        && once("DEMO")
        && MODELS.iter().all(|model| text.contains(model))
}

/// Terminals report both at once, and a wait for one of them must not miss the other.
#[test]
fn a_key_pressed_while_the_window_changes_is_not_late() {
    let home = Home::new();
    let mut terminal = demo(&home);
    for turn in 0..60 {
        if turn % 2 == 0 {
            terminal.resize(120, 36);
        } else {
            terminal.resize(80, 24);
        }
        terminal.press("?");
        terminal.until_shown(&HELP);
        terminal.press("\x1b");
        terminal.until("closed", |screen| !screen.contents().contains(HELP[0]));
    }
}

#[test]
fn signals_restore_the_terminal_too() {
    for (signal, number) in [("HUP", 1), ("INT", 2), ("QUIT", 3), ("ABRT", 6), ("TERM", 15)] {
        let home = Home::new();
        let mut terminal = demo(&home);
        terminal.signal(signal);
        assert_eq!(terminal.end().exit_code(), 128 + number, "{signal}");
        terminal.left_as_found();
    }
}

/// The process table of Linux is needed to find the program.
#[cfg(target_os = "linux")]
#[test]
fn stopped_from_outside_it_takes_the_terminal_over_again_when_it_goes_on() {
    for signal in ["STOP", "TSTP"] {
        let home = Home::new();
        // The shell's own settings are in force until the program goes on.
        let script = r#"
            "$SAGETOP" demo; code=$?
            stty sane; printf '\033[?1049l\033[?25hstopped: %s\n' $code; read -r line; fg; code=$?
            echo "ended: $code""#;
        let mut terminal = Terminal::shell(&home, 80, 24, script);
        terminal.until("whole", whole);
        terminal.signal_child(signal);
        terminal.until_shown(&["stopped: "]);
        terminal.press("\r");
        terminal.until("whole again", whole);
        assert!(terminal.raw_mode(), "{signal}: keys reach the program one by one again");
        terminal.press("?");
        terminal.until_shown(&HELP);
        terminal.press("\x1b");
        terminal.until("closed", whole);
        terminal.press("q");
        terminal.until_shown(&["ended: 0"]);
        terminal.end();
    }
}

#[test]
fn a_paste_never_acts_and_one_without_an_end_gives_the_keys_back() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.until("whole", whole);
    // The quit key is pasted in every possible form.
    for paste in ["\x1b[200~q\x1b[201~", "\x1b\x1b[200~q\x1b[201~", "\x1b[200~q"] {
        terminal.press(paste);
        terminal.until_shown(&["there is no input field"]);
        terminal.press("?");
        terminal.until_shown(&HELP);
        terminal.press("\x1b");
        terminal.until("closed", |screen| !screen.contents().contains(HELP[0]));
    }
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}

#[test]
fn a_terminal_that_cannot_be_drawn_on_is_never_taken() {
    let home = Home::new();
    for term in ["dumb", ""] {
        let mut terminal = Terminal::start(&home, 80, 24, &["demo"], &[("TERM", term)]);
        assert_eq!(terminal.end().exit_code(), 2, "{term:?}");
        assert!(terminal.text().contains("sagetop status"), "{}", terminal.text());
        assert!(!terminal.entered());
    }
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back() {
    let home = Home::new();
    // To the shell, a stopped program looks as if a signal had ended it.
    let script = r#"
        "$SAGETOP" demo; code=$? turn=0
        while [ $code -gt 128 ]; do turn=$((turn + 1)); echo "stop $turn"; read -r line; fg; code=$?; done
        echo "ended: $code"; exit $code"#;
    let mut terminal = Terminal::shell(&home, 80, 24, script);
    terminal.until("whole", whole);
    for (turn, (columns, rows)) in [(1, (120, 36)), (2, (80, 24))] {
        terminal.press("\x1a");
        terminal.until_shown(&[&format!("stop {turn}")]);
        assert!(!terminal.raw_mode(), "the shell gets its keys line by line");
        terminal.left_as_found();
        // Only the shell receives the change of the window in this time.
        terminal.resize(columns, rows);
        terminal.press("\r");
        terminal.until("whole again", whole);
        assert!(terminal.raw_mode());
    }
    terminal.press("q");
    terminal.until_shown(&["ended: 0"]);
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}

#[test]
fn where_no_shell_waits_ctrl_z_changes_nothing() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.until("whole", whole);
    terminal.press("\x1a?");
    terminal.until_shown(&HELP);
    assert!(terminal.raw_mode());
    terminal.press("\x1b");
    terminal.until("closed", whole);
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}

#[test]
fn without_credentials_it_says_so_and_stays() {
    let home = Home::new();
    // No server is reached, because credentials are read before anything is sent.
    let arguments = ["--region", "eu-west-1", "--endpoint-url", "http://127.0.0.1:1"];
    let mut terminal = Terminal::start(&home, 100, 30, &arguments, &[]);
    terminal.until_shown(&["no credentials"]);
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}

#[test]
fn a_region_where_nobody_answers_is_told() {
    let home = Home::new();
    let arguments = ["--region", "nowhere-1", "--endpoint-url", "http://127.0.0.1:1"];
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(&home, 100, 30, &arguments, &keys);
    terminal.until_shown(&["nowhere-1", "unreachable"]);
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}

#[test]
fn without_a_region_the_screen_is_never_taken() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, 80, 24, &[], &[]);
    assert_eq!(terminal.end().exit_code(), 2);
    assert!(terminal.text().contains("region"), "{}", terminal.text());
    assert!(!terminal.entered());
    terminal.left_as_found();
}

#[test]
fn keys_are_answered_while_every_call_hangs() {
    let home = Home::new();
    // This server accepts connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(&home, 80, 24, &["--region", "eu-west-1", "--endpoint-url", &url], &keys);
    terminal.until_shown(&["eu-west-1", "anything"]);
    // The open connection shows that a call is in progress.
    let (_call, _) = silent.accept().unwrap();
    terminal.press("?");
    terminal.until_shown(&HELP);
    terminal.press("\x1b");
    terminal.until("back", |screen| !screen.contents().contains(HELP[0]));
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}

/// Returns a URL where every call is answered by "expired".
fn expired_everywhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = "{\"__type\":\"ExpiredTokenException\",\"message\":\"the token is too old\"}";
    let head = "HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: ExpiredTokenException\r\nconnection: close\r\n";
    let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    std::thread::spawn(move || {
        for mut call in listener.incoming().flatten() {
            // The request must be read before the connection is closed.
            let _ = call.read(&mut [0; 8192]);
            let _ = call.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn expired_keys_of_the_environment_are_told_with_what_helps() {
    let (home, url) = (Home::new(), expired_everywhere());
    let helps = "restart sagetop with other keys in the environment";
    let run = home.run_at(&url, "eu-west-1", &["dump"]);
    assert!(run.err.contains("no valid credentials") && run.err.contains(helps), "{}", run.err);
    assert!(!run.err.contains("testing"), "{}", run.err);
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(&home, 140, 30, &["--region", "eu-west-1", "--endpoint-url", &url], &keys);
    terminal.until_shown(&["no valid credentials", helps]);
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.left_as_found();
}

#[test]
fn broken_files_are_told_with_their_place_before_the_screen_is_taken() {
    let home = Home::new();
    for (kind, text) in [("theme", "[tone]\ngood = 7\n"), ("keymap", "[keys]\nx = \"frobnicate\"\n")] {
        let folder = home.path(&format!("config/sagetop/{kind}s"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("broken.toml"), text).unwrap();
        let mut terminal = Terminal::start(&home, 100, 30, &["demo", &format!("--{kind}"), "broken"], &[]);
        assert_eq!(terminal.end().exit_code(), 2, "{}", terminal.text());
        assert!(terminal.text().contains("broken.toml:2:"), "{}", terminal.text());
        assert!(!terminal.entered());
    }
}
