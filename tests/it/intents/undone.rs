//! `sagetop undo`: the undo of an earlier run, planned and confirmed as any change.

use serde_json::Value;

use crate::altered::{Altered, simulated};
use crate::sagetop::{Home, Run};

const REGION: &str = "eu-west-1";
const STAGING: &str = "demand-forecasting-staging";
const RULE: &str = "recommendation-deploy-on-decision";
const PIPELINE: &str = "fraud-screening-build";

struct Machine {
    account: Altered,
    home: Home,
}

impl Machine {
    fn new(story: &str, speed: f64) -> Self {
        Self { account: Altered::of(&simulated(story, speed), |_| None), home: Home::new() }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.home.run_at(&self.account.url, REGION, arguments)
    }

    fn writes(&self) -> usize {
        self.account.sim.write_calls().len()
    }

    /// Edits the lines of an event in the journal.
    fn edit(&self, event: &str, edit: impl Fn(&mut Value)) {
        let lines = self.home.journal().into_iter().map(|mut line| {
            if line["event"] == event {
                edit(&mut line);
            }
            format!("{line}\n")
        });
        let lines: String = lines.collect();
        self.home.write("state/sagetop/journal.jsonl", &lines);
    }

    /// Returns the id of the last intent.
    fn last(&self) -> String {
        self.home.journal().last().unwrap()["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_last_change_is_undone_by_a_plan_of_its_own() {
    let machine = Machine::new("demo", 100.0);
    machine.run(&["undo"]).ends(1).says("has no change of this account and region");
    machine.run(&["switch-rule", RULE, "disabled", "--yes", RULE]).ends(0);
    let switched = machine.last();
    machine.run(&["set-instances", STAGING, "AllTraffic=3", "--yes", STAGING]).ends(0);

    let planned = machine.run(&["undo", "--plan-only", "--json"]).ends(0).json();
    assert_eq!((&planned["intent"], &planned["plan"]["target"]), (&"set-instances".into(), &STAGING.into()));
    machine.run(&["undo"]).ends(1).says("no terminal to ask on");
    let scaled = machine.last();
    machine.run(&["undo", "--id", &scaled, "--yes", RULE]).ends(1).says("does not name the target");
    machine.run(&["undo", "--yes", STAGING]).ends(1).says(&format!("--yes needs the change: --id {scaled}"));
    assert_eq!(machine.writes(), 2);
    let done = machine.run(&["undo", "--id", &scaled, "--yes", STAGING, "--json"]).ends(0).json();
    assert_eq!(
        (&done["outcome"], &done["sent"][0]["call"]),
        (&"done".into(), &"sagemaker:UpdateEndpointWeightsAndCapacities".into())
    );
    // The undo of the undo does the change again.
    machine.run(&["undo", "--plan-only"]).ends(0).says("→ 3");
    // An earlier change is named by its id.
    machine.run(&["undo", "--id", &switched, "--yes", RULE]).ends(0).says("events:EnableRule");
    assert_eq!(machine.writes(), 4);
    machine.run(&["undo", "--id", "none"]).ends(1).says("has no change none of this account");
    machine.run(&["undo", "--id", &switched, "--yes", RULE]).ends(1).says("already");
    let other = machine.home.run_at(&machine.account.url, "us-east-1", &["undo"]).ends(1);
    other.says("has no change of this account and region");
}

#[test]
fn what_cannot_be_undone_is_said_with_the_reason() {
    let denied = "inherits = \"demo\"\n[[fault]]\noperation = \"DisableRule\"\ncode = \"AccessDeniedException\"\nmessage = \"no\"\n";
    let machine = Machine::new(denied, 1.0);
    machine.run(&["switch-rule", RULE, "disabled", "--yes", RULE]).ends(1);
    machine.run(&["undo", "--yes", RULE]).ends(1).says("AWS did not accept switch-rule");
    let mut run = machine.home.start_at(&machine.account.url, REGION, &["retrain", PIPELINE, "--yes", PIPELINE]);
    run.until("sent sagemaker:StartPipelineExecution");
    run.kill();
    let undo = || machine.run(&["undo", "--yes", PIPELINE]).ends(1);
    undo().says("was left open and is under way").says("it can be undone when it has ended");
    machine.edit("sent", |line| line["event"] = "done".into());
    undo().says("nothing undoes retrain fraud-screening-build");
    machine.edit("confirmed", |line| line["undo"] = serde_json::json!(["teleport", "--", "web"]));
    undo().says("this version does not know the command");
    assert_eq!(machine.writes(), 1);
}

#[test]
fn a_change_whose_run_was_killed_is_undone_once_it_has_ended() {
    let machine = Machine::new("demo", 100.0);
    let change = ["switch-rule", RULE, "disabled", "--yes", RULE];
    machine.run(&change).ends(0);
    // The program was killed before it had read the answer.
    machine.home.cut_journal(2);
    assert_eq!(machine.home.events(), ["confirmed", "sending"]);
    let change = machine.last();
    machine.run(&["undo", "--id", &change, "--yes", RULE]).ends(0).says("events:EnableRule");
    let events = machine.home.events();
    assert_eq!(events, ["confirmed", "sending", "done", "confirmed", "sending", "sent", "done"]);
}

#[test]
fn an_undo_that_is_run_again_never_does_the_change_again() {
    let machine = Machine::new("demo", 100.0);
    machine.run(&["switch-rule", RULE, "disabled", "--yes", RULE]).ends(0);
    let change = machine.last();
    let undo = || machine.run(&["undo", "--id", &change, "--yes", RULE]);
    undo().ends(0).says("which arn:aws:").says("events:EnableRule");
    // The undo was killed before it had read the answer.
    machine.home.cut_journal(2);
    undo().ends(1);
    machine.run(&["undo", "--yes", RULE]).ends(1);
    assert_eq!(machine.writes(), 2, "{:?}", machine.home.events());
    // Somebody has replaced what the change left.
    machine.run(&["set-instances", STAGING, "AllTraffic=3", "--yes", STAGING]).ends(0);
    let scaled = machine.last();
    machine.run(&["set-instances", STAGING, "AllTraffic=4", "--yes", STAGING]).ends(0);
    let stale = machine.run(&["undo", "--id", &scaled, "--yes", STAGING]).ends(1);
    stale.says("It is not certain that set-instances").says("Confirm on a terminal");
    assert_eq!(machine.writes(), 4);
}

#[test]
fn a_plan_that_is_only_shown_leaves_what_is_open_to_the_run_that_follows() {
    let machine = Machine::new("demo", 5000.0);
    let retrain = ["retrain", PIPELINE, "--yes", PIPELINE];
    machine.run(&retrain).ends(0);
    // The program was killed before it had noted the end.
    machine.home.cut_journal(1);
    let events = machine.home.events();
    let shown = machine.run(&["retrain", PIPELINE, "--plan-only"]).ends(0);
    shown.says("retrain fraud-screening-build was left open and is done");
    assert_eq!(machine.home.events(), events);
    machine.run(&retrain).ends(1).says("was left open and is done").says("nothing more was sent");
    assert_eq!(machine.writes(), 1);
}

/// `status` in cron, or a console, may look between the end of a script and its next run.
#[test]
fn an_end_that_somebody_else_found_is_told_to_the_same_command_once() {
    let machine = Machine::new("demo", 5000.0);
    let retrain = ["retrain", PIPELINE, "--yes", PIPELINE];
    machine.run(&retrain).ends(0);
    machine.home.cut_journal(1);
    let status = || machine.run(&["status"]).err;
    assert!(status().contains("retrain fraud-screening-build was left open and is done"));
    assert!(!status().contains("was left open"), "whoever looks is told once");
    machine.run(&retrain).ends(1).says("was left open and is done").says("nothing more was sent");
    assert_eq!(machine.writes(), 1);
    machine.run(&retrain).ends(0);
    assert_eq!(machine.writes(), 2);
    // Another change of the same target is not the same.
    machine.run(&["switch-rule", RULE, "disabled", "--yes", RULE]).ends(0);
    machine.home.cut_journal(1);
    machine.run(&["switch-rule", RULE, "enabled", "--yes", RULE]).ends(0).says("events:EnableRule");
}

#[test]
fn a_change_whose_answer_was_lost_is_undone() {
    let lost = "inherits = \"demo\"\n[[fault]]\noperation = \"DisableRule\"\nstatus = 502\n\
                body = \"<html>Bad Gateway</html>\"\ndone = true\n";
    let machine = Machine::new(lost, 100.0);
    machine.run(&["switch-rule", RULE, "disabled", "--yes", RULE]).ends(0);
    assert_eq!(machine.home.events(), ["confirmed", "sending", "error", "sent", "done"]);
    // Its end state was not seen.
    machine.edit("done", |line| line["event"] = "failed".into());
    let change = machine.last();
    machine.run(&["undo", "--id", &change, "--yes", RULE]).ends(0).says("events:EnableRule");
}

#[test]
fn the_demo_says_that_each_start_is_a_new_account() {
    let home = Home::new();
    home.run(&["switch-rule", RULE, "disabled", "--yes", RULE, "--demo"], &[]).ends(0);
    home.run(&["undo", "--demo"], &[]).ends(1).says("each start of the demo is a new account").says("sagetop simulate");
}
