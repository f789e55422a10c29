mod file;

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;

use super::asked::tests::{json, request};
use super::*;
use crate::aws::{Urgency, attributed};

/// Answers each call with the next of its replies.
#[derive(Debug, Clone)]
struct Fake {
    replies: Arc<Mutex<Vec<Result<String, ()>>>>,
}

impl HttpConnector for Fake {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let next = self.replies.lock().unwrap().remove(0);
        HttpConnectorFuture::ready(match next {
            Ok(body) => {
                let mut reply = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body));
                reply.headers_mut().insert("set-cookie", "S3CR3T");
                Ok(reply)
            }
            Err(()) => Err(ConnectorError::io("connection refused".into())),
        })
    }
}

impl HttpClient for Fake {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// A file of its own that goes with the test.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sagetop-tape-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_403_400 + second).unwrap()
}

fn scope() -> Scope {
    Scope {
        name: "prod".into(),
        region: "eu-west-1".into(),
        label: "at http://ana:S3CR3T@host".into(),
        account: None,
        called: None,
    }
}

fn connector(client: &impl HttpClient) -> SharedHttpConnector {
    let parts = RuntimeComponentsBuilder::for_tests().build().unwrap();
    client.http_connector(&HttpConnectorSettings::builder().build(), &parts)
}

/// Records calls, each at its second and with its reply; ends the recording unless it is to be as if killed.
async fn record(place: &Place, calls: Vec<(i64, HttpRequest, Result<&str, ()>)>, ended: bool) {
    let kept = calls.iter().filter(|(_, request, _)| Asked::of(request).is_some_and(|asked| asked.kept())).count();
    let now = Arc::new(AtomicI64::new(0));
    let clock = now.clone();
    let recorder = Recorder::create(&place.0, "# a comment\n", move || at(clock.load(Ordering::SeqCst))).unwrap();
    let replies = calls.iter().map(|(_, _, reply)| reply.map(str::to_owned)).collect();
    let fake = SharedHttpClient::new(Fake { replies: Arc::new(Mutex::new(replies)) });
    let client = recorder.around(&scope(), &fake);
    for (second, request, reply) in calls {
        now.store(second, Ordering::SeqCst);
        let answer = connector(&client).call(request).await;
        assert_eq!(answer.is_ok(), reply.is_ok(), "recording changes nothing");
        if let (Ok(answer), Ok(body)) = (answer, reply) {
            assert_eq!(answer.body().bytes(), Some(body.as_bytes()));
        }
    }
    if ended {
        assert_eq!(recorder.finish().trouble, None);
    } else {
        while recorder.state().replies < kept as u64 {
            tokio::task::yield_now().await;
        }
        std::mem::forget(recorder);
    }
}

