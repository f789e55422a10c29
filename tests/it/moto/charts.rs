//! The charts of an endpoint whose metrics boto3 wrote, in the real console.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::server::{CALM, Moto};
use crate::sagetop::Home;
use crate::terminal::pty::Terminal;

const ENDPOINT: &str = "price-elasticity-prod";

#[expect(clippy::disallowed_methods, reason = "the real console asks for the metrics of the present time")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_series_that_boto3_wrote_is_drawn() {
    let moto = Moto::shared();
    let dimensions = json!([
        { "Name": "EndpointName", "Value": ENDPOINT },
        { "Name": "VariantName", "Value": "v1" },
    ]);
    let minute = now() / 60 * 60;
    let points: Vec<_> = (2..20)
        .map(|ago| json!({ "MetricName": "Invocations", "Dimensions": dimensions, "Value": 77.0, "Timestamp": minute - ago * 60 }))
        .collect();
    moto.ask(CALM, "cloudwatch", "put_metric_data", &json!({ "Namespace": "AWS/SageMaker", "MetricData": points }));

    let home = Home::new();
    let place = ["--endpoint-url", &moto.url, "--region", CALM, "--read-only"];
    let keys = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
    let mut terminal = Terminal::start(&home, 120, 36, &place, &keys);
    terminal.until_shown(&["price-elasticity", "✓"]);
    terminal.press("4");
    terminal.until_shown(&[ENDPOINT]);
    terminal.press("m");
    terminal.until_shown(&["charts of endpoint price-elasticity-prod", "requests /min  77", "no data in this time"]);
    terminal.press("q");
    terminal.end();
    terminal.left_as_found();
}
