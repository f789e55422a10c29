//! From what the cursor is on to what is wanted of AWS; pure, and with a reason where it is impossible.

use super::modal;
use crate::app::{App, Context, Effect, Field, Form, Pick, PickItem, Subject, Submit};
use crate::fmt;
use crate::intents::{Approve, Reject, Retrain, Rollback};
use crate::model::{Chain, Serving, trouble};
use crate::resources::package::ModelPackage;
use crate::resources::pipeline::Pipeline;
use crate::resources::poll::oldest_allowed;
use crate::resources::{Resource, Store, Table};
use crate::view::{Line, Tone};

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
    let key = context.app.keymap.key_for("refresh").map(|key| format!(": {key} asks AWS, then decide"));
    Err(format!("{id} was read {} ago{}", fmt::age(now, at), key.unwrap_or_default()))
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
    let mut serves: Vec<&str> = by_it.iter().map(|(_, s)| s.endpoint).collect();
    serves.dedup();
    let store = &context.app.here.seen.store;
    let wrong =
        |(chain, s): &(&Chain<'_>, &Serving<'_>)| Some(format!("✗ {}: {}", s.endpoint, trouble(chain, s, store)?));
    let mut troubles: Vec<String> = by_it.iter().filter(|_| approve).filter_map(wrong).collect();
    troubles.dedup();
    let why = "Why? It is kept in AWS with the version (ApprovalDescription).";
    let mut text = vec![Line::new().muted(why)];
    if !serves.is_empty() {
        let (tone, sign) = if approve { (Tone::Plain, "") } else { (Tone::Bad, "✗ ") };
        text.push(Line::new().with(format!("{sign}{} serves {} NOW", package.label(), serves.join(", ")), tone));
    }
    text.extend(troubles.into_iter().map(|wrong| Line::new().with(wrong, Tone::Bad)));
    let (verb, arn) = (if approve { "Approve" } else { "Reject" }, package.arn.clone());
    let submit = move |app: &mut App, values: &[String]| {
        let (arn, reason) = (arn.clone(), values.first().map(|reason| reason.trim().to_owned()).unwrap_or_default());
        if reason.is_empty() {
            return Err("a reason is needed: it is kept with the version".to_owned());
        }
        let intent = if approve { Approve { arn, reason }.into() } else { Reject { arn, reason }.into() };
        Ok(Some(modal::plan(app, intent)))
    };
    let form = Form {
        title: format!("{verb} {}", package.label()),
        text,
        fields: vec![Field::text("reason")],
        focus: 0,
        writes: true,
        confirm: "make the plan",
        problem: None,
        submit: Submit::new(submit),
    };
    app.modal = Some(form.into());
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
        app.modal = Some(parameters(pipeline).into());
        return None;
    }
    let what = name.map_or_else(
        || "the pipelines and their definitions are".into(),
        |name| format!("the definition of {name} is"),
    );
    app.message = Some((Tone::Busy, format!("{what} being read: press the key again in a moment")));
    Some(Effect::Refresh(app.here.place))
}

/// The form of a pipeline's parameters, filled with their defaults. Only what differs from its default is sent.
fn parameters(pipeline: &Pipeline) -> Form {
    let parameters = pipeline.definition.as_ref().map(|d| d.parameters.clone()).unwrap_or_default();
    let none = parameters.is_empty().then(|| Line::new().muted("This pipeline has no parameters."));
    let fields = parameters.iter().cloned().map(Field::from).collect();
    let name = pipeline.name.clone();
    let submit = move |app: &mut App, values: &[String]| {
        let changed = parameters.iter().zip(values).filter(|(parameter, value)| !parameter.is_default(value));
        let parameters = changed.map(|(parameter, value)| (parameter.name.clone(), value.clone())).collect();
        Ok(Some(modal::plan(app, Retrain { pipeline: name.clone(), parameters }.into())))
    };
    Form {
        title: format!("Start {}", pipeline.name),
        text: none.into_iter().collect(),
        fields,
        focus: 0,
        writes: true,
        confirm: "make the plan",
        problem: None,
        submit: Submit::new(submit),
    }
}

/// Which endpoint is to be rolled back.
enum Aimed<'a> {
    /// There is only one, or only one of them is broken, or the cursor is on it.
    At(&'a str),
    /// Somebody has to say which one of this model.
    Ask(&'a Chain<'a>),
    Nothing,
}

