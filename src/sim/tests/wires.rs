//! Tests of the two ways to the account: the SDK's connector, and loopback.

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use tokio::net::TcpListener;

use super::*;

#[tokio::test(start_paused = true)]
async fn the_connector_takes_exactly_the_latency() {
    let settings = Settings { latency: Duration::from_millis(40), ..Settings::default() };
    let account = Account::with("demo", &settings);
    let request = http::Request::post("https://api.sagemaker.eu-west-1.amazonaws.com/")
        .header("x-amz-target", "SageMaker.ListEndpoints")
        .header("content-type", "application/x-amz-json-1.1")
        .body(SdkBody::from("{}"))
        .unwrap();
    let before = tokio::time::Instant::now();
    let answer = account.sim.call(HttpRequest::try_from(request).unwrap()).await.unwrap();
    assert_eq!(before.elapsed(), Duration::from_millis(40));
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.body().bytes().unwrap().starts_with(b"{\"Endpoints\":["));
}

#[tokio::test(start_paused = true)]
async fn buckets_may_be_in_the_host() {
    let account = Account::of("demo");
    let address = "https://retail-data-lake.s3.eu-west-1.amazonaws.com/?list-type=2&prefix=clicks/&max-keys=2";
    let request = http::Request::get(address).body(SdkBody::empty()).unwrap();
    let answer = account.sim.call(HttpRequest::try_from(request).unwrap()).await.unwrap();
    let text = String::from_utf8(answer.body().bytes().unwrap().to_vec()).unwrap();
    assert!(text.contains("<KeyCount>2</KeyCount>") && text.contains("<IsTruncated>true</IsTruncated>"), "{text}");
}

#[tokio::test]
async fn only_loopback_is_served() {
    let account = Account::of("empty");
    let everywhere = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = serve(account.sim.clone(), everywhere).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    assert!(refused.to_string().contains("not a loopback address"), "{refused}");
}

/// Makes one exchange with a served account, over a connection of its own; returns the body of the answer.
fn fetch(address: std::net::SocketAddr, head: &str, body: &str) -> Value {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(stream, "{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn the_served_account_tells_what_it_was_asked() {
    let account = Account::of("demo");
    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(account.sim.clone(), listener));
    let asked = tokio::task::spawn_blocking(move || {
        let ask = |operation: &str, body: &str| {
            let kind = "content-type: application/x-amz-json-1.1";
            fetch(address, &format!("POST / HTTP/1.1\r\nx-amz-target: SageMaker.{operation}\r\n{kind}"), body)
        };
        let tally = || fetch(address, "GET /_sim/calls HTTP/1.1", "");
        let before = tally();
        let answers = [ask("ListEndpoints", "{}"), ask("ListEndpoints", "{}"), ask("DescribeEndpoint", "{}")];
        let bytes: usize = answers.iter().map(|answer| answer.to_string().len()).sum();
        (before, tally(), bytes)
    });
    let (before, after, bytes) = asked.await.unwrap();
    assert_eq!(before, json!({ "total": 0, "failed": 0, "bytes": 0, "operations": {} }));
    let operations = json!({ "DescribeEndpoint": 1, "ListEndpoints": 2 });
    assert_eq!(after, json!({ "total": 3, "failed": 1, "bytes": bytes, "operations": operations }));
}
