//! Rollbacks: one is done only when the endpoint is `InService` and serves the wanted configuration.

use sagetop::intents::{AnyIntent, Outcome, Rollback};
use sagetop::journal::Event;

use super::{ONE_CALL, all_tell_the_same, journalled_as_sent, sent};
use crate::harness::Harness;

/// A shop in which v14 serves. Its predecessor v13 can no longer be deployed: AWS rolls back without a message.
const SILENT: &str = "inherits = \"shop\"\n\
    [[add]]\nmodel = \"recommendation\"\nversions = [\n\
    { age = \"3d\", rolls_back = \"alarm recommendation-prod-Endpoint500Errors went off\" },\n\
    { age = \"1d\" },\n]\n\
    [add.deployed]\nprod = [{ version = 13, age = \"2d\" }, { version = 14, age = \"30m\" }]\n";

#[tokio::test(start_paused = true)]
async fn the_incident_of_the_demo_is_ended() {
    let mut t = Harness::story("demo").ready().await;
    t.until_account("2m", |account| account.alarm("P1-recommendation-ctr").unwrap() == "ALARM").await;
    t.run_for("40s").await;
    t.to("✗ recommendation").await;
    t.keys("b").await;
    t.says("Roll back recommendation-prod to v12");
    t.says("6 kept");
    t.keys("ctrl-y").await;
    let copied = Harness::clipboard();
    assert!(copied.starts_with("aws sagemaker update-endpoint --cli-input-json '{"), "{copied}");
    let before = t.sim().endpoint_config("recommendation-prod").unwrap();
    assert!(before.contains("-v13-"), "{before}");

    t.keys("'recommendation-staging' enter").await;
    t.says("nothing was sent");
    assert!(t.sim().write_calls().is_empty());
    t.keys("ctrl-u 'recommendation-prod' enter").await;
    t.until_account("10s", |account| account.endpoint_status("recommendation-prod").unwrap() == "Updating").await;
    assert_eq!(t.events().last(), Some(&Event::Sent), "not done yet");
    t.until("is InService on", "30m").await;
    let now = t.sim().endpoint_config("recommendation-prod").unwrap();
    assert!(now.starts_with("recommendation-prod-v12-"), "{now}");
    assert_eq!(t.sim().endpoint_status("recommendation-prod").unwrap(), "InService");
    t.says(&format!("recommendation-prod is InService on {now}"));

    let calls = t.sim().write_calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let request = sent(&calls[0], "UpdateEndpoint");
    assert_eq!(request["RetainAllVariantProperties"], true);
    assert_eq!(request["EndpointConfigName"], now);
    assert_eq!(t.events(), ONE_CALL);
    all_tell_the_same(&t.journal(), "rollback", "recommendation-prod");

    t.until_account("15m", |account| account.alarm("P1-recommendation-ctr").unwrap() == "OK").await;
    assert!(t.sim().drill().unwrap().fixed_after.is_some(), "what the story asked for is done");
    t.run_for("3m").await;
    t.keys("0 esc").await;
    t.never_says("✗ recommendation ");
    // The events stay in the history of the model and in the log.
    for pane in ["0", "6"] {
        t.keys(pane).await;
        t.says("✗ P1-recommendation-ctr ALARM");
        t.says("✓ P1-recommendation-ctr OK");
    }
}

#[tokio::test(start_paused = true)]
async fn a_configuration_that_is_gone_is_rebuilt_from_the_registry() {
    let mut t = Harness::story("demo").ready().await;
    t.to("demand-fore").await;
    t.keys("b").await;
    t.says("Rebuild demand-forecasting-prod from demand-forecasting/11");
    for call in ["CreateModel", "CreateEndpointConfig", "UpdateEndpoint"] {
        t.says(&format!("sagemaker:{call}"));
    }
    t.keys("'demand-forecasting-prod' enter").await;
    t.until("is InService on", "30m").await;
    let now = t.sim().endpoint_config("demand-forecasting-prod").unwrap();
    assert!(now.starts_with("demand-forecasting-prod-v11-"), "{now}");
    assert_eq!(t.sim().endpoint_status("demand-forecasting-prod").unwrap(), "InService");
    let calls = t.sim().write_calls();
    assert_eq!(calls.len(), 3, "{calls:?}");
    let model = sent(&calls[0], "CreateModel");
    let package = model["Containers"][0]["ModelPackageName"].as_str().unwrap();
    assert!(package.ends_with("model-package/demand-forecasting/11"), "{package}");
    sent(&calls[1], "CreateEndpointConfig");
    sent(&calls[2], "UpdateEndpoint");
    let step = [Event::Sending, Event::Sent];
    let wanted: Vec<Event> = [Event::Confirmed].into_iter().chain(step).chain(step).chain(step).collect();
    assert_eq!(t.events(), [wanted, vec![Event::Done]].concat());
    all_tell_the_same(&t.journal(), "rollback", "demand-forecasting-prod");
    journalled_as_sent(&t);
}

