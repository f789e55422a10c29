//! Metrics that the configuration judges, and that do not have a value every minute.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::time::SystemTime;

use aws_smithy_cbor::{Decoder, Encoder, data::Type};
use aws_smithy_types::DateTime;
use serde_json::Value;

use crate::altered::{Altered, Answer, Asked};
use crate::sagetop::Home;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A request for metrics: its start and end, and the id, name and period of each metric.
#[derive(Debug, Default)]
struct Request {
    start: i64,
    end: i64,
    metrics: Vec<(String, String, i64)>,
}

fn request(asked: &Asked) -> Request {
    let mut request = Request::default();
    let mut decoder = Decoder::new(&asked.body);
    members(&mut decoder, &mut |decoder, name| match name {
        "StartTime" => request.start = decoder.timestamp().unwrap().secs(),
        "EndTime" => request.end = decoder.timestamp().unwrap().secs(),
        "MetricDataQueries" => {
            let mut left = decoder.list().unwrap();
            while more(decoder, &mut left) {
                request.metrics.push(metric(decoder));
            }
        }
        _ => decoder.skip().unwrap(),
    });
    request
}

fn metric(decoder: &mut Decoder<'_>) -> (String, String, i64) {
    let mut found = (String::new(), String::new(), 0);
    members(decoder, &mut |decoder, name| match name {
        "Id" => found.0 = decoder.string().unwrap(),
        "MetricStat" => members(decoder, &mut |decoder, name| match name {
            "Period" => found.2 = i64::from(decoder.integer().unwrap()),
            "Metric" => members(decoder, &mut |decoder, name| match name {
                "MetricName" => found.1 = decoder.string().unwrap(),
                _ => decoder.skip().unwrap(),
            }),
            _ => decoder.skip().unwrap(),
        }),
        _ => decoder.skip().unwrap(),
    });
    found
}

/// Returns whether a map or list, of known length or not, has another member.
fn more(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> bool {
    match left {
        Some(0) => false,
        Some(left) => {
            *left -= 1;
            true
        }
        None if decoder.datatype().unwrap() == Type::Break => {
            decoder.skip().unwrap();
            false
        }
        None => true,
    }
}

fn members(decoder: &mut Decoder<'_>, take: &mut dyn FnMut(&mut Decoder<'_>, &str)) {
    let mut left = decoder.map().unwrap();
    while more(decoder, &mut left) {
        let name = decoder.str().unwrap().into_owned();
        take(decoder, &name);
    }
}

/// Answers with the requested points of `MAPE`, oldest first, and with none of any other metric.
fn answer(request: &Request, points: &[(i64, f64)]) -> Answer {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(1).str("MetricDataResults").array(request.metrics.len());
    for (id, name, _) in &request.metrics {
        let told = points.iter().filter(|(at, _)| name == "MAPE" && (request.start..request.end).contains(at));
        let told: Vec<_> = told.collect();
        encoder.map(4).str("Id").str(id).str("StatusCode").str("Complete");
        encoder.str("Timestamps").array(told.len());
        for (at, _) in &told {
            encoder.timestamp(&DateTime::from_secs(*at));
        }
        encoder.str("Values").array(told.len());
        for (_, value) in &told {
            encoder.double(*value);
        }
    }
    let headers = vec![("content-type", "application/cbor".to_owned()), ("smithy-protocol", "rpc-v2-cbor".to_owned())];
    Answer::Whole { status: 200, headers, body: encoder.into_writer().into() }
}

#[expect(clippy::disallowed_methods, reason = "the program asked is a process and lives in real time")]
fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

const MAPE: &str = "namespace = \"Retail\"\nname = \"MAPE\"\ncompare = \">\"\nthreshold = 0.15\nseverity = \"sev2\"\n";

