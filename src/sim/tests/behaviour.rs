//! Tests of the account's answers and changes.

use super::*;

#[test]
fn the_same_seed_and_clock_give_the_same_bytes() {
    let told = |story: &str| {
        let account = Account::of(story);
        let mut all = Vec::new();
        for step in 0..12 {
            account.wait(7);
            for operation in ["ListEndpoints", "ListTrainingJobs", "ListModelPackageGroups", "Search"] {
                let (_, answer) =
                    account.send(&format!("SageMaker.{operation}"), &json!({ "Resource": "PipelineExecution" }));
                all.push(answer.to_string());
            }
            if step == 3 {
                account.retrain("price-elasticity-build", &[]);
            }
            all.push(account.send("GraniteServiceVersion20100801.DescribeAlarms", &json!({})).1.to_string());
        }
        all
    };
    assert_eq!(told("demo"), told("demo"));
}

#[test]
fn a_rollback_goes_through_its_phases_and_keeps_the_instances() {
    let account = Account::of("demo");
    let old = account.config("recommendation-prod-v12");
    account.deploy("recommendation-prod", &old);
    let mut observed = Vec::new();
    for _ in 0..9 {
        let now = account.endpoint("recommendation-prod");
        let pending = &now["PendingDeploymentSummary"];
        if pending.is_object() {
            assert_eq!(now["EndpointStatus"], "Updating");
            assert_eq!(pending["EndpointConfigName"], json!(old));
            observed.push(pending["ProductionVariants"][0]["VariantStatus"][0]["Status"].as_str().unwrap().to_owned());
        }
        account.wait(10);
    }
    observed.dedup();
    assert_eq!(observed, ["Creating", "ActivatingTraffic", "Baking"]);
    let after = account.endpoint("recommendation-prod");
    assert_eq!(after["EndpointStatus"], "InService");
    assert_eq!(after["EndpointConfigName"], json!(old));
    assert_eq!(after["ProductionVariants"][0]["CurrentInstanceCount"], 6);
}

#[test]
fn without_retaining_the_configuration_decides() {
    let account = Account::of("demo");
    let order = json!({ "EndpointName": "recommendation-prod", "EndpointConfigName": account.config("recommendation-prod-v12") });
    account.sagemaker("UpdateEndpoint", &order);
    account.wait(90);
    assert_eq!(account.endpoint("recommendation-prod")["ProductionVariants"][0]["CurrentInstanceCount"], 2);
}

#[test]
fn a_guard_in_alarm_undoes_the_rollback() {
    let account = Account::of("demo");
    account.wait(80);
    assert_eq!(account.sim.alarm("P1-recommendation-5xx").as_deref(), Some("ALARM"));
    let guards = json!({ "AutoRollbackConfiguration": { "Alarms": [{ "AlarmName": "P1-recommendation-5xx" }] } });
    let order = json!({
        "EndpointName": "recommendation-prod",
        "EndpointConfigName": account.config("recommendation-prod-v12"),
        "DeploymentConfig": guards,
    });
    account.sagemaker("UpdateEndpoint", &order);
    account.wait(45);
    assert_eq!(account.endpoint("recommendation-prod")["EndpointStatus"], "RollingBack");
    account.wait(60);
    let after = account.endpoint("recommendation-prod");
    assert_eq!(after["EndpointStatus"], "InService");
    assert!(after["EndpointConfigName"].as_str().unwrap().contains("-v13-"));
    assert!(after["FailureReason"].as_str().unwrap().contains("P1-recommendation-5xx"));
}

#[test]
fn what_is_being_updated_cannot_be_updated() {
    let account = Account::of("demo");
    let old = account.config("recommendation-prod-v12");
    account.deploy("recommendation-prod", &old);
    let order = json!({ "EndpointName": "recommendation-prod", "EndpointConfigName": old });
    let (code, message) = account.refused("UpdateEndpoint", &order);
    assert_eq!(code, "ValidationException");
    assert_eq!(
        message,
        "Cannot update in-progress endpoint \"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/recommendation-prod\"."
    );
}

