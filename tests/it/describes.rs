//! A test of many things, one of which AWS cannot describe.

use crate::altered::{Altered, Answer};
use crate::sagetop::Home;

#[test]
fn one_thing_that_cannot_be_described_costs_one_row() {
    for answer in [
        Answer::json(500, &serde_json::json!({"__type": "InternalFailure", "message": "oops"})),
        Answer::json(400, &serde_json::json!({"__type": "ValidationException", "message": "1 validation error"})),
        Answer::xml(500, "<html>sorry</html>"),
        Answer::xml(503, "busy"),
        Answer::xml(200, "{\"half\": "),
    ] {
        let account = Altered::serve("shop", move |asked| {
            // Without the index everything is described.
            if asked.operation == "Search" {
                let denied = serde_json::json!({"__type": "AccessDeniedException", "message": "no index here"});
                return Some(Answer::json(400, &denied));
            }
            let described = asked.operation.starts_with("Describe") && asked.operation != "DescribeAlarms";
            let first = asked.json().as_object().and_then(|members| members.values().next().cloned());
            let bad = first.is_some_and(|name| {
                let name = name.as_str().unwrap_or_default();
                name.contains("recommendation-staging") || name.contains("segmentation")
            });
            (described && bad).then(|| answer.clone())
        });
        let dump = Home::new().run_at(&account.url, "eu-west-1", &["dump"]).ends(0).json();
        for source in dump["sources"].as_array().unwrap() {
            let state = source["state"].as_str().unwrap();
            assert!(["fresh", "on demand", "stale", "denied"].contains(&state), "{source}");
            assert!(source["rows"].as_u64() > Some(0) || source["error"].is_null(), "{source}");
        }
    }
}