/// The endpoint that the cursor is on; otherwise that one of the model which is broken, where that is not to be asked.
fn endpoint<'a>(context: &'a Context<'_>) -> Aimed<'a> {
    if let Some(Subject { kind: "endpoints", id, .. }) = &context.subject {
        return Aimed::At(id);
    }
    let Some(chain) = context.chain else { return Aimed::Nothing };
    let store = &context.app.here.seen.store;
    let mut broken = chain.serving.iter().filter(|serving| trouble(chain, serving, store).is_some());
    match (chain.serving.as_slice(), broken.next(), broken.next()) {
        ([], ..) => Aimed::Nothing,
        ([only], ..) => Aimed::At(only.endpoint),
        (_, Some(broken), None) => Aimed::At(broken.endpoint),
        _ => Aimed::Ask(chain),
    }
}

/// The question which endpoint of a model is meant; the cursor is on the first one that is broken.
fn which_endpoint(chain: &Chain<'_>, store: &Store) -> Pick {
    let troubles: Vec<Option<String>> = chain.serving.iter().map(|serving| trouble(chain, serving, store)).collect();
    let broken = troubles.iter().position(Option::is_some);
    let item = |(serving, trouble): (&Serving<'_>, Option<String>)| {
        let note = match (trouble, &serving.deployment) {
            (Some(trouble), _) => Line::new().with(format!("✗ {trouble}"), Tone::Bad),
            (None, Some(d)) => Line::new().with(format!("◐ {} {}{}", d.status, d.way(), d.phase()), Tone::Busy),
            (None, None) => Line::new().muted("nothing is known to be wrong"),
        };
        let line = Line::from(serving.endpoint).muted(format!("  {}  {}", serving.stage, serving.label()));
        PickItem { line, note, intent: Rollback { endpoint: serving.endpoint.to_owned(), to: None }.into() }
    };
    let why = if broken.is_none() { "None of them is known to be broken." } else { "Several of them are broken." };
    Pick {
        title: format!("Roll back which endpoint of {}?", chain.name),
        text: why.to_owned(),
        items: chain.serving.iter().zip(troubles).map(item).collect(),
        focus: broken.unwrap_or(0),
    }
}

pub(super) fn can_roll_back(context: &Context<'_>) -> Result<String, String> {
    writable(context)?;
    let none = || Err("no endpoint here".into());
    match endpoint(context) {
        Aimed::Nothing => none(),
        Aimed::At(name) => can_change(context, name),
        Aimed::Ask(chain) => {
            let each = chain.serving.iter().map(|serving| can_change(context, serving.endpoint));
            // Where none can be rolled back, the first one says why.
            each.reduce(|first, other| first.or_else(|why| other.map_err(|_| why))).unwrap_or_else(none)
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
    let context = app.context();
    match endpoint(&context) {
        Aimed::At(endpoint) => {
            let intent = Rollback { endpoint: endpoint.to_owned(), to: None };
            Some(modal::plan(app, intent.into()))
        }
        Aimed::Ask(chain) => {
            let pick = which_endpoint(chain, &app.here.seen.store);
            app.modal = Some(pick.into());
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
    use crate::resources::pipeline::{Definition, Parameter};
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

    #[test]
    fn only_parameters_that_differ_from_their_defaults_are_sent() {
        let parameter = |name: &str, kind: &str, default: &str| Parameter {
            name: name.into(),
            kind: kind.into(),
            default: Some(default.into()),
            ..Parameter::default()
        };
        let parameters = vec![parameter("Epochs", "Integer", "12"), parameter("Capacity", "String", "spot")];
        let definition = Some(Definition { parameters, ..Definition::default() });
        let form = super::parameters(&Pipeline { name: "build".into(), definition, ..Pipeline::default() });
        let keymap = Assets::default().keymap("default", NAMES).unwrap();
        let mut app = App::new(TABLES, Account::new(Seen::default()), Vec::new(), keymap);
        for (typed, sent) in [
            (["20", "spot"], vec![("Epochs".to_owned(), "20".to_owned())]),
            (["012", "spot"], Vec::new()),
            (["12", "on-demand"], vec![("Capacity".to_owned(), "on-demand".to_owned())]),
        ] {
            let effect = form.submit.call(&mut app, &typed.map(str::to_owned)).unwrap();
            let retrain = Retrain { pipeline: "build".into(), parameters: sent };
            assert_eq!(effect, Some(Effect::Plan(0, retrain.into())));
        }
    }
}
