//! The endpoint of a rollback, according to the operator's selection.

use super::Rollback;
use crate::fmt;
use crate::intents::{Pick, PickItem, Question, Selection};
use crate::model::{Chain, Serving, trouble};
use crate::resources::{Kind, Store};
use crate::view::{Line, Tone};

/// The endpoint of a rollback.
enum Target<'a> {
    /// This endpoint is selected, or it is the only one of the model, or its only broken one.
    Endpoint(&'a str),
    /// The operator must choose an endpoint of this model.
    Unclear(&'a Chain<'a>),
    /// There is no endpoint.
    Nothing,
}

fn target<'a>(at: &Selection<'a>) -> Target<'a> {
    if let Some(name) = at.id_of(Kind::Endpoints) {
        return Target::Endpoint(name);
    }
    let Some(chain) = at.chain else { return Target::Nothing };
    let mut broken = chain.serving.iter().filter(|serving| trouble(chain, serving, at.store()).is_some());
    match (chain.serving.as_slice(), broken.next(), broken.next()) {
        ([], ..) => Target::Nothing,
        ([only], ..) => Target::Endpoint(only.endpoint),
        (_, Some(broken), None) => Target::Endpoint(broken.endpoint),
        _ => Target::Unclear(chain),
    }
}

/// Returns the endpoints of which one would be rolled back.
pub(super) fn endpoints<'a>(at: &Selection<'a>) -> Vec<&'a str> {
    match target(at) {
        Target::Endpoint(name) => vec![name],
        Target::Unclear(chain) => chain.serving.iter().map(|serving| serving.endpoint).collect(),
        Target::Nothing => Vec::new(),
    }
}

pub(super) fn available(at: &Selection<'_>) -> Result<String, String> {
    let none = || Err("no endpoint here".into());
    match target(at) {
        Target::Nothing => none(),
        Target::Endpoint(name) => changeable(at, name),
        Target::Unclear(chain) => {
            let each = chain.serving.iter().map(|serving| changeable(at, serving.endpoint));
            // If none can be rolled back, the reason of the first one is shown.
            each.reduce(|first, other| first.or_else(|why| other.map_err(|_| why))).unwrap_or_else(none)
        }
    }
}

/// Checks whether an endpoint can be rolled back now; returns the label of the action, or the reason why not.
fn changeable(at: &Selection<'_>, name: &str) -> Result<String, String> {
    let endpoints = &at.store().endpoints;
    at.recent(endpoints, name)?;
    match endpoints.get(name).map(|endpoint| endpoint.status.as_str()) {
        Some("InService" | "UpdateRollbackFailed") => Ok("rollback".into()),
        Some(status) => {
            let deployment = at.joined.serving(name).and_then(|serving| serving.deployment.as_ref());
            let progress = deployment.map_or_else(String::new, |deployment| {
                let since = deployment.since.map(|began| fmt::clock(at.observed.at, began, at.zone));
                let since = since.map(|began| format!(" since {began}")).unwrap_or_default();
                format!(", {}{since}{}", deployment.way(), deployment.phase())
            });
            Err(format!("{name} is {status}{progress}: it can be rolled back when InService"))
        }
        None => Err(format!("{name} is gone")),
    }
}

pub(super) fn question(at: &Selection<'_>) -> Option<Question> {
    match target(at) {
        Target::Endpoint(name) => Some(Question::Nothing(newest_good(name).into())),
        Target::Unclear(chain) => Some(Question::Which(which_endpoint(chain, at.store()))),
        Target::Nothing => None,
    }
}

/// Returns the rollback of an endpoint to the newest good configuration before the present one.
fn newest_good(endpoint: &str) -> Rollback {
    Rollback { endpoint: endpoint.to_owned(), to: None, way: None }
}

/// Returns the question for the endpoint of a model. The cursor is on the first broken one.
fn which_endpoint(chain: &Chain<'_>, store: &Store) -> Pick {
    let troubles: Vec<Option<String>> = chain.serving.iter().map(|serving| trouble(chain, serving, store)).collect();
    let broken = troubles.iter().position(Option::is_some);
    let item = |(serving, trouble): (&Serving<'_>, Option<String>)| {
        let note = match (trouble, &serving.deployment) {
            (Some(trouble), _) => Line::new().with(format!("✗ {trouble}"), Tone::Bad),
            (None, Some(d)) => Line::new().with(format!("◐ {} {}{}", d.status, d.way(), d.phase()), Tone::Busy),
            (None, None) => Line::new().muted("no problem is known"),
        };
        let line = Line::from(serving.endpoint).muted(format!("  {}", serving.stage));
        let line = line.muted(format!("  {}", serving.label()));
        PickItem { line, note, intent: newest_good(serving.endpoint).into() }
    };
    let why = if broken.is_none() { "None of them is known to be broken." } else { "Several of them are broken." };
    Pick {
        title: format!("Roll back which endpoint of {}?", chain.name),
        text: why.to_owned(),
        items: chain.serving.iter().zip(troubles).map(item).collect(),
        focus: broken.unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::intents::selection::tests::Here;
    use crate::resources::Listing;
    use crate::resources::endpoint::Endpoint;

    #[test]
    fn nothing_is_decided_on_rows_that_are_old() {
        let mut here = Here::default();
        let endpoint = Endpoint { name: "fraud-prod".into(), status: "InService".into(), ..Endpoint::default() };
        here.observed.store.endpoints.apply(Ok(Listing::all(vec![endpoint])), Timestamp::UNIX_EPOCH);
        here.observed.at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(40);
        assert_eq!(available(&here.selection(Kind::Endpoints, "fraud-prod")), Ok("rollback".to_owned()));
        here.observed.at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(3 * 3600);
        let refused = available(&here.selection(Kind::Endpoints, "fraud-prod")).unwrap_err();
        assert_eq!(refused, "fraud-prod was read 3 h ago: ctrl-r asks AWS, then decide");
    }
}
