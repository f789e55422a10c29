//! The selection of the operator, and the related rows of the tables.

use jiff::tz::TimeZone;

use crate::fmt;
use crate::model::{Chain, Joined};
use crate::resources::poll::oldest_allowed;
use crate::resources::{Kind, Observed, Resource, Store, Table};

/// The thing under the cursor, with everything that decides whether an intent can be planned for it.
#[derive(Debug)]
pub struct Selection<'a> {
    /// The kind and id of the thing under the cursor; `None` if that is a whole model.
    pub thing: Option<(Kind, &'a str)>,
    /// The model of the thing.
    pub chain: Option<&'a Chain<'a>>,
    /// The tables and the time.
    pub observed: &'a Observed,
    /// All models.
    pub joined: &'a Joined,
    /// The time zone of the operator.
    pub zone: &'a TimeZone,
    /// The key that reads from AWS at once, if there is one.
    pub refresh_key: Option<String>,
}

impl<'a> Selection<'a> {
    /// Returns the tables.
    pub(super) fn store(&self) -> &'a Store {
        &self.observed.store
    }

    /// Returns the id of the selected thing, if it is of this kind.
    pub(super) fn id_of(&self, kind: Kind) -> Option<&'a str> {
        self.thing.filter(|(of, _)| *of == kind).map(|(_, id)| id)
    }

    /// Checks that the shown state of a thing is recent enough for a decision.
    ///
    /// # Errors
    /// How old it is, and what to do.
    pub(crate) fn recent<T: Resource>(&self, table: &Table<T>, id: &str) -> Result<(), String> {
        let Some(at) = table.read_at(id) else { return Ok(()) };
        let now = self.observed.at;
        if now.duration_since(at).unsigned_abs() <= oldest_allowed(T::CADENCE) {
            return Ok(());
        }
        let refresh = self.refresh_key.as_ref().map(|key| format!(": {key} asks AWS, then decide"));
        Err(format!("{id} was read {} ago{}", fmt::age(now, at), refresh.unwrap_or_default()))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::join;

    /// An account in which something is selected.
    #[derive(Default)]
    pub(in super::super) struct Here {
        pub(in super::super) observed: Observed,
        joined: std::sync::OnceLock<Joined>,
    }

    impl Here {
        /// Selects a thing.
        pub(in super::super) fn selection<'a>(&'a self, kind: Kind, id: &'a str) -> Selection<'a> {
            Selection {
                thing: Some((kind, id)),
                chain: None,
                observed: &self.observed,
                joined: self.joined.get_or_init(|| join(&self.observed)),
                zone: const { &TimeZone::UTC },
                refresh_key: Some("ctrl-r".to_owned()),
            }
        }
    }
}
