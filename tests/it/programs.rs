//! Programs of the configuration: commands of the operator, notifications, and the messages so far.

use std::time::Duration;

use crate::harness::Harness;
use crate::sagetop::Home;
use crate::sheets::DEMO;

/// Waits for a program in real time. The clock of the console stands still meanwhile.
async fn wait(t: &mut Harness, text: &str) {
    for _ in 0..400 {
        if t.shows(text) {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(25));
        t.run_for("1ms").await;
    }
    t.says(text);
}

const COMMANDS: &str = r#"
[[command]]
name = "show-name"
key = "ctrl-e"
kinds = ["endpoints"]
args = ["printf", "%s %s %s\n", "{name}", "{region}", "$(id)"]

[[command]]
name = "all-of-it"
key = "ctrl-x n"
args = ["printenv", "SAGETOP_NAME"]
shell = false
confirm = true

[[command]]
name = "hostile"
args = ["printf '\\033]52;c;eA==\\007\\033[2J%s\\n' \"$SAGETOP_NAME\""]
shell = true

[[command]]
name = "slow"
args = ["sleep", "600"]
changes = true

[[command]]
name = "pager"
args = ["less"]
run = "foreground"
"#;

fn config() -> String {
    format!("{COMMANDS}\n{DEMO}")
}

#[tokio::test(start_paused = true)]
async fn a_command_runs_on_the_selected_thing_and_its_output_is_shown() {
    let mut t = Harness::story("demo").config(&config()).size(140, 40).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("ctrl-e").await;
    wait(&mut t, "recommendation-prod eu-west-1 $(id)").await;
    t.says("✓ exit 0");
    t.keys("esc").await;
    t.never_says("exit 0");
    t.keys("5 ctrl-e").await;
    t.says("show-name: only for endpoints");
    t.keys("?").await;
    t.keys("/ 'show-name' enter").await;
    t.says("ctrl-e");
    t.says("printf %s %s");
}

#[tokio::test(start_paused = true)]
async fn a_command_asks_first_where_it_is_told_to_and_the_menu_has_all_of_them() {
    let mut t = Harness::story("demo").config(&config()).size(140, 40).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("ctrl-x n").await;
    t.says("run all-of-it recommendation-prod?");
    t.says("printenv SAGETOP_NAME");
    t.keys("enter").await;
    t.never_says("exit");
    t.keys("ctrl-x n down enter").await;
    wait(&mut t, "✓ exit 0").await;
    t.keys("esc A").await;
    for name in ["show-name", "all-of-it", "hostile", "slow", "pager"] {
        t.says(name);
    }
}

#[tokio::test(start_paused = true)]
async fn output_is_hostile_text_and_a_command_can_be_stopped() {
    let mut t = Harness::story("demo").config(&config()).size(140, 40).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    // The commands are the last rows of the menu: pager, slow, hostile.
    t.keys("A up up up enter").await;
    wait(&mut t, "✓ exit 0").await;
    t.says("]52;c;eA==");
    t.says("recommendation-prod");
    t.keys("esc A up up enter").await;
    t.says("◐ running");
    t.run_for("3s").await;
    t.never_says("exit");
    t.keys("esc").await;
    t.says("the command was stopped");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_changes_something_does_not_run_read_only() {
    let mut t = Harness::story("demo").config(&config()).size(140, 40).read_only().ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("A up up enter").await;
    t.says("slow: read-only");
    t.keys("A up enter").await;
    t.run_for("61s").await;
    t.says("pager recommendation-prod has ended");
    assert_eq!(Harness::ran(), "less");
}

#[tokio::test(start_paused = true)]
async fn messages_can_be_read_again() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("@").await;
    t.says("there was no message yet");
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("y s").await;
    t.keys("@").await;
    let shown = t.text();
    let at = |text: &str| shown.find(text).unwrap_or_else(|| panic!("no {text:?}: {shown}"));
    assert!(at("Auto Scaling alarms") < at("copied the ARN") && at("copied the ARN") < at("there was no message yet"));
    t.says("03:10:");
}