fn list(names: &str) -> String {
    let rows: Vec<String> = names.split_whitespace().map(|n| format!(r#"{{"EndpointName":"{n}"}}"#)).collect();
    format!(r#"{{"Endpoints":[{}]}}"#, rows.join(","))
}

/// A tape that stands at a second.
fn tape(place: &Place, second: i64) -> Tape {
    let reel = Reel::open(&place.0).unwrap();
    let playhead = Playhead::new(reel.begin, reel.end, 1.0);
    playhead.pause(true);
    playhead.to(at(second));
    let scope = reel.scopes.first().cloned().unwrap();
    Tape::new(Arc::new(reel), playhead, scope)
}

async fn answer(tape: &Tape, request: HttpRequest) -> Result<(u16, String), String> {
    let reply = connector(tape).call(request).await.map_err(|e| format!("{e:?}"))?;
    let body = String::from_utf8_lossy(reply.body().bytes().unwrap_or_default()).into_owned();
    Ok((reply.status().as_u16(), body))
}

fn three_lists() -> Vec<(i64, HttpRequest, Result<&'static str, ()>)> {
    let ask = || json("ListEndpoints", r#"{"MaxResults":100}"#);
    vec![
        (10, ask(), Ok(r#"{"Endpoints":[{"EndpointName":"a"}]}"#)),
        (20, ask(), Ok(r#"{"Endpoints":[{"EndpointName":"a"}]}"#)),
        (30, ask(), Ok(r#"{"Endpoints":[{"EndpointName":"a"},{"EndpointName":"b"}]}"#)),
        (40, json("UpdateEndpoint", "{}"), Ok(r#"{"EndpointArn":"S3CR3T"}"#)),
        (
            50,
            request("sts", "https://sts/", &[], b"Action=AssumeRole"),
            Ok("<SecretAccessKey>S3CR3T</SecretAccessKey>"),
        ),
        (60, ask(), Err(())),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_tape_answers_what_was_answered_then() {
    let place = Place::new();
    record(&place, three_lists(), true).await;
    let ask = || json("ListEndpoints", r#"{"MaxResults":100,"NextToken":null}"#);
    let told = async |second| answer(&tape(&place, second), ask()).await.map(|(_, body)| body);
    assert_eq!(told(0).await, Ok(list("a")), "the earliest when there is none before");
    assert_eq!(told(29).await, Ok(list("a")));
    assert_eq!(told(30).await, Ok(list("a b")));
    assert!(told(60).await.unwrap_err().contains("connection refused"), "no answer is replayed as well");

    let reel = tape(&place, 0).reel;
    assert_eq!((reel.begin, reel.end, reel.cut.clone(), reel.config.as_str()), (at(0), at(60), None, "# a comment\n"));
    // The second reply was that of before: nothing was to be seen.
    assert_eq!([0, 10, 30, 60].map(|s| reel.after(at(s))), [Some(at(10)), Some(at(30)), Some(at(60)), None]);
    assert_eq!((reel.before(at(30)), reel.before(at(10))), (Some(at(10)), None));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_on_it_is_an_error_and_nothing_is_ever_sent() {
    let place = Place::new();
    record(&place, three_lists(), true).await;
    let tape = tape(&place, 60);
    for (request, kind) in [
        (json("DescribeEndpoint", r#"{"EndpointName":"a"}"#), "was not asked in this way"),
        (json("UpdateEndpoint", "{}"), "a replay sends nothing"),
        (request("sts", "https://sts/", &[], b"Action=GetCallerIdentity"), "was not asked"),
        (request("s3", "https://lake.s3.amazonaws.com/", &[], b""), "<Code>NotRecorded</Code>"),
        (request("monitoring", "https://m/service/G/operation/DescribeAlarms", &[], b""), "NotRecorded"),
        (request("monitoring", "https://m/service/G/operation/GetMetricData", &[], b""), "NotRecorded"),
    ] {
        let (status, body) = answer(&tape, request).await.unwrap();
        assert_eq!(status, 400);
        assert!(body.contains("NotRecorded") && body.contains(kind), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_passed_is_not_told_for_ever() {
    let place = Place::new();
    let (list, other) = (|| json("ListEndpoints", "{}"), || json("ListPipelines", "{}"));
    let pipelines = r#"{"PipelineSummaries":[]}"#;
    let calls = vec![
        (10, list(), Ok(r#"{"Endpoints":[]}"#)),
        (20, list(), Err(())),
        (25, other(), Err(())),
        (30, other(), Ok(pipelines)),
    ];
    record(&place, calls, true).await;
    let told = async |second| answer(&tape(&place, second), list()).await.map(|(_, body)| body);
    assert!(told(20).await.is_err() && told(29).await.is_err());
    assert_eq!(told(30).await.as_deref(), Ok(r#"{"Endpoints":[]}"#), "the service answers again");
    assert_eq!(answer(&tape(&place, 0), other()).await.unwrap().1, pipelines, "the earliest that is an answer");
}

#[tokio::test(start_paused = true)]
async fn what_is_read_is_as_old_as_it_was() {
    let place = Place::new();
    record(&place, three_lists(), true).await;
    let tape = tape(&place, 45);
    let read = attributed("endpoints", Urgency::Visible, async {
        let told = answer(&tape, json("ListEndpoints", r#"{"MaxResults":100}"#)).await;
        (told.is_ok(), tape.answered_at(), tape.answered_at())
    });
    assert_eq!(read.await, (true, at(30), at(45)), "each turn begins anew");
    assert_eq!(tape.answered_at(), at(45), "nobody in particular asks");
}

#[tokio::test(start_paused = true)]
async fn accounts_on_one_recording_are_answered_each_by_its_own_replies() {
    let place = Place::new();
    let recorder = Recorder::create(&place.0, "", || at(10)).unwrap();
    let scopes = ["prod", "staging"].map(|name| Scope { name: name.into(), ..scope() });
    for (scope, names) in scopes.iter().zip(["a b", "c"]) {
        let fake = Fake { replies: Arc::new(Mutex::new(vec![Ok(list(names))])) };
        let client = recorder.around(scope, &SharedHttpClient::new(fake));
        assert!(connector(&client).call(json("ListEndpoints", "{}")).await.is_ok());
    }
    assert_eq!(recorder.finish().trouble, None);
    let first = tape(&place, 10);
    let named: Vec<&str> = first.reel.scopes.iter().map(|scope| scope.name.as_str()).collect();
    assert_eq!(named, ["prod", "staging"]);
    let second = Tape::new(first.reel.clone(), first.playhead.clone(), scopes[1].clone());
    let told = |tape| async move { answer(&tape, json("ListEndpoints", "{}")).await.unwrap().1 };
    assert_eq!((told(first).await, told(second).await), (list("a b"), list("c")));
}
