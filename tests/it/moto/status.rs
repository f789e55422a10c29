//! `status`: one line per model, and an exit code that follows the states that boto3 sets.

use serde_json::{Value, json};

use super::server::{CALM, Moto, RETAIL};
use crate::sagetop::Home;

#[test]
fn exit_codes_follow_the_alarms() {
    let (moto, home) = (Moto::shared(), Home::new());
    let alarm = |name: &str, state: &str| {
        let request = json!({"AlarmName": name, "StateValue": state, "StateReason": "a test"});
        moto.ask(CALM, "cloudwatch", "set_alarm_state", &request);
    };
    let status = |flags: &[&str]| home.run_at(&moto.url, CALM, &[&["status"], flags].concat());

    status(&[]).ends(0).says("price-elasticity");
    let calm = status(&["--json"]).ends(0).json();
    assert_eq!(health(&calm), "ok", "{calm:#}");

    // This alarm is on a metric of the customer, so it is a warning.
    alarm("price-margin", "ALARM");
    status(&[]).ends(1).says("price-margin");
    assert_eq!(health(&status(&["--json"]).ends(1).json()), "warning");
    status(&["--fail-on", "critical"]).ends(0);
    status(&["--fail-on", "warning"]).ends(1);

    // This alarm is on errors of the endpoint itself, which customers see.
    alarm("price-5xx", "ALARM");
    status(&[]).ends(2).says("price-5xx");
    assert_eq!(health(&status(&["--json"]).ends(2).json()), "critical");
    status(&["--fail-on", "critical"]).ends(2);

    alarm("price-5xx", "OK");
    alarm("price-margin", "OK");
    status(&["--fail-on", "warning"]).ends(0);
}

#[test]
fn several_regions_are_told_together_and_changed_apart() {
    let (moto, home) = (Moto::shared(), Home::new());
    let both = format!("{CALM},{RETAIL}");
    let told = home.run_at(&moto.url, &both, &["status"]).says("price-elasticity");
    let of = |region: &str| told.out.lines().filter(|line| line.starts_with(&format!("{region}  "))).count();
    assert!(of(CALM) >= 1 && of(RETAIL) > 1, "{}", told.out);

    let dump = home.run_at(&moto.url, &both, &["dump"]).ends(0).json();
    let regions: Vec<&str> =
        dump["accounts"].as_array().unwrap().iter().map(|a| a["region"].as_str().unwrap()).collect();
    assert_eq!(regions, [CALM, RETAIL]);
    let alone = home.run_at(&moto.url, RETAIL, &["dump"]).ends(0).json();
    let names = |dump: &Value| dump["models"].as_array().unwrap().iter().map(|m| m["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&dump["accounts"][1]), names(&alone), "each is as it is alone");

    home.run_at(&moto.url, &both, &["retrain", "any", "--yes", "any"]).ends(2).says("changes a single account");
}

/// Returns the health of the only model of the calm region.
fn health(status: &Value) -> &str {
    let models = status["models"].as_array().unwrap();
    assert_eq!(models.len(), 1, "{status:#}");
    assert_eq!(models[0]["name"], "price-elasticity");
    models[0]["health"].as_str().unwrap()
}
