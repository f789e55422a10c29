//! Logins by the files and programs that the AWS tools share: they are renewed in time, reported if missing, and picked
//! up.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::server::{Moto, RETAIL};
use crate::sagetop::Home;
use crate::terminal::pty::Terminal;

/// The begin of the banner for a lost login.
const LOST: &str = "no valid credentials";
/// The only model of the account.
const MODEL: &str = "basket-size";
/// The file of `aws sso login` for the token of a session called `shop`: its name is hashed.
const TOKEN: &str = ".aws/sso/cache/5042d146667518a1a5017644946b8650aafca44c.json";

/// Starts an account with one model.
fn account(flags: &[&str]) -> Moto {
    let moto = Moto::start(flags);
    moto.ask(RETAIL, "sagemaker", "create_model_package_group", &json!({"ModelPackageGroupName": MODEL}));
    moto
}

/// Creates a home whose profile `shop` is configured by these lines.
fn home(lines: &str) -> Home {
    let home = Home::new();
    home.write(".aws/config", &format!("[profile shop]\nregion = {RETAIL}\n{lines}"));
    home
}

/// Creates a home with a login of IAM Identity Center whose token has expired.
fn logged_out() -> Home {
    let home = home(
        "sso_session = shop\nsso_account_id = 123456789012\nsso_role_name = Operator\n\
         [sso-session shop]\nsso_region = eu-west-1\nsso_start_url = https://shop.example/start\n",
    );
    token(&home, "stale", within(-3600));
    home
}

/// Writes the file that `aws sso login` writes.
fn token(home: &Home, token: &str, end: Timestamp) {
    let token = json!({
        "accessToken": token, "expiresAt": end.to_string(), "region": RETAIL, "startUrl": "https://shop.example/start"
    });
    home.write(TOKEN, &token.to_string());
}

fn within(seconds: i64) -> Timestamp {
    sagetop::session::wall_clock()() + SignedDuration::from_secs(seconds)
}

/// Returns the command that prints a key of a `credential_process`. The number of the turn is part of the key.
fn printed(end: Timestamp) -> String {
    format!(
        r#"echo "{{\"Version\": 1, \"AccessKeyId\": \"KEY$turn\", \"SecretAccessKey\": \"s\", \"Expiration\": \"{end}\"}}""#
    )
}

/// Returns a `credential_process` that counts its turns in a file.
fn process(folder: &Path, rest: &str) -> String {
    let asked = folder.join("asked");
    let asked = asked.display();
    format!("echo again >> '{asked}'\nturn=$(($(wc -l < '{asked}')))\n{rest}\n")
}

fn console(moto: &Moto, home: &Home) -> Terminal {
    Terminal::start(home, 240, 30, &["--profile", "shop"], &[("AWS_ENDPOINT_URL", &moto.url)])
}

/// Waits until the rows are shown without a banner.
#[track_caller]
fn well(terminal: &mut Terminal) {
    terminal.until("all well", |screen| screen.contents().contains(MODEL) && !screen.contents().contains(LOST));
}

