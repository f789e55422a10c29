//! The trait of a kind of resource, and the input of one turn.

use std::borrow::Cow;
use std::fmt::Debug;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::listing::asked_lately;
use super::{AwsCommand, Cadence, Event, Kind, Listing, LogSource, Observed, Properties, Reference, Table};
use crate::aws::{Aws, AwsError};
use crate::health::Health;

/// One kind of thing that is read from AWS: a plain struct, and how to read it.
pub trait Resource: Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its kind.
    const KIND: Kind;
    /// How often it is read while nothing is wrong.
    const CADENCE: Cadence;
    /// How often all of it is read, where a turn only reads what may have changed.
    const SWEEP: Option<Cadence> = None;
    /// Whether it shows that something is wrong right now, so that it stays fast when nobody presses a key.
    const VITAL: bool = false;
    /// Whether the models can be judged without it, if less well. A single look tries it less often.
    const OPTIONAL: bool = false;
    /// Whether it is read only for what somebody looks at: without a question there is no answer.
    const ON_DEMAND: bool = false;
    /// Fields that name other things by texts of any kind. Joins compare them, so they enter the table as they are.
    const REFERENCES: &'static [&'static str] = &[];
    /// The meaning when something that is named elsewhere is not among the rows.
    const MISSING: &'static str = "not read";
    /// Whether only the newest rows, or those looked at, are ever listed. Then a missing one is not gone.
    const WINDOWED: bool = false;
    /// Kinds whose rows say what to read: a poller waits until each of them was answered once, even with an error.
    const AFTER: &'static [Kind] = &[];
    /// AWS's word for one thing of this kind. A kind that has one belongs to the models of the things that its rows name,
    /// and is shown below these things; see [`Resource::references`].
    const NOUN: Option<&'static str> = None;
    /// Whether things of this kind concern all models, even those that they do not name.
    const CONCERNS_ALL: bool = false;
    /// Whether things of this kind may start the things that they name.
    const STARTS: bool = false;
    /// Returns its id, which is unique and stable across polls: AWS's name where it is unique, otherwise the ARN.
    fn id(&self) -> &str;
    /// Returns its name among things of its kind, which is shorter than the id where the context gives the rest.
    fn title(&self) -> Cow<'_, str> {
        Self::title_of(self.id())
    }
    /// Returns the name of a thing of which only the id is known.
    #[must_use]
    fn title_of(id: &str) -> Cow<'_, str> {
        id.into()
    }
    /// Returns AWS's word for its state, raw.
    fn status(&self) -> Option<&str> {
        None
    }
    /// Returns its health, judged by its status alone.
    fn health(&self) -> Health {
        self.status().map_or(Health::Ok, Health::of_status)
    }
    /// Returns the facts about it that matter most, in a few words.
    fn summary(&self) -> String {
        self.status().unwrap_or_default().to_owned()
    }
    /// Returns whether it will start the things that it names, if [`Self::STARTS`].
    fn starts(&self) -> bool {
        false
    }
    /// Returns what keeps it from doing its work, as a phrase after its name: `is disabled`.
    fn problem(&self) -> Option<String> {
        None
    }
    /// Returns its problem in one or two words, for a narrow column. `None` if the phrase is short enough.
    fn problem_in_brief(&self) -> Option<&'static str> {
        None
    }
    /// Returns what it is doing now, as a phrase after its name: `is in DeployProd`. `None` if nothing is in progress.
    fn activity(&self) -> Option<String> {
        None
    }
    /// Returns since when its problem exists, or what it is doing goes on, if that is known.
    fn since(&self) -> Option<Timestamp> {
        None
    }
    /// Returns those of the things that it names that it starts, when something happens to another thing that it names.
    /// A thing that is started by an event of a model's thing belongs to that model, too.
    fn targets(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }
    /// Returns whether it acts on an event of the default bus; `None` if that cannot be known.
    fn hears(&self, _event: &serde_json::Value) -> Option<bool> {
        Some(false)
    }
    /// Returns the things that it names, so that it belongs to their models.
    fn references(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }
    /// Returns its ARN, where AWS gives one.
    fn arn(&self) -> Option<&str> {
        None
    }
    /// Returns the thing that it is a part of. Both belong to the same models, and its events are that thing's.
    fn part_of(&self) -> Option<(Kind, &str)> {
        None
    }
    /// Returns where its log is, if it has one of its own.
    fn log(&self) -> Option<LogSource> {
        None
    }
    /// Adds its properties, most important first.
    fn properties(&self, _all: &mut Properties) {}
    /// Returns its page in AWS's console of a region: the part of the address after the host.
    fn console(&self, _region: &str) -> Option<String> {
        None
    }
    /// Returns the command of AWS's command line that describes it.
    fn command(&self) -> Option<AwsCommand> {
        None
    }
    /// Returns what happened to it since `old`; without `old`, all past events that the row itself records.
    fn events(&self, _old: Option<&Self>) -> Vec<Event> {
        Vec::new()
    }
    /// Returns whether something should be read now instead of at the next turn, such as what an endpoint began to run
    /// or what the operator began to look at.
    #[must_use]
    fn due(_seen: &Observed, _known: &Table<Self>) -> bool {
        false
    }
    /// Takes one turn. Reads nothing twice that cannot have changed.
    fn read(
        aws: &Aws,
        observed: &Observed,
        turn: Turn<'_, Self>,
    ) -> impl Future<Output = Result<Listing<Self>, AwsError>> + Send;
}

/// The input of one turn of a kind.
#[derive(Debug)]
pub struct Turn<'a, T> {
    /// The table so far.
    pub known: &'a Table<T>,
    /// Whether to read all of it, not only what may have changed.
    pub sweep: bool,
}

impl<T: Resource> Turn<'_, T> {
    /// Returns whether it was never answered in this run.
    pub(crate) fn first(&self) -> bool {
        self.known.read_error().is_some() || !self.known.answered()
    }
    /// Returns whether something was read on demand a short time ago. Then it is not read again.
    pub(crate) fn asked_lately(&self, what: &str, now: Timestamp) -> bool {
        asked_lately(self.known, what, now)
    }
}
