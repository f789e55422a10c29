//! What a kind of resource says of itself, and what one poll asks of it.

use std::borrow::Cow;
use std::fmt::Debug;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::listing::asked_lately;
use super::{Event, Kind, Lane, Listing, Properties, Seen, Table};
use crate::aws::{Aws, AwsError};
use crate::health::Health;

/// One kind of thing AWS can tell us about: a plain struct, and how to read it.
pub trait Resource: Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Which kind it is.
    const KIND: Kind;
    /// How often it is read while nothing is wrong.
    const LANE: Lane;
    /// How often all of it is read, where a turn only reads what may have changed.
    const SWEEP: Option<Lane> = None;
    /// Tells that something is wrong right now: it stays fast when nobody presses a key.
    const VITAL: bool = false;
    /// Can the models be judged without it, if less well? A single look waits less for it.
    const OPTIONAL: bool = false;
    /// Fields that name other things by texts of any kind: they are joined by, and enter as they are.
    const REFERENCES: &'static [&'static str] = &[];
    /// What it means that something which is named elsewhere is not among the rows.
    const MISSING: &'static str = "not read";
    /// Are only the newest, or those looked at, ever listed? Then one that is missing is not gone.
    const WINDOWED: bool = false;
    /// Unique and stable across polls: AWS's name where it is unique, otherwise the ARN.
    fn id(&self) -> &str;
    /// What it is called among its own: shorter than the id where the context tells the rest.
    fn title(&self) -> Cow<'_, str> {
        Self::title_of(self.id())
    }
    /// The same of one of which only the id is known.
    #[must_use]
    fn title_of(id: &str) -> Cow<'_, str> {
        id.into()
    }
    /// AWS's word for its state, raw.
    fn status(&self) -> Option<&str> {
        None
    }
    /// How well it is, by its status alone.
    fn health(&self) -> Health {
        self.status().map_or(Health::Ok, Health::of_status)
    }
    /// Its ARN, where AWS tells one.
    fn arn(&self) -> Option<&str> {
        None
    }
    /// The thing that it is a part of: both belong to the same models, and its events are that thing's.
    fn part_of(&self) -> Option<(Kind, &str)> {
        None
    }
    /// What is known of it, most important first.
    fn properties(&self, _all: &mut Properties) {}
    /// Its page in AWS's console of a region: what follows the host in the address.
    fn console(&self, _region: &str) -> Option<String> {
        None
    }
    /// What happened to it since `old`; without `old`, all that the row itself tells of the past.
    fn events(&self, _old: Option<&Self>) -> Vec<Event> {
        Vec::new()
    }
    /// May it be asked already? Kinds that read other tables wait until those were answered once.
    #[must_use]
    fn ready(_seen: &Seen) -> bool {
        true
    }
    /// Is there something that should be read now instead of at the next turn: what an endpoint began to run, what
    /// the operator began to look at?
    #[must_use]
    fn due(_seen: &Seen, _known: &Table<Self>) -> bool {
        false
    }
    /// One turn. Reads nothing twice that cannot have changed.
    fn read(
        aws: &Aws,
        seen: &Seen,
        turn: Turn<'_, Self>,
    ) -> impl Future<Output = Result<Listing<Self>, AwsError>> + Send;
}

/// What is asked of a kind at one turn.
#[derive(Debug)]
pub struct Turn<'a, T> {
    /// What is known so far.
    pub known: &'a Table<T>,
    /// Read all of it, not only what may have changed.
    pub sweep: bool,
}

impl<T: Resource> Turn<'_, T> {
    /// Was it never answered in this run?
    pub(crate) fn first(&self) -> bool {
        self.known.blind().is_some() || !self.known.answered()
    }
    /// Was something asked on demand in the last while? Then it is not asked again.
    pub(crate) fn asked_lately(&self, what: &str, now: Timestamp) -> bool {
        asked_lately(self.known, what, now)
    }
}
