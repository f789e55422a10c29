//! In a narrow terminal facts stay whole, and names give way.

use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn the_columns_of_home_show_the_reason_and_not_its_names() {
    let mut t = Harness::story("governed").size(120, 36).ready().await;
    t.run_for("2m").await;
    let cell = |t: &Harness, model: &str, words: &str| {
        let line = t.line(model);
        assert!(line.contains(words), "{words}: {line}");
    };
    cell(&t, " customer-segmentation ", "▲ v7 monitor silent");
    cell(&t, " demand-forecasting ", "▲ v12 monitor off");
    cell(&t, " fraud-screening ", "▲ card pending");
    let mut t = Harness::story("denied").size(120, 36).ready().await;
    t.run_for("1m").await;
    cell(&t, " fraud-screening ", "◌ unread");
    // An endpoint that loads many models names no version: that is known, so it is no doubt.
    let mut t = Harness::story("every-endpoint").size(120, 36).ready().await;
    t.run_for("1m").await;
    cell(&t, " ✓ search-many ", "✓ many");
}

#[tokio::test(start_paused = true)]
async fn a_plan_names_both_sides_in_full_at_80_columns() {
    let mut t = Harness::story("ctr").size(80, 24).ready().await;
    t.to("recommendation").await;
    t.keys("b").await;
    t.run_for("3s").await;
    let from = t.line("recommendation-prod-v13-");
    let to = t.line("→ recommendation-prod-v12-");
    assert!(from.contains("configuration") && !from.contains('…') && !to.contains('…'), "{from}\n{to}");
    t.says("→ 6 kept   configuration says 2");
}

#[tokio::test(start_paused = true)]
async fn a_running_change_has_its_whole_target_in_the_header_and_its_model_in_the_activity() {
    let mut t = Harness::story("ctr").size(80, 24).ready().await;
    t.to("recommendation").await;
    t.keys("b").await;
    t.run_for("3s").await;
    t.keys("'recommendation-prod' enter").await;
    t.run_for("5s").await;
    let header = t.text().lines().nth(1).unwrap_or_default().to_owned();
    assert!(header.contains("◐ Roll back recommendation-prod to v12"), "{header}");
    t.keys("6").await;
    let sent = t.line("• rollback: sent sagemaker:UpdateEndpoint · Roll");
    assert!(sent.trim_end().ends_with(" recommendation"), "the model is there: {sent}");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_pages_nobody_is_in_the_inbox_and_an_empty_inbox_tells_of_trouble() {
    let mut t = Harness::story("muted").size(120, 36).ready().await;
    t.run_for("1m").await;
    t.says("inbox 1");
    t.keys("i").await;
    t.says("nobody is notified of P1-recommendation-ctr");
    let mut t = Harness::story("rollback-failed").size(80, 24).ready().await;
    t.keys("i").await;
    t.run_for("1m").await;
    t.never_says("Nothing waits for you.");
    t.says("UpdateRollbackFailed");
    t.keys("0").await;
    t.says("inbox 1");
    // Without a decision to make, the inbox names the trouble and the way to it.
    let mut t = Harness::story("ctr").size(80, 24).ready().await;
    t.keys("i").await;
    t.says("Nothing to approve.  1 broken, 1 degraded: press 0");
    t.never_says("a approve");
}

#[tokio::test(start_paused = true)]
async fn the_name_of_a_kind_finds_the_things_of_that_kind_first() {
    let mut t = Harness::story("demo").size(80, 24).ready().await;
    t.keys(": 'pipeline'").await;
    let text = t.text();
    let place = |words: &str| text.lines().position(|line| line.contains(words)).unwrap_or(usize::MAX);
    assert!(place("recommendation-build") < place("training job"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn two_models_are_no_melted_name_and_locations_keep_their_ends() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("1").await;
    t.says("+1");
    t.says("/preprocess/train");
    let (whole, day) = (t.line("retail-data-lake/sales/  "), t.line("sales/dt={yyyy-MM-dd}/"));
    assert!(whole.starts_with(" ▲") && day.starts_with(" ▲"), "{whole}\n{day}");
}

#[tokio::test(start_paused = true)]
async fn good_news_has_one_sign() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("5").await;
    t.to("segmentation-silhouette-good").await;
    t.keys("enter").await;
    t.says("✓ ALARM");
    t.never_says("✗ ALARM");
}

#[tokio::test(start_paused = true)]
async fn the_header_keeps_its_form_while_the_data_ages() {
    for size in [(80, 24), (120, 36)] {
        let mut t = Harness::story("demo").size(size.0, size.1).ready().await;
        t.run_for("2m").await;
        let mut forms = std::collections::BTreeSet::new();
        for _ in 0..30 {
            t.run_for("1s").await;
            let above = t.text().lines().next().unwrap_or_default().to_owned();
            forms.insert((above.contains(" ok "), above.contains("oncall/demo")));
        }
        assert_eq!(forms.len(), 1, "{forms:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_notes_of_a_list_leave_a_gap_between_them_and_its_title() {
    let mut t = Harness::story("gate").size(60, 20).start().await;
    t.keys("2").await;
    for _ in 0..15 {
        t.run_for("1s").await;
        let text = t.text();
        assert!(text.lines().any(|line| line.trim_start().starts_with("training  ")), "{text}");
        assert!(!text.contains("itother_jobs") && !text.contains("itmetrics"), "{text}");
    }
}
