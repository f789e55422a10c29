//! `dump` contains the rows of boto3, joined by AWS's own fields.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::server::{CROWDED, Moto, RETAIL};
use crate::sagetop::Home;

#[test]
fn everything_boto3_sees_is_there_and_joined() {
    let moto = Moto::shared();
    let before = moto.calls(RETAIL).len();
    let dump = Home::new().run_at(&moto.url, RETAIL, &["dump"]).ends(0).json();
    let asked = moto.calls(RETAIL).split_off(before);
    let facts = moto.facts(RETAIL);
    shape(&dump);
    assert_eq!(dump["region"], RETAIL);
    assert_eq!(dump["identity"]["arn"], facts["resources"]["identity"][0]["arn"]);
    assert_eq!(dump["identity"]["account"], facts["resources"]["identity"][0]["account"]);
    same_rows(&dump, &facts);
    edges(&dump, &facts);
    nothing_invented(&dump, &facts);
    scaling(&dump, &facts);
    for call in asked {
        let reads =
            ["List", "Describe", "Get", "Lookup", "Search", "GET ", "HEAD "].iter().any(|verb| call.starts_with(verb));
        assert!(reads, "{call} is not a read");
    }
}

#[test]
fn more_than_a_page_of_everything() {
    let moto = Moto::shared();
    let facts = moto.facts(CROWDED);
    for kind in ["endpoints", "endpoint_configs", "model_packages", "alarms", "topics"] {
        assert!(facts["resources"][kind].as_array().unwrap().len() > 100, "{kind}: no second page to prove");
    }
    let dump = Home::new().run_at(&moto.url, CROWDED, &["dump"]).ends(0).json();
    same_rows(&dump, &facts);
    edges(&dump, &facts);
}

/// Checks the shape that scripts rely on: schema 1.
fn shape(dump: &Value) {
    assert_eq!(dump["schema"], 1);
    assert!(dump["taken_at"].as_str().unwrap().ends_with('Z'), "{}", dump["taken_at"]);
    let healths = ["ok", "warning", "critical", "unknown"];
    for model in dump["models"].as_array().unwrap() {
        assert!(model["name"].is_string() && model["reasons"].is_array());
        assert!(healths.contains(&model["health"].as_str().unwrap()), "{model}");
        for stage in ["data", "training", "registry", "endpoint", "alarms"] {
            let stage = &model["stages"][stage];
            assert!(
                stage["health"].is_string() && stage["summary"].is_string() && stage.get("since").is_some(),
                "{model}"
            );
        }
        for link in model["links"].as_array().unwrap() {
            assert!(["from", "to", "confidence", "rule"].iter().all(|field| link[field].is_string()), "{link}");
        }
    }
    let states =
        ["fresh", "on demand", "stale", "denied", "unsupported", "throttled", "expired", "unreachable", "error"];
    for source in dump["sources"].as_array().unwrap() {
        assert!(states.contains(&source["state"].as_str().unwrap()), "{source}");
        assert!(source["name"].is_string() && source["calls"].is_u64(), "{source}");
        assert!(source["state"] != "fresh" || source["fetched_at"].is_string(), "{source}");
        assert!(source.get("error").is_some(), "{source}");
    }
}

/// Checks that every kind has exactly the rows of boto3, with the same values in the fields of boto3's view.
fn same_rows(dump: &Value, facts: &Value) {
    for (kind, theirs) in facts["resources"].as_object().unwrap() {
        let theirs = by_id(theirs);
        let mut ours = by_id(&dump["resources"][kind]);
        // Topics that only an alarm names belong to other accounts, so no list of this account has them.
        ours.retain(|_, row| kind != "topics" || row["listed"] == true);
        let ids = |rows: &BTreeMap<String, &Value>| rows.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(ids(&ours), ids(&theirs), "{kind}");
        for (id, row) in theirs {
            for (field, value) in row.as_object().unwrap() {
                assert_eq!(&ours[&id][field], value, "{kind} {id} {field}");
            }
        }
    }
}

/// Returns the rows by ARN, which every kind has.
fn by_id(rows: &Value) -> BTreeMap<String, &Value> {
    rows.as_array().unwrap().iter().map(|row| (row["arn"].as_str().unwrap().to_owned(), row)).collect()
}

/// Checks that every join in boto3's fields is among the links of that model, with the right confidence.
fn edges(dump: &Value, facts: &Value) {
    let expected = facts["edges"].as_array().unwrap();
    assert!(!expected.is_empty());
    for edge in expected {
        let model = model(dump, edge["model"].as_str().unwrap());
        let found =
            model["links"].as_array().unwrap().iter().find(|l| l["from"] == edge["from"] && l["to"] == edge["to"]);
        let link = found.unwrap_or_else(|| panic!("missing: {edge}"));
        assert_eq!(link["confidence"], edge["confidence"], "{link}");
    }
}

/// Checks that scalable targets have their policies and scheduled actions, and belong to the model of their endpoint.
fn scaling(dump: &Value, facts: &Value) {
    let rows = dump["resources"]["scalable_targets"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        for part in ["policies", "scheduled"] {
            let names: Vec<&Value> = row[part].as_array().unwrap().iter().map(|part| &part["name"]).collect();
            let theirs = facts["scaling"][row["resource"].as_str().unwrap()][part].as_array().unwrap();
            assert_eq!(names, theirs.iter().collect::<Vec<_>>(), "{row}");
        }
        let attached = |model: &Value| model["attached"].as_array().unwrap().iter().any(|a| a["id"] == row["id"]);
        let models = dump["models"].as_array().unwrap().iter().filter(|model| attached(model));
        assert_eq!(models.map(|model| &model["name"]).collect::<Vec<_>>(), ["recommender"], "{row}");
    }
}

/// Checks that no exact or derived link starts or ends at an ARN that boto3 does not know.
fn nothing_invented(dump: &Value, facts: &Value) {
    let rows = facts["resources"].as_object().unwrap().values().flat_map(|rows| rows.as_array().unwrap());
    let known: BTreeSet<&str> = rows
        .flat_map(|row| std::iter::once(&row["arn"]).chain(row["actions"].as_array().into_iter().flatten()))
        .map(|arn| arn.as_str().unwrap())
        .collect();
    for model in dump["models"].as_array().unwrap() {
        for link in model["links"].as_array().unwrap().iter().filter(|l| l["confidence"] != "guess") {
            for end in [&link["from"], &link["to"]] {
                let end = end.as_str().unwrap();
                assert!(!end.starts_with("arn:") || known.contains(end), "{}: {link}", model["name"]);
            }
        }
    }
}

fn model<'a>(dump: &'a Value, name: &str) -> &'a Value {
    let mut models = dump["models"].as_array().unwrap().iter();
    models.find(|m| m["name"] == name).unwrap_or_else(|| panic!("no model {name}"))
}
