//! The ways of a rollback: they are listed, `tab` goes through them, and each is sent as what it is.

use super::sent;
use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn tab_goes_through_the_ways_back_and_the_last_one_is_that_of_the_owner() {
    let mut t = Harness::story("demo").size(140, 50).ready().await;
    t.until_account("2m", |account| account.alarm("P1-recommendation-ctr").unwrap() == "ALARM").await;
    t.run_for("40s").await;
    t.to("✗ recommendation").await;
    t.keys("b").await;
    t.until("Type recommendation-prod to send", "10s").await;
    t.says("ways back, fastest first");
    t.says("– shift traffic");
    t.says("it has one variant");
    t.says("› earlier configuration");
    t.says("fire already: ");
    t.says("Auto Scaling keeps AllTraffic between");
    t.keys("tab").await;
    t.until("Rebuild recommendation-prod from recommendation/12", "10s").await;
    t.says("› rebuild from the registry");
    t.keys("tab").await;
    t.until("Type recommendation/13 to send", "10s").await;
    t.says("Reject recommendation/13");
    t.says("› reject the version");
    t.keys("tab").await;
    t.until("Type recommendation-deploy/DeployProd to send", "10s").await;
    t.says("Roll DeployProd of recommendation-deploy back to Model package");
    t.keys("tab").await;
    t.until("Roll back recommendation-prod to v12", "10s").await;
    t.keys("shift-tab").await;
    t.until("Type recommendation-deploy/DeployProd to send", "10s").await;
    assert!(t.sim().write_calls().is_empty());
    t.keys("'recommendation-deploy/DeployProd' enter").await;
    t.until("recommendation-deploy/DeployProd has succeeded", "60m").await;
    assert_eq!(sent(&t.sim().write_calls()[0], "RollbackStage")["stageName"], "DeployProd");
    assert!(t.sim().endpoint_config("recommendation-prod").unwrap().contains("-v12-"));
    assert_eq!(t.journal()[0].intent, "rollback-stage");
}

/// A story in which the images of some versions are gone from ECR.
fn without_images(versions: &[&str]) -> String {
    let gone = |version: &&str| format!("[[image]]\nversion = \"{version}\"\ngone = true\n");
    format!("inherits = \"shop\"\n{}", versions.iter().map(gone).collect::<String>())
}

/// Opens the plan of a rollback.
async fn plan(story: &str, endpoint: &str) -> Harness {
    let mut t = Harness::story(story).size(140, 50).ready().await;
    t.run_for("40s").await;
    t.keys(&format!("4 '/{endpoint}' enter b")).await;
    t
}

#[tokio::test(start_paused = true)]
async fn a_configuration_whose_image_is_gone_is_not_the_way_back() {
    let t = plan(&without_images(&["customer-segmentation/6"]), "customer-segmentation-prod").await;
    t.says("is gone from ECR");
    t.never_says("› earlier configuration");
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_compares_the_image_and_checks_that_it_exists() {
    let mut t = plan("inherits = \"shop\"\n", "price-elasticity-prod").await;
    t.until("Rebuild price-elasticity-prod", "10s").await;
    t.says("image exists");
    t.says("artifact readable");
    t.says("same   image, everything else");
    let t = plan(&without_images(&["price-elasticity/1"]), "price-elasticity-prod").await;
    t.says("has no approved version before v3 whose artifacts");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_is_no_way_back_for_an_endpoint_that_it_does_not_deploy() {
    let story = "inherits = \"shop\"\n[[endpoint]]\nname = \"fraud-mobile-prod\"\nway = \"serverless\"\n\
                 bucket = \"retail-ml-artifacts\"\nversions = [\"fraud-screening/4\"]\nage = \"3d\"\nrequests = 50.0\n";
    let t = plan(story, "fraud-mobile-prod").await;
    t.never_says("--way stage");
    t.never_says("› roll the stage back");
}
