//! A poller of a kind of our own, on a network that answers what the test says.

use std::collections::VecDeque;
use std::sync::Mutex;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::super::*;
use crate::aws::{AwsError, failed};
use crate::resources::identity::Identity;
use crate::resources::{Focus, Listing, Turn};
use Answer::{Error, Lost, More, New, Rows};

/// An answer of AWS to one call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// Rows that are always the same.
    Rows,
    /// Rows that changed.
    New,
    /// Rows, and there is more to be had at once.
    More,
    /// An error with this code.
    Error(&'static str),
    /// The connection breaks.
    Lost,
}

/// AWS, with the answers that it will give; after those it gives the last one again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Network(Arc<Mutex<(VecDeque<Answer>, u32)>>);

impl Network {
    pub(super) fn answers(&self, answers: &[Answer]) {
        self.0.lock().unwrap().0 = answers.iter().copied().collect();
    }
    pub(super) fn calls(&self) -> u32 {
        self.0.lock().unwrap().1
    }
}

impl HttpConnector for Network {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let mut state = self.0.lock().unwrap();
        state.1 += 1;
        let answer = if state.0.len() > 1 { state.0.pop_front() } else { state.0.front().copied() };
        let reply = |status: u16, body: String| Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body)));
        let identity = |account: u32, user: &str| {
            let fields = format!("<Arn>x</Arn><UserId>{user}</UserId><Account>{account}</Account>");
            let result = format!("<GetCallerIdentityResult>{fields}</GetCallerIdentityResult>");
            reply(200, format!("<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>"))
        };
        HttpConnectorFuture::ready(match answer.unwrap_or(Rows) {
            Rows => identity(0, ""),
            New => identity(state.1, ""),
            More => identity(0, "more"),
            Error(code) => {
                let error = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
                reply(400, format!("<ErrorResponse>{error}</ErrorResponse>"))
            }
            Lost => Err(ConnectorError::io("connection reset".into())),
        })
    }
}

impl HttpClient for Network {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// A kind of our own, whose one row is what a call answers. What is looked at tells whether it is ready, due, or has
/// nothing to ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Probe<const CADENCE: usize, const SWEEPS: bool> {
    account: String,
    swept: bool,
}

impl<const CADENCE: usize, const SWEEPS: bool> Resource for Probe<CADENCE, SWEEPS> {
    const KIND: Kind = Kind::Identity;
    const CADENCE: Cadence = [Cadence::Fast, Cadence::Slow, Cadence::Rare][CADENCE];
    const AFTER: &[Kind] = if CADENCE == 2 { &[Kind::Alarms] } else { &[] };
    const SWEEP: Option<Cadence> = if SWEEPS { Some(Cadence::Slow) } else { None };
    fn id(&self) -> &'static str {
        "probe"
    }
    fn due(observed: &Observed, _: &Table<Self>) -> bool {
        observed.focus.jobs.contains("due")
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if observed.focus.jobs.contains("nothing to ask") {
            return Ok(Listing::part(Vec::new()));
        }
        assert!(!observed.focus.jobs.contains("panic"), "the reader is broken");
        let answer = aws.sts.get_caller_identity().send().await.map_err(failed)?;
        let row = Self { account: answer.account.unwrap_or_default(), swept: turn.sweep };
        Ok(Listing::all(vec![row]).more(answer.user_id.as_deref() == Some("more")))
    }
}

/// A poller at work, and all that it looks at.
pub(super) struct Bench {
    pub(super) network: Network,
    pub(super) began: Instant,
    pub(super) last: Instant,
    pub(super) observed: watch::Sender<Observed>,
    pub(super) wake: watch::Sender<Wake>,
    pub(super) turns: mpsc::Receiver<(Reader, TableUpdate)>,
    pub(super) poller: tokio::task::JoinHandle<()>,
}

/// The table of a probe as one of a kind that can be sent.
pub(super) fn wrap<const CADENCE: usize, const SWEEPS: bool>(
    table: &Table<Probe<CADENCE, SWEEPS>>,
    changes: Vec<Change>,
) -> TableUpdate {
    let mut shown = Table::default();
    let row = |probe: &Probe<CADENCE, SWEEPS>| Identity {
        account: probe.account.clone(),
        user_id: if probe.swept { "swept".into() } else { String::new() },
        ..Identity::default()
    };
    let listing = Listing::all(table.rows().map(row).collect());
    if let Some(at) = table.answered_at() {
        shown.apply(Ok(listing), at);
    }
    if let Some(why) = table.trouble() {
        shown.apply(Err(why.clone()), Timestamp::UNIX_EPOCH);
    }
    TableUpdate::Identity(shown, changes)
}

