//! The three intents from the key to the end state. The tests check the result in the simulated account, never in the
//! console's own tables.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod acts;
mod armed;
mod armed_command;
mod asked;
mod automations;
mod calendars;
mod callbacks;
mod choices;
mod freezes;
mod guarded;
mod interrupted;
mod killed;
mod leaving;
mod lost;
#[cfg(unix)]
mod meanwhile;
mod menu;
mod policy;
mod refused;
mod remembered;
mod retrain_from;
mod rollback;
#[cfg(feature = "iam")]
mod simulated;
mod stages;
mod undone;
mod unfinished;
mod ways;
mod ways_back;

use sagetop::journal::{Entry, Event};
use serde_json::Value;

use crate::harness::Harness;

/// The events of a successful change by one call.
const ONE_CALL: [Event; 4] = [Event::Confirmed, Event::Sending, Event::Sent, Event::Done];

/// Returns the request of a call, which must be one of that operation.
fn sent(call: &str, operation: &str) -> Value {
    let request = call.strip_prefix(operation).unwrap_or_default();
    assert!(request.starts_with(' '), "{call} is no {operation}");
    serde_json::from_str(request).unwrap()
}

/// Checks that the journal contains exactly the requests that the account received.
fn journalled_as_sent(t: &Harness) {
    let lines = t.journal().into_iter().filter(|line| line.event == Event::Sending);
    let journalled: Vec<Value> = lines.filter_map(|line| line.parameters).collect();
    let calls = t.sim().write_calls();
    let requests: Vec<Value> =
        calls.iter().map(|call| serde_json::from_str(call.split_once(' ').unwrap().1).unwrap()).collect();
    assert_eq!(journalled, requests);
}

/// Checks the fields that every entry of an intent must have in common.
fn all_tell_the_same(journal: &[Entry], intent: &str, target: &str) {
    for entry in journal {
        assert_eq!((entry.intent.as_str(), entry.target.as_str()), (intent, target), "{entry:?}");
        assert_eq!(entry.id, journal[0].id, "{entry:?}");
        assert_eq!(entry.identity, "arn:aws:sts::123456789012:assumed-role/oncall/demo", "{entry:?}");
        assert_eq!(entry.region, "eu-west-1");
    }
    assert!(journal.is_sorted_by_key(|entry| entry.at));
}

#[tokio::test(start_paused = true)]
async fn a_version_is_approved_with_a_reason() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    t.keys("a").await;
    t.says("Approve recommendation/14");
    t.keys("enter").await;
    t.says("a reason is required");
    t.keys("'CTR holds in staging' enter").await;
    t.says("sagemaker:UpdateModelPackage");
    t.says("Type recommendation/14 to send");
    t.says("rule recommendation-deploy-on-decision     ENABLED");
    t.says("starts recommendation-deploy");
    t.says("watch CodePipeline");
    assert!(t.sim().write_calls().is_empty(), "a plan sends nothing");

    t.keys("'recommendation/13' enter").await;
    t.says("nothing was sent");
    t.run_for("30s").await;
    assert!(t.sim().write_calls().is_empty());
    assert!(t.journal().is_empty());
    assert_eq!(t.sim().approval("recommendation/14").unwrap(), "PendingManualApproval");

    t.keys("ctrl-u 'recommendation/14' enter").await;
    t.until("recommendation/14 is Approved", "20s").await;
    assert_eq!(t.sim().approval("recommendation/14").unwrap(), "Approved");
    let calls = t.sim().write_calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let request = sent(&calls[0], "UpdateModelPackage");
    assert_eq!(request["ApprovalDescription"], "CTR holds in staging");

    let journal = t.journal();
    assert_eq!(t.events(), ONE_CALL);
    all_tell_the_same(&journal, "approve", "recommendation/14");
    assert_eq!(request["ClientToken"], journal[0].id);
    assert_eq!(journal[1].call.as_deref(), Some("sagemaker:UpdateModelPackage"));
    journalled_as_sent(&t);
    assert!(journal[2].request_id.is_some(), "{:?}", journal[2]);

    t.run_for("40s").await;
    t.keys("3").await;
    let row = t.line("v14");
    assert!(row.contains("Approved"), "the tables follow: {row}");
}

