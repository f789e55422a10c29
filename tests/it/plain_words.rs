//! What a stranger reads on the first screen: who was paged, what is wrong since when, what changed last.

use crate::harness::Harness;

/// Returns a story on a screen of this size after two minutes.
async fn story(name: &str, size: (u16, u16)) -> Harness {
    let mut t = Harness::story(name).size(size.0, size.1).ready().await;
    t.run_for("2m").await;
    t
}

#[tokio::test(start_paused = true)]
async fn home_says_that_a_page_reached_nobody() {
    for size in [(80, 24), (120, 36), (200, 50)] {
        let t = story("nobody-paged", size).await;
        let text = t.text();
        let fired = text.lines().find(|line| line.contains("P1-recommendation-ctr ALARM")).unwrap_or_default();
        assert!(fired.contains("→ nobody (oncall-page unconfirm"), "{text}");
        assert!(!text.contains("→ oncall-page"), "{text}");
        assert!(
            text.lines().filter(|line| line.contains("→ nobody") || line.contains("nobody)")).count() > 1,
            "{text}"
        );
    }
    let t = story("nobody-paged", (80, 24)).await;
    t.says("P1-…-ctr sev1 → nobody");
    let row = t.line("✗ recommendation ");
    assert!(row.contains("CTR 2.1 % → nobody"), "{row}");
    let wide = story("nobody-paged", (200, 50)).await.line("✗ recommendation ");
    assert!(wide.contains("✗ 1 sev1 (→ nobody)"), "{wide}");
    let t = story("muted", (80, 24)).await;
    t.says("P1-…-ctr sev1 muted");
    let row = t.line("✗ recommendation ");
    assert!(row.contains("CTR 2.1 % muted"), "{row}");
}

