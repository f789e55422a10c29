//! `sagetop rollback --arm`: it waits while another deployment is under way.

use sagetop::sim::Sim;
use serde_json::{Value, json};

use crate::altered::{Altered, simulated};
use crate::sagetop::Home;

const REGION: &str = "eu-west-1";
const PROD: &str = "recommendation-prod";
const ARM: [&str; 5] = ["rollback", PROD, "--arm", "--yes", PROD];

/// Calls `SageMaker` as another operator does.
pub(super) fn by_another(sim: &Sim, operation: &str, input: &Value) -> Value {
    let request = http::Request::post("/").header("x-amz-target", format!("SageMaker.{operation}"));
    let request = request.header("content-type", "application/x-amz-json-1.1").body(input.to_string().into()).unwrap();
    let answer = sim.handle(&request);
    assert!(answer.status().is_success(), "{operation}: {answer:?}");
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

/// Returns a configuration of the endpoint with this text in its name.
pub(super) fn config(sim: &Sim, text: &str) -> String {
    let found = by_another(sim, "ListEndpointConfigs", &json!({"NameContains": PROD, "MaxResults": 100}));
    let names =
        found["EndpointConfigs"].as_array().unwrap().iter().map(|it| it["EndpointConfigName"].as_str().unwrap());
    names.filter(|name| name.contains(text)).max().unwrap().to_owned()
}

/// Another operator deploys an older version. Returns the account, and what served before.
fn deploying(speed: f64) -> (Altered, String) {
    let sim = simulated("demo", speed);
    let (before, other) = (sim.endpoint_config(PROD).unwrap(), config(&sim, "-v12-"));
    by_another(&sim, "UpdateEndpoint", &json!({"EndpointName": PROD, "EndpointConfigName": other}));
    (Altered::of(&sim, |_| None), before)
}

/// Returns the configurations that the endpoint was updated to.
fn updates(sim: &Sim) -> Vec<String> {
    let calls = sim.write_calls();
    let updates = calls.iter().filter_map(|call| call.strip_prefix("UpdateEndpoint "));
    let to =
        |text: &str| serde_json::from_str::<Value>(text).unwrap()["EndpointConfigName"].as_str().unwrap().to_owned();
    updates.map(to).collect()
}

#[test]
fn an_armed_rollback_is_sent_when_the_update_has_ended() {
    let (account, before) = deploying(60.0);
    let (sim, home) = (account.sim.clone(), Home::new());
    let planned = home.run_at(&account.url, REGION, &["rollback", PROD, "--arm", "--plan-only", "--json"]).ends(0);
    assert_eq!((&planned.json()["outcome"], &planned.json()["plan"]), (&"planned".into(), &Value::Null));
    let mut run = home.start_at(&account.url, REGION, &ARM);
    run.until(&format!("armed: {PROD} is rolled back to {before} when it is InService"));
    assert_eq!(updates(&sim).len(), 1, "nothing is sent yet");
    run.until(&format!("… {PROD} is Updating"));
    run.end().ends(0).says(&format!("is InService on {before}"));
    assert_eq!(updates(&sim)[1..], [before.as_str()]);
    assert_eq!(sim.endpoint_config(PROD).unwrap(), before);
    assert_eq!(home.events(), ["confirmed", "sending", "sent", "done"]);
}

#[test]
fn ctrl_c_disarms_and_a_kill_leaves_nothing_behind() {
    for killed in [false, true] {
        let (account, _) = deploying(1.0);
        let home = Home::new();
        let mut run = home.start_at(&account.url, REGION, &ARM);
        run.until("armed: ");
        if killed {
            run.kill();
        } else {
            run.interrupt();
            run.end().ends(1).says("refused: disarmed: the rollback of recommendation-prod is not sent");
        }
        assert_eq!(updates(&account.sim).len(), 1);
        assert!(home.events().is_empty());
        assert!(!home.run_at(&account.url, REGION, &["status"]).err.contains("was left open"));
    }
}

#[test]
fn it_is_not_armed_where_the_console_would_not_arm_it() {
    let steady = Altered::of(&simulated("demo", 1.0), |_| None);
    let home = Home::new();
    home.run_at(&steady.url, REGION, &ARM).ends(1).says("is InService: there is no update to wait for");
    let (account, _) = deploying(1.0);
    let arm = |more: &[&str]| home.run_at(&account.url, REGION, &[&ARM[..], more].concat()).ends(1);
    let freeze = home.write("freeze.toml", "[[freeze]]\nname = \"sale\"\nfrom = \"2020-01-01\"\nto = \"2099-01-01\"\n");
    arm(&["--config", freeze.to_str().unwrap()]).says("frozen by sale");
    let stage = home.write("stage.toml", "[[stage]]\nname = \"prod\"\naccess = \"read-only\"\n");
    arm(&["--config", stage.to_str().unwrap()]).says("the configuration only lets the stage prod be read");
    arm(&["--read-only"]).says("read-only");
    home.run_at(&account.url, REGION, &["rollback", PROD, "--arm", "--yes", "other"]).ends(1).says("not confirmed");
    home.run_at(&account.url, REGION, &["rollback", PROD, "--arm", "--to", "x"]).ends(2);
    assert_eq!(updates(&account.sim).len(), 1);
}

/// The update that is under way is a rollback of this machine whose run was killed.
#[test]
fn it_is_not_armed_against_an_own_rollback() {
    let account = Altered::of(&simulated("demo", 1.0), |_| None);
    let home = Home::new();
    let mut run = home.start_at(&account.url, REGION, &["rollback", PROD, "--yes", PROD]);
    run.until("sent sagemaker:UpdateEndpoint");
    run.kill();
    home.run_at(&account.url, REGION, &ARM).ends(1).says("was left open and is under way").says("nothing is armed");
    assert_eq!(updates(&account.sim).len(), 1);
}

/// A console that armed it does not know what an earlier run sent; the journal does.
#[test]
fn an_update_that_an_earlier_run_sent_is_not_rolled_back() {
    let (account, _) = deploying(60.0);
    let home = Home::new();
    let mut run = home.start_at(&account.url, REGION, &ARM);
    run.until("armed: ");
    let line = json!({
        "at": sagetop::session::wall_clock()().to_string(), "id": "own", "event": "sending", "intent": "rollback", "target": PROD,
        "identity": "arn:aws:sts::123456789012:assumed-role/oncall/demo", "region": REGION, "endpoint": account.url,
        "call": "sagemaker:UpdateEndpoint",
        "parameters": {"EndpointName": PROD, "EndpointConfigName": updates(&account.sim)[0]},
    });
    home.write("state/sagetop/journal.jsonl", &format!("{line}\n"));
    run.end().ends(1).says("rollback recommendation-prod was left open").says("nothing is sent against it");
    assert_eq!(updates(&account.sim).len(), 1);
}
