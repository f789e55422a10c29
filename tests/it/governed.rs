//! The governance of models: monitors, model cards, stages and baselines.

use crate::harness::{CONFIG, Harness};

#[tokio::test(start_paused = true)]
async fn monitors_say_what_they_found_and_why_they_find_nothing() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.keys("9").await;
    t.run_for("1m").await;
    for told in [
        "found 2 violations: basket_value (baseline_drift_check), country",
        "failed in its last execution: No S3 objects found",
        "is stopped: nothing watches for drift",
        "misses its executions",
        "ModelBias  Completed",
    ] {
        t.says(told);
    }
    t.keys("'/fraud-screening-data' enter enter").await;
    t.run_for("1m").await;
    t.says("drift distance: 0.31 exceeds threshold: 0.1");
    t.says("constraint_violations.json");
    t.says("EndpointName");
}

#[tokio::test(start_paused = true)]
async fn the_findings_of_monitors_and_cards_are_those_of_their_models() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.run_for("2m").await;
    t.to("fraud-screening").await;
    t.says("found 2 violations");
    t.keys("enter").await;
    t.run_for("1m").await;
    t.says("model card fraud-screening is PendingReview (risk High)");
    t.says("monitor");
}

#[tokio::test(start_paused = true)]
async fn a_version_shows_its_stage_its_reports_and_its_baselines() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.to("fraud-screening").await;
    t.keys("3 '/fraud-screening v4' enter enter").await;
    t.run_for("2m").await;
    for told in ["Production: Approved", "report of explainability", "baseline of data quality", "model card"] {
        t.says(told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_denied_list_of_executions_is_told_and_the_schedules_stay() {
    let story = "inherits = \"governed\"\n[[fault]]\noperation = \"ListMonitoringExecutions\"\n\
                 code = \"AccessDeniedException\"\nmessage = \"no\"\n";
    let mut t = Harness::story(story).size(200, 60).ready().await;
    t.keys("7").await;
    t.run_for("1m").await;
    let row = t.row("monitoring_schedules");
    assert!(row.contains("ListMonitoringExecutions"), "{row}");
    t.keys("9").await;
    t.run_for("3h").await;
    t.says("executions not read");
    t.never_says("never executed");
    t.never_says("misses its executions");
}

#[tokio::test(start_paused = true)]
async fn the_image_of_a_version_is_asked_for_when_it_is_looked_at() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.to("fraud-screening").await;
    assert!(!t.sim().operations().contains("ecr:DescribeImages"), "nobody looked at a version");
    t.keys("3 '/fraud-screening v3' enter enter").await;
    t.run_for("2m").await;
    t.says("image in ECR");
    t.says("is ARCHIVED in ECR");
}

#[tokio::test(start_paused = true)]
async fn the_plan_of_a_rollback_says_that_an_image_is_archived() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.to("fraud-screening").await;
    t.keys("b enter").await;
    t.run_for("1m").await;
    t.says("is ARCHIVED in ECR: no new instance can start");
}

#[cfg(feature = "dynamodb")]
#[tokio::test(start_paused = true)]
async fn what_a_team_notes_of_a_version_is_read_when_it_is_looked_at() {
    let mut t = Harness::story("demo").size(200, 90).ready().await;
    t.to("recommendation").await;
    t.run_for("2m").await;
    assert!(!t.sim().operations().contains("dynamodb:GetItem"), "nobody looked at a version");
    t.keys("3 '/recommendation v13' enter enter").await;
    t.run_for("2m").await;
    for told in ["ml-models model=recommendation, version=13", "approved 2026-11-12", "48211904", "feature_store_token"]
    {
        t.says(told);
    }
    t.never_says("not-to-be-shown");
    let asked = t.sim().calls("GetItem");
    t.run_for("3m").await;
    assert_eq!(t.sim().calls("GetItem"), asked, "an item is not polled");
}

#[cfg(feature = "dynamodb")]
#[tokio::test(start_paused = true)]
async fn an_item_that_cannot_be_read_says_why() {
    let denied =
        "inherits = \"demo\"\n[[fault]]\noperation = \"GetItem\"\ncode = \"AccessDeniedException\"\nmessage = \"no\"\n";
    let config = |table: &str, key: &str| CONFIG.replace("ml-models", table).replace("model = \"{model}\"", key);
    let own = "model = \"{model}\"";
    for (story, config, told) in [
        ("demo", config("elsewhere", own), "eu-west-1 has no such table"),
        ("demo", config("ml-models", "model = \"{group}-v2\""), "the table has no item with this key"),
        ("demo", config("ml-models", "modell = \"{model}\""), "does not match the schema"),
        (denied, config("ml-models", own), "denied: dynamodb:GetItem"),
    ] {
        let mut t = Harness::story(story).config(&config).size(200, 90).ready().await;
        t.to("recommendation").await;
        t.keys("3 '/recommendation v13' enter enter").await;
        t.run_for("2m").await;
        t.says(told);
    }
}

