//! Arms a rollback while AWS updates an endpoint, and disarms it.

use super::changes;
use super::modal;
use crate::app::{Action, App, Armed, Context, Effect, Field, Form, Leaving, Notice, Run, Submit};
use crate::intents::{Intent, Plan, Refusal, Rollback};
use crate::resources::endpoint::Endpoint;
use crate::resources::{AccountId, Kind};
use crate::view::{Line, Tone};

/// Arms a rollback. The key of `rollback` does it while AWS updates the endpoint.
pub(super) const ACTION: Action = Action {
    name: "arm-rollback",
    help: "roll an endpoint back as soon as AWS has ended its update; again: disarm",
    group: "act",
    remedy: true,
    on: &[Kind::Endpoints],
    like: Some(<Rollback as Intent>::NAME),
    able: can_arm,
    fits: |_| false,
    run: arm,
};

/// Returns the selected endpoint, or the only one of the model that is being updated.
fn updating<'a>(context: &'a Context<'_>) -> Option<&'a Endpoint> {
    let endpoints = &context.app.here.observed.store.endpoints;
    let thing = context.subject.as_ref().and_then(|subject| subject.item.resource());
    if let Some((Kind::Endpoints, name)) = thing {
        return endpoints.get(name).filter(|endpoint| endpoint.status == "Updating");
    }
    let serving = context.chain.into_iter().flat_map(|chain| &chain.serving);
    let mut updating = serving.filter_map(|serving| endpoints.get(serving.endpoint)).filter(|e| e.status == "Updating");
    let first = updating.next();
    first.filter(|_| updating.next().is_none())
}

fn can_arm(context: &Context<'_>) -> Result<String, String> {
    let endpoint = updating(context).ok_or("no endpoint is Updating here")?;
    if context.app.armed_for(context.app.here.id, &endpoint.name).is_some() {
        return Ok("disarm rollback".to_owned());
    }
    if endpoint.config.is_none() {
        return Err(format!("what {} served before is not known", endpoint.name));
    }
    let app = context.app;
    let under_way = |run: &Run| run.outcome.is_none() && run.account == app.here.id && run.plan.target == endpoint.name;
    if app.runs.iter().any(under_way) {
        return Err(format!("{} is being changed from here", endpoint.name));
    }
    changes::allowed::<Rollback>(context)?;
    Ok("arm rollback".to_owned())
}

/// Asks for the name of the endpoint; disarms at once.
fn arm(app: &mut App) -> Option<Effect> {
    let context = app.context();
    let endpoint = updating(&context)?;
    let (account, name, config) = (app.here.id, endpoint.name.clone(), endpoint.config.clone()?);
    let deployment = app.here.joined.serving(&name).and_then(|serving| serving.deployment.as_ref());
    let arriving = deployment.map(|it| format!(", {}{},", it.way(), it.phase())).unwrap_or_default();
    if app.armed_for(account, &name).is_some() {
        return Some(disarm(app, account, &name));
    }
    let key = app.keymap.key_for("rollback").map(|key| format!(" {key} disarms it.")).unwrap_or_default();
    let text = [
        format!("AWS updates {name}{arriving} and takes no other change until it is InService."),
        format!(
            "Then it is rolled back to {config}, which serves now: planned and checked at that time, and sent without a \
             further question. If AWS has gone back to it by itself, nothing is sent."
        ),
        format!("It waits as long as this console runs.{key}"),
    ];
    let title = format!("Arm the rollback of {name}");
    let submit = move |app: &mut App, values: &[String]| {
        if values.first() != Some(&name) {
            return Err(format!("type {name} to arm the rollback"));
        }
        let (endpoint, since) = (name.clone(), app.here.observed.at);
        app.armed.push(Armed { account, endpoint, config: config.clone(), since });
        app.leaving = Leaving::No;
        app.message = Some((Tone::Busy, format!("armed: {name} is rolled back to {config} when it is InService")));
        let rollback = Rollback { endpoint: name.clone(), to: Some(config.clone()), way: None };
        Ok(Some(Effect::Arm(account, rollback)))
    };
    let form = Form {
        title,
        text: text.into_iter().map(Line::from).collect(),
        fields: vec![Field::text("name")],
        focus: 0,
        writes: true,
        confirm: "arm",
        problem: None,
        submit: Submit::new(submit),
    };
    app.modal = Some(form.into());
    None
}

fn disarm(app: &mut App, account: AccountId, endpoint: &str) -> Effect {
    app.armed.retain(|armed| (armed.account, armed.endpoint.as_str()) != (account, endpoint));
    app.message = Some((Tone::Good, format!("disarmed: the rollback of {endpoint} is not sent")));
    Effect::Disarm(account, endpoint.to_owned())
}

/// Quits, unless a rollback is armed and nobody was told that it ends with the console.
pub(super) fn quit(app: &mut App) -> Option<Effect> {
    if app.armed.is_empty() || app.leaving != Leaving::No {
        return Some(Effect::Quit);
    }
    app.leaving = Leaving::Told;
    let names: Vec<&str> = app.armed.iter().map(|armed| armed.endpoint.as_str()).collect();
    let again = app.keymap.key_for("quit").map(|key| format!("; {key} again quits")).unwrap_or_default();
    let text = format!("the armed rollback of {} ends with this console{again}", names.join(", "));
    app.message = Some((Tone::Warn, text));
    None
}

impl App {
    /// Sends the plan of an armed rollback, or says why there is none. One that was disarmed meanwhile is dropped.
    pub(super) fn fire(
        &mut self,
        account: AccountId,
        endpoint: &str,
        planned: Result<Box<Plan>, Refusal>,
    ) -> Option<Effect> {
        let place = self.armed.iter().position(|armed| (armed.account, &*armed.endpoint) == (account, endpoint))?;
        self.armed.remove(place);
        let whose = self.whose(account);
        match planned {
            Ok(plan) => modal::start(self, account, plan),
            Err(refusal) => {
                let title = format!("{whose}the armed rollback of {endpoint} was not sent");
                self.modal = Some(Notice::refused(title, refusal.to_string()).into());
                Some(Effect::Refresh(account))
            }
        }
    }
}
