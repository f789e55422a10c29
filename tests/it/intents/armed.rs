//! A rollback that is armed while AWS updates the endpoint.

use sagetop::intents::{AnyIntent, SetInstances};
use tokio::sync::mpsc;

use super::sent;
use crate::harness::Harness;

const PROD: &str = "recommendation-prod";

/// Opens the endpoint while somebody else updates it to an older configuration. Returns the one that serves.
async fn updating() -> (Harness, String) {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    let before = t.sim().endpoint_config(PROD).unwrap();
    let sagemaker = &t.executor().aws.sagemaker;
    let page = sagemaker.list_endpoint_configs().name_contains(PROD).send().await.unwrap();
    let mut names =
        page.endpoint_configs.unwrap_or_default().into_iter().filter_map(|config| config.endpoint_config_name);
    let other = names.find(|name| *name != before).unwrap();
    sagemaker.update_endpoint().endpoint_name(PROD).endpoint_config_name(other).send().await.unwrap();
    t.keys("4").await;
    t.until("Updating", "2m").await;
    t.run_for("10s").await;
    t.to(PROD).await;
    (t, before)
}

/// Returns the updates of this console; the first one was somebody else's.
fn updates(t: &Harness) -> Vec<String> {
    t.sim().write_calls().into_iter().skip(1).collect()
}

#[tokio::test(start_paused = true)]
async fn an_armed_rollback_is_sent_when_the_endpoint_can_be_changed() {
    let (mut t, before) = updating().await;
    t.keys("b").await;
    t.says("Arm the rollback of recommendation-prod");
    t.says("takes no other change until");
    t.keys("'recommendation' enter").await;
    t.says("type recommendation-prod to arm the rollback");
    t.keys("ctrl-u 'recommendation-prod' enter").await;
    t.says("armed: roll back recommendation-prod");
    assert!(updates(&t).is_empty(), "nothing is sent yet");

    t.keys("q").await;
    t.says("the armed rollback of recommendation-prod ends with this console; q again quits");
    t.until("is InService on", "60m").await;
    let calls = updates(&t);
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(sent(&calls[0], "UpdateEndpoint")["EndpointConfigName"], before);
    assert_eq!(t.sim().endpoint_config(PROD).unwrap(), before);
    t.never_says("armed: roll back");
}

#[tokio::test(start_paused = true)]
async fn a_disarmed_rollback_is_not_sent() {
    let (mut t, before) = updating().await;
    t.keys("b 'recommendation-prod' enter").await;
    t.says("armed: roll back recommendation-prod");
    t.keys("b").await;
    t.says("disarmed: the rollback of recommendation-prod is not sent");
    t.never_says("armed: roll back");
    t.run_for("25m").await;
    assert!(updates(&t).is_empty());
    assert_ne!(t.sim().endpoint_config(PROD).unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_where_aws_took_the_update_back() {
    let faulty = "inherits = \"shop\"\n[[add]]\nmodel = \"recommendation\"\nversions = [\n\
        { age = \"3d\", rolls_back = \"alarm recommendation-prod-Endpoint500Errors went off\" },\n{ age = \"1d\" },\n]\n\
        [add.deployed]\nprod = [{ version = 13, age = \"2d\" }, { version = 14, age = \"30m\" }]\n";
    let mut t = Harness::story(faulty).size(160, 40).ready().await;
    let before = t.sim().endpoint_config(PROD).unwrap();
    let sagemaker = &t.executor().aws.sagemaker;
    let page = sagemaker.list_endpoint_configs().name_contains(PROD).send().await.unwrap();
    let mut names =
        page.endpoint_configs.unwrap_or_default().into_iter().filter_map(|config| config.endpoint_config_name);
    let other = names.find(|name| name.contains("-v13-")).unwrap();
    sagemaker.update_endpoint().endpoint_name(PROD).endpoint_config_name(other).send().await.unwrap();
    t.keys("4").await;
    t.to(PROD).await;
    t.until("Updating", "2m").await;
    t.keys("b 'recommendation-prod' enter").await;
    t.until("the armed rollback of recommendation-prod was not sent", "60m").await;
    t.says("AWS took the update back itself");
    assert!(updates(&t).is_empty());
    assert_eq!(t.sim().endpoint_config(PROD).unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_instances_is_no_deployment() {
    let mut t = Harness::story("demo").size(160, 40).ready().await;
    let counts = vec![("AllTraffic".to_owned(), 3)];
    let intent = AnyIntent::from(SetInstances { endpoint: "demand-forecasting-staging".to_owned(), counts });
    let plan = intent.plan(t.executor()).await.unwrap();
    let (tell, _told) = mpsc::channel(64);
    t.executor().send(&plan, &tell).await.unwrap();
    t.keys("4").await;
    t.until("Updating", "2m").await;
    t.run_for("10s").await;
    t.to("demand-forecasting-staging").await;
    t.keys("b").await;
    t.never_says("Arm the rollback of");
    t.says("demand-forecasting-staging is Updating");
}