#[cfg(feature = "dynamodb")]
#[tokio::test(start_paused = true)]
async fn an_item_of_a_model_or_an_endpoint_stands_at_it() {
    let with = "{ model = \"{model}\", version = { N = \"{version}\" } }";
    for (key, to, told) in [
        ("{ model = \"{group}\", version = { N = \"14\" } }", "enter", "waits for review"),
        (
            "{ model = \"{endpoint}\", version = { N = \"1\" } }",
            "4 '/recommendation-prod' enter enter",
            "model=recommendation-prod",
        ),
    ] {
        let mut t = Harness::story("demo").config(&CONFIG.replace(with, key)).size(200, 90).ready().await;
        t.to("recommendation").await;
        t.keys(to).await;
        t.run_for("2m").await;
        t.says(told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_names_a_limit_has_the_value_of_the_quota() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.keys("2 '/fraud-screening-on-gpu' enter enter").await;
    t.run_for("2m").await;
    t.says("ml.g5.2xlarge for transform job usage: 2, can be raised");
}

#[tokio::test(start_paused = true)]
async fn a_version_shows_its_lineage_its_trial_and_what_is_recommended() {
    let mut t = Harness::story("governed").size(200, 70).ready().await;
    t.to("fraud-screening").await;
    assert!(!t.sim().operations().contains("sagemaker:QueryLineage"), "nobody looked at a version");
    t.keys("3 '/fraud-screening v4' enter enter").await;
    t.run_for("2m").await;
    for told in [
        "lineage DataSet",
        "trial component",
        "binary:logistic",
        "validation:auc",
        "1 × ml.c6i.large  $0.102 an hour  ",
    ] {
        t.says(told);
    }
}

#[tokio::test(start_paused = true)]
async fn what_lineage_says_is_shown_beside_what_could_not_be_read() {
    for (operation, shown, problem) in [
        ("DescribeTrialComponent", "lineage DataSet", "trial component:"),
        ("DescribeArtifact", "trial component", "artifacts of lineage:"),
    ] {
        let story = format!(
            "inherits = \"governed\"\n[[fault]]\noperation = \"{operation}\"\n\
             code = \"AccessDeniedException\"\nmessage = \"no\"\n"
        );
        let mut t = Harness::story(&story).size(200, 70).ready().await;
        t.to("fraud-screening").await;
        t.keys("3 '/fraud-screening v4' enter enter").await;
        t.run_for("2m").await;
        t.says(shown);
        t.says(problem);
    }
}

#[tokio::test(start_paused = true)]
async fn workbenches_are_listed_while_their_pane_is_open() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    assert!(!t.sim().operations().contains("sagemaker:ListApps"), "nobody looked");
    t.keys("9").await;
    t.run_for("2m").await;
    t.says("GPU  notebook instance  InService  ml.g5.2xlarge");
    t.says("MLflow 2.16.2  Started");
    t.keys("7").await;
    t.run_for("100m").await;
    let row = t.row("workbenches");
    assert!(row.contains("2 h"), "nobody looked since: {row}");
}

#[tokio::test(start_paused = true)]
async fn a_location_shows_its_encryption_its_copies_and_its_size() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.keys("1 '/customers' enter enter").await;
    t.run_for("2m").await;
    for told in ["aws:kms", "retail-data-lake-copy", "in the last hour", "size in Standard storage", "restore point"] {
        t.says(told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_filtered_by_the_project_of_the_models() {
    let mut t = Harness::story("shop").size(200, 40).ready().await;
    t.run_for("2m").await;
    t.says("recommendation");
    t.keys("/'project:fraud' enter").await;
    t.says("fraud-screening");
    t.never_says("price-elasticity");
    t.keys("esc enter").await;
    t.says("project");
}

#[tokio::test(start_paused = true)]
async fn the_key_of_a_location_has_its_state_or_says_how_to_get_it() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.keys("1 '/customers' enter enter").await;
    t.run_for("2m").await;
    if cfg!(feature = "kms") {
        t.says("is PendingDeletion, to be deleted at");
    } else {
        t.says("not read: this build leaves out kms (cargo build");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_says_which_rules_it_does_not_meet_or_how_to_get_them() {
    let mut t = Harness::story("governed").size(200, 90).ready().await;
    t.to("fraud-screening").await;
    assert!(!t.sim().operations().contains("config:GetComplianceDetailsByResource"), "nobody looked at an endpoint");
    t.keys("4 '/fraud-screening-prod' enter enter").await;
    t.run_for("2m").await;
    if cfg!(feature = "configservice") {
        t.says("▲ rules that are not met: sagemaker-endpoint-");
        t.says("configuration-kms-key-configured");
        t.says("KmsKeyId is not set");
    } else {
        t.says("not read: this build leaves out configservice");
    }
}

#[cfg(feature = "configservice")]
#[tokio::test(start_paused = true)]
async fn what_config_does_not_answer_is_not_known() {
    let denied = "inherits = \"governed\"\n[[fault]]\noperation = \"GetComplianceDetailsByResource\"\n\
                  code = \"AccessDeniedException\"\nmessage = \"no\"\n";
    for (story, endpoint, told) in [
        ("governed", "price-elasticity", "no rule has judged its configuration"),
        (denied, "fraud-screening", "GetComplianceDetailsByResource: denied"),
    ] {
        let mut t = Harness::story(story).size(200, 90).ready().await;
        t.to(endpoint).await;
        t.keys(&format!("4 '/{endpoint}-prod' enter enter")).await;
        t.run_for("2m").await;
        t.says(told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_project_says_how_the_product_is_that_made_it_or_how_to_get_that() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.to("fraud-screening").await;
    t.run_for("2m").await;
    assert!(!t.sim().operations().contains("sagemaker:DescribeProject"), "the model is not open");
    t.keys("enter").await;
    t.run_for("2m").await;
    t.says("CreateCompleted");
    t.says("UPDATE_ROLLBACK_COMPLETE");
    if cfg!(feature = "servicecatalog") {
        for told in ["▲ TAINTED", "Model building, training and deployment", "v1.1"] {
            t.says(told);
        }
    } else {
        t.says("not read: this build leaves out servicecatalog (cargo build");
    }
    let asked = t.sim().calls("DescribeProject");
    t.run_for("5m").await;
    assert_eq!(t.sim().calls("DescribeProject"), asked, "a project is not polled");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_of_a_project_is_told_beside_what_can() {
    for (operation, shown, problem) in [
        ("DescribeProject", "fraud-screening", "project: DescribeProject: denied"),
        ("DescribeProvisionedProduct", "CreateCompleted", "provisioned product: DescribeProvisionedProduct: denied"),
        ("DescribeProduct", "TAINTED", "names of the product and its version: DescribeProduct: denied"),
    ] {
        if operation != "DescribeProject" && cfg!(not(feature = "servicecatalog")) {
            continue;
        }
        let story = format!(
            "inherits = \"governed\"\n[[fault]]\noperation = \"{operation}\"\n\
             code = \"AccessDeniedException\"\nmessage = \"no\"\n"
        );
        let mut t = Harness::story(&story).size(200, 60).ready().await;
        t.to("fraud-screening").await;
        t.keys("enter").await;
        t.run_for("2m").await;
        t.says(shown);
        t.says(problem);
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_of_data_has_the_schema_that_the_configuration_names_or_says_how_to_get_it() {
    let customers = "uri = \"s3://retail-data-lake/customers/dt={yyyy-MM-dd}/\"\n";
    let folder = "uri = \"s3://retail-data-lake/customers/\"\n";
    let with = |schema: &str| CONFIG.replace(customers, &format!("{folder}schema = \"{schema}\"\n"));
    for (schema, told) in [
        ("retail/customers", &["NONE  a new version may change anything", "▲ FAILURE", "3 h ago"][..]),
        ("retail/nothing", &["schema: GetSchema: ", "Schema is not found"]),
    ] {
        let mut t = Harness::story("governed").config(&with(schema)).size(260, 90).ready().await;
        t.run_for("2m").await;
        assert!(!t.sim().operations().contains("glue:GetSchema"), "nobody looked at the data");
        t.keys("1 '/customers' enter enter").await;
        t.run_for("2m").await;
        t.says(schema);
        if cfg!(feature = "glue") {
            for told in told {
                t.says(told);
            }
        } else {
            t.says("not read: this build leaves out glue (cargo build");
        }
    }
}

#[cfg(feature = "devopsguru")]
#[tokio::test(start_paused = true)]
async fn an_insight_is_a_finding_of_the_models_of_its_resources() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.run_for("2m").await;
    t.to("price-elasticity").await;
    t.says("Latency of an endpoint above its usual course");
}

#[cfg(feature = "health")]
#[tokio::test(start_paused = true)]
async fn health_is_asked_while_a_model_is_broken_or_its_pane_is_open() {
    let mut t = Harness::story("governed").size(200, 60).ready().await;
    t.run_for("5m").await;
    assert!(!t.sim().operations().contains("health:DescribeEvents"), "nothing is broken, and nobody looked");
    t.keys("9").await;
    t.until("is open  issue  SAGEMAKER eu-west-1", "2m").await;
    let planned = t.line("AWS_SAGEMAKER_ENDPOINT_PATCHING");
    assert!(planned.contains("scheduledChange") && planned.contains("price-elasticity"), "{planned}");
    let issue = "inherits = \"ctr\"\n[[health_event]]\ncode = \"AWS_SAGEMAKER_OPERATIONAL_ISSUE\"\ncategory = \"issue\"\n\
                 status = \"open\"\nage = \"35m\"\ntext = \"Error rates of InvokeEndpoint are increased.\"\n";
    let mut t = Harness::story(issue).size(120, 36).ready().await;
    t.until("AWS reports trouble of SAGEMAKER in eu-west-1: AWS_SAGEMAKER_OPERATIONAL_ISSUE, 3", "5m").await;
}
