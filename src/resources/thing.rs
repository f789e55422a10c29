//! Things and tables without their types: what is asked of all kinds alike.

use std::borrow::Cow;
use std::fmt::Debug;
use std::io;

use jiff::Timestamp;

use super::{Event, Freshness, Kind, Patch, Properties, Property, Resource, Source, Store, Table};
use crate::aws::AwsError;
use crate::health::Health;

/// One thing of whatever kind.
pub trait Thing: Debug {
    /// Its kind.
    fn kind(&self) -> Kind;
    /// Its id within the kind.
    fn id(&self) -> &str;
    /// What it is called among its own.
    fn title(&self) -> Cow<'_, str>;
    /// AWS's word for its state, raw.
    fn status(&self) -> Option<&str>;
    /// How well it is, by its status alone.
    fn health(&self) -> Health;
    /// Its ARN, where AWS tells one.
    fn arn(&self) -> Option<&str>;
    /// The thing that it is a part of.
    fn part_of(&self) -> Option<(Kind, &str)>;
    /// What is known of it, most important first.
    fn properties(&self) -> Vec<Property>;
    /// Its page in AWS's console of a region: what follows the host in the address.
    fn console(&self, region: &str) -> Option<String>;
    /// What the row itself tells of the past.
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
    fn arn(&self) -> Option<&str> {
        Resource::arn(self).filter(|arn| !arn.is_empty())
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Resource::part_of(self)
    }
    fn properties(&self) -> Vec<Property> {
        let mut all = Properties::default();
        Resource::properties(self, &mut all);
        all.into_all()
    }
    fn console(&self, region: &str) -> Option<String> {
        Resource::console(self, region)
    }
    fn events(&self) -> Vec<Event> {
        Resource::events(self, None)
    }
}

/// The table of whatever kind.
pub trait AnyTable: Debug {
    /// One row.
    fn thing(&self, id: &str) -> Option<&dyn Thing>;
    /// What a thing is called among its own, also where it is not among the rows.
    fn title<'a>(&'a self, id: &'a str) -> Cow<'a, str>;
    /// What it means that something which is named elsewhere is not among the rows.
    fn missing(&self) -> &'static str;
    /// How many rows.
    fn count(&self) -> usize;
    /// Its state in one row.
    fn source(&self) -> Source;
    /// What went wrong last, wholly or in part.
    fn trouble(&self) -> Option<&AwsError>;
    /// When it was last answered without any trouble, where its kind is vital.
    fn vital_answer(&self) -> Option<Timestamp>;
    /// The rows as a JSON array.
    fn to_json(&self) -> serde_json::Value;
    /// Hands out all of it, as what turns an empty table into this one, in pieces.
    ///
    /// # Errors
    /// That of `write`.
    fn patches(&self, write: &mut dyn FnMut(Patch) -> io::Result<()>) -> io::Result<()>;
}

impl<T: Resource> AnyTable for Table<T> {
    fn thing(&self, id: &str) -> Option<&dyn Thing> {
        self.get(id).map(|row| row as &dyn Thing)
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
    /// The tables of all kinds, in the order of asking.
    pub fn tables(&self) -> impl Iterator<Item = (Kind, &dyn AnyTable)> {
        Kind::ALL.iter().map(|kind| (*kind, self.table(*kind)))
    }
    /// One thing of any kind.
    #[must_use]
    pub fn get(&self, kind: Kind, id: &str) -> Option<&dyn Thing> {
        self.table(kind).thing(id)
    }
    /// What a thing is called among its own, also where nothing else is known of it.
    #[must_use]
    pub fn title<'a>(&'a self, kind: Kind, id: &'a str) -> Cow<'a, str> {
        self.table(kind).title(id)
    }
    /// The state of each source, in the order of asking.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.tables().map(|(_, table)| table.source()).collect()
    }
    /// How many rows there are in all tables.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.tables().map(|(_, table)| table.count()).sum()
    }
    /// When AWS answered last, of the vital sources: they ask in every turn, while others may have nothing to ask.
    #[must_use]
    pub fn last_answer(&self) -> Option<Timestamp> {
        self.tables().filter_map(|(_, table)| table.vital_answer()).max()
    }
    /// The sources that are in trouble, and why.
    #[must_use]
    pub fn troubles(&self) -> Vec<(Kind, AwsError)> {
        self.tables().filter_map(|(kind, table)| Some((kind, table.trouble()?.clone()))).collect()
    }
    /// All rows as JSON, by the name of their kind.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
        self.tables().map(|(kind, table)| (kind.name().to_owned(), table.to_json())).collect()
    }
}