#[test]
fn an_approval_is_kept_and_counted() {
    let account = Account::of("demo");
    assert_eq!(account.sim.approval("recommendation/14").as_deref(), Some("PendingManualApproval"));
    account.decide("recommendation/14", "Approved");
    assert_eq!(account.sim.approval("recommendation/14").as_deref(), Some("Approved"));
    assert_eq!(account.sim.calls("UpdateModelPackage"), 1);
    assert!(account.sim.write_calls()[0].starts_with("UpdateModelPackage {"));
    account.wait(120);
    let config = account.sim.endpoint_config("recommendation-prod").unwrap();
    assert!(config.contains("-v14-"), "the rule deploys the newest approved version: {config}");
}

#[test]
fn pages_end_and_hold_everything_once() {
    let account = Account::of("demo");
    let (mut token, mut names) = (Value::Null, Vec::new());
    for _ in 0..100 {
        let mut order = json!({ "MaxResults": 7 });
        if !token.is_null() {
            order["NextToken"] = token.clone();
        }
        let page = account.sagemaker("ListTrainingJobs", &order);
        names.extend(
            page["TrainingJobSummaries"].as_array().unwrap().iter().map(|job| job["TrainingJobName"].to_string()),
        );
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    let total = names.len();
    names.sort();
    names.dedup();
    assert!(token.is_null() && total > 40 && names.len() == total, "{total}");
}

/// Reads all rows of a search, page by page.
fn searched(account: &Account, order: &Value) -> Vec<Value> {
    let (mut order, mut rows) = (order.clone(), Vec::new());
    loop {
        let page = account.sagemaker("Search", &order);
        rows.extend(page["Results"].as_array().unwrap().iter().cloned());
        if page["NextToken"].is_null() {
            return rows;
        }
        order["NextToken"] = page["NextToken"].clone();
    }
}

#[test]
fn a_search_is_sorted_and_holds_everything_once() {
    let scale = "E=60,V=700,A=0,J=400".parse().unwrap();
    let account = Account::with("shop", &Settings { scale, ..Settings::default() });
    for (kind, by, time, name) in [
        ("ModelPackage", "LastModifiedTime", "/ModelPackage/LastModifiedTime", "/ModelPackage/ModelPackageArn"),
        ("TrainingJob", "CreationTime", "/TrainingJob/CreationTime", "/TrainingJob/TrainingJobArn"),
        ("Endpoint", "LastModifiedTime", "/Endpoint/LastModifiedTime", "/Endpoint/EndpointName"),
        ("Model", "CreationTime", "/Model/Model/CreationTime", "/Model/Model/ModelName"),
        ("Model", "Model.CreationTime", "/Model/Model/CreationTime", "/Model/Model/ModelName"),
    ] {
        for order in ["Descending", "Ascending"] {
            let rows =
                searched(&account, &json!({ "Resource": kind, "SortBy": by, "SortOrder": order, "MaxResults": 17 }));
            let times = rows.iter().map(|row| row.pointer(time).unwrap().as_f64().unwrap());
            let right = |a: &f64, b: &f64| if order == "Descending" { a >= b } else { a <= b };
            assert!(times.is_sorted_by(right), "{kind} by {by}, {order}");
            let mut names: Vec<&str> = rows.iter().map(|row| row.pointer(name).unwrap().as_str().unwrap()).collect();
            names.sort_unstable();
            names.dedup();
            assert!(names.len() == rows.len() && rows.len() > 34, "{kind} by {by}: {} of {}", names.len(), rows.len());
        }
    }
}

#[test]
fn rows_of_the_same_time_are_on_one_page_each() {
    let account = Account::with("empty", &Settings { scale: "E=300".parse().unwrap(), ..Settings::default() });
    let rows = searched(&account, &json!({ "Resource": "Endpoint", "SortBy": "EndpointStatus", "MaxResults": 20 }));
    let names: std::collections::BTreeSet<&str> =
        rows.iter().map(|row| row["Endpoint"]["EndpointName"].as_str().unwrap()).collect();
    assert_eq!((rows.len(), names.len()), (300, 300));
}

#[test]
fn a_model_is_found_with_what_it_serves_and_an_endpoint_without_what_is_under_way() {
    let account = Account::of("demo");
    let find = |resource: &str, name: &str, value: &str| {
        let filter = json!({ "Name": name, "Operator": "Equals", "Value": value });
        let found =
            account.sagemaker("Search", &json!({ "Resource": resource, "SearchExpression": { "Filters": [filter] } }));
        found["Results"].as_array().unwrap().clone()
    };
    let prod = find("Model", "Endpoints.EndpointName", "recommendation-prod");
    assert_eq!(prod.len(), 1);
    assert!(prod[0]["Model"]["Model"]["ModelName"].as_str().unwrap().contains("-model-v13-"), "{prod:?}");
    account.deploy("recommendation-prod", &account.config("recommendation-prod-v12"));
    let updating = find("Endpoint", "EndpointStatus", "Updating");
    assert_eq!(updating[0]["Endpoint"]["EndpointName"], "recommendation-prod");
    assert!(updating[0]["Endpoint"]["ProductionVariants"].is_array());
    assert!(updating[0]["Endpoint"]["PendingDeploymentSummary"].is_null());
    assert!(find("Endpoint", "PendingDeploymentSummary.EndpointConfigName", "x").is_empty());
    assert_eq!(find("Endpoint", "Tags.sagemaker:project-name", "recommendation").len(), 2);
}

#[test]
fn a_status_filter_of_jobs_is_applied_after_the_page_was_cut() {
    let account = Account::of("demo");
    let page = account.sagemaker("ListTrainingJobs", &json!({ "StatusEquals": "Failed", "MaxResults": 3 }));
    assert!(page["TrainingJobSummaries"].as_array().unwrap().len() < 3);
    assert!(page["NextToken"].is_string());
}

#[test]
fn endless_pages_and_empty_pages_are_as_the_story_says() {
    let account = Account::of(
        "inherits = \"demo\"\n[[fault]]\noperation = \"ListTrainingJobs\"\nendless = true\n\
         [[fault]]\noperation = \"ListProcessingJobs\"\nempty_pages = 3\n",
    );
    let mut order = json!({});
    for _ in 0..5 {
        let page = account.sagemaker("ListTrainingJobs", &order);
        assert_eq!(page["NextToken"], "AAAAendless");
        order["NextToken"] = page["NextToken"].clone();
    }
    let first = account.sagemaker("ListProcessingJobs", &json!({}));
    assert_eq!(first["ProcessingJobSummaries"], json!([]));
    assert!(first["NextToken"].is_string());
}

#[test]
fn a_rate_throttles_with_status_400() {
    let settings = Settings { rates: [("sagemaker".to_owned(), 2.0)].into(), ..Settings::default() };
    let account = Account::with("shop", &settings);
    let codes: Vec<u16> = (0..12).map(|_| account.send("SageMaker.ListEndpoints", &json!({})).0).collect();
    assert_eq!(codes, [vec![200; 10], vec![400; 2]].concat(), "five seconds' worth at once");
    assert_eq!(
        account.refused("ListEndpoints", &json!({})),
        ("ThrottlingException".to_owned(), "Rate exceeded".to_owned())
    );
    account.wait(1);
    account.sagemaker("ListEndpoints", &json!({}));
}

#[test]
fn speed_makes_the_story_come_sooner() {
    let settings = Settings { speed: 10.0, ..Settings::default() };
    let account = Account::with("demo", &settings);
    account.wait(9);
    assert_eq!(account.sim.alarm("P1-recommendation-ctr").as_deref(), Some("ALARM"));
    account.deploy("recommendation-prod", &account.config("recommendation-prod-v12"));
    account.wait(8);
    assert_eq!(account.endpoint("recommendation-prod")["EndpointStatus"], "InService");
}

#[test]
fn a_long_silence_is_made_up_for() {
    let account = Account::of("demo");
    account.wait(3 * 86_400);
    assert_eq!(account.sim.alarm("P1-recommendation-ctr").as_deref(), Some("ALARM"));
}
