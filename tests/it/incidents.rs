//! Incidents that no bundled story contains. The console must never show ✓ over a failure, and never blame a thing that
//! works.

use sagetop::args::FailOn;
use sagetop::headless::{Look, status};
use sagetop::resources::poll::{Clock, Patience};
use sagetop::resources::{Observed, Preferences};

use crate::harness::{CONFIG, Harness};

fn shop(more: &str) -> String {
    format!("inherits = \"shop\"\n{more}")
}

/// Returns a shop in which a share of the requests of an endpoint fails from a time on.
pub(crate) fn failing(endpoint: &str, metric: &str, share: f64, from: &str) -> String {
    shop(&format!(
        "[[effect]]\nmetric = \"{metric}\"\nendpoint = \"{endpoint}\"\nto = {share}\nover = \"1s\"\nfrom = \"{from}\"\n"
    ))
}

#[tokio::test(start_paused = true)]
async fn requests_that_fail_without_an_alarm_are_seen_before_anybody_looks_there() {
    let cases = [
        ("Invocation5XXErrors", 0.12, "-30m", "✗", "5XX 12"),
        ("Invocation5XXErrors", 0.012, "-30m", "▲", "5XX 1.2"),
        ("Invocation4XXErrors", 0.4, "-30m", "✗", "4XX 4"),
        ("Invocation4XXErrors", 0.1, "-30m", "▲", "4XX 10"),
    ];
    for (metric, share, from, glyph, says) in cases {
        let story = failing("fraud-screening-prod", metric, share, from);
        let t = Harness::story(&story).size(160, 40).ready().await;
        let row = t.line("fraud-screening ");
        assert!(row.trim_start().starts_with(glyph) && row.contains(says), "{metric} {share}: {row}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_broken_before_the_first_look_says_since_when() {
    for (from, since) in [("-3h5m", "since 00:0"), ("-2d", "since 11-21 03:")] {
        let t = Harness::story(&failing("fraud-screening-prod", "Invocation5XXErrors", 0.12, from)).size(160, 40);
        let mut t = t.ready().await;
        t.to("fraud-screening").await;
        assert!(t.line("fraud-screening-prod: 5XX").contains(since), "{}", t.text());
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_live_is_measured_at_once_and_the_old_value_is_not_said_of_it() {
    let mut t = Harness::story("ctr").size(160, 40).ready().await;
    t.to("recommendation").await;
    t.until("(min 2.5)", "5m").await;
    t.keys("b").await;
    t.until("Type", "1m").await;
    t.keys("'recommendation-prod' enter").await;
    t.until("◌ v12 errors unread", "15m").await;
    t.never_says("v12 CTR 1");
    t.keys("enter").await;
    t.says("CTR % has no value since v12 went live");
    t.keys("esc").await;
    t.until("✓ v12", "10m").await;
}

#[tokio::test(start_paused = true)]
async fn only_an_alarm_that_fires_on_the_promoting_side_is_good_news() {
    let alarm = |compare: &str, threshold: f64| {
        shop(&format!(
            "[[alarm]]\nname = \"segments-apart\"\nwatch = {{ name = \"Silhouette\", model = \"customer-segmentation\" }}\n\
             description = \"sev2\"\ncompare = \"{compare}\"\nthreshold = {threshold}\nage = \"2h\"\n"
        ))
    };
    let mut t = Harness::story(&alarm("<", 0.9)).size(160, 40).ready().await;
    t.to("customer-segmentation").await;
    assert!(t.line("customer-segmentation ").trim_start().starts_with('✗'), "{}", t.text());
    t.says("✗ segments-apart ALARM");
    t.says("✓ segmentation-silhouette-good ALARM");
    let mut t = Harness::story(&alarm(">", 0.3)).size(160, 60).ready().await;
    t.to("customer-segmentation").await;
    t.says("✓ segments-apart ALARM");
    t.keys("enter").await;
    t.says("✓ segments-apart");
}

#[tokio::test(start_paused = true)]
async fn without_a_configuration_an_alarm_that_calls_itself_good_news_is() {
    let mut t = Harness::story(&shop("")).config("").size(160, 40).ready().await;
    t.to("customer-segmentation").await;
    assert!(t.line("customer-segmentation ").trim_start().starts_with('✓'), "{}", t.text());
    t.says("✓ segmentation-silhouette-good ALARM");
}

#[tokio::test(start_paused = true)]
async fn trouble_of_staging_is_not_said_of_production() {
    let story = failing("recommendation-staging", "Invocation5XXErrors", 0.6, "-30m");
    let mut t = Harness::story(&story).size(160, 40).ready().await;
    t.to("recommendation").await;
    // The metric is read because the model is now shown.
    t.until("staging: 5XX 6", "3m").await;
    let row = t.line("recommendation ");
    assert!(row.contains("✓ v12") && row.contains("▲ v12"), "{row}");
    t.says("recommendation-staging: 5XX 6");
    let text = t.text();
    let boxes = text.lines().skip_while(|line| !line.contains("ENDPOINT prod")).nth(1).unwrap_or_default();
    assert!(boxes.contains("✓ v12 live"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_version_that_serves_is_a_finding() {
    let story = shop("[[event]]\nat = \"10s\"\nreject = \"fraud-screening/4\"\nreason = \"biased, RETAIL-9\"\n");
    let mut t = Harness::story(&story).size(160, 40).ready().await;
    t.to("fraud-screening").await;
    t.until("v4 serves fraud-screening-prod and is Rejected: biased, RETAIL-9", "3m").await;
    assert!(t.line("fraud-screening ").trim_start().starts_with('▲'), "{}", t.text());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_far_longer_than_usual_is_a_finding() {
    let story = shop(
        "[[add]]\nmodel = \"recommendation\"\nruns = [{ age = \"9h\", at = \"Train\", quality = { ndcg = 0.4 } }]\n",
    );
    let mut t = Harness::story(&story).size(160, 40).ready().await;
    t.to("recommendation").await;
    t.until("run takes 9 h, usually", "2m").await;
    t.keys("2").await;
    t.says("9 h of ~");
}

#[tokio::test(start_paused = true)]
async fn a_feature_group_is_too_old_by_its_own_rhythm_and_is_said_of_all_models_that_use_it() {
    let group = "[[feature_group]]\nname = \"user-clicks\"\nrecord = \"user_id\"\nfeatures = { clicks_7d = \"Integral\" }\n\
                 bucket = \"retail-ml-artifacts\"\nage = \"300d\"\nnewest = \"9h\"\n";
    let shared = format!(
        "{CONFIG}\n[[model]]\nname = \"fraud-screening\"\ngroup = \"fraud-screening\"\n\
         [[model.data]]\nkind = \"feature_group\"\nuri = \"user-clicks\"\n"
    );
    let mut t = Harness::story(&shop(group)).config(&shared).size(200, 40).ready().await;
    for model in ["recommendation", "fraud-screening"] {
        t.to(model).await;
        t.until("no data for 9 h in user-clicks", "2m").await;
    }
    t.keys("1").await;
    let row = t.line(" user-clicks ");
    assert!(row.contains('▲') && row.contains("recommendation") && row.contains("fraud-screening"), "{row}");
}

#[tokio::test(start_paused = true)]
async fn the_headline_is_what_began_first() {
    let clicks = "[[effect]]\nmetric = \"CTR\"\nmodel = \"recommendation\"\nto = 1.9\nover = \"1s\"\nfrom = \"-20m\"\n";
    let story = failing("recommendation-prod", "Invocation5XXErrors", 0.5, "-9m") + clicks;
    let mut t = Harness::story(&story).size(160, 40).ready().await;
    t.to("recommendation").await;
    let head = t.line("recommendation  CTR 1.");
    assert!(head.contains(" since 02:50, then 5XX"), "{head}");
}

/// Returns the glyph and name of each model in the list of models and in `status`.
async fn both(story: &str, config: &str, wait: &str) -> (Vec<String>, Vec<String>) {
    let mut t = Harness::story(story).config(config).size(160, 50).ready().await;
    t.run_for(wait).await;
    let source = sagetop::config::Source { file: "x.toml".into(), text: config.to_owned() };
    let preferences =
        sagetop::config::Config::parse(&source).map(|config| Preferences::of(&config)).unwrap_or_default();
    let executor = t.executor().clone();
    let clock: Clock = executor.clock.clone();
    let observed = Observed { preferences: preferences.into(), at: clock(), ..Observed::default() };
    let look = Look::take("x".into(), executor.aws.clone(), observed, &clock, Patience::default()).await;
    let mut out = Vec::new();
    let _ = status(std::slice::from_ref(&look), false, FailOn::Warning, &mut out);
    let said = String::from_utf8_lossy(&out).into_owned();
    let mut models: Vec<(char, String)> = Vec::new();
    for line in said.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [glyph, "ok" | "degraded" | "broken" | "unknown", name, ..] = words[..] {
            models.extend(glyph.chars().next().map(|glyph| (glyph, name.to_owned())));
        }
    }
    let text = t.text();
    let on_screen = |name: &str| {
        let mut rows = text.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>());
        let glyph = rows.find(|row| row.get(1) == Some(&name))?.first()?.chars().next()?;
        // A running or waiting model is healthy, and `status` shows it so.
        Some(if "◇◐".contains(glyph) { '✓' } else { glyph })
    };
    let shown = models.iter().map(|(_, name)| format!("{} {name}", on_screen(name).unwrap_or('?'))).collect();
    (shown, models.iter().map(|(glyph, name)| format!("{glyph} {name}")).collect())
}

#[tokio::test(start_paused = true)]
async fn the_console_and_status_agree() {
    let failing_prod = failing("price-elasticity-prod", "Invocation5XXErrors", 0.012, "-30m");
    let refused = failing("price-elasticity-prod", "Invocation4XXErrors", 0.1, "-3h");
    let stories = [
        "demo",
        "drift",
        "ctr",
        "bad-container",
        "only-the-log-tells",
        "rollback-failed",
        "spot",
        "gate",
        "stale",
        "nobody-paged",
        "pinned",
        "capped-scaling",
        "no-capacity",
        "denied",
        "shop",
    ];
    let staging = failing("fraud-screening-staging", "Invocation5XXErrors", 0.6, "-30m");
    for story in stories.into_iter().chain([&*failing_prod, &*refused, &*staging]) {
        let (console, status) = Box::pin(both(story, CONFIG, "20s")).await;
        assert!(!status.is_empty() && console == status, "{story}\nconsole {console:?}\nstatus  {status:?}");
    }
    let thrifty = format!("max_cost_per_day = 0.03\n{CONFIG}");
    let (console, status) = Box::pin(both("shop", &thrifty, "20s")).await;
    assert_eq!(console, status, "a budget that does not suffice");
    assert!(status.iter().any(|model| model.starts_with('◌')), "{status:?}");
}

#[tokio::test(start_paused = true)]
async fn the_chart_is_that_of_what_is_bad() {
    let story = failing("fraud-screening-prod", "Invocation5XXErrors", 0.12, "-30m");
    let mut t = Harness::story(&story).size(120, 48).ready().await;
    t.to("fraud-screening").await;
    t.keys("enter").await;
    t.says("fraud-screening-prod 5XX %");
    t.says("> 0.5");
    t.to("fraud-screening-prod  InService").await;
    t.says("fraud-screening-prod 5XX %");
    // A healthy endpoint shows its latency.
    t.to("fraud-screening-staging  InService").await;
    t.never_says("fraud-screening-prod 5XX %");
    // A model with a bad metric of its own shows that metric and its alarm.
    let mut t = Harness::story("ctr").size(120, 48).ready().await;
    t.to("recommendation").await;
    t.until("(min 2.5)", "5m").await;
    t.keys("enter").await;
    t.says("< 2.5");
    t.keys("'/P1-recommendation-ctr' enter").await;
    t.says("(min 2.5)");
}

#[tokio::test(start_paused = true)]
async fn requests_that_stop_are_missed() {
    let story = failing("recommendation-prod", "Invocations", 0.0, "-20m");
    let t = Harness::story(&story).size(160, 40).ready().await;
    let row = t.line("recommendation ");
    assert!(row.trim_start().starts_with('▲') && row.contains("no requests"), "{row}");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_waits_for_a_person_is_seen_from_the_first_screen() {
    let mut t = Harness::story("stuck-approval").size(200, 50).ready().await;
    t.until("inbox 1", "1m").await;
    t.to("fraud-screening").await;
    t.says("CodePipeline fraud-screening-deploy waits for approval in Approve since 00:10");
    t.says("◇ …-deploy 3 h");
    t.keys("enter").await;
    t.to("fraud-screening-deploy  CodePipeline").await;
    t.says("✓ Source ✓ DeployStaging ◇ Approve – DeployProd");
    t.says("ApproveProduction  InProgress");
    t.says("https://eu-west-1.console.aws.amazon.com/codesuite/");
    // The token allows everybody who may call PutApprovalResult to answer.
    t.never_says("token");
    // The rule that starts it is below it.
    t.to("fraud-screening-deploy-on-approval  rule").await;
}

#[tokio::test(start_paused = true)]
async fn a_way_that_somebody_closed_holds_a_delivery_back() {
    let rule = "[[rule]]\nname = \"fraud-screening-deploy-on-approval\"\ngroup = \"fraud-screening\"\non = [\"Approved\"]\n\
                deploys = [\"fraud-screening-staging\", \"fraud-screening-prod\"]\nvia = \"fraud-screening-deploy\"\n\
                frozen = \"sale until Monday\"\n";
    let mut t = Harness::story(&shop(rule)).size(160, 40).ready().await;
    t.until("inbox 1", "1m").await;
    t.to("fraud-screening").await;
    t.says("goes no further than before DeployProd: disabled by ana: sale until Monday");
    let mut t = Harness::story(&shop(&format!("{rule}waits = \"3h\"\n"))).size(160, 40).ready().await;
    t.to("fraud-screening").await;
    t.until("is held before DeployProd: disabled by ana: sale until Monday", "1m").await;
    assert!(t.line("fraud-screening ").trim_start().starts_with('▲'), "{}", t.text());
}

#[tokio::test(start_paused = true)]
async fn a_state_machine_that_failed_before_the_pipeline_is_a_finding() {
    let mut t = Harness::story("failed-state-machine").size(160, 50).ready().await;
    t.to("customer-segmentation").await;
    t.until("customer-segmentation-retrain FAILED in CheckData: DataNotReady", "1m").await;
    t.keys("enter").await;
    t.to("customer-segmentation-retrain  state machine").await;
    t.says("Table customers is locked by the job");
    // The rule that starts it is below it.
    t.to("customer-segmentation-quarterly  rule").await;
}

#[tokio::test(start_paused = true)]
async fn data_that_jobs_read_is_as_old_as_it_is_beside_a_feature_group_that_is_written() {
    let story = shop("[[data]]\nuri = \"s3://retail-data-lake/customers/\"\nnewest = \"80h\"\n");
    let mut t = Harness::story(&story).size(160, 40).ready().await;
    t.run_for("1m").await;
    assert!(t.line("customer-segmentation ").contains("▲ 3 d"), "{}", t.text());
    assert!(t.line("fraud-screening ").contains("✓ 3 d"), "{}", t.text());
}

#[tokio::test(start_paused = true)]
async fn a_blocked_feature_group_that_may_not_be_described_is_trouble_of_the_models_that_read_it() {
    let denied = |name: &str| format!("[[fault]]\noperation = \"{name}\"\ncode = \"AccessDeniedException\"\n");
    let group = "[[feature_group]]\nname = \"customer-profile\"\nrecord = \"customer_id\"\n\
        features = { a = \"Integral\" }\nbucket = \"retail-ml-artifacts\"\nnewest = \"55m\"\nage = \"350d\"\n\
        blocked = \"Access denied to key\"\n";
    let faults = ["Search", "DescribeFeatureGroup"].map(denied).concat();
    let mut t = Harness::story(&shop(&format!("{group}{faults}"))).size(160, 40).ready().await;
    t.run_for("5m").await;
    for model in ["fraud-screening ", "customer-segmentation "] {
        assert!(t.line(model).contains("blocked"), "{}", t.text());
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_job_that_failed_is_trouble_of_its_model() {
    let job = |name: &str, age: &str, fails: &str| {
        format!("[[job]]\nname = \"{name}\"\nkind = \"transform\"\nage = \"{age}\"\nlasts = \"4m\"\n{fails}")
    };
    let failed = job("fraud-screening-scores-1", "2h", "fails = \"ClientError: no such file\"\n");
    let mut t = Harness::story(&shop(&failed)).size(160, 40).ready().await;
    t.run_for("5m").await;
    assert!(t.line("fraud-screening ").contains("▲ failed"), "{}", t.text());
    let again = failed + &job("fraud-screening-scores-2", "1h", "");
    let mut t = Harness::story(&shop(&again)).size(160, 40).ready().await;
    t.run_for("5m").await;
    assert!(!t.line("fraud-screening ").contains("▲ failed"), "{}", t.text());
}

/// A story in which an endpoint of two models fails.
fn shared(endpoint: &str) -> String {
    shop(&format!(
        "[[endpoint]]\nname = \"{endpoint}\"\nway = \"split\"\nbucket = \"retail-ml-artifacts\"\n\
         versions = [\"price-elasticity/3\", \"fraud-screening/4\"]\nage = \"3d\"\nrequests = 50.0\n\
         [[effect]]\nmetric = \"Invocation5XXErrors\"\nendpoint = \"{endpoint}\"\nto = 0.9\nover = \"1m\"\n\
         from = \"-30m\"\n"
    ))
}

#[tokio::test(start_paused = true)]
async fn a_shared_endpoint_that_fails_breaks_each_model_that_it_serves_whichever_table_names_it() {
    let table = |model: &str| format!("[[model]]\nname = \"{model}\"\nendpoints = [\"web-gateway-{{stage}}\"]\n");
    for config in ["price-elasticity", "fraud-screening"].map(table) {
        let mut t = Harness::story(&shared("web-gateway-prod")).config(&config).size(160, 40).ready().await;
        t.run_for("1m").await;
        for model in ["price-elasticity ", "fraud-screening "] {
            assert!(t.line(model).trim_start().starts_with('✗'), "{config}\n{}", t.text());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_of_the_stage_at_the_begin_of_its_name_and_one_without_a_stage_is_marked() {
    // The simulated account tags every endpoint with its stage, so no tag may be read.
    let denied = ["ListTags", "Search"]
        .map(|name| format!("[[fault]]\noperation = \"{name}\"\ncode = \"AccessDeniedException\"\n"));
    let untagged = |endpoint: &str| shared(endpoint) + &denied.concat();
    let models = ["price-elasticity ", "fraud-screening "];
    let mut t = Harness::story(&untagged("dev-gateway")).size(160, 40).ready().await;
    t.run_for("1m").await;
    for model in models {
        assert!(t.line(model).trim_start().starts_with('▲'), "{}", t.text());
    }
    let mut t = Harness::story(&untagged("gateway")).size(160, 40).ready().await;
    t.run_for("1m").await;
    for model in models {
        let row = t.line(model);
        assert!(row.trim_start().starts_with('✗') && row.contains(" ? "), "{}", t.text());
    }
}
