//! Model cards and images that boto3 made are found at their models, and `config init` writes them down.

use sagetop::config::{Config, Source};
use serde_json::{Value, json};

use super::server::{Moto, RETAIL};
use crate::sagetop::Home;
#[cfg(any(feature = "dynamodb", feature = "glue"))]
use crate::terminal::pty::Terminal;

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
    let plan =
        |code| home.run_at(&moto.url, RETAIL, &["rollback", "demand-forecast-prod", "--plan-only"]).ends(code).out;
    // The plan is refused, because no instance could start without the image.
    let told = plan(1);
    assert!(told.contains("is gone from ECR"), "{told}");
    let (_, image) = told.split_once(".amazonaws.com/").unwrap();
    let (image, _) = image.split_once(',').unwrap();
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
    let told = plan(0);
    assert!(told.contains("image exists") && !told.contains("is gone from ECR"), "{told}");
}

#[cfg(feature = "dynamodb")]
#[test]
fn an_item_that_boto3_wrote_is_among_the_facts_of_its_version() {
    let moto = Moto::start(&[]);
    let ask = |service, method, request: Value| moto.ask(RETAIL, service, method, &request);
    ask("sagemaker", "create_model_package_group", json!({"ModelPackageGroupName": "churn"}));
    let version = json!({"ModelPackageGroupName": "churn", "ModelApprovalStatus": "Approved"});
    ask("sagemaker", "create_model_package", version);
    let attribute = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    let table = json!({
        "TableName": "team.models", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("id", "S"), attribute("n", "N")],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
    });
    ask("dynamodb", "create_table", table);
    let item = json!({
        "id": {"S": "team/churn"}, "n": {"N": "1"}, "reviewed_by": {"S": "ana \u{1b}[31m遅い"},
        "limits": {"M": {"auc": {"N": "0.81"}}}, "db_password": {"S": "S3CR3T"},
    });
    ask("dynamodb", "put_item", json!({"TableName": "team.models", "Item": item}));

    let home = Home::new();
    let config = "[[model]]\nname = \"churn\"\n\
                  metadata_item = { table = \"team.models\", key = { id = \"team/{group}\", n = { N = \"{version}\" } } }\n";
    let file = home.write("sagetop.toml", config);
    let place = ["--endpoint-url", &moto.url, "--region", RETAIL, "--read-only", "--config", file.to_str().unwrap()];
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(&home, 160, 50, &place, &keys);
    terminal.until_shown(&["churn", "✓"]);
    assert_eq!(moto.count(RETAIL, "GetItem"), 0, "nobody has looked yet");
    terminal.press("3");
    terminal.until_shown(&["v1"]);
    terminal.press("\r\r");
    terminal.until_shown(&["team.models id=team/churn, n=1", "ana", "遅い", "{\"auc\":0.81}", "redacted"]);
    assert!(!terminal.text().contains("S3CR3T"));
    terminal.press("q");
    terminal.end();
    terminal.left_as_found();
}

#[cfg(feature = "glue")]
#[test]
fn a_schema_that_boto3_registered_is_among_the_facts_of_its_data() {
    let moto = Moto::start(&[]);
    let ask = |service, method, request: Value| moto.ask(RETAIL, service, method, &request);
    let place = json!({"LocationConstraint": RETAIL});
    ask("s3", "create_bucket", json!({"Bucket": "lake", "CreateBucketConfiguration": place}));
    ask("s3", "put_object", json!({"Bucket": "lake", "Key": "clicks/part-0.json", "Body": "{}"}));
    ask("sagemaker", "create_model_package_group", json!({"ModelPackageGroupName": "churn"}));
    ask("glue", "create_registry", json!({"RegistryName": "team"}));
    let definition = |field: &str| {
        json!({"type": "record", "name": "row", "fields": [{"name": field, "type": "string"}]}).to_string()
    };
    let schema = json!({
        "RegistryId": {"RegistryName": "team"}, "SchemaName": "clicks", "DataFormat": "AVRO",
        "Compatibility": "NONE", "SchemaDefinition": definition("a"),
    });
    ask("glue", "create_schema", schema);
    let id = json!({"RegistryName": "team", "SchemaName": "clicks"});
    ask("glue", "register_schema_version", json!({"SchemaId": id, "SchemaDefinition": definition("b")}));

    let home = Home::new();
    let config = "[[model]]\nname = \"churn\"\n[[model.data]]\nkind = \"s3\"\nuri = \"s3://lake/clicks/\"\n\
                  schema = \"team/clicks\"\n";
    let file = home.write("sagetop.toml", config);
    let place = ["--endpoint-url", &moto.url, "--region", RETAIL, "--read-only", "--config", file.to_str().unwrap()];
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(&home, 160, 50, &place, &keys);
    terminal.until_shown(&["churn", "✓"]);
    assert_eq!(moto.count(RETAIL, "GetSchema"), 0, "the cursor has not been on the location yet");
    terminal.press("1");
    terminal.until_shown(&["s3://lake/clicks/"]);
    terminal.press("\r\r");
    terminal.until_shown(&["team/clicks", "NONE  a new version may change anything", "latest version", "✓ AVAILABLE"]);
    terminal.press("q");
    terminal.end();
    terminal.left_as_found();
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
