//! Things and tables without their types, for code that treats all kinds alike.

use std::borrow::Cow;
use std::fmt::Debug;
use std::io;

use jiff::Timestamp;

use super::{
    AwsCommand, Event, Freshness, Kind, LogSource, Patch, Properties, Property, Reference, Resource, Source, Store,
    Table,
};
use crate::aws::{Arn, AwsError};
use crate::health::Health;

/// One thing of any kind.
pub trait Thing: Debug {
    /// Returns its kind.
    fn kind(&self) -> Kind;
    /// Returns its id within the kind.
    fn id(&self) -> &str;
    /// Returns its name among things of its kind.
    fn title(&self) -> Cow<'_, str>;
    /// Returns AWS's word for its state, raw.
    fn status(&self) -> Option<&str>;
    /// Returns its health, judged by its status alone.
    fn health(&self) -> Health;
    /// Returns the facts about it that matter most, in a few words.
    fn summary(&self) -> String;
    /// Returns whether it will start the things that it names. `None` if its kind starts nothing.
    fn starts(&self) -> Option<bool>;
    /// Returns what keeps it from doing its work, as a phrase after its name.
    fn problem(&self) -> Option<String>;
    /// Returns its problem in one or two words, for a narrow column. `None` if the phrase is short enough.
    fn problem_in_brief(&self) -> Option<&'static str>;
    /// Returns what it is doing now, as a phrase after its name.
    fn activity(&self) -> Option<String>;
    /// Returns since when its problem exists, or what it is doing goes on, if that is known.
    fn since(&self) -> Option<Timestamp>;
    /// Returns those of the things that it names that it starts.
    fn targets(&self) -> Vec<Reference<'_>>;
    /// Returns whether it acts on an event of the default bus; `None` if that cannot be known.
    fn hears(&self, event: &serde_json::Value) -> Option<bool>;
    /// Returns the things that it names, so that it belongs to their models.
    fn references(&self) -> Vec<Reference<'_>>;
    /// Returns its ARN, where AWS gives one.
    fn arn(&self) -> Option<&str>;
    /// Returns its name as AWS's console shows it: that in its ARN where its id is an ARN.
    fn name(&self) -> String {
        let id = self.id();
        if !id.starts_with("arn:") {
            return id.to_owned();
        }
        let of_arn = self.arn().and_then(Arn::parse).map(|arn| match arn.resource.split_once(['/', ':']) {
            Some((_, name)) => name.to_owned(),
            None => arn.resource.to_owned(),
        });
        of_arn.unwrap_or_else(|| self.title().into_owned())
    }
    /// Returns the thing that it is a part of.
    fn part_of(&self) -> Option<(Kind, &str)>;
    /// Returns where its log is, if it has one of its own.
    fn log(&self) -> Option<LogSource>;
    /// Returns its properties, most important first.
    fn properties(&self) -> Vec<Property>;
    /// Returns its page in AWS's console of a region: the part of the address after the host.
    fn console(&self, region: &str) -> Option<String>;
    /// Returns the command of AWS's command line that describes it.
    fn command(&self) -> Option<AwsCommand>;
    /// Returns the events that the row itself records.
    fn events(&self) -> Vec<Event>;
}

impl<T: Resource> Thing for T {
    fn kind(&self) -> Kind {
        T::KIND
    }
    fn id(&self) -> &str {
        Resource::id(self)
    }
    fn title(&self) -> Cow<'_, str> {
        Resource::title(self)
    }
    fn status(&self) -> Option<&str> {
        Resource::status(self)
    }
    fn health(&self) -> Health {
        Resource::health(self)
    }
    fn summary(&self) -> String {
        Resource::summary(self)
    }
    fn starts(&self) -> Option<bool> {
        T::STARTS.then(|| Resource::starts(self))
    }
    fn problem(&self) -> Option<String> {
        Resource::problem(self)
    }
    fn problem_in_brief(&self) -> Option<&'static str> {
        Resource::problem_in_brief(self)
    }
    fn activity(&self) -> Option<String> {
        Resource::activity(self)
    }
    fn since(&self) -> Option<Timestamp> {
        Resource::since(self)
    }
    fn targets(&self) -> Vec<Reference<'_>> {
        Resource::targets(self)
    }
    fn hears(&self, event: &serde_json::Value) -> Option<bool> {
        Resource::hears(self, event)
    }
    fn references(&self) -> Vec<Reference<'_>> {
        Resource::references(self)
    }
    fn arn(&self) -> Option<&str> {
        Resource::arn(self).filter(|arn| !arn.is_empty())
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Resource::part_of(self)
    }
    fn log(&self) -> Option<LogSource> {
        Resource::log(self)
    }
    fn properties(&self) -> Vec<Property> {
        let mut all = Properties::default();
        Resource::properties(self, &mut all);
        all.into_all()
    }
    fn console(&self, region: &str) -> Option<String> {
        Resource::console(self, region)
    }
    fn command(&self) -> Option<AwsCommand> {
        Resource::command(self)
    }
    fn events(&self) -> Vec<Event> {
        Resource::events(self, None)
    }
}

