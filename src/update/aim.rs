//! From what the cursor is on to what is wanted of AWS; pure, and with a reason where it is impossible.

use super::modal;
use crate::app::{App, Context, Decision, Effect, Form, Modal, Pick, Place, Subject};
use crate::fmt;
use crate::intents::Rollback;
use crate::model::{Chain, Serving, trouble};
use crate::resources::package::ModelPackage;
use crate::resources::poll::oldest_allowed;
use crate::resources::{Resource, Table};
use crate::view::Tone;

fn writable(context: &Context<'_>) -> Result<(), String> {
    if context.app.playing().is_some() {
        return Err("not in a replay: it shows what has been".into());
    }
    context.app.here.may_change().map_err(|why| format!("read-only: {why}"))
}

/// Is what is shown of a thing so old that no decision should rest on it?
fn young<T: Resource>(context: &Context<'_>, table: &Table<T>, id: &str) -> Result<(), String> {
    let Some(at) = table.read_at(id) else { return Ok(()) };
    let now = context.app.here.seen.at;
    if now.duration_since(at).unsigned_abs() <= oldest_allowed(T::LANE) {
        return Ok(());
    }
    Err(format!("{id} was read {} ago: ctrl-r asks AWS, then decide", fmt::age(now, at)))
}

/// The version that the cursor is on, or the newest one of the model that fits.
fn version<'a>(context: &'a Context<'_>, fits: fn(&ModelPackage) -> bool) -> Option<&'a ModelPackage> {
    let packages = &context.app.here.seen.store.packages;
    match &context.subject {
        Some(Subject { kind: "model_packages", id, .. }) => packages.get(id),
        _ => context.chain?.packages.iter().filter_map(|arn| packages.get(arn)).find(|p| fits(p)),
    }
}

pub(super) fn can_approve(context: &Context<'_>) -> Result<String, String> {
    writable(context)?;
    let Some(package) = version(context, ModelPackage::waits) else {
        return Err("no version waits for approval here".into());
    };
    young(context, &context.app.here.seen.store.packages, &package.arn)?;
    match package.approval.as_str() {
        "Approved" => Err(format!("{} is Approved already", package.label())),
        _ if package.status != "Completed" => Err(format!("{} is {}", package.label(), package.status)),
        _ => Ok(format!("approve v{}", package.version.unwrap_or_default())),
    }
}

pub(super) fn can_reject(context: &Context<'_>) -> Result<String, String> {
    writable(context)?;
    let Some(package) = version(context, ModelPackage::waits) else {
        return Err("no version waits for approval here".into());
    };
    young(context, &context.app.here.seen.store.packages, &package.arn)?;
    if package.approval == "Rejected" {
        return Err(format!("{} is Rejected already", package.label()));
    }
    Ok(format!("reject v{}", package.version.unwrap_or_default()))
}

pub(super) fn approve(app: &mut App) -> Option<Effect> {
    decide(app, true)
}

pub(super) fn reject(app: &mut App) -> Option<Effect> {
    decide(app, false)
}

fn decide(app: &mut App, approve: bool) -> Option<Effect> {
    let context = app.context();
    let package = version(&context, ModelPackage::waits)?;
    let chains = context.app.here.chains().iter();
    let servings = chains.flat_map(|chain| chain.serving.iter().map(move |serving| (chain, serving)));
    let by_it: Vec<_> =
        servings.filter(|(_, s)| s.versions.iter().any(|(arn, _)| arn.eq_ignore_ascii_case(&package.arn))).collect();
    let mut serves: Vec<String> = by_it.iter().map(|(_, s)| s.endpoint.to_owned()).collect();
    serves.dedup();
    let store = &context.app.here.seen.store;
    let wrong =
        |(chain, s): &(&Chain<'_>, &Serving<'_>)| Some(format!("{}: {}", s.endpoint, trouble(chain, s, store)?));
    let mut troubles: Vec<String> = by_it.iter().filter_map(wrong).collect();
    troubles.dedup();
    let intended = Decision { arn: package.arn.clone(), label: package.label(), approve, serves, troubles };
    app.modal = Some(Modal::Reason { intended, input: tui_input::Input::default(), problem: None });
    None
}

