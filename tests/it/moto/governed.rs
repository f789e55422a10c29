//! Model cards and images that boto3 made are found at their models, and `config init` writes them down.

use sagetop::config::{Config, Source};
use serde_json::{Value, json};

use super::server::{Moto, RETAIL};
use crate::sagetop::Home;

#[test]
fn a_model_card_of_boto3_belongs_to_the_group_that_it_names() {
    let moto = Moto::start(&[]);
    let ask = |method, request: Value| moto.ask(RETAIL, "sagemaker", method, &request);
    ask("create_model_package_group", json!({"ModelPackageGroupName": "churn"}));
    let content = json!({
        "model_package_details": {"model_package_group_name": "churn"},
        "intended_uses": {"risk_rating": "High", "purpose_of_model": "who leaves"},
    });
    let card = json!({"ModelCardName": "churn-card", "ModelCardStatus": "Draft", "Content": content.to_string()});
    ask("create_model_card", card);
    let dump = Home::new().run_at(&moto.url, RETAIL, &["dump"]).ends(0).json();
    let cards = dump["resources"]["model_cards"].as_array().unwrap();
    assert_eq!((cards[0]["name"].as_str(), cards[0]["details"]["risk"].as_str()), (Some("churn-card"), Some("High")));
    let model = dump["models"].as_array().unwrap().iter().find(|model| model["name"] == "churn").unwrap();
    let attached = model["attached"].as_array().unwrap();
    assert!(attached.iter().any(|thing| thing["id"] == "churn-card"), "{attached:?}");
}

#[test]
fn a_rollback_plan_asks_ecr_for_the_image_that_it_would_run() {
    let (moto, home) = (Moto::shared(), Home::new());
    let plan = || home.run_at(&moto.url, RETAIL, &["rollback", "demand-forecast-prod", "--plan-only"]).ends(0).out;
    let told = plan();
    assert!(told.contains("is gone from ECR"), "{told}");
    let (_, image) = told.split_once(".amazonaws.com/").unwrap();
    let (image, _) = image.split_once(' ').unwrap();
    let (repository, tag) = image.split_once(':').unwrap();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:1"},
        "layers": [],
    });
    moto.ask(RETAIL, "ecr", "create_repository", &json!({"repositoryName": repository}));
    let put = json!({"repositoryName": repository, "imageTag": tag, "imageManifest": manifest.to_string()});
    moto.ask(RETAIL, "ecr", "put_image", &put);
    let told = plan();
    assert!(told.contains("image exists") && !told.contains("is gone from ECR"), "{told}");
}

#[test]
fn the_written_configuration_describes_what_boto3_made() {
    let (moto, home) = (Moto::shared(), Home::new());
    let text = home.run_at(&moto.url, RETAIL, &["config", "init", "--print"]).ends(0).out;
    let config = Config::parse(&Source { file: "sagetop.toml".into(), text: text.clone() }).unwrap();
    let model =
        |name: &str| config.models.iter().find(|model| model.name == name).unwrap_or_else(|| panic!("{name}: {text}"));
    let forecast = model("demand-forecast");
    assert_eq!(
        forecast.pipelines.iter().map(sagetop::config::Glob::text).collect::<Vec<_>>(),
        ["DemandForecast-Nightly"],
        "{text}"
    );
    let endpoints: Vec<&str> = forecast.endpoints.iter().map(sagetop::config::Glob::text).collect();
    assert!(endpoints.contains(&"demand-forecast-{stage}"), "{endpoints:?}");
    assert!(forecast.data.iter().any(|data| data.uri.starts_with("s3://retail-lake/sales/daily/")), "{text}");
    let serves = |name: &str, endpoint: &str| model(name).endpoints.iter().any(|glob| glob.matches(endpoint));
    assert!(serves("customer-segments", "customer-segments-prod"), "{text}");
    assert!(serves("recommender", "shop-front-prod"), "the name says nothing, the configuration does: {text}");
    let alarms = moto.ask(RETAIL, "cloudwatch", "describe_alarms", &json!({}))["MetricAlarms"].clone();
    let named: Vec<&str> = alarms.as_array().unwrap().iter().filter_map(|alarm| alarm["AlarmName"].as_str()).collect();
    let watched = config.models.iter().flat_map(|model| &model.alarms);
    for glob in watched {
        assert!(named.iter().any(|name| glob.matches(name)), "{} matches no alarm", glob.text());
    }
    // The written configuration is read again, and finds the same models.
    let place = home.write("written.toml", &text);
    let dump = home.run_at(&moto.url, RETAIL, &["dump", "--config", place.to_str().unwrap()]).ends(0).json();
    let found: Vec<&str> = dump["models"].as_array().unwrap().iter().filter_map(|m| m["name"].as_str()).collect();
    for model in &config.models {
        assert!(found.contains(&model.name.as_str()), "{}: {found:?}", model.name);
    }
}