#[tokio::test(start_paused = true)]
async fn a_silent_rollback_is_no_success() {
    let mut t = Harness::story(SILENT).ready().await;
    let before = t.sim().endpoint_config("recommendation-prod").unwrap();
    t.to("recommendation").await;
    t.keys("b enter").await;
    t.says("Roll back recommendation-prod to v13");
    t.keys("'recommendation-prod' enter").await;
    t.until("silently rolled back", "1h").await;
    assert_eq!(t.sim().endpoint_config("recommendation-prod").unwrap(), before);
    assert_eq!(t.sim().endpoint_status("recommendation-prod").unwrap(), "InService", "it looks healthy");
    let told = t.meaning("silently rolled back");
    assert!(told.contains("bad"), "in red: {told}");
    let last = t.journal().pop().unwrap();
    assert_eq!(last.event, Event::Failed);
    assert!(last.message.contains("Endpoint500Errors"), "{}", last.message);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_being_updated_is_left_alone() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    t.keys("b enter 'recommendation-prod' enter").await;
    t.until_account("10s", |account| account.endpoint_status("recommendation-prod").unwrap() == "Updating").await;
    t.run_for("20s").await;
    t.keys("b enter").await;
    t.says("recommendation-prod is Updating to v12");
    assert_eq!(t.sim().write_calls().len(), 1);
}

/// Makes an endpoint run a configuration, without the console.
async fn deployed_by_somebody_else(t: &mut Harness, endpoint: &str, config: &str) {
    let request = t.executor().aws.sagemaker.update_endpoint();
    request.endpoint_name(endpoint).endpoint_config_name(config).send().await.unwrap();
    t.until_account("30m", |account| {
        account.endpoint_config(endpoint).unwrap() == config
            && account.endpoint_status(endpoint).unwrap() == "InService"
    })
    .await;
    t.run_for("1m").await;
}

#[tokio::test(start_paused = true)]
async fn what_this_console_put_live_before_is_the_way_back() {
    let mut t = Harness::story("demo").ready().await;
    let bad = t.sim().endpoint_config("recommendation-prod").unwrap();
    let aws = t.executor().aws.clone();
    // The good version gets another name and is newer than the bad one. Only the journal shows that it belongs to the
    // endpoint.
    let good = aws.sagemaker.list_endpoint_configs().name_contains("recommendation-prod-v12").send().await.unwrap();
    let good = good.endpoint_configs()[0].endpoint_config_name().unwrap().to_owned();
    let like = aws.sagemaker.describe_endpoint_config().endpoint_config_name(good).send().await.unwrap();
    let copy = aws.sagemaker.create_endpoint_config().endpoint_config_name("black-friday");
    copy.set_production_variants(like.production_variants).send().await.unwrap();

    t.to("recommendation").await;
    t.keys("b enter").await;
    t.says("Roll back recommendation-prod to v12");
    t.never_says("black-friday");
    t.never_says("this console put it live");
    t.keys("esc").await;
    let wanted = Rollback { endpoint: "recommendation-prod".into(), to: Some("black-friday".into()), way: None };
    let plan = AnyIntent::from(wanted).plan(t.executor()).await.unwrap();
    let (tell, _told) = tokio::sync::mpsc::channel(64);
    let done = t.executor().run(&plan, &tell).await;
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    let at = t.journal().pop().unwrap().at.strftime("%Y-%m-%d %H:%M UTC").to_string();

    deployed_by_somebody_else(&mut t, "recommendation-prod", &bad).await;
    t.keys("b enter").await;
    t.says("Roll back recommendation-prod to v12");
    t.says("black-friday");
    t.says(&format!("this console deployed it at {at}"));
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_while_a_plan_is_read_is_said_to_be_dropped() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    t.keys("b").await;
    t.burst("enter 'recom'").await;
    t.says("the plan is still being read: what is typed now is dropped");
    t.until("Type recommendation-prod to send", "1m").await;
    assert!(t.sim().write_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_rows_of_one_change_differ_where_they_are_cut() {
    let mut t = Harness::story("demo").size(80, 24).ready().await;
    t.to("recommendation").await;
    t.keys("b enter 'recommendation-prod' enter").await;
    t.run_for("2m").await;
    t.keys("6").await;
    t.says("rollback: sent sagemaker:UpdateEndpoint");
    t.says("rollback: Updating");
}