#[track_caller]
fn quits(mut terminal: Terminal) {
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

/// Returns the keys that signed the requests to the retail region.
fn keys(moto: &Moto) -> BTreeSet<String> {
    moto.signed(RETAIL).into_iter().map(|(_, key)| key).filter(|key| key != "testing").collect()
}

#[test]
fn credentials_are_renewed_before_their_end_and_no_more_often() {
    let moto = account(&[]);
    let home = Home::new();
    let script = process(
        home.path("").as_path(),
        &format!("if [ $turn = 1 ]; then {}; else {}; fi", printed(within(40)), printed(within(3600))),
    );
    let script = home.write("keys.sh", &script);
    let config = format!("[profile shop]\nregion = {RETAIL}\ncredential_process = sh '{}'\n", script.display());
    home.write(".aws/config", &config);
    let dump = home.run(&["dump", "--profile", "shop"], &[("AWS_ENDPOINT_URL", &moto.url)]).ends(0).json();
    assert_eq!(dump["models"][0]["name"], MODEL);
    // All services share the credentials, and the first key was too near its end to be used on.
    assert_eq!(std::fs::read_to_string(home.path("asked")).unwrap().lines().count(), 2);
    assert_eq!(keys(&moto), BTreeSet::from(["KEY1", "KEY2"].map(str::to_owned)));
    assert_eq!(moto.signed(RETAIL).pop().unwrap().1, "KEY2");
}

#[test]
fn a_login_that_ends_leaves_the_rows_and_is_picked_up_again() {
    let moto = account(&[]);
    let home = Home::new();
    let out = home.path("out");
    // The end is so near that the program runs for every call.
    let rest = format!(
        "if [ -e '{}' ]; then echo 'your session has ended: shop-login' >&2; exit 1; fi\n{}",
        out.display(),
        printed(within(20))
    );
    let script = home.write("keys.sh", &process(home.path("").as_path(), &rest));
    let config = format!("[profile shop]\nregion = {RETAIL}\ncredential_process = sh '{}'\n", script.display());
    home.write(".aws/config", &config);
    let mut terminal = console(&moto, &home);
    well(&mut terminal);

    std::fs::write(&out, "").unwrap();
    // ctrl-r reads at once. After this no key is pressed.
    terminal.press("\x12");
    let what_to_do = "run the credential_process of the profile shop";
    terminal.until_shown(&[LOST, what_to_do, "your session has ended: shop-login", MODEL]);
    std::fs::remove_file(&out).unwrap();
    well(&mut terminal);
    quits(terminal);
}

#[test]
fn an_expired_sso_login_is_told_with_its_command_and_the_next_one_is_picked_up() {
    let (moto, home) = (account(&[]), logged_out());
    let mut terminal = console(&moto, &home);
    terminal.until_shown(&[LOST, "aws sso login --profile shop"]);
    assert!(!terminal.text().contains(MODEL));
    assert_eq!(keys(&moto), BTreeSet::new(), "nothing is sent without a login");

    token(&home, "valid", within(3600));
    well(&mut terminal);
    assert_eq!(keys(&moto), BTreeSet::from(["SSO-123456789012-Operator".to_owned()]));
    assert_eq!(moto.count("", "GET /federation/credentials"), 1, "one login serves all");
    quits(terminal);
}

#[test]
fn without_a_screen_an_expired_login_is_told_on_standard_error() {
    let (moto, home) = (account(&[]), logged_out());
    let place = [("AWS_ENDPOINT_URL", moto.url.as_str())];
    let status = home.run(&["status", "--json", "--profile", "shop"], &place).ends(3);
    assert_eq!(status.json()["health"], "unknown");
    assert!(status.err.contains("`aws sso login --profile shop`"), "{}", status.err);
    assert_eq!(status.err.lines().count(), 1, "{}", status.err);

    token(&home, "valid", within(3600));
    let status = home.run(&["status", "--profile", "shop"], &place).says(MODEL);
    assert_eq!(status.err, "");
}

#[test]
fn new_keys_in_the_file_take_the_place_of_those_that_aws_refuses() {
    let (moto, home) = (account(&["--expired", "OLD"]), home(""));
    let keys = |key| format!("[shop]\naws_access_key_id = {key}\naws_secret_access_key = secret\n");
    home.write(".aws/credentials", &keys("OLD"));
    let mut terminal = console(&moto, &home);
    terminal.until_shown(&[LOST, "The security token included in the request is expired"]);
    home.write(".aws/credentials", &keys("NEW"));
    well(&mut terminal);
    quits(terminal);
}

#[test]
fn a_profile_that_is_written_later_is_found() {
    let (moto, home) = (account(&[]), Home::new());
    let arguments = ["--profile", "shop", "--region", RETAIL];
    let mut terminal = Terminal::start(&home, 240, 30, &arguments, &[("AWS_ENDPOINT_URL", &moto.url)]);
    terminal.until_shown(&["no credentials: use an existing profile", "no profile shop"]);
    home.write(".aws/config", "[profile shop]\naws_access_key_id = NEW\naws_secret_access_key = secret\n");
    well(&mut terminal);
    quits(terminal);
}
