//! The pane of automation shows what starts, delivers and scales the models.

use crate::harness::Harness;

/// The demo for a role that may not list rules.
const DENIED: &str = r#"
inherits = "demo"
title = "No rules"
about = "The demo account, for a role that may not list rules."

[[fault]]
operation = "ListRules"
code = "AccessDeniedException"
"#;

/// Returns how often the rules were listed.
fn calls(t: &Harness) -> u64 {
    t.sim().all_calls().get("ListRules").copied().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_listed_with_its_schedule_and_below_the_pipeline_that_it_starts() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    t.keys("9").await;
    let row = t.line("recommendation-weekly");
    assert!(row.contains("rate(7 days)  → recommendation-build") && row.starts_with(" ✓"), "{row}");
    assert!(t.line("recommendation-deploy-on-decision").contains("on events  → recommendation-deploy"));
    t.to("recommendation-weekly").await;
    t.keys("enter").await;
    t.says("ScheduleExpression  rate(7 days)");
    t.says("Retrains every week");
}

#[tokio::test(start_paused = true)]
async fn a_model_that_nothing_retrains_says_so() {
    let mut t = Harness::story("disabled-trigger").size(160, 40).ready().await;
    t.to("demand-forecasting").await;
    t.keys("enter").await;
    t.says("nothing starts demand-forecasting-build");
    t.keys("esc").await;
    t.keys("9").await;
    let row = t.line("demand-forecasting-monthly");
    assert!(row.starts_with(" ▲") && row.contains("is disabled"), "{row}");
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_starts_nothing_is_told_before_it_is_given() {
    let mut t = Harness::story("approval-rule").size(160, 40).ready().await;
    t.to("recommendation").await;
    t.keys("enter").await;
    t.says("an approval starts nothing: rule recommendation-deploy-on-decision has no targets");
}

#[tokio::test(start_paused = true)]
async fn rules_that_may_not_be_read_cost_little_and_are_told_at_their_source() {
    let mut t = Harness::story(DENIED).size(160, 40).ready().await;
    t.keys("7").await;
    assert!(t.row("event_rules").contains("denied"), "{}", t.row("event_rules"));
    t.keys("9").await;
    t.says("event_rules denied");
    let before = calls(&t);
    t.run_for("20m").await;
    assert!(calls(&t) - before <= 3, "{}", calls(&t) - before);
}

#[tokio::test(start_paused = true)]
async fn a_finding_leads_to_the_person_who_made_the_change() {
    let mut t = Harness::story("other-hand").size(160, 40).ready().await;
    t.run_for("1m").await;
    t.keys("i").await;
    t.to("nothing starts demand-forecasting-build").await;
    t.keys("C").await;
    t.says("demand-forecasting: what changed before 11-22 22:10");
    t.says("then  DisableRule demand-forecasting-monthly");
    t.says("tom from ");
}
