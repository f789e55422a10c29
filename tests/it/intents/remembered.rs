//! Acknowledgements, things that were left off, and the undo of the last change. All three come from the journal.

use sagetop::journal::Event;

use crate::harness::Harness;

const ALARM: &str = "P1-recommendation-ctr";
const RULE: &str = "recommendation-deploy-on-decision";

#[tokio::test(start_paused = true)]
async fn an_alarm_is_acknowledged_until_it_is_well_and_fires_anew() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    t.keys("5").await;
    t.until_account("5m", |account| account.alarm(ALARM).unwrap() == "ALARM").await;
    t.run_for("60s").await;
    t.to(ALARM).await;
    t.keys("I").await;
    t.says("Acknowledge P1-recommendation-ctr");
    t.keys("'looking at it, INC-4711' enter").await;
    t.until("acknowledged: the journal has it", "5s").await;
    assert!(t.line(ALARM).contains("ack demo: looking"), "{}", t.text());
    let line = t.journal().remove(0);
    assert_eq!((line.event, line.intent.as_str(), line.target.as_str()), (Event::Done, "acknowledge", ALARM));
    assert!(t.sim().write_calls().is_empty(), "AWS is not told");
    t.keys("enter").await;
    t.says("acknowledged");
    t.keys("esc I").await;
    t.until("the acknowledgement is withdrawn", "5s").await;
    assert!(!t.line(ALARM).contains("ack demo"), "{}", t.text());
    t.keys("I enter").await;
    t.until("acknowledged: the journal has it", "5s").await;
    assert!(t.line(ALARM).contains("ack demo"), "a note is not needed");
}

#[tokio::test(start_paused = true)]
async fn what_was_switched_off_is_in_the_header_until_it_is_on_again() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    t.keys("u").await;
    t.says("undo: nothing was changed in this account since the start");
    t.keys("9").await;
    t.to(RULE).await;
    t.keys("A enter").await;
    t.until("Type recommendation-deploy-on-decision to send", "10s").await;
    t.keys("'recommendation-deploy-on-decision' enter").await;
    t.until("rule recommendation-deploy-on-decision is disabled", "60s").await;
    t.until("left off: rule recommendation-deploy-on-decision", "3m").await;
    t.keys("A").await;
    assert_eq!(t.text().matches("left off").count(), 2, "the header and the menu: {}", t.text());
    t.keys("esc u").await;
    t.until("Enable rule recommendation-deploy-on-decision", "10s").await;
    t.keys("'recommendation-deploy-on-decision' enter").await;
    t.until("rule recommendation-deploy-on-decision is enabled", "60s").await;
    t.run_for("20s").await;
    t.never_says("left off: rule");
}