/// Returns the judgement of a metric with these values, by age in seconds, and the requests for metrics.
fn judged(ago: &[(i64, f64)], period: &str) -> (Value, Vec<Request>) {
    let now = now();
    let points: Vec<(i64, f64)> = ago.iter().map(|(ago, value)| ((now - ago) / 60 * 60, *value)).collect();
    let account = Altered::serve("inherits = \"template\"\n", move |asked| {
        (asked.operation == "GetMetricData").then(|| answer(&request(asked), &points))
    });
    let config = format!("[[model]]\nname = \"my-model\"\n[[model.metric]]\nlabel = \"MAPE\"\n{MAPE}{period}");
    let home = Home::new();
    let file = home.write("test.toml", &config);
    let run = home.run_at(&account.url, "eu-west-1", &["dump", "--config", file.to_str().unwrap()]);
    let dump: Value = serde_json::from_str(&run.out).unwrap();
    let asked = account.asked();
    let requests = asked.iter().filter(|asked| asked.operation == "GetMetricData").map(request).collect();
    let model = dump["models"].as_array().unwrap().iter().find(|model| model["name"] == "my-model").unwrap();
    (model["reasons"].clone(), requests)
}

#[test]
fn the_last_value_counts_however_rarely_it_comes_and_no_value_is_not_well() {
    let daily: Vec<(i64, f64)> = (0..10).rev().map(|n| (n * DAY + 9 * HOUR, 0.31)).collect();
    let stopped: Vec<(i64, f64)> = (0..30).rev().map(|n| (5 * DAY + n * 60, 0.31)).collect();
    for (points, period, says) in [
        (&[(300, 0.31)][..], "", "MAPE 0.31 (max 0.15)\""),
        (&[(9 * HOUR, 0.31)], "", "MAPE 0.31 (max 0.15), 9 h ago"),
        (&daily, "", "MAPE 0.31 (max 0.15), 9 h ago"),
        (&[(26 * HOUR, 0.31)], "period = \"1d\"\n", "MAPE 0.31 (max 0.15), 26 h ago"),
        (&[(12 * DAY, 0.31)], "period = \"7d\"\n", "MAPE 0.31 (max 0.15), 12 d ago"),
        (&[(9 * DAY, 0.31)], "period = \"1d\"\n", "MAPE has no value since 9 d ago (it was 0.31)"),
        (&stopped, "", "MAPE has no value since 5 d ago (it was 0.31)"),
        (&[], "", "MAPE has no value in 14 d"),
        (&[], "period = \"1d\"\n", "MAPE has no value in 60 d"),
    ] {
        let (reasons, _) = judged(points, period);
        assert!(reasons.to_string().contains(says), "{says}: {reasons}");
    }
    let (reasons, requests) = judged(&[(9 * HOUR, 0.1)], "");
    assert!(!reasons.to_string().contains("MAPE"), "a good value is good: {reasons}");
    let back = requests.iter().filter(|r| r.end - r.start > DAY).count();
    assert_eq!(back, 1, "it is looked back for once");
}

#[test]
fn a_metric_that_cloudwatch_refuses_does_not_hide_the_others() {
    let now = now();
    let account = Altered::serve("inherits = \"template\"\n", move |asked| {
        if asked.operation != "GetMetricData" {
            return None;
        }
        let request = request(asked);
        if request.metrics.iter().all(|(_, name, _)| name != "Wrong") {
            return Some(answer(&request, &[((now - 300) / 60 * 60, 0.31)]));
        }
        let mut encoder = Encoder::new(Vec::new());
        let kind = "com.amazonaws.cloudwatch#ValidationError";
        encoder.map(2).str("__type").str(kind).str("message").str("the stat is wrong");
        let headers =
            vec![("content-type", "application/cbor".to_owned()), ("smithy-protocol", "rpc-v2-cbor".to_owned())];
        Some(Answer::Whole { status: 400, headers, body: encoder.into_writer().into() })
    });
    let wrong = MAPE.replace("\"MAPE\"", "\"Wrong\"");
    let config = format!(
        "[[model]]\nname = \"my-model\"\n[[model.metric]]\nlabel = \"MAPE\"\n{MAPE}\
         [[model.metric]]\nlabel = \"wrong\"\n{wrong}"
    );
    let home = Home::new();
    let file = home.write("test.toml", &config);
    let run = home.run_at(&account.url, "eu-west-1", &["status", "--config", file.to_str().unwrap()]);
    let all = format!("{}{}", run.out, run.err);
    assert!(all.contains("MAPE 0.31 (max 0.15)"), "{all}");
    let dump = home.run_at(&account.url, "eu-west-1", &["dump", "--config", file.to_str().unwrap()]).out;
    assert!(dump.contains("wrong not read: GetMetricData"), "{dump}");
}
