//! Copying: the usual text of the selected thing, or one of its handles.

use super::{charts, logs};
use crate::app::{App, Chooser, ChooserAct, ChooserItem, Context, Effect, Item, Subject};
use crate::handles::{About, Handle, What};
use crate::model::Chain;
use crate::resources::{Kind, Thing};
use crate::view::Tone;

/// Returns the handles of the selected thing, or of the thing that an event is about.
fn handles(app: &App, subject: &Subject) -> Vec<Handle> {
    let Some(account) = app.account(subject.account) else { return Vec::new() };
    let (place, store) = (account.place(), &account.observed.store);
    match &subject.item {
        Item::Resource(kind, id) => match store.get(*kind, id) {
            Some(thing) => place.of_thing(thing),
            None => place.of_id(About::Kind(*kind), id),
        },
        Item::AlarmAction(arn) => place.of_id(About::Other, arn),
        Item::Model(name) => {
            let chain = account.chain_of(&subject.item);
            let group = chain.and_then(|chain| store.get(Kind::Groups, chain.group?));
            place.of_model(name, group, chain.and_then(|chain| runbook(account, chain)))
        }
        Item::LogEntry(serial) => {
            let about = app.log.get(*serial).and_then(|entry| entry.subject.clone());
            about.filter(|about| about != subject).map(|about| handles(app, &about)).unwrap_or_default()
        }
        Item::Account => place.of_account(account.identity().map(|me| me as &dyn Thing)),
        Item::Source(kind) => vec![Handle { what: What::Name, text: kind.name().to_owned() }],
        Item::Stage(_) | Item::Rest => Vec::new(),
    }
}

/// Returns the address of the runbook of a model.
fn runbook<'a>(account: &'a crate::app::Account, chain: &Chain) -> Option<&'a str> {
    account.observed.preferences.models.get(chain.configured?)?.runbook_url.as_deref()
}

pub(super) fn selected(context: &Context<'_>) -> Vec<Handle> {
    context.subject.as_ref().map(|subject| handles(context.app, subject)).unwrap_or_default()
}

/// Returns the usual text: the ARN if there is one, otherwise the name.
fn usual(mut all: Vec<Handle>) -> Option<Handle> {
    let arn = all.iter().position(|handle| handle.what == What::Arn).unwrap_or(0);
    (arn < all.len()).then(|| all.swap_remove(arn))
}

pub(super) fn can_copy(context: &Context<'_>) -> Result<String, String> {
    if let Some(view) = &context.app.open_log {
        return view.selected().map(|_| "copy".to_owned()).ok_or_else(|| "there is no line".into());
    }
    if context.app.open_charts.is_some() {
        return Ok("copy values".to_owned());
    }
    usual(selected(context)).map(|_| "copy".to_owned()).ok_or_else(|| "nothing is selected".into())
}

pub(super) fn copy(app: &mut App) -> Option<Effect> {
    if app.open_log.is_some() {
        return logs::copy(app);
    }
    if app.open_charts.is_some() {
        return charts::copy(app);
    }
    let handle = usual(selected(&app.context()))?;
    Some(take(app, handle.what.name(), handle.text))
}

pub(super) fn can_open(context: &Context<'_>) -> Result<String, String> {
    if selected(context).is_empty() { Err("nothing is selected".into()) } else { Ok("copy more".to_owned()) }
}

/// Opens the choice of handles.
pub(super) fn open(app: &mut App) -> Option<Effect> {
    let all = selected(&app.context());
    let title = all.first().map(|handle| format!("copy of {}", handle.text)).unwrap_or_default();
    let item = |handle: Handle| ChooserItem {
        label: handle.what.name().to_owned(),
        leads: handle.what.is_address(),
        text: handle.text,
        then: ChooserAct::Copy,
    };
    let items = all.into_iter().map(item).collect();
    app.modal = Some(Chooser { title, confirm: "copy", items, focus: 0 }.into());
    None
}

/// Copies a text, and says so.
pub(super) fn take(app: &mut App, what: &str, text: String) -> Effect {
    app.message = Some((Tone::Good, format!("copied the {what}: {text}")));
    Effect::Copy(text)
}