/// A time of the test, as a clock tells it.
pub(super) fn at(seconds: f64) -> Timestamp {
    Timestamp::from_millisecond(1_000_000_000_000).unwrap() + Duration::from_secs_f64(seconds)
}

/// Returns a focus on these jobs and kinds.
pub(super) fn looking(words: &[&'static str], kinds: &[Kind], idle: bool) -> Arc<Focus> {
    let jobs = words.iter().map(|word| (*word).to_owned()).collect();
    Arc::new(Focus { jobs, kinds: kinds.iter().copied().collect(), idle, ..Focus::default() })
}

impl Bench {
    /// Starts a poller where AWS gives these answers.
    pub(super) fn start<const CADENCE: usize, const SWEEPS: bool>(answers: &[Answer], focus: Arc<Focus>) -> Self {
        let network = Network::default();
        network.answers(answers);
        let (observed, look) = watch::channel(Observed { focus, ..Observed::default() });
        let (wake, woken) = watch::channel(Wake::default());
        let (out, turns) = mpsc::channel(100);
        let began = Instant::now();
        let poller = Poller::<Probe<CADENCE, SWEEPS>> {
            aws: Aws::over(&SharedHttpClient::new(network.clone()), "eu-west-1"),
            clock: Arc::new(move || at(began.elapsed().as_secs_f64())),
            table: Table::default(),
            observed: look,
            wake: woken,
            random: fastrand::Rng::with_seed(7),
            failures: 0,
            last_sweep: None,
            due_failed: false,
            cut_off_at: None,
        };
        let reader = Reader { account: AccountId::FIRST, restarts: 0 };
        let poller = tokio::spawn(async move { poller.run(reader, out, |table, changes| wrap(&table, changes)).await });
        Self { network, began, last: began, observed, wake, turns, poller }
    }
    /// Seconds until the next turn has ended, and what it made of the table.
    pub(super) async fn turn(&mut self) -> (f64, Table<Identity>) {
        let (_, update) = self.turns.recv().await.unwrap();
        let TableUpdate::Identity(table, _) = update else { panic!("another kind") };
        let waited = self.last.elapsed().as_secs_f64();
        self.last = Instant::now();
        (waited, table)
    }
    /// Seconds before each of some turns.
    pub(super) async fn pauses(&mut self, count: usize) -> Vec<f64> {
        let mut pauses = Vec::new();
        for _ in 0..count {
            pauses.push(self.turn().await.0);
        }
        pauses
    }
    /// Shows the poller something else.
    pub(super) fn look(&self, focus: Arc<Focus>) {
        self.observed.send_modify(|observed| observed.focus = focus);
    }
    /// A vital kind was answered just now.
    pub(super) fn another_is_answered(&self) {
        let now = at(self.began.elapsed().as_secs_f64());
        self.observed.send_modify(|observed| drop(observed.store.alarms.apply(Ok(Listing::all(Vec::new())), now)));
    }
    /// Does another turn begin within so many seconds?
    pub(super) async fn is_asked_within(&mut self, seconds: u64) -> bool {
        tokio::time::timeout(Duration::from_secs(seconds), self.turn()).await.is_ok()
    }
}

/// A kind that is asked fast.
pub(super) fn fast(answers: &[Answer], focus: Arc<Focus>) -> Bench {
    Bench::start::<0, false>(answers, focus)
}
/// One that is asked every minute.
pub(super) fn slow(answers: &[Answer], focus: Arc<Focus>) -> Bench {
    Bench::start::<1, false>(answers, focus)
}
/// One that is asked seldom, and only after another kind was answered.
pub(super) fn waiting(answers: &[Answer], focus: Arc<Focus>) -> Bench {
    Bench::start::<2, false>(answers, focus)
}
/// One that is asked fast and read as a whole every minute.
pub(super) fn swept(answers: &[Answer], focus: Arc<Focus>) -> Bench {
    Bench::start::<0, true>(answers, focus)
}
pub(super) fn nothing() -> Arc<Focus> {
    looking(&[], &[], false)
}

/// Is it this many seconds, a tenth more or less?
pub(super) fn about(seconds: f64, of: f64) -> bool {
    (of * 0.9 - 0.01..=of * 1.1 + 0.01).contains(&seconds)
}
