//! The two ways in: the SDK's connector, and loopback.

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
