//! The endpoint of a rollback, its possible goals, the judgement of each, and the choice of another one.

use super::sent;
use crate::harness::Harness;
use crate::incidents::failing;

/// A change to the same version on a smaller machine 40 minutes ago. The older version served long ago.
const SMALLER: &str = "inherits = \"shop\"\n\
    [[add]]\nmodel = \"fraud-screening\"\n[add.deployed]\n\
    prod = [{ version = 4, age = \"40m\", instance = \"ml.t2.medium\", capture = true, environment = { WORKERS = \"1\" } }]\n";

#[tokio::test(start_paused = true)]
async fn a_change_of_the_machine_is_told_and_taken_back() {
    let mut t = Harness::story(SMALLER).size(160, 48).ready().await;
    t.to("fraud-screening").await;
    t.says("v4 deployed to fraud-screening-prod: ml.c6i.large → ml.t2.medium");
    t.keys("4").await;
    assert!(t.row("fraud-screening-prod").contains("ml.c6i.large → ml.t2.medium"), "{}", t.text());
    t.to("fraud-screening-prod").await;
    t.keys("b").await;
    t.until("Type fraud-screening-prod", "10s").await;
    t.says("Roll back fraud-screening-prod to v4: ");
    t.says("stage prod");
    t.says("ml.t2.medium → ml.c6i.large");
    t.says("environment WORKERS");
    assert!(t.line("variables").contains("WORKERS") && t.line("variables").contains("→ changed"), "{}", t.text());
    t.says("data capture off");
    t.says("It runs the same model as now");
    t.keys("'fraud-screening-prod' enter").await;
    t.until("is InService on", "30m").await;
    let calls = t.sim().write_calls();
    let request = sent(&calls[0], "UpdateEndpoint");
    assert_ne!(request["EndpointConfigName"].as_str(), None);
    t.keys("0").await;
    t.run_for("2m").await;
    t.says("ml.t2.medium → ml.c6i.large");
}

/// Lets v13 go bad, and lets another user deploy v14 over it.
async fn v14_over_a_bad_v13(t: &mut Harness) {
    t.until_account("5m", |account| account.alarm("P1-recommendation-ctr").unwrap() == "ALARM").await;
    let aws = t.executor().aws.clone();
    let staging = t.sim().endpoint_config("recommendation-staging").unwrap();
    let like = aws.sagemaker.describe_endpoint_config().endpoint_config_name(staging).send().await.unwrap();
    let next = aws.sagemaker.create_endpoint_config().endpoint_config_name("recommendation-prod-v14-x");
    next.set_production_variants(like.production_variants).send().await.unwrap();
    let update = aws.sagemaker.update_endpoint().endpoint_name("recommendation-prod");
    update.endpoint_config_name("recommendation-prod-v14-x").send().await.unwrap();
    t.until_account("30m", |account| account.endpoint_status("recommendation-prod").unwrap() == "InService").await;
    t.run_for("1m").await;
}

#[tokio::test(start_paused = true)]
async fn what_did_badly_is_no_version_to_rebuild_from() {
    let story = "inherits = \"demo\"\n[[add]]\nmodel = \"recommendation\"\n[add.gone]\nprod = [11, 12]\n";
    let mut t = Harness::story(story).size(140, 50).ready().await;
    v14_over_a_bad_v13(&mut t).await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("b").await;
    t.until("Rebuild recommendation-prod from recommendation/12", "10s").await;
    assert!(t.line("to     ").contains("‹ v12 ›"), "{}", t.text());
    t.keys("right").await;
    t.until("Roll back recommendation-prod to v13", "10s").await;
    t.says("v13 performed badly here before");
}

