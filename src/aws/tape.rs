//! Record and replay: connectors that write every reply to a file, and that answer from one.
//!
//! A [`Recorder`] stands around whatever answers; a [`Tape`] stands in its place. What is written
//! passes `scrub`: no header of a request, no credential, no signature, no address of a person.

mod asked;
mod batches;
mod cbor;
mod family;
mod file;
mod metrics;
mod pages;
mod playhead;
mod recorder;
mod reel;
mod refusal;
mod scrub;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use playhead::{Playhead, Playing};
pub use recorder::{Recorder, Recording};
pub use reel::Reel;

use asked::Asked;
use reel::Moment;
use scrub::Reply;

use super::meter::{is_undisturbed, source};

/// One account and region on a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Tells it from the others.
    pub name: String,
    /// Region name.
    pub region: String,
    /// What the header calls the account; empty when it is AWS itself.
    #[serde(default)]
    pub label: String,
    /// Label of its `[[account]]`, when it has one.
    #[serde(default)]
    pub account: Option<String>,
    /// What the console called it, where regions do not matter; a recording may be older than this.
    #[serde(default)]
    pub called: Option<String>,
}

impl Scope {
    /// That of a simulated account.
    #[must_use]
    pub fn demo(region: &str) -> Self {
        let region = region.to_owned();
        Self { name: region.clone(), region, label: "DEMO".into(), account: None, called: None }
    }
}

/// What stands in the HTTP stack besides AWS, if anything.
#[derive(Debug, Clone)]
pub enum Deck {
    /// Everything is recorded.
    Recording(Recorder),
    /// Everything comes from a recording: a tape for each account, with one playhead.
    Playing(Vec<Tape>),
}

/// How it stands.
#[derive(Debug, Clone, PartialEq)]
pub enum OnDeck {
    /// A recording under way.
    Recording(Recording),
    /// A replay.
    Playing(Playing),
}

impl Deck {
    /// How it stands; nothing is to be said where there is no tape.
    #[must_use]
    pub fn state(&self) -> Option<OnDeck> {
        match self {
            Self::Recording(recorder) => Some(OnDeck::Recording(recorder.state())),
            Self::Playing(tapes) => tapes.first().map(|tape| OnDeck::Playing(tape.state())),
        }
    }
}

/// The replies of one account and region, as they were at the playhead.
#[derive(Debug, Clone)]
pub struct Tape {
    /// What is on it.
    pub reel: Arc<Reel>,
    /// Where it is.
    pub playhead: Playhead,
    scope: Scope,
    /// When the newest reply was recorded that each source was given in its present turn.
    given: Arc<Mutex<BTreeMap<&'static str, Timestamp>>>,
    /// The sources that made each call.
    callers: Arc<Mutex<BTreeMap<String, BTreeSet<&'static str>>>>,
}

impl Tape {
    /// A tape of one of the reel's scopes.
    #[must_use]
    pub fn new(reel: Arc<Reel>, playhead: Playhead, scope: Scope) -> Self {
        Self { reel, playhead, scope, given: Arc::default(), callers: Arc::default() }
    }

    /// Whose replies these are.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// How the replay stands.
    #[must_use]
    pub fn state(&self) -> Playing {
        Playing { cut: self.reel.cut.is_some(), ..self.playhead.state() }
    }

    /// The sources that have something to read at one position that they had not at another before.
    #[must_use]
    pub fn news(&self, after: Timestamp, until: Timestamp) -> BTreeSet<&'static str> {
        let callers = lock(&self.callers);
        let calls = self.reel.answered(after, until);
        calls.into_iter().filter_map(|call| callers.get(call)).flatten().copied().collect()
    }

    /// The time at which the source that asks was answered: what is read from a tape is as old as it was then.
    /// Without a source, or when it was given nothing, the position.
    #[must_use]
    pub fn answered_at(&self) -> Timestamp {
        let mut given = lock(&self.given);
        let position = self.playhead.now();
        source().and_then(|source| given.remove(source)).map_or(position, |at| at.min(position))
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let Some(asked) = Asked::of(request) else {
            return Err(ConnectorError::user("a replay answers only what AWS's clients ask".into()));
        };
        if let Some(source) = source() {
            let call = format!("{}:{}", asked.service, asked.operation);
            lock(&self.callers).entry(call).or_default().insert(source);
        }
        let body = request.body().bytes().unwrap_or_default();
        let Playing { at: position, paused, .. } = self.playhead.state();
        let moment = Moment { position, playing: !paused, undisturbed: is_undisturbed() };
        let found = asked.kept().then(|| self.reel.answer(&self.scope.name, &asked, body, moment)).flatten();
        let Some(found) = found else { return response(&refusal::not_recorded(&asked)) };
        if let Some(source) = source() {
            let mut given = lock(&self.given);
            let newest = given.entry(source).or_insert(found.at);
            *newest = found.at.max(*newest);
        }
        if found.reply.status == 0 {
            let why = String::from_utf8_lossy(&found.reply.body).into_owned();
            return Err(ConnectorError::io(why.into()));
        }
        response(&found.reply)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn response(reply: &Reply) -> Result<HttpResponse, ConnectorError> {
    let status = reply.status.try_into().map_err(|_| ConnectorError::user("a damaged recording".into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(reply.body.clone()));
    for (name, value) in &reply.headers {
        // A header that HTTP does not allow was never one.
        let _ = response.headers_mut().try_insert(name.clone(), value.clone());
    }
    Ok(response)
}

impl HttpClient for Tape {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Tape {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let tape = self.clone();
        HttpConnectorFuture::new(async move { tape.answer(&request) })
    }
}

#[cfg(test)]
mod tests;