/// The pipeline that the cursor is on, or the first one of the model.
fn pipeline(context: &Context<'_>) -> Option<String> {
    let store = &context.app.here.seen.store;
    match &context.subject {
        Some(Subject { kind: "pipelines", id, .. }) => Some(id.clone()),
        Some(Subject { kind: "pipeline_executions", id, .. }) => store.executions.get(id).map(|e| e.pipeline.clone()),
        _ => {
            // The one that registers into the model's group is the one that trains it.
            let chain = context.chain?;
            let registers = |name: &&&str| {
                let definition = store.pipelines.get(name).and_then(|p| p.definition.as_ref());
                chain
                    .group
                    .is_some_and(|g| definition.is_some_and(|d| d.groups.iter().any(|n| n.eq_ignore_ascii_case(g))))
            };
            chain.pipelines.iter().find(registers).or(chain.pipelines.first()).map(|&name| name.to_owned())
        }
    }
}

pub(super) fn can_retrain(context: &Context<'_>) -> Result<String, String> {
    writable(context)?;
    let pipelines = &context.app.here.seen.store.pipelines;
    let Some(name) = pipeline(context) else {
        return match pipelines.blind() {
            Some(why) => Err(format!("pipelines cannot be read ({})", why.kind.word())),
            None if reading(context) => Ok("retrain".into()),
            None => Err(
                "no pipeline is known here: select a model that has one, or add pipelines = [\"…\"] to its [[model]]"
                    .into(),
            ),
        };
    };
    young(context, pipelines, &name)?;
    match pipelines.get(&name) {
        Some(pipeline) if pipeline.definition.is_none() && pipelines.asked_at(&name).is_some() => {
            let why = pipelines.trouble().map(|why| format!(" ({})", why.kind.word())).unwrap_or_default();
            Err(format!("the definition of {name} cannot be read{why}"))
        }
        Some(_) => Ok("retrain".into()),
        None => Err(format!("{name} is gone")),
    }
}

/// Is something still being read that may tell which pipeline is the model's?
fn reading(context: &Context<'_>) -> bool {
    let here = &context.app.here;
    let store = &here.seen.store;
    let reading = !store.pipelines.answered() || !store.packages.answered() || store.packages.filling();
    context.chain.is_some() && (reading || here.joined.undefined())
}

pub(super) fn retrain(app: &mut App) -> Option<Effect> {
    let name = pipeline(&app.context());
    let known = name.as_ref().and_then(|name| app.here.seen.store.pipelines.get(name));
    if let Some(pipeline) = known.filter(|pipeline| pipeline.definition.is_some()) {
        app.modal = Some(Modal::Form(Form::new(pipeline)));
        return None;
    }
    let what = name.map_or_else(
        || "the pipelines and their definitions are".into(),
        |name| format!("the definition of {name} is"),
    );
    app.message = Some((Tone::Busy, format!("{what} being read: press the key again in a moment")));
    Some(Effect::Refresh(app.here.place))
}

/// Which endpoint is to be rolled back.
enum Aimed {
    /// There is only one, or only one of them is broken, or the cursor is on it.
    At(String),
    /// Somebody has to say it.
    Ask(Pick),
    Nothing,
}

/// The endpoint that the cursor is on; otherwise that one of the model which is broken, where that is not to be asked.
fn endpoint(context: &Context<'_>) -> Aimed {
    if let Some(Subject { kind: "endpoints", id, .. }) = &context.subject {
        return Aimed::At(id.clone());
    }
    let Some(chain) = context.chain else { return Aimed::Nothing };
    let seen = &context.app.here.seen;
    let place = |serving: &Serving<'_>| Place {
        endpoint: serving.endpoint.to_owned(),
        stage: serving.stage.to_owned(),
        version: serving.label(),
        trouble: trouble(chain, serving, &seen.store),
        deployment: serving.deployment.as_ref().map(|d| format!("{} {}{}", d.status, d.way(), d.phase())),
    };
    let places: Vec<Place> = chain.serving.iter().map(place).collect();
    let mut broken = places.iter().enumerate().filter(|(_, place)| place.trouble.is_some());
    match (places.as_slice(), broken.next(), broken.next()) {
        ([], ..) => Aimed::Nothing,
        ([only], ..) => Aimed::At(only.endpoint.clone()),
        (_, Some((_, broken)), None) => Aimed::At(broken.endpoint.clone()),
        (_, first, _) => {
            let focus = first.map_or(0, |(at, _)| at);
            Aimed::Ask(Pick { model: chain.name.to_owned(), places, focus })
        }
    }
}

