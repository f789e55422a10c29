//! What the operator has selected, and what the tables know around it.

use jiff::tz::TimeZone;

use crate::fmt;
use crate::model::{Chain, Joined};
use crate::resources::poll::oldest_allowed;
use crate::resources::{Kind, Resource, Seen, Store, Table};

/// What the cursor is on, with everything that tells whether an intent can be planned for it.
#[derive(Debug)]
pub struct Selection<'a> {
    /// Kind and id of the thing that the cursor is on; absent where that is a whole model.
    pub thing: Option<(Kind, &'a str)>,
    /// The model that it belongs to.
    pub chain: Option<&'a Chain<'a>>,
    /// The tables and the time.
    pub seen: &'a Seen,
    /// All models.
    pub joined: &'a Joined,
    /// Where the operator is.
    pub zone: &'a TimeZone,
    /// The key that reads from AWS now, where there is one.
    pub refresh_key: Option<String>,
}

impl<'a> Selection<'a> {
    /// The tables.
    pub(super) fn store(&self) -> &'a Store {
        &self.seen.store
    }

    /// The id of the selected thing, where it is of this kind.
    pub(super) fn id_of(&self, kind: Kind) -> Option<&'a str> {
        self.thing.filter(|(of, _)| *of == kind).map(|(_, id)| id)
    }

    /// Checks that what is shown of a thing is not so old that no decision should rest on it.
    ///
    /// # Errors
    /// How old it is, and what to do.
    pub(super) fn recent<T: Resource>(&self, table: &Table<T>, id: &str) -> Result<(), String> {
        let Some(at) = table.read_at(id) else { return Ok(()) };
        let now = self.seen.at;
        if now.duration_since(at).unsigned_abs() <= oldest_allowed(T::LANE) {
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
        pub(in super::super) seen: Seen,
        joined: std::sync::OnceLock<Joined>,
    }

    impl Here {
        /// The selection of a thing.
        pub(in super::super) fn selection<'a>(&'a self, kind: Kind, id: &'a str) -> Selection<'a> {
            Selection {
                thing: Some((kind, id)),
                chain: None,
                seen: &self.seen,
                joined: self.joined.get_or_init(|| join(&self.seen)),
                zone: const { &TimeZone::UTC },
                refresh_key: Some("ctrl-r".to_owned()),
            }
        }
    }
}