#[tokio::test(start_paused = true)]
async fn the_first_screen_cuts_no_number_and_no_verb() {
    let t = story("ctr", (80, 24)).await;
    let row = t.line("✗ recommendation ");
    assert!(row.contains("CTR 1.7 % ") && !row.contains("(min"), "{row}");
    for (name, size) in [("demo", (80, 24)), ("stuck-approval", (80, 24)), ("every-endpoint", (120, 36))] {
        let text = story(name, size).await.text();
        let rows = text.lines().skip_while(|line| !line.contains("LAST CHANGE")).skip(1).take(5);
        for row in rows {
            assert!(!row.trim_end().ends_with('…'), "{name}: {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_has_one_age() {
    let mut t = story("every-job", (80, 24)).await;
    t.to("churn").await;
    let row = t.line("▲ churn ");
    assert!(row.contains(" 2 h") && !row.contains(" 3 h"), "{row}");
    let gate = story("gate", (120, 36)).await;
    let row = gate.line("▲ demand-forecasting ");
    assert!(row.contains("run ended"), "{row}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_scaled_says_why_before_its_long_name() {
    let t = story("no-capacity", (80, 24)).await;
    t.says("▲ no capacity: recommendation-prod");
    let row = t.line("✗ recommendation ");
    assert!(row.contains("no capacity"), "the last change tells it: {row}");
    let mut t = story("no-capacity", (120, 36)).await;
    t.says("▲ v12 no capacity");
    t.says("• scaling AlarmHigh ALARM");
    t.keys("i").await;
    t.says("could not scale");
    let t = story("governed", (120, 36)).await;
    t.says("▲ v7 monitor silent");
}

#[tokio::test(start_paused = true)]
async fn the_header_counts_only_what_is_well_as_well() {
    let t = story("stuck-approval", (120, 36)).await;
    t.says("◇ 1 pending");
    t.says("✓ 2 ok");
    let row = t.line("◇ fraud-screening ");
    assert!(row.contains("◇ needs approval"), "{row}");
}

#[tokio::test(start_paused = true)]
async fn an_approval_of_a_delivery_names_the_version_and_the_stage_first() {
    let mut t = story("stuck-approval", (80, 24)).await;
    t.keys("i").await;
    t.run_for("10s").await;
    let row = t.line(" fraud-screening ");
    assert!(row.contains("waits for approval in ") && !row.trim_end().ends_with('…'), "{row}");
    t.keys("a").await;
    t.says("waits for approval in");
    t.says("The newest approved version is fraud-screening/5; production serves v4.");
}

#[tokio::test(start_paused = true)]
async fn the_rows_of_a_choice_are_aligned() {
    let mut t = story("gate", (80, 24)).await;
    t.to("demand-forecasting").await;
    t.keys("b").await;
    t.says("demand-forecasting-prod     prod     v12");
    t.says("demand-forecasting-staging  staging  v12");
}

#[tokio::test(start_paused = true)]
async fn one_alarm_has_one_sign() {
    let mut t = story("demo", (120, 36)).await;
    t.keys("5").await;
    let listed = t.line("P3-demand-forecasting-mape");
    t.to("P3-demand-forecasting-mape").await;
    t.keys("enter").await;
    let sign = if listed.contains("▲ ALARM") { "▲" } else { "✗" };
    t.says(&format!("{sign} P3-demand-forecasting-mape"));
    t.says(&format!("{sign} ALARM"));
}

#[tokio::test(start_paused = true)]
async fn the_footer_offers_no_change_that_the_row_does_not_have() {
    let mut t = story("demo", (120, 36)).await;
    for pane in ["6", "7"] {
        t.keys(pane).await;
        let text = t.text();
        let footer = text.lines().last().unwrap_or_default().to_owned();
        assert!(!footer.contains("reject"), "{pane}: {footer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_narrow_header_keeps_the_account_while_a_change_runs() {
    let mut t = Harness::story("ctr").size(80, 24).ready().await;
    t.to("recommendation").await;
    t.keys("b").await;
    t.run_for("3s").await;
    t.keys("tab").await;
    t.run_for("3s").await;
    t.keys("'recommendation-prod' enter").await;
    t.run_for("20s").await;
    let header = t.text().lines().nth(1).unwrap_or_default().to_owned();
    assert!(header.contains("1234-5678-9012  eu-west-1  ◐ recommendation-prod → v12  "), "{header}");
    t.keys("4").await;
    let row = t.line("✗ Updating ");
    assert!(row.contains(" v13→v12 "), "{row}");
}

#[tokio::test(start_paused = true)]
async fn words_and_units_are_whole_in_narrow_places() {
    let mut t = story("demo", (80, 24)).await;
    t.keys("3").await;
    t.keys("d").await;
    t.says("PendingManualApproval");
    let mut t = story("demo", (80, 24)).await;
    t.keys("4").await;
    t.says("P99 ◌: select a row to read it");
    t.keys("m").await;
    t.run_for("30s").await;
    let latency = t.line("model l");
    assert!(latency.contains(" ms "), "{latency}");
}

#[tokio::test(start_paused = true)]
async fn one_thing_has_one_name_in_menu_palette_help_and_footer() {
    let mut t = story("demo", (120, 36)).await;
    t.to("recommendation").await;
    assert!(t.text().lines().last().unwrap_or_default().contains("b rollback"), "{}", t.text());
    t.keys("4").await;
    t.to("recommendation-prod ").await;
    t.keys("A").await;
    t.says("set scaling limits");
    t.says("switch scaling");
    t.never_says("shift-traffic");
    t.keys("esc : 'scaling'").await;
    t.says("set scaling limits");
    t.says("switch scaling");
    t.never_says("set-scaling-limits");
    t.keys("esc ? / 'next match'").await;
    t.says("next match");
    t.never_says("next-match");
    t.keys("enter esc esc 0 E enter").await;
    t.run_for("1s").await;
    assert!(t.files().iter().any(|(name, _)| name.starts_with("sagetop-models-")), "{:?}", t.files());
}

#[tokio::test(start_paused = true)]
async fn what_switches_a_rule_says_which_way() {
    let mut t = story("other-hand", (80, 24)).await;
    t.keys("9").await;
    t.to("demand-forecas…monthly").await;
    t.keys("A").await;
    let row = t.line("switch rule on");
    assert!(row.contains("turn a rule of EventBridge on or off"), "{row}");
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_not_acknowledged_says_where_to_go() {
    let mut t = story("demo", (80, 24)).await;
    t.to("recommendation").await;
    t.keys("I").await;
    t.says("acknowledge: go to an alarm (5) or to a finding (c) of this model first");
}

#[tokio::test(start_paused = true)]
async fn a_check_that_failed_is_beside_the_value_that_failed_it() {
    let mut t = story("gate", (120, 36)).await;
    t.to("demand-forecasting").await;
    t.says("mape 16.2");
    t.keys("r").await;
    let row = t.line("MaxMape");
    assert!(row.contains("Registered only with at most this"), "{row}");
}

#[tokio::test(start_paused = true)]
async fn a_field_without_a_type_has_no_comma_before_its_default() {
    let mut t = story("demo", (120, 36)).await;
    t.keys("5").await;
    t.to("P1-recommendation-ctr").await;
    t.keys(": 'mute-alarms' enter").await;
    t.says("Mute P1-recommendation-ctr");
    let row = t.line("1h ");
    assert!(row.contains(" default") && !row.contains(", default"), "{row}");
}