/// A table of any kind.
pub trait AnyTable: Debug {
    /// Returns one row.
    fn thing(&self, id: &str) -> Option<&dyn Thing>;
    /// Iterates over all rows.
    fn things(&self) -> Box<dyn Iterator<Item = &dyn Thing> + '_>;
    /// Returns the name of a thing among things of its kind, even where it is not among the rows.
    fn title<'a>(&'a self, id: &'a str) -> Cow<'a, str>;
    /// Returns what it means that something which is named elsewhere is not among the rows.
    fn missing(&self) -> &'static str;
    /// Returns the number of rows.
    fn count(&self) -> usize;
    /// Returns its state in one row.
    fn source(&self) -> Source;
    /// Returns the last error, of the whole answer or of a part.
    fn trouble(&self) -> Option<&AwsError>;
    /// Returns whether the rows are all there are, as far as the last poll could see.
    fn complete(&self) -> bool;
    /// Returns whether it is read for the first time, piece by piece.
    fn partly_read(&self) -> bool;
    /// Returns whether anything was answered in this run, even an error.
    fn answered(&self) -> bool;
    /// Returns when it was last answered, if its kind is vital and the answer had no error.
    fn vital_answer(&self) -> Option<Timestamp>;
    /// Returns the rows as a JSON array.
    fn to_json(&self) -> serde_json::Value;
    /// Writes all of it in pieces, as the patches that turn an empty table into this one.
    ///
    /// # Errors
    /// That of `write`.
    fn patches(&self, write: &mut dyn FnMut(Patch) -> io::Result<()>) -> io::Result<()>;
}

impl<T: Resource> AnyTable for Table<T> {
    fn thing(&self, id: &str) -> Option<&dyn Thing> {
        self.get(id).map(|row| row as &dyn Thing)
    }
    fn things(&self) -> Box<dyn Iterator<Item = &dyn Thing> + '_> {
        Box::new(self.rows().map(|row| row as &dyn Thing))
    }
    fn title<'a>(&'a self, id: &'a str) -> Cow<'a, str> {
        self.get(id).map_or_else(|| T::title_of(id), Resource::title)
    }
    fn missing(&self) -> &'static str {
        T::MISSING
    }
    fn count(&self) -> usize {
        self.len()
    }
    fn source(&self) -> Source {
        self.source()
    }
    fn trouble(&self) -> Option<&AwsError> {
        self.trouble()
    }
    fn complete(&self) -> bool {
        self.complete()
    }
    fn partly_read(&self) -> bool {
        self.partly_read()
    }
    fn answered(&self) -> bool {
        self.answered()
    }
    fn vital_answer(&self) -> Option<Timestamp> {
        match self.freshness() {
            Freshness::Fresh { at, fault: None } if T::VITAL => Some(*at),
            Freshness::Waiting | Freshness::Saved { .. } | Freshness::Fresh { .. } | Freshness::Stale { .. } => None,
        }
    }
    fn to_json(&self) -> serde_json::Value {
        self.rows().map(|row| serde_json::to_value(row).unwrap_or_default()).collect()
    }
    fn patches(&self, write: &mut dyn FnMut(Patch) -> io::Result<()>) -> io::Result<()> {
        self.patches_since(&Self::default(), write)
    }
}

impl Store {
    /// Returns whether all of these kinds were answered in this run, even with an error.
    pub(crate) fn answered(&self, kinds: &[Kind]) -> bool {
        kinds.iter().all(|kind| self.table(*kind).answered())
    }
    /// Returns the tables of all kinds, in the order of the list of kinds.
    pub fn tables(&self) -> impl Iterator<Item = (Kind, &dyn AnyTable)> {
        Kind::ALL.iter().map(|kind| (*kind, self.table(*kind)))
    }
    /// Returns one thing of any kind.
    #[must_use]
    pub fn get(&self, kind: Kind, id: &str) -> Option<&dyn Thing> {
        self.table(kind).thing(id)
    }
    /// Returns the name of a thing among things of its kind, even where nothing else is known of it.
    #[must_use]
    pub fn title<'a>(&'a self, kind: Kind, id: &'a str) -> Cow<'a, str> {
        self.table(kind).title(id)
    }
    /// Returns the state of each source, in the order of the list of kinds.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.tables().map(|(_, table)| table.source()).collect()
    }
    /// Returns the number of rows in all tables.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.tables().map(|(_, table)| table.count()).sum()
    }
    /// Returns when AWS last answered a vital source. These make calls in every turn, while others may have nothing to
    /// read.
    #[must_use]
    pub fn last_answer(&self) -> Option<Timestamp> {
        self.tables().filter_map(|(_, table)| table.vital_answer()).max()
    }
    /// Returns the sources that are in trouble, and why.
    #[must_use]
    pub fn troubles(&self) -> Vec<(Kind, AwsError)> {
        self.tables().filter_map(|(kind, table)| Some((kind, table.trouble()?.clone()))).collect()
    }
    /// Returns all rows as JSON, by the name of their kind.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
        self.tables().map(|(kind, table)| (kind.name().to_owned(), table.to_json())).collect()
    }
}
