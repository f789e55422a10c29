//! A kind for tests alone: it shows that a group of kinds may be absent from a build.

use serde::{Deserialize, Serialize};

use super::{Cadence, Kind, Listing, Observed, Resource, Turn};
use crate::aws::{Aws, AwsError};

/// Something with an id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// Its id.
    pub name: String,
}

impl Resource for Sample {
    const KIND: Kind = Kind::Samples;
    const CADENCE: Cadence = Cadence::Rare;
    fn id(&self) -> &str {
        &self.name
    }
    async fn read(_aws: &Aws, _seen: &Observed, _turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        Ok(Listing::all(Vec::new()))
    }
}

#[test]
fn a_thing_is_found_by_its_kind_and_id() {
    let mut store = super::Store::default();
    store.samples.apply(Ok(Listing::all(vec![Sample { name: "a".into() }])), jiff::Timestamp::UNIX_EPOCH);
    let found = |kind, id| store.get(kind, id).map(|thing| (thing.kind(), thing.id().to_owned()));
    assert_eq!(found(Kind::Samples, "a"), Some((Kind::Samples, "a".to_owned())));
    assert_eq!((found(Kind::Samples, "b"), found(Kind::Endpoints, "a")), (None, None));
    assert_eq!((Kind::Samples.service().name, store.rows()), ("sts", 1));
    let names: Vec<&str> = store.tables().map(|(kind, _)| kind.name()).collect();
    assert_eq!((names.first(), names.last()), (Some(&"identity"), Some(&"samples")));
}
