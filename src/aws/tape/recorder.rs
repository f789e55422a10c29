//! Writes every reply to a file while it passes.
//!
//! A thread of its own cleans, compresses and writes, so that a slow disk never holds up a call or the screen.

mod writer;

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use jiff::Timestamp;

use super::asked::Asked;
use super::scrub::{LONGEST_OBJECT, Reply};
use super::{Scope, lock};
use crate::aws::error::causes;
use crate::redact;
use writer::{Job, Writer};

/// Bytes that may wait for the disk; what comes while so much waits is left out, and the operator is told.
const MOST_WAITING: usize = 256 * 1024 * 1024;

/// A recording under way; clones write to the same file.
#[derive(Clone)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    path: PathBuf,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    replies: u64,
    bytes: u64,
    waiting: usize,
    left_out: u64,
    trouble: Option<String>,
}

/// How a recording stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its file.
    pub path: PathBuf,
    /// Replies that can be read in it by now, at most a second behind.
    pub replies: u64,
    /// Length of the file as last written.
    pub bytes: u64,
    /// Why it is not complete.
    pub trouble: Option<String>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Recorder").field(&self.0.path).finish()
    }
}

impl Recorder {
    /// Begins a recording in a new file that only its owner can read.
    ///
    /// # Errors
    /// A sentence: the file is there already, its folder is not, or it cannot be written.
    pub fn create(
        path: &Path,
        config: &str,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let file = new_file(path)?;
        let state = Arc::new(Mutex::new(State::default()));
        let failed = |e: std::io::Error| format!("{} cannot be written: {e}", path.display());
        let writer = Writer::new(file, clock(), config, state.clone()).map_err(failed)?;
        let (jobs, queue) = mpsc::channel();
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || writer.run(&queue));
        let thread = Mutex::new(Some(thread.map_err(failed)?));
        let (path, clock, jobs) = (path.to_owned(), Box::new(clock), Mutex::new(Some(jobs)));
        Ok(Self(Arc::new(Inner { path, clock, jobs, thread, state })))
    }

    /// A client that passes everything to `inner` and records what comes back.
    #[must_use]
    pub fn around(&self, scope: &Scope, inner: &SharedHttpClient) -> SharedHttpClient {
        // An endpoint URL may name a user.
        let label = redact::text(&scope.label).into_owned();
        self.0.send(Job::Scope(Scope { label, ..scope.clone() }));
        SharedHttpClient::new(Recorded { scope: scope.name.clone().into(), to: self.clone(), inner: inner.clone() })
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> Recording {
        let state = lock(&self.0.state);
        let left_out =
            (state.left_out > 0).then(|| format!("{} replies left out: the disk is too slow", state.left_out));
        Recording {
            path: self.0.path.clone(),
            replies: state.replies,
            bytes: state.bytes,
            trouble: state.trouble.clone().or(left_out),
        }
    }

    /// Ends the recording and waits until it is on the disk. What comes later is not recorded.
    #[must_use]
    pub fn finish(&self) -> Recording {
        self.0.finish();
        self.state()
    }
}

impl Inner {
    fn send(&self, job: Job) {
        if let Some(jobs) = lock(&self.jobs).as_ref() {
            // A writer that has ended has said why.
            let _ = jobs.send(job);
        }
    }

    fn reply(&self, scope: &Arc<str>, asked: Asked, reply: Reply) {
        {
            let mut state = lock(&self.state);
            if state.waiting + reply.body.len() > MOST_WAITING {
                state.left_out += 1;
                return;
            }
            state.waiting += reply.body.len();
        }
        self.send(Job::Reply { at: (self.clock)(), scope: scope.clone(), asked, reply });
    }

    fn finish(&self) {
        let Some(jobs) = lock(&self.jobs).take() else { return };
        let _ = jobs.send(Job::End((self.clock)()));
        drop(jobs);
        if let Some(thread) = lock(&self.thread).take()
            && thread.join().is_err()
        {
            lock(&self.state).trouble.get_or_insert_with(|| "the recorder has failed".to_owned());
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.finish();
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most errors have nothing to add")]
fn new_file(path: &Path) -> Result<File, String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!("{} is there already; a recording overwrites nothing", path.display()),
        ErrorKind::NotFound => {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            format!("there is no folder {} for the recording", folder.display())
        }
        _ => format!("{} cannot be written: {error}", path.display()),
    })
}

/// A client or connector with the recorder behind it.
#[derive(Debug)]
struct Recorded<C> {
    scope: Arc<str>,
    to: Recorder,
    inner: C,
}

impl HttpClient for Recorded<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(Recorded { scope: self.scope.clone(), to: self.to.clone(), inner })
    }
}

impl HttpConnector for Recorded<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(asked) = Asked::of(&request).filter(Asked::kept) else { return self.inner.call(request) };
        let (scope, to, answer) = (self.scope.clone(), self.to.clone(), self.inner.call(request));
        HttpConnectorFuture::new(async move {
            match answer.await {
                Ok(response) => record(&to, &scope, asked, response).await,
                Err(error) => {
                    to.0.reply(&scope, asked, without_answer(&error));
                    Err(error)
                }
            }
        })
    }
}

async fn record(
    to: &Recorder,
    scope: &Arc<str>,
    asked: Asked,
    mut response: HttpResponse,
) -> Result<HttpResponse, ConnectorError> {
    let length = response.headers().get("content-length").and_then(|l| l.parse::<u64>().ok());
    // Large objects flow past; they are not kept in memory for the sake of a recording.
    if asked.object && response.status().is_success() && length.is_none_or(|l| l > LONGEST_OBJECT) {
        return Ok(response);
    }
    let body = if let Some(bytes) = response.body().bytes() {
        Bytes::copy_from_slice(bytes)
    } else {
        let collected = response.take_body().collect().await;
        collected.map_err(ConnectorError::io)?.to_bytes()
    };
    *response.body_mut() = SdkBody::from(body.clone());
    let headers = response.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    to.0.reply(scope, asked, Reply { status: response.status().as_u16(), headers, body });
    Ok(response)
}

/// No answer is an event as well: what could not be reached, and since when.
fn without_answer(error: &ConnectorError) -> Reply {
    let why = causes(error).last().map(ToString::to_string).unwrap_or_default();
    Reply { status: 0, headers: Vec::new(), body: why.into() }
}
