//! A simulated account on loopback in which a test replaces some answers. A test can do more than a story.
//!
//! The function of the test sees each request before the account does. It may answer instead of it, with any bytes,
//! with a body that breaks off, or with nothing at all.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::convert::Infallible;
use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sagetop::sim::{Settings, Sim, Story};
use tokio::net::TcpListener;

/// One request, as the test sees it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The operation by AWS's name; for S3 the method and the path, such as `GET /bucket/key`.
    pub(crate) operation: String,
    /// The number of this request among those for the operation; the first one is 1.
    pub(crate) number: usize,
    /// Method, URI and headers.
    pub(crate) head: http::request::Parts,
    /// The body.
    pub(crate) body: Bytes,
}

impl Asked {
    /// Returns the body as JSON; it is null for other bodies.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// The answer of the test that replaces that of the account.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A complete answer with these bytes.
    Whole { status: u16, headers: Vec<(&'static str, String)>, body: Bytes },
    /// The beginning of a body; the rest never comes and the connection stays open.
    Stalled(Bytes),
    /// No answer at all; the connection stays open.
    Silence,
    /// No answer at all; the connection ends.
    Cut,
}

impl Answer {
    /// Creates a JSON answer of a service such as SageMaker.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/x-amz-json-1.1".to_owned())];
        Self::Whole { status, headers, body: body.to_string().into() }
    }

    /// Creates an XML answer of a service such as S3, SNS and STS.
    pub(crate) fn xml(status: u16, body: impl Into<String>) -> Self {
        let headers = vec![("content-type", "text/xml".to_owned())];
        Self::Whole { status, headers, body: body.into().into() }
    }
}

type Alter = dyn Fn(&Asked) -> Option<Answer> + Send + Sync;
/// A function that changes the account's answer to an operation, if that is JSON.
type Change = dyn Fn(&str, &mut serde_json::Value) + Send + Sync;

/// The served account; it ends with the test.
pub(crate) struct Altered {
    /// The address of the server.
    pub(crate) url: String,
    /// The account behind it.
    pub(crate) sim: Sim,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// The server stops when this sender is dropped.
    _running: tokio::sync::oneshot::Sender<()>,
}

impl Altered {
    /// Serves a story, by the name of a bundled one or as text, and lets `alter` answer first.
    pub(crate) fn serve(story: &str, alter: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self::start(simulated(story, 1.0), Arc::new(alter), None)
    }

    /// Serves a story, and lets `change` modify its JSON answers.
    pub(crate) fn changing(story: &str, change: impl Fn(&str, &mut serde_json::Value) + Send + Sync + 'static) -> Self {
        Self::start(simulated(story, 1.0), Arc::new(|_| None), Some(Arc::new(change)))
    }

    /// Serves an account that the test knows, too.
    pub(crate) fn of(sim: &Sim, alter: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self::start(sim.clone(), Arc::new(alter), None)
    }

    fn start(sim: Sim, alter: Arc<Alter>, change: Option<Arc<Change>>) -> Self {
        let own = sim.clone();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (say_url, url) = mpsc::channel();
        let (running, ended) = tokio::sync::oneshot::channel();
        let log = asked.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                say_url.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
                tokio::select! {
                    () = accept(listener, sim, alter, change, log) => {}
                    _ = ended => {}
                }
            });
        });
        Self { url: url.recv().unwrap(), sim: own, asked, _running: running }
    }

    /// Returns the requests so far, oldest first.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Returns how often an operation was requested.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.operation == operation).count()
    }
}

/// Creates the account of a story, by the name of a bundled one or as text. Its events happen faster by this factor.
pub(crate) fn simulated(story: &str, speed: f64) -> Sim {
    let story = Story::parse(Sim::story(story).unwrap_or(story)).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the program asked is a process and lives in real time")]
    let clock = Arc::new(SystemTime::now);
    Sim::with(&story, clock, &Settings { speed, ..Settings::default() })
}

async fn accept(
    listener: TcpListener,
    sim: Sim,
    alter: Arc<Alter>,
    change: Option<Arc<Change>>,
    log: Arc<Mutex<Vec<Asked>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (sim, alter, change, log) = (sim.clone(), alter.clone(), change.clone(), log.clone());
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (sim, alter, change, log) = (sim.clone(), alter.clone(), change.clone(), log.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
                let asked = note(&log, head, body);
                if let Some(answer) = alter(&asked) {
                    return send(answer).await;
                }
                let answer = sim.handle(&http::Request::from_parts(asked.head, asked.body));
                Ok(answer.map(|body| whole(changed(change.as_deref(), &asked.operation, body))))
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn changed(change: Option<&Change>, operation: &str, body: Bytes) -> Bytes {
    match (change, serde_json::from_slice::<serde_json::Value>(&body)) {
        (Some(change), Ok(mut value)) => {
            change(operation, &mut value);
            value.to_string().into()
        }
        _ => body,
    }
}

/// Logs a request with its operation and number.
fn note(log: &Mutex<Vec<Asked>>, head: http::request::Parts, body: Bytes) -> Asked {
    let operation = operation(&head, &body);
    let mut log = log.lock().unwrap();
    let number = 1 + log.iter().filter(|asked| asked.operation == operation).count();
    let asked = Asked { operation, number, head, body };
    log.push(asked.clone());
    asked
}

/// Returns the operation by AWS's name, from the three forms that clients use.
fn operation(head: &http::request::Parts, body: &[u8]) -> String {
    let path = head.uri.path();
    if let Some(target) = head.headers.get("x-amz-target").and_then(|value| value.to_str().ok()) {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    if head.headers.contains_key("smithy-protocol") {
        return path.rsplit('/').next().unwrap_or(path).to_owned();
    }
    let form = String::from_utf8_lossy(body);
    match form.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        Some(action) => action.to_owned(),
        None => format!("{} {path}", head.method),
    }
}

type Body = BoxBody<Bytes, Infallible>;

fn whole(body: Bytes) -> Body {
    Full::new(body).boxed()
}

/// Sends the answer of a test. An error ends the connection.
async fn send(answer: Answer) -> io::Result<http::Response<Body>> {
    Ok(match answer {
        Answer::Whole { status, headers, body } => {
            let response = headers.iter().fold(http::Response::builder().status(status), |r, (n, v)| r.header(*n, v));
            response.body(whole(body)).unwrap()
        }
        Answer::Stalled(beginning) => {
            let beginning = futures_util::stream::iter([Ok(Frame::data(beginning))]);
            http::Response::new(BodyExt::boxed(StreamBody::new(beginning.chain(futures_util::stream::pending()))))
        }
        Answer::Silence => std::future::pending().await,
        Answer::Cut => return Err(io::ErrorKind::ConnectionAborted.into()),
    })
}

#[test]
fn a_test_replaces_one_answer_and_the_rest_is_the_account() {
    let account = Altered::serve("shop", |asked| {
        let denied = serde_json::json!({"__type": "AccessDeniedException", "message": "not here"});
        (asked.operation == "ListEndpoints" && asked.number > 0).then(|| Answer::json(400, &denied))
    });
    let dump = crate::sagetop::Home::new().run_at(&account.url, "eu-west-1", &["dump"]).ends(0).json();
    let state =
        |name: &str| dump["sources"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap()["state"].clone();
    assert_eq!((state("endpoints"), state("pipelines")), ("denied".into(), "fresh".into()));
    assert!(account.count("ListEndpoints") > 0);
    assert!(account.asked().iter().any(|asked| asked.json()["MaxResults"].is_number()));
}
