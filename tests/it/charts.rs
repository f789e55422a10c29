//! The charts of a thing: they are read by a key, only while somebody looks at them, and within the budget.

use sagetop::aws::ON_DEMAND;

use crate::golden;
use crate::harness::{CONFIG, Harness, Setup};

/// Returns the number of calls for charts so far.
fn calls(t: &Harness) -> u64 {
    t.executor().aws.meter.calls_of(ON_DEMAND)
}

/// Returns the number of metrics that were requested for charts so far.
fn metrics(t: &Harness) -> u64 {
    t.executor().aws.meter.usage().by_source.get(ON_DEMAND).map_or(0, |spent| spent.metrics)
}

/// Opens the charts of the endpoint of recommendation.
async fn opened(setup: Setup) -> Harness {
    let mut t = setup.ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("m").await;
    t.run_for("2s").await;
    t
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_before_somebody_looks_and_after_it() {
    let mut t = Harness::story("demo").ready().await;
    t.run_for("2m").await;
    assert_eq!(calls(&t), 0);
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("m").await;
    t.run_for("2s").await;
    t.says("charts of endpoint recommendation-prod · 3 h");
    let (first, asked) = (calls(&t), metrics(&t));
    assert_eq!((first, asked), (1, 11), "one call for all series");
    t.run_for("10s").await;
    assert_eq!(calls(&t), first, "nothing new comes within a minute");
    t.run_for("3m").await;
    assert!((2..=4).contains(&(calls(&t) - first)), "{} calls in 3 minutes", calls(&t) - first);
    for closing in ["esc", "m 5", "m tab", "m l"] {
        t.keys(closing).await;
        let closed = calls(&t);
        t.run_for("70s").await;
        assert_eq!(calls(&t), closed, "{closing}");
        t.keys("esc esc esc 4").await;
        t.to("recommendation-prod").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_look_costs_nothing_and_each_window_is_read_once() {
    let mut t = opened(Harness::story("demo")).await;
    t.keys("- -").await;
    t.says("· 1 d, steps of 5 min");
    let day = metrics(&t);
    t.keys("-").await;
    t.says("· 7 d, steps of 1 h");
    t.keys("+").await;
    // The window stays for the next charts.
    t.keys("esc m").await;
    t.says("· 1 d, steps of 5 min");
    assert_eq!(metrics(&t), day + 11, "only the 7 days were new");
    t.keys("v").await;
    t.says("beside yesterday (dotted)");
    assert_eq!(metrics(&t), day + 22);
    t.keys("v v").await;
    assert_eq!(metrics(&t), day + 33, "last week, and then nothing");
    t.never_says("(dotted)");
}

#[tokio::test(start_paused = true)]
async fn charts_in_three_sizes() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 50)] {
        let mut t = opened(Harness::story("demo").size(columns, rows)).await;
        t.keys("- v").await;
        t.run_for("2s").await;
        golden::golden(&format!("charts_{columns}x{rows}"), &t.buffer());
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_screen_has_a_table() {
    let mut t = opened(Harness::story("demo").size(80, 24)).await;
    t.resize(60, 10).await;
    t.says("SERIES");
    t.says("model latency p99 ms");
    t.keys("j j j j").await;
    t.keys("k k k k").await;
    t.resize(42, 24).await;
    t.says("requests /min");
    t.never_says("SERIES");
}

#[tokio::test(start_paused = true)]
async fn the_cursor_reads_all_series_at_its_time_and_what_happened_then() {
    let mut t = opened(Harness::story("demo")).await;
    t.says("newest values");
    t.keys("h h h").await;
    let at = t.line("at 0");
    assert!(t.meaning("at 0").starts_with("strong"), "{at}");
    t.keys("y").await;
    t.says("copied the values of all series");
    let copied = Harness::clipboard();
    for text in
        ["endpoint recommendation-prod · 23 Nov 0", "requests /min: ", "errors %: 5XX ", "model latency ms: p99 "]
    {
        assert!(copied.contains(text), "{text} is not in {copied}");
    }
    t.keys("right right right right").await;
    t.says("newest values");
    t.keys("g").await;
    t.never_says("newest values");
    t.keys("G j j enter").await;
    t.says("▸model latency ms");
    t.never_says("requests /min");
    t.says("> 450 P");
    t.keys("esc").await;
    t.says("requests /min");
    t.keys("esc").await;
    t.never_says("charts of");
    t.keys("w +").await;
    t.says("shorter: only in charts: m opens them");
}

#[tokio::test(start_paused = true)]
async fn each_thing_leads_to_its_charts_or_says_why_not() {
    let mut t = Harness::story("demo").ready().await;
    for (pane, row, about) in [
        ("0", "fraud-screening", "charts of model fraud-screening, endpoint fraud-screening-prod"),
        ("2", "recommendation", "charts of pipeline "),
        ("3", "recommendation", "charts of model recommendation, endpoint"),
        ("5", "P2-recommendation-latency", "charts of alarm P2-recommendation-latency"),
        ("9", "recommendation-prod", "charts of endpoint recommendation-prod"),
    ] {
        t.keys(pane).await;
        t.to(row).await;
        t.keys("m").await;
        t.run_for("1s").await;
        t.says(about);
        t.keys("esc").await;
        t.never_says(about);
    }
    t.keys("7 m").await;
    t.says("charts: it belongs to no model");
}

#[tokio::test(start_paused = true)]
async fn what_is_denied_is_told_and_the_last_series_stay() {
    let fault = |from: &str| {
        format!(
            "inherits = \"demo\"\n[[fault]]\noperation = \"GetMetricData\"\ncode = \"AccessDeniedException\"\n\
             message = \"for a test\"\n{from}"
        )
    };
    let mut t = opened(Harness::story(&fault(""))).await;
    t.says("denied (AccessDeniedException): for a test");
    t.says("◌ not read: denied");
    t.says("requests /min  –");
    t.says("ctrl-r tries again");
    let tried = calls(&t);
    t.run_for("2m").await;
    assert_eq!(calls(&t), tried, "it would fail again");
    t.keys("ctrl-r").await;
    assert_eq!(calls(&t), tried + 1);

    let mut t = opened(Harness::story(&fault("from = \"3m\"\n"))).await;
    t.never_says("denied (AccessDeniedException)");
    t.run_for("4m").await;
    t.says("denied (AccessDeniedException)");
    t.says("read until 0");
    t.never_says("requests /min  –");
}

#[tokio::test(start_paused = true)]
async fn the_budget_of_a_day_is_kept() {
    let config = format!("max_cost_per_day = 0.00005\n{CONFIG}");
    let mut t = opened(Harness::story("demo").config(&config)).await;
    t.says("◌ not read: the last day cost $0.00 of max_cost_per_day $0.0001, this costs $0.0001");
    t.run_for("3m").await;
    assert_eq!((calls(&t), metrics(&t)), (0, 0));
    let config = format!("max_cost_per_day = 0.001\n{CONFIG}");
    let mut t = opened(Harness::story("demo").config(&config)).await;
    t.run_for("15m").await;
    t.says("max_cost_per_day");
    let usage = t.executor().aws.meter.usage();
    assert!(usage.last_day <= 0.001 + 1e-9 && usage.on_demand > 0.0, "{} {}", usage.last_day, usage.on_demand);
}

#[tokio::test(start_paused = true)]
async fn a_week_has_its_days() {
    let mut t = opened(Harness::story("demo").size(200, 50)).await;
    t.keys("- - -").await;
    t.run_for("1s").await;
    t.says("· 7 d, steps of 1 h");
    t.keys("enter").await;
    golden::golden("charts_week", &t.buffer());
}

#[tokio::test(start_paused = true)]
async fn a_replay_shows_the_hour_that_it_has() {
    let file = std::env::temp_dir().join(format!("sagetop-charts-{}", std::process::id()));
    let mut t = Harness::story("demo").record(&file).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.run_for("2m").await;
    drop(t);
    let mut t = Harness::replay(&file, 1.0).start().await;
    t.run_for("90s").await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("m").await;
    t.says("longer windows are not in the recording");
    t.says("not in the recording");
    t.keys("+").await;
    t.says("a replay has the metrics that were read for the lists");
    t.says("p99 ");
    t.never_says("requests /min  –");
    let _ = std::fs::remove_file(&file);
}