pub(super) fn can_roll_back(context: &Context<'_>) -> Result<String, String> {
    writable(context)?;
    match endpoint(context) {
        Aimed::Nothing => Err("no endpoint here".into()),
        Aimed::At(name) => can_change(context, &name),
        Aimed::Ask(pick) => {
            let each = pick.places.iter().map(|place| can_change(context, &place.endpoint));
            // Why the first cannot be is told where none can be.
            each.reduce(|first, other| first.or_else(|why| other.map_err(|_| why)))
                .unwrap_or_else(|| Err("no endpoint here".into()))
        }
    }
}

/// Can an endpoint be rolled back now? The label of the action, or why not.
fn can_change(context: &Context<'_>, name: &str) -> Result<String, String> {
    let here = &context.app.here;
    young(context, &here.seen.store.endpoints, name)?;
    let deployment = here.joined.serving(name).and_then(|serving| serving.deployment.as_ref());
    match here.seen.store.endpoints.get(name).map(|e| e.status.as_str()) {
        Some("InService" | "UpdateRollbackFailed") => Ok("roll back".into()),
        Some(status) => {
            let told = deployment.map_or_else(String::new, |deployment| {
                let since = deployment.since.map(|at| fmt::clock(here.seen.at, at, &context.app.zone));
                let since = since.map(|at| format!(" since {at}")).unwrap_or_default();
                format!(", {}{since}{}", deployment.way(), deployment.phase())
            });
            Err(format!("{name} is {status}{told}: it can be rolled back when InService"))
        }
        None => Err(format!("{name} is gone")),
    }
}

pub(super) fn roll_back(app: &mut App) -> Option<Effect> {
    match endpoint(&app.context()) {
        Aimed::At(endpoint) => Some(modal::plan(app, Rollback { endpoint, to: None }.into())),
        Aimed::Ask(pick) => {
            app.modal = Some(Modal::Pick(pick));
            None
        }
        Aimed::Nothing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NAMES, TABLES};
    use super::*;
    use crate::app::Account;
    use crate::assets::Assets;
    use crate::resources::endpoint::Endpoint;
    use crate::resources::pipeline::Pipeline;
    use crate::resources::{Listing, Seen};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn a_definition_that_is_not_read_yet_is_waited_for_and_asked_for() {
        let unread = || Listing::all(vec![Pipeline { name: "build".into(), ..Pipeline::default() }]);
        let app = |listing: Listing<Pipeline>| {
            let mut seen = Seen::default();
            seen.store.pipelines.apply(Ok(listing), Timestamp::UNIX_EPOCH);
            let keymap = Assets::default().keymap("default", NAMES).unwrap();
            App::new(TABLES, Account::new(seen), Vec::new(), keymap)
        };
        let able = |app: &App| {
            let context = Context { subject: Some(Subject::new(0, "pipelines", "build")), ..app.context() };
            can_retrain(&context)
        };
        let mut waiting = app(unread());
        assert_eq!(able(&waiting), Ok("retrain".to_owned()));
        assert!(matches!(retrain(&mut waiting), Some(Effect::Refresh(0))), "it is asked for at once");
        let (_, told) = waiting.message.unwrap();
        assert!(told.contains("being read"), "{told}");
        let refused = able(&app(unread().asked(vec!["build".into()]))).unwrap_err();
        assert_eq!(refused, "the definition of build cannot be read");
    }

    #[test]
    fn nothing_is_decided_on_rows_that_are_old() {
        let mut seen = Seen::default();
        let endpoint = Endpoint { name: "fraud-prod".into(), status: "InService".into(), ..Endpoint::default() };
        seen.store.endpoints.apply(Ok(Listing::all(vec![endpoint])), Timestamp::UNIX_EPOCH);
        let keymap = Assets::default().keymap("default", NAMES).unwrap();
        let mut app = App::new(TABLES, Account::new(seen), Vec::new(), keymap);
        let able = |app: &App| {
            let context = Context { subject: Some(Subject::new(0, "endpoints", "fraud-prod")), ..app.context() };
            can_roll_back(&context)
        };
        app.here.seen.at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(40);
        assert_eq!(able(&app), Ok("roll back".to_owned()));
        app.here.seen.at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(3 * 3600);
        let refused = able(&app).unwrap_err();
        assert_eq!(refused, "fraud-prod was read 3 h ago: ctrl-r asks AWS, then decide");
    }
}