#[tokio::test(start_paused = true)]
async fn the_newest_that_served_without_a_grave_alarm_is_planned_and_another_can_be_chosen() {
    let mut t = Harness::story("demo").size(140, 50).ready().await;
    v14_over_a_bad_v13(&mut t).await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("b").await;
    t.until("Roll back recommendation-prod to v12", "10s").await;
    assert!(t.line("to     v13").contains("‹ v12 ›"), "{}", t.text());
    let bad = t.line("v14 → v13");
    assert!(bad.contains("fired: ") && bad.contains("P1-recommendation-"), "{bad}");
    assert!(t.meaning("v13").contains("bad"), "{}", t.meaning("v13"));
    assert!(t.line("› v12").contains("no alarm"), "{}", t.line("› v12"));

    // Typed text is dropped together with its plan.
    t.keys("'recomm' left").await;
    t.until("Roll back recommendation-prod to v13", "10s").await;
    t.says("v13 performed badly here before");
    t.never_says("send recomm");
    assert!(t.line("to     ").contains("‹ v13 ›"), "{}", t.text());
    t.keys("right").await;
    t.until("Roll back recommendation-prod to v12", "10s").await;
    t.keys("'recommendation-prod' enter").await;
    t.until_account("30m", |account| account.endpoint_config("recommendation-prod").unwrap().contains("-v12-")).await;
    assert_eq!(t.sim().write_calls().len(), 3, "{:?}", t.sim().write_calls());
}

#[tokio::test(start_paused = true)]
async fn what_is_broken_is_aimed_at_and_otherwise_it_is_asked() {
    let mut t = Harness::story("demo").ready().await;
    t.to("customer-seg").await;
    t.keys("b").await;
    t.says("Roll back which endpoint of customer-segmentation?");
    t.says("None of them is known to be broken");
    t.keys("down enter").await;
    t.until("customer-segmentation-staging", "10s").await;
    t.until("looks well", "10s").await;
    t.keys("esc").await;

    let story = "inherits = \"shop\"\n[[effect]]\nmetric = \"Invocation5XXErrors\"\n\
        endpoint = \"recommendation-staging\"\nto = 0.6\nover = \"5s\"\nfrom = \"-20m\"\n\
        [[alarm]]\nname = \"staging-5xx\"\ncompare = \">\"\nthreshold = 0.05\n\
        watch = { namespace = \"AWS/SageMaker\", name = \"Invocation5XXErrors\", endpoint = \"recommendation-staging\" }\n";
    let mut t = Harness::story(story).ready().await;
    t.until_account("5m", |account| account.alarm("staging-5xx").unwrap() == "ALARM").await;
    t.run_for("2m").await;
    t.to("recommendation").await;
    t.keys("b").await;
    t.until("recommendation-staging", "10s").await;
    t.until("stage staging", "10s").await;
    t.never_says("looks well");
}