#[tokio::test(start_paused = true)]
async fn a_model_that_breaks_is_told_once_in_the_ways_of_the_configuration() {
    let home = Home::new();
    let file = home.path("told");
    let script = format!("printf '%s|%s\\n' \"$SAGETOP_MODEL\" \"$SAGETOP_TEXT\" >> {}", file.display());
    let notify = format!("[notify]\nbell = true\nosc = \"9\"\ncommand = [\"sh\", \"-c\", {script:?}]\n");
    let mut t = Harness::story("demo").config(&format!("{notify}\n{DEMO}")).ready().await;
    assert!(Harness::alerts().is_empty(), "{:?}", Harness::alerts());
    t.run_for("10m").await;
    let alerts = Harness::alerts();
    assert!(alerts.iter().any(|text| text.starts_with("recommendation is broken: ")), "{alerts:?}");
    let told = || std::fs::read_to_string(&file).unwrap_or_default();
    for _ in 0..200 {
        if told().contains("recommendation|recommendation is broken: ") {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(25));
    }
    assert!(told().contains("recommendation|recommendation is broken: "), "{}", told());
    let of_one = alerts.iter().filter(|text| text.starts_with("recommendation is broken")).count();
    assert!(of_one <= 2, "{alerts:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_unless_it_is_asked_for() {
    let mut t = Harness::story("demo").ready().await;
    t.run_for("10m").await;
    assert!(Harness::alerts().is_empty(), "{:?}", Harness::alerts());
}

#[test]
fn mistakes_in_commands_are_found_with_their_place() {
    let home = Home::new();
    let check = |text: &str, place: &str, says: &str| {
        let file = home.write("config/sagetop/sagetop.toml", text);
        let told = home.run(&["config", "check", "--config", file.to_str().unwrap()], &[]).ends(2).says(says);
        assert!(told.err.contains(&format!("sagetop.toml:{place}")), "{text}: {}", told.err);
    };
    let with = |line: &str| format!("[[command]]\nname = \"x\"\n{line}\n");
    check(&with("args = [\"x\", \"{nam}\"]"), "3:14", "there is no placeholder {nam}");
    check(&with("args = [\"x\"]\nkey = \"q\""), "4:7", "is taken: q runs quit");
    check(
        &with("args = [\"x\"]\nkey = \"ctrl-q q q q\"\n[[command]]\nname = \"y\"\nargs = [\"x\"]\nkey = \"ctrl-q q\""),
        "8:7",
        "is taken",
    );
    check(&with("args = [\"x\"]\nkey = \"hyper-q\""), "4:7", "hyper-q");
    check(&with("args = []"), "3:8", "begins with a program");
    check(&with("args = [\"echo {name}\"]\nshell = true"), "3:9", "a shell would run");
    check(&with("args = [\"x\"]\nkinds = [\"endpoint\"]"), "4:10", "did you mean \"endpoint");
    check(&with("args = [\"x\"]\npanes = [\"alarm\"]"), "4:10", "did you mean \"alarms\"");
    check(&with("args = [\"x\"]\n[[command]]\nname = \"x\"\nargs = [\"x\"]"), "5:8", "has the name");
    check("[notify]\ncommand = []", "2:11", "begins with a program");
    check("[notify]\nosc = \"8\"", "2:7", "unknown variant");
    let good = format!("{COMMANDS}[notify]\nbell = true\n");
    let file = home.write("config/sagetop/sagetop.toml", &good);
    home.run(&["config", "check", "--config", file.to_str().unwrap()], &[]).ends(0);
    let shown = home.run(&["config", "show", "--config", file.to_str().unwrap()], &[]).ends(0).out;
    let again = home.write("config/sagetop/again.toml", &shown);
    let same = home.run(&["config", "show", "--config", again.to_str().unwrap()], &[]).ends(0).out;
    assert_eq!(shown, same);
}
