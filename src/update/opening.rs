//! Opens the thing that the command line names, as soon as it is found.

use super::navigate;
use crate::app::{Account, App, Item, Opening, Subject};
use crate::resources::{AccountId, Observed};
use crate::view::Tone;

/// Opens the lineage of the thing, if a model has it. Otherwise it selects the thing in its pane, or says that it was
/// not found, and goes on looking: tables are read one after the other.
pub(super) fn follow(app: &mut App) {
    let Some(opening) = app.opening.take() else { return };
    let subjects: Vec<Subject> = app.accounts().iter().filter_map(|account| find(app, account.id, &opening)).collect();
    if let Some(subject) = subjects.iter().find(|subject| app.chain_of(subject).is_some()) {
        // It may have been told that the thing was not found yet.
        app.message = None;
        navigate::enter(app, subject);
        return;
    }
    if let Some(subject) = subjects.first() {
        app.visit(subject.account);
        navigate::reach(app, subject, &opening.name);
    } else {
        let text = if is_complete(app, &opening) { "is not in this account and region" } else { "was not found yet" };
        app.message = Some((Tone::Warn, format!("{} {text}", opening.name)));
    }
    app.opening = Some(opening);
}

/// Returns whether everything that the thing could be was read, in all accounts.
fn is_complete(app: &App, opening: &Opening) -> bool {
    app.accounts().iter().all(|Account { observed: Observed { store, .. }, .. }| match opening.item.resource() {
        Some((kind, _)) => store.table(kind).complete(),
        None => store.groups.complete() && store.endpoints.complete(),
    })
}

/// Finds the thing in an account. AWS writes some names in ARNs in lower case.
fn find(app: &App, id: AccountId, opening: &Opening) -> Option<Subject> {
    let account = app.account(id)?;
    if let Some((kind, name)) = opening.item.resource() {
        let table = account.observed.store.table(kind);
        let thing = table.thing(name).or_else(|| table.things().find(|thing| thing.id().eq_ignore_ascii_case(name)))?;
        return Some(Subject { account: id, item: Item::Resource(kind, thing.id().into()) });
    }
    let chain = account.joined.chain(opening.item.model()?)?;
    Some(Subject::model(id, chain.name))
}