#[tokio::test(start_paused = true)]
async fn the_calls_of_a_plan_are_folded_until_a_key_shows_them() {
    let mut t = Harness::story("demo").size(80, 24).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("b").await;
    t.until("Type recommendation-prod", "10s").await;
    t.keys("page-down page-down").await;
    t.says("sagemaker:UpdateEndpoint");
    t.never_says("RetainAllVariantProperties");
    t.keys("ctrl-o page-down page-down").await;
    t.says("RetainAllVariantProperties");
    t.keys("ctrl-o").await;
    t.never_says("RetainAllVariantProperties");
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_throttled_says_so_and_waits() {
    let story = "inherits = \"demo\"\n[[fault]]\noperation = \"ListEndpointConfigs\"\nstatus = 400\n\
        code = \"ThrottlingException\"\nmessage = \"Rate exceeded\"\nfrom = \"10s\"\nto = \"50s\"\n";
    let mut t = Harness::story(story).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.run_for("15s").await;
    t.keys("b").await;
    t.until("sagemaker is throttled: asked again in", "10s").await;
    t.until("Roll back recommendation-prod to v12", "60s").await;
}

#[tokio::test(start_paused = true)]
async fn the_rejection_of_what_serves_says_so_loudly() {
    let mut t = Harness::story("demo").ready().await;
    t.keys("3").await;
    t.to("fraud-screening").await;
    t.keys("x").await;
    t.says("fraud-screening/4 serves fraud-screening-prod, fraud-screening-staging NOW");
    t.keys("'false positives' enter").await;
    t.until("CUSTOMERS ARE SERVED BY IT", "10s").await;
    t.says("fraud-screening-prod (prod)");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_under_way_is_seen_also_where_the_model_is_broken() {
    let mut t = Harness::story("demo").size(140, 44).ready().await;
    t.until_account("5m", |account| account.alarm("P1-recommendation-ctr").unwrap() == "ALARM").await;
    t.run_for("40s").await;
    t.to("✗ recommendation").await;
    t.keys("b").await;
    t.until("Type recommendation-prod", "10s").await;
    t.keys("'recommendation-prod' enter").await;
    t.until("◐ prod v13 → v12 since", "30s").await;
    t.says("from here");
    t.says("v13→v12");
    t.says("recommendation-prod Updating: v13 → v12");
    t.keys("b").await;
    t.says("recommendation-prod is Updating, v13 → v12");
}

#[tokio::test(start_paused = true)]
async fn a_plan_says_how_many_requests_fail_also_where_no_alarm_watches_them() {
    let denied =
        "inherits = \"shop\"\n[[fault]]\noperation = \"GetMetricData\"\ncode = \"AccessDenied\"\nmessage = \"no\"\n";
    let failing = |share| failing("fraud-screening-prod", "Invocation5XXErrors", share, "-30m");
    let cases = [
        (failing(0.2), "fraud-screening-prod fails now: 5XX 2", false),
        (failing(0.0), "fraud-screening-prod looks well: it is InService, 5XX 0 % of ", true),
        (denied.to_owned(), "The errors of fraud-screening-prod could not be read (denied)", false),
    ];
    for (story, says, well) in cases {
        let mut t = Harness::story(&story).size(200, 50).ready().await;
        t.keys("4").await;
        t.to("fraud-screening-prod").await;
        t.keys("b").await;
        t.until("Type fraud-screening-prod", "10s").await;
        t.says(says);
        assert!(t.line("served up to").contains("no alarm watches its errors"), "{}", t.text());
        if well {
            t.says("requests in 15 min, and none of its 2 alarms");
        } else {
            t.never_says("looks well");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_failed_while_it_served_is_not_planned_although_no_alarm_fired() {
    let story = failing("fraud-screening-prod", "Invocation5XXErrors", 0.6, "-14d") + "until = \"-6d\"\n";
    let mut t = Harness::story(&story).size(200, 50).ready().await;
    t.keys("4").await;
    t.to("fraud-screening-prod").await;
    t.keys("b").await;
    t.until("Rebuild fraud-screening-prod from fraud-screening/2", "10s").await;
    let bad = t.line("v4 → v3");
    assert!(bad.contains(" · 5XX ") && bad.contains("no alarm watches its errors"), "{bad}");
    assert!(t.meaning("v3").contains("bad"), "{}", t.meaning("v3"));
    t.says("performed badly: 5XX ");
    t.keys("right").await;
    t.until("v3 performed badly here before: 5XX ", "10s").await;
}

#[tokio::test(start_paused = true)]
async fn an_approval_says_loudly_that_the_version_fails_where_it_serves() {
    let story = "inherits = \"demo\"\n[[effect]]\nmetric = \"Invocation5XXErrors\"\n\
        endpoint = \"recommendation-staging\"\nto = 0.9\nover = \"1s\"\nfrom = \"-30m\"\n\
        [[alarm]]\nname = \"staging-5xx\"\ndescription = \"sev1\"\nthreshold = 0.05\n\
        watch = { name = \"Invocation5XXErrors\", endpoint = \"recommendation-staging\" }\n";
    let mut t = Harness::story(story).size(140, 50).ready().await;
    t.until_account("5m", |account| account.alarm("staging-5xx").unwrap() == "ALARM").await;
    t.run_for("2m").await;
    t.to("recommendation").await;
    t.keys("a").await;
    t.says("recommendation/14 serves recommendation-staging NOW");
    t.says("✗ recommendation-staging: staging-5xx in ALARM");
    t.keys("'it is fine' enter").await;
    t.until("recommendation/14 IS UNHEALTHY WHERE IT SERVES NOW: recommendation-staging: 5XX 9", "10s").await;
    t.says("staging-5xx in ALARM");
}

#[tokio::test(start_paused = true)]
async fn an_approval_is_not_called_well_where_errors_cannot_be_read() {
    let story =
        "inherits = \"demo\"\n[[fault]]\noperation = \"GetMetricData\"\ncode = \"AccessDenied\"\nmessage = \"no\"\n";
    let mut t = Harness::story(story).size(140, 50).ready().await;
    t.to("recommendation").await;
    t.keys("a").await;
    t.keys("'it is fine' enter").await;
    t.until("Whether recommendation/14 is healthy where it serves is only partly known", "10s").await;
    t.says("errors of recommendation-staging");
    t.says("not be read (denied)");
}
