//! `status`: one line per model, and an exit code that follows what boto3 sets.

use serde_json::{Value, json};

use super::server::{CALM, Moto};
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

    // A metric of the customer's own: worth a look.
    alarm("price-margin", "ALARM");
    status(&[]).ends(1).says("price-margin");
    assert_eq!(health(&status(&["--json"]).ends(1).json()), "warning");
    status(&["--fail-on", "critical"]).ends(0);
    status(&["--fail-on", "warning"]).ends(1);

    // Errors of the endpoint itself: what customers see.
    alarm("price-5xx", "ALARM");
    status(&[]).ends(2).says("price-5xx");
    assert_eq!(health(&status(&["--json"]).ends(2).json()), "critical");
    status(&["--fail-on", "critical"]).ends(2);

    alarm("price-5xx", "OK");
    alarm("price-margin", "OK");
    status(&["--fail-on", "warning"]).ends(0);
}

/// Health of the only model of the calm region.
fn health(status: &Value) -> &str {
    let models = status["models"].as_array().unwrap();
    assert_eq!(models.len(), 1, "{status:#}");
    assert_eq!(models[0]["name"], "price-elasticity");
    models[0]["health"].as_str().unwrap()
}
