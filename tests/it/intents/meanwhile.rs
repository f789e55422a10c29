//! What others do between a plan and its answer. The real program asks on a terminal, so there is time for it.

use sagetop::sim::Sim;
use serde_json::{Value, json};

use super::armed_command::{by_another, config};
use crate::altered::{Altered, simulated};
use crate::sagetop::Home;
use crate::terminal::pty::Terminal;

const PROD: &str = "recommendation-prod";

/// Starts a rollback, and waits for its question.
fn asked(home: &Home, url: &str) -> Terminal {
    let arguments = ["rollback", PROD, "--endpoint-url", url, "--region", "eu-west-1"];
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(home, 160, 60, &arguments, &keys);
    terminal.until_shown(&["Type recommendation-prod to send:"]);
    terminal
}

/// Deletes a configuration, and makes another one of the same name.
fn replace(sim: &Sim, name: &str) {
    let mut old = by_another(sim, "DescribeEndpointConfig", &json!({"EndpointConfigName": name}));
    by_another(sim, "DeleteEndpointConfig", &json!({"EndpointConfigName": name}));
    let variants: Value = old["ProductionVariants"].take();
    by_another(sim, "CreateEndpointConfig", &json!({"EndpointConfigName": name, "ProductionVariants": variants}));
}

#[test]
fn a_plan_that_no_longer_holds_is_not_sent() {
    type Meanwhile = fn(&Sim);
    let cases: [(&str, Meanwhile, &str); 3] = [
        (
            "another operator updates the endpoint",
            |sim| {
                let other = json!({"EndpointName": PROD, "EndpointConfigName": config(sim, "-v12-")});
                by_another(sim, "UpdateEndpoint", &other);
            },
            "changed since the plan was made: it was InService",
        ),
        (
            "the old configuration is deleted",
            |sim| drop(by_another(sim, "DeleteEndpointConfig", &json!({"EndpointConfigName": config(sim, "-v12-")}))),
            "refused: ",
        ),
        (
            "another configuration gets its name",
            |sim| replace(sim, &config(sim, "-v12-")),
            "changed since the plan was made: it was made at",
        ),
    ];
    for (what, meanwhile, told) in cases {
        let account = Altered::of(&simulated("demo", 1.0), |_| None);
        let home = Home::new();
        let mut terminal = asked(&home, &account.url);
        meanwhile(&account.sim);
        let writes = account.sim.write_calls();
        terminal.press("recommendation-prod\r");
        assert_eq!(terminal.end().exit_code(), 1, "{what}: {}", terminal.text());
        assert!(terminal.text().replace('\n', "").contains(told), "{what}: {}", terminal.text());
        assert_eq!(account.sim.write_calls(), writes, "{what}");
        assert_eq!(home.events(), ["refused"], "{what}");
    }
}

#[test]
fn a_kill_at_the_question_leaves_nothing_behind() {
    let account = Altered::of(&simulated("demo", 1.0), |_| None);
    let home = Home::new();
    let mut terminal = asked(&home, &account.url);
    terminal.signal("KILL");
    assert!(!terminal.end().success());
    assert!(account.sim.write_calls().is_empty() && home.events().is_empty());
}

/// `CloudTrail` is late by up to 15 minutes, so the target of a rollback does not depend on it.
#[test]
fn the_target_of_a_rollback_does_not_come_from_cloudtrail() {
    let account = Altered::of(&simulated("demo", 1.0), |_| None);
    let arguments = ["rollback", PROD, "--plan-only"];
    Home::new().run_at(&account.url, "eu-west-1", &arguments).ends(0).says(&config(&account.sim, "-v12-"));
    assert_eq!(account.count("LookupEvents"), 0);
}
