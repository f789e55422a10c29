//! Rollbacks of endpoints that are not one model on one variant, planned by the real program: the configuration that it
//! chooses, the settings that it keeps, and the reasons if there is none.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};

use crate::altered::{Altered, Answer, Asked};
use crate::sagetop::{Home, Run};

/// An endpoint `pair-prod` that serves the first of its configurations. The others are older, in this order.
struct Way {
    /// The members of each configuration besides its name: `ProductionVariants`, ….
    configs: Vec<Value>,
    /// The members of each model, by name.
    models: Vec<(&'static str, Value)>,
    /// The answers of other operations.
    others: Vec<(&'static str, u16, Value)>,
    /// The status of every HEAD of S3.
    head: u16,
    /// The keys that a list of S3 finds.
    keys: Vec<&'static str>,
    /// The model that is deleted and created again after the plan was made.
    remade: &'static str,
}

const NOW: i64 = 1_800_000_000;

fn arn(kind: &str, name: &str) -> String {
    format!("arn:aws:sagemaker:eu-west-1:123456789012:{kind}/{name}")
}

fn variant(name: &str, model: &str, weight: f64) -> Value {
    json!({"VariantName": name, "ModelName": model, "InstanceType": "ml.c6i.xlarge", "InitialInstanceCount": 1,
        "InitialVariantWeight": weight})
}

fn variants(variants: &[Value]) -> Value {
    json!({"ProductionVariants": variants})
}

fn made_from(versions: &[&str]) -> Value {
    let container = |v: &&str| json!({"ModelPackageName": arn("model-package", v)});
    json!({"Containers": versions.iter().map(container).collect::<Vec<_>>()})
}

impl Way {
    fn new(configs: Vec<Value>, models: Vec<(&'static str, Value)>) -> Self {
        Self { configs, models, others: Vec::new(), head: 200, keys: Vec::new(), remade: "" }
    }

    /// Returns the name and members of a configuration by its place.
    fn config(&self, place: usize) -> Value {
        let name = format!("pair-prod-{}", self.configs.len() - place);
        let mut config = self.configs[place].clone();
        config["EndpointConfigArn"] = arn("endpoint-config", &name).into();
        config["EndpointConfigName"] = name.into();
        config["CreationTime"] = (NOW - 86_400 * i64::try_from(place).unwrap()).into();
        config
    }

    fn endpoint(&self) -> Value {
        let live = |v: &Value| {
            let serverless = v.get("ServerlessConfig").cloned();
            let count = serverless.is_none().then_some(4);
            json!({"VariantName": v["VariantName"], "CurrentWeight": 0.5, "DesiredWeight": 0.5,
                "CurrentInstanceCount": count, "DesiredInstanceCount": count, "CurrentServerlessConfig": serverless})
        };
        let serving = self.config(0);
        let variants: Vec<Value> = serving["ProductionVariants"].as_array().unwrap().iter().map(live).collect();
        json!({"EndpointName": "pair-prod", "EndpointArn": arn("endpoint", "pair-prod"), "EndpointStatus": "InService",
            "CreationTime": NOW - 8_640_000, "LastModifiedTime": NOW, "ProductionVariants": variants,
            "EndpointConfigName": serving["EndpointConfigName"]})
    }

    fn answer(&self, asked: &Asked) -> Option<Answer> {
        let request = asked.json();
        let all = || (0..self.configs.len()).map(|place| self.config(place));
        let gone = |what: &str| {
            Answer::json(400, &json!({"__type": "ValidationException", "message": format!("Could not find {what}.")}))
        };
        if let Some((_, status, body)) = self.others.iter().find(|(operation, ..)| *operation == asked.operation) {
            return Some(Answer::json(*status, body));
        }
        Some(match asked.operation.as_str() {
            "ListEndpoints" => Answer::json(200, &json!({"Endpoints": [self.endpoint()]})),
            "DescribeEndpoint" => Answer::json(200, &self.endpoint()),
            "ListEndpointConfigs" => Answer::json(200, &json!({"EndpointConfigs": all().collect::<Vec<_>>()})),
            "DescribeEndpointConfig" => {
                match all().find(|c| c["EndpointConfigName"] == request["EndpointConfigName"]) {
                    Some(config) => Answer::json(200, &config),
                    None => gone("endpoint configuration"),
                }
            }
            "DescribeModel" => match self.models.iter().find(|(name, _)| request["ModelName"] == *name) {
                Some((name, model)) => {
                    let mut model = model.clone();
                    model["ModelName"] = (*name).into();
                    model["ModelArn"] = arn("model", name).into();
                    // The plan first reads each of the three models of this endpoint's configurations.
                    let made_again = *name == self.remade && asked.number > 3;
                    model["CreationTime"] = (if made_again { NOW } else { NOW - 90_000_000 }).into();
                    model["ExecutionRoleArn"] = "arn:aws:iam::123456789012:role/serving".into();
                    Answer::json(200, &model)
                }
                None => gone("model"),
            },
            "DescribeModelPackage" => {
                let named = request["ModelPackageName"].as_str().unwrap();
                let (group, version) = named.split_once("model-package/").unwrap().1.split_once('/').unwrap();
                Answer::json(
                    200,
                    &json!({"ModelPackageArn": named, "ModelPackageGroupName": group,
                    "ModelPackageVersion": version.parse::<i32>().unwrap(), "ModelPackageStatus": "Completed",
                    "ModelApprovalStatus": "Approved", "CreationTime": NOW - 1_000_000,
                    "ModelPackageStatusDetails": {"ValidationStatuses": []},
                    "InferenceSpecification": {"Containers": [{"Image": format!("{group}:{version}")}]}}),
                )
            }
            "ListTags" => Answer::json(200, &json!({"Tags": []})),
            operation if operation.starts_with("HEAD /") => Answer::xml(self.head, ""),
            operation if operation.starts_with("GET /models") => {
                let row = |key: &&str| format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>");
                let keys = self.keys.iter().map(row).collect::<Vec<_>>().concat();
                Answer::xml(
                    200,
                    format!(
                        "<ListBucketResult><Name>models</Name>{keys}<KeyCount>{}</KeyCount></ListBucketResult>",
                        self.keys.len()
                    ),
                )
            }
            _ => return None,
        })
    }

    /// Plans a rollback with these further arguments.
    fn plan(self, arguments: &[&str]) -> Run {
        let account = Altered::serve("empty", move |asked| self.answer(asked));
        let rollback = ["rollback", "pair-prod", "--plan-only"];
        // Traffic is shifted to a variant that runs an older version, unless another way is wanted.
        let way: &[&str] = if arguments.is_empty() { &["--way", "previous"] } else { &[] };
        Home::new().run_at(&account.url, "eu-west-1", &[&rollback, way, arguments].concat())
    }
}

/// Makes the plan when the list of endpoints has this many pages and this neighbour on the last one. Also returns the
/// number of configurations that were described.
fn plan_among(way: Way, pages: usize, neighbour: &'static str) -> (Run, usize) {
    let account = Altered::serve("empty", move |asked| {
        if asked.operation == "ListModelPackages" {
            return Some(Answer::json(200, &json!({"ModelPackageSummaryList": []})));
        }
        if asked.operation != "ListEndpoints" {
            return way.answer(asked);
        }
        let page: usize = asked.json()["NextToken"].as_str().map_or(1, |token| token.parse().unwrap());
        let mut endpoint = way.endpoint();
        if page == pages {
            endpoint["EndpointName"] = neighbour.into();
        }
        let next = (page < pages).then(|| (page + 1).to_string());
        Some(Answer::json(200, &json!({"Endpoints": [endpoint], "NextToken": next})))
    });
    let run = Home::new().run_at(&account.url, "eu-west-1", &["rollback", "pair-prod", "--plan-only"]);
    let described = account.asked().iter().filter(|asked| asked.operation == "DescribeEndpointConfig").count();
    (run, described)
}

#[test]
fn a_configuration_of_a_neighbour_is_never_the_way_back_however_many_neighbours_there_are() {
    let way = || Way::new(vec![variants(&[variant("a", "m3", 1.0)]), variants(&[variant("a", "m2", 1.0)])], pair());
    for (pages, neighbour, expected) in [
        (3, "pair-test", Some("pair-prod-1")),
        (3, "pair-prod-1", None),
        // There are more pages than are read, so the owner is unknown.
        (50, "pair-test", None),
    ] {
        let (run, _) = plan_among(way(), pages, neighbour);
        match expected {
            Some(name) => assert_eq!(call(&run.ends(0))["EndpointConfigName"], name),
            None => assert!(!run.out.contains("update-endpoint"), "{pages} {neighbour}: {}", run.out),
        }
    }
    plan_among(way(), 50, "pair-test").0.says("many endpoints with a name like this one's");
}

#[test]
fn of_many_configurations_that_are_no_way_back_only_the_newest_are_described() {
    let same = || variants(&[variant("a", "m3", 1.0)]);
    let (run, described) = plan_among(Way::new((0..60).map(|_| same()).collect(), pair()), 1, "pair-test");
    assert!(described <= 25, "{described}");
    run.says("were not looked at");
}

/// Returns the call that a plan shows.
fn call(run: &Run) -> Value {
    let json = run.out.split("update-endpoint --cli-input-json '").nth(1).unwrap().split('\'').next().unwrap();
    serde_json::from_str(json).unwrap()
}

fn pair() -> Vec<(&'static str, Value)> {
    vec![("m1", made_from(&["fraud/1"])), ("m2", made_from(&["fraud/2"])), ("m3", made_from(&["fraud/3"]))]
}

#[test]
fn a_challenger_is_taken_away_again() {
    let both = variants(&[variant("champion", "m2", 0.9), variant("challenger", "m3", 0.1)]);
    let run = Way::new(vec![both, variants(&[variant("champion", "m2", 1.0)])], pair()).plan(&[]).ends(0);
    assert_eq!(
        call(&run),
        json!({"EndpointName": "pair-prod", "EndpointConfigName": "pair-prod-1", "RetainAllVariantProperties": false})
    );
    let run = run.says("champion version").says("champion weight");
    let ending = run.out.lines().find(|line| line.contains("ends")).unwrap();
    assert!(ending.contains("challenger") && ending.contains("fraud/3 on ml.c6i.xlarge"), "{ending}");
    run.says("Instance counts and weights go back to what the configuration says");
}

#[test]
fn a_promoted_challenger_goes_back_to_both() {
    let before = variants(&[variant("champion", "m2", 0.9), variant("challenger", "m3", 0.1)]);
    let run = Way::new(vec![variants(&[variant("champion", "m3", 1.0)]), before], pair()).plan(&[]).ends(0);
    assert_eq!(call(&run)["EndpointConfigName"], "pair-prod-1");
    run.says("challenger version").says("challenger weight").says("→ fraud/2");
}

#[test]
fn two_variants_of_older_versions_keep_their_counts_and_weights() {
    let now = variants(&[variant("a", "m3", 0.5), variant("b", "m2", 0.5)]);
    let before = variants(&[variant("a", "m2", 0.7), variant("b", "m1", 0.3)]);
    let run = Way::new(vec![now, before], pair()).plan(&[]).ends(0).says("4 kept").says("0.5 kept");
    assert_eq!(call(&run)["RetainAllVariantProperties"], true);
}

#[test]
fn traffic_is_shifted_to_a_variant_that_runs_the_older_version() {
    let both = || {
        vec![
            variants(&[variant("champion", "m2", 0.5), variant("challenger", "m3", 0.5)]),
            variants(&[variant("champion", "m1", 1.0)]),
        ]
    };
    let plan = |arguments: &[&str]| {
        let way = Way::new(both(), pair());
        let account = Altered::serve("empty", move |asked| way.answer(asked));
        let rollback = ["rollback", "pair-prod", "--plan-only"];
        Home::new().run_at(&account.url, "eu-west-1", &[&rollback, arguments].concat())
    };
    let run = plan(&[]).ends(0).says("› shift traffic").says("champion runs v2 on 4 of 8 instances");
    let weights = run.out.split("update-endpoint-weights-and-capacities --cli-input-json '").nth(1).unwrap();
    let weights: Value = serde_json::from_str(weights.split('\'').next().unwrap()).unwrap();
    assert_eq!(
        weights["DesiredWeightsAndCapacities"],
        json!([{"VariantName": "champion", "DesiredWeight": 1.0}, {"VariantName": "challenger", "DesiredWeight": 0.0}])
    );
    plan(&["--way", "previous"]).ends(0).says("Roll back pair-prod to");
    plan(&["--way", "reject"]).ends(1).says("no rule is known to deploy when a version is rejected");
    plan(&["--way", "stage"]).ends(1).says("no stage of a delivery pipeline is known to deploy it");
    plan(&["--way", "previous", "--to", "x"]).ends(2);
}

#[test]
fn each_model_of_the_plan_must_still_be_the_one_that_was_looked_at() {
    let configs = || {
        let now = variants(&[variant("a", "m3", 0.5), variant("b", "m2", 0.5)]);
        vec![now, variants(&[variant("a", "m2", 0.7), variant("b", "m1", 0.3)])]
    };
    for remade in ["m1", "m2"] {
        let way = Way { remade, ..Way::new(configs(), pair()) };
        let account = Altered::serve("empty", move |asked| way.answer(asked));
        let rollback = ["rollback", "pair-prod", "--way", "previous", "--yes", "pair-prod"];
        let run = Home::new().run_at(&account.url, "eu-west-1", &rollback).ends(1);
        run.says(&format!("{remade} changed since the plan was made"));
        assert_eq!(account.count("UpdateEndpoint"), 0, "{remade}");
    }
}

#[test]
fn a_newer_version_on_one_variant_is_no_way_back_and_several_variants_are_not_rebuilt() {
    let now = variants(&[variant("a", "m1", 0.5), variant("b", "m2", 0.5)]);
    let before = variants(&[variant("a", "m3", 0.5), variant("b", "m1", 0.5)]);
    let run = Way::new(vec![now, before], pair()).plan(&[]).ends(1);
    run.says("pair-prod-1 runs fraud/3, which is newer than what serves").says("its own has several variants");
}

#[test]
fn all_containers_of_a_model_are_compared() {
    let models = vec![("new", made_from(&["prep/7", "fraud/3"])), ("old", made_from(&["prep/7", "fraud/2"]))];
    let configs = vec![variants(&[variant("all", "new", 1.0)]), variants(&[variant("all", "old", 1.0)])];
    let run = Way::new(configs, models).plan(&[]).ends(0).says("prep/7, fraud/3  → prep/7, fraud/2");
    assert_eq!(call(&run)["RetainAllVariantProperties"], true);
}

#[test]
fn inference_components_are_named_and_never_rolled_back_by_configuration() {
    let bare = || variants(&[json!({"VariantName": "all", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1})]);
    let components = || {
        let one = json!({"InferenceComponentName": "llm-a", "InferenceComponentStatus": "InService", "VariantName": "all",
            "InferenceComponentArn": arn("inference-component", "llm-a"), "EndpointArn": arn("endpoint", "pair-prod"),
            "EndpointName": "pair-prod", "CreationTime": NOW, "LastModifiedTime": NOW});
        vec![("ListInferenceComponents", 200, json!({"InferenceComponents": [one]}))]
    };
    let denied = || vec![("ListInferenceComponents", 400, json!({"__type": "AccessDeniedException", "message": "no"}))];
    let plain = || variants(&[variant("all", "m2", 1.0)]);
    let cases = [
        ("both have none", vec![bare(), bare()], components(), "llm-a (InService, all)"),
        ("only now", vec![bare(), plain()], components(), "UpdateInferenceComponent"),
        ("they cannot be listed", vec![bare(), plain()], denied(), "cannot be read"),
    ];
    for (what, configs, others, told) in cases {
        let way = Way { others, ..Way::new(configs, pair()) };
        let run = way.plan(&[]).ends(1);
        assert!(run.out.contains(told) && !run.out.contains("Sends"), "{what}: {}", run.out);
    }
    let to =
        Way { others: components(), ..Way::new(vec![bare(), plain()], pair()) }.plan(&["--to", "pair-prod-1"]).ends(1);
    to.says("llm-a (InService, all)");
    let before = Way::new(vec![plain(), bare()], pair()).plan(&["--to", "pair-prod-1"]).ends(1);
    before.says("pair-prod-1 names no model");
}

#[test]
fn many_models_in_one_container_are_changed_under_their_prefix() {
    let many =
        || json!({"PrimaryContainer": {"Image": "img", "Mode": "MultiModel", "ModelDataUrl": "s3://models/all"}});
    let configs = || vec![variants(&[variant("all", "new", 1.0)]), variants(&[variant("all", "old", 1.0)])];
    let run = Way::new(configs(), vec![("new", many()), ("old", many())]).plan(&[]).ends(1);
    run.says("pair-prod-1 runs the same model as now").says("objects under s3://models/all/");
    // Another image for the same models is a valid rollback, and does not change the models.
    let older =
        json!({"PrimaryContainer": {"Image": "img:1", "Mode": "MultiModel", "ModelDataUrl": "s3://models/all"}});
    let way =
        Way { keys: vec!["all/a.tar.gz"], head: 404, ..Way::new(configs(), vec![("new", many()), ("old", older)]) };
    way.plan(&[]).ends(0).says("→ img:1").says("they stay as they are").says("artifact readable");
}

#[test]
fn a_prefix_of_model_data_is_listed_and_told_once_when_it_is_empty() {
    let source =
        json!({"S3DataSource": {"S3Uri": "s3://models/llm/2", "S3DataType": "S3Prefix", "CompressionType": "None"}});
    let old = json!({"PrimaryContainer": {"Image": "llm", "ModelDataSource": source}});
    let new = json!({"PrimaryContainer": {"Image": "llm", "ModelDataUrl": "s3://models/llm/3/model.tar.gz"}});
    let way = |keys| {
        let configs = vec![variants(&[variant("all", "new", 1.0)]), variants(&[variant("all", "old", 1.0)])];
        Way { keys, head: 404, ..Way::new(configs, vec![("new", new.clone()), ("old", old.clone())]) }
    };
    let there = way(vec!["llm/2/weights.safetensors"]).plan(&[]).ends(0).says("artifact readable");
    assert!(!there.out.contains("does not exist"), "{}", there.out);
    way(vec![]).plan(&[]).ends(1).says("needs s3://models/llm/2/, which does not exist");
    let named = way(vec![]).plan(&["--to", "pair-prod-1"]).ends(0);
    assert_eq!(named.out.matches("s3://models/llm/2/ does not exist").count(), 1, "{}", named.out);
}

#[test]
fn capacity_of_another_kind_is_told_before_it_is_sent() {
    let serverless = |model: &str| {
        variants(&[
            json!({"VariantName": "all", "ModelName": model, "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}),
        ])
    };
    let instances = |model: &str| variants(&[variant("all", model, 1.0)]);
    let run = Way::new(vec![serverless("m3"), instances("m2")], pair()).plan(&[]).ends(0);
    assert_eq!(call(&run)["RetainAllVariantProperties"], false);
    run.says("serverless, 2048 MB, 5 at once")
        .says("a different kind of capacity")
        .says("does not make an endpoint serverless again");
    let run = Way::new(vec![serverless("m3"), serverless("m2")], pair()).plan(&[]).ends(0);
    assert_eq!(call(&run)["RetainAllVariantProperties"], true);
    let back = Way::new(vec![instances("m3"), serverless("m2")], pair()).plan(&["--to", "pair-prod-1"]).ends(0);
    back.says("AWS does not update an endpoint on instances to a serverless one").says("AWS may refuse");
    // Without an argument it skips configurations that AWS refuses, and takes the next one.
    let next = Way::new(vec![instances("m3"), serverless("m2"), instances("m1")], pair()).plan(&[]).ends(0);
    assert_eq!(call(&next)["EndpointConfigName"], "pair-prod-1");
}

#[test]
fn asynchronous_inference_is_not_taken_away_and_a_shadow_variant_ends() {
    let mut asynchronous = variants(&[variant("all", "m3", 1.0)]);
    asynchronous["AsyncInferenceConfig"] = json!({"OutputConfig": {"S3OutputPath": "s3://out/"}});
    let plain = || variants(&[variant("all", "m2", 1.0)]);
    let run = Way::new(vec![asynchronous, plain()], pair()).plan(&[]).ends(1);
    run.says("pair-prod-1 is not asynchronous").says("asynchronous inference");
    let mut shadowed = variants(&[variant("all", "m3", 1.0)]);
    shadowed["ShadowProductionVariants"] = json!([variant("shadow", "m1", 0.5)]);
    let run = Way::new(vec![shadowed, plain()], pair()).plan(&[]).ends(0).says("The shadow variant ends");
    let row = run.out.lines().find(|line| line.trim_start().starts_with("shadow ")).unwrap();
    assert!(row.contains("fraud/1 on ml.c6i.xlarge") && row.contains("ends"), "{row}");
}