#[tokio::test(start_paused = true)]
async fn the_plan_of_an_approval_says_what_it_starts() {
    let rule =
        "[[rule]]\nname = \"recommendation-deploy-on-decision\"\ngroup = \"recommendation\"\non = [\"Approved\"]\n";
    let via = "via = \"recommendation-deploy\"\ndeploys = [\"recommendation-staging\", \"recommendation-prod\"]\n";
    let denied = "[[fault]]\noperation = \"ListRules\"\ncode = \"AccessDeniedException\"\nmessage = \"no\"\n";
    let cases = [
        (format!("{rule}{via}"), "starts recommendation-deploy"),
        (format!("{rule}{via}gated = true\n"), "CodePipeline recommendation-deploy will wait for a person in Approve."),
        (
            format!("{rule}{via}enabled = false\n"),
            "THE APPROVAL STARTS NOTHING BY ITSELF: rule recommendation-deploy-on-decision cannot",
        ),
        (
            format!("{rule}{via}targets = false\n"),
            "THE APPROVAL STARTS NOTHING BY ITSELF: rule recommendation-deploy-on-decision cannot",
        ),
        (
            rule.replace("\"recommendation\"", "\"another-group\""),
            "THE APPROVAL STARTS NOTHING BY ITSELF: no rule of this account waits for it.",
        ),
        (denied.to_owned(), "Which rules wait for this is not known: "),
    ];
    for (more, says) in cases {
        let mut t = Harness::story(&format!("inherits = \"demo\"\n{more}")).size(160, 50).ready().await;
        t.to("recommendation").await;
        t.keys("a 'CTR holds in staging' enter").await;
        t.says(says);
        let starts_nothing = says.contains("NOTHING");
        assert_eq!(t.text().contains("Deploy rules on approval take"), !starts_nothing, "{says}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_is_rejected_from_its_row_in_the_registry() {
    let mut t = Harness::story("demo").ready().await;
    t.keys("3").await;
    t.to("v14").await;
    t.keys("x 'worse on new shoppers' enter").await;
    t.says("Reject recommendation/14");
    t.keys("'recommendation/14' enter").await;
    t.until("recommendation/14 is Rejected", "20s").await;
    assert_eq!(t.sim().approval("recommendation/14").unwrap(), "Rejected");
    assert_eq!(t.sim().approval("recommendation/13").unwrap(), "Approved", "its neighbour is not touched");
    assert_eq!(t.events(), ONE_CALL);
    all_tell_the_same(&t.journal(), "reject", "recommendation/14");
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_is_started_and_watched_until_its_version_is_registered() {
    let mut t = Harness::story("demo").ready().await;
    t.to("fraud-screening").await;
    let before = t.sim().executions("fraud-screening-build").len();
    t.keys("r").await;
    t.says("Start fraud-screening-build");
    // The fields are the input data, the instance type and count, and then the depth, which is a whole number.
    t.keys("tab tab tab ctrl-u 'deep' enter").await;
    t.says("deep");
    t.never_says("to send");
    t.keys("ctrl-u '8' enter").await;
    t.says("sagemaker:StartPipelineExecution");
    t.keys("'fraud-screening-build' enter").await;
    t.until_account("30s", |account| account.executions("fraud-screening-build").len() == before + 1).await;
    t.until("steps done", "5m").await;
    t.until("registered fraud-screening/5", "30m").await;
    assert_eq!(t.sim().executions("fraud-screening-build")[0], "Succeeded");
    assert_eq!(t.sim().approval("fraud-screening/5").unwrap(), "PendingManualApproval");

    let calls = t.sim().write_calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let request = sent(&calls[0], "StartPipelineExecution");
    let parameters: Value = serde_json::json!([{ "Name": "MaxDepth", "Value": "8" }]);
    assert_eq!(request["PipelineParameters"], parameters, "only what differs from the defaults");
    assert_eq!(t.events(), ONE_CALL);
    all_tell_the_same(&t.journal(), "retrain", "fraud-screening-build");
    assert_eq!(request["ClientRequestToken"], t.journal()[0].id, "our own token");
    journalled_as_sent(&t);
    t.keys("3").await;
    t.until("v5", "2m").await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_is_told_with_its_reason() {
    let story = "inherits = \"shop\"\n[[spoil]]\npipeline = \"price-elasticity-build\"\nstep = \"Train\"\n\
                 reason = \"AlgorithmError: no prices\"\n";
    let mut t = Harness::story(story).ready().await;
    t.to("price-elasticity").await;
    t.keys("r enter 'price-elasticity-build' enter").await;
    t.until("failed at Train", "30m").await;
    t.says("AlgorithmError: no prices");
    assert_eq!(t.events().last(), Some(&Event::Failed));
    assert!(t.meaning("failed at Train").contains("bad"), "{}", t.meaning("failed at Train"));
    assert!(t.sim().approval("price-elasticity/4").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_denied_is_told_and_written_down() {
    let mut t = Harness::story("denied").ready().await;
    t.to("recommendation").await;
    t.keys("a 'good' enter 'recommendation/14' enter").await;
    t.until("failed: UpdateModelPackage: denied", "20s").await;
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Error, Event::Failed]);
    assert_eq!(t.sim().approval("recommendation/14").unwrap(), "PendingManualApproval");
    assert_eq!(t.sim().calls("UpdateModelPackage"), 1, "it is not tried again");
}
