//! Arms a rollback while AWS updates an endpoint, and disarms it.

use super::changes;
use super::modal;
use crate::app::{Action, App, Armed, Context, Effect, Field, Form, Leaving, Notice, Run, Subject, Submit};
use crate::intents::{ArmedRollback, Intent, Plan, Refusal, Rollback};
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
    changes::selection(context).recent(&context.app.here.observed.store.endpoints, &endpoint.name)?;
    if endpoint.config.is_none() {
        return Err(format!("what {} served before is not known", endpoint.name));
    }
    if endpoint.arriving().is_none() {
        return Err(format!("no deployment of {} is under way", endpoint.name));
    }
    let app = context.app;
    let under_way = |run: &Run| run.outcome.is_none() && run.account == app.here.id && run.plan.target == endpoint.name;
    if app.runs.iter().any(under_way) {
        return Err(format!("{} is being changed from here", endpoint.name));
    }
    changes::allowed_on::<Rollback>(context, &[&endpoint.name])?;
    Ok("arm rollback".to_owned())
}

/// Asks for the name of the endpoint; disarms at once.
fn arm(app: &mut App) -> Option<Effect> {
    let context = app.context();
    let endpoint = updating(&context)?;
    let (account, name, config) = (app.here.id, endpoint.name.clone(), endpoint.config.clone()?);
    let deployment = app.here.joined.serving(&name).and_then(|serving| serving.deployment.as_ref());
    let progress = deployment.map(|it| format!(", {}{},", it.way(), it.phase())).unwrap_or_default();
    if app.armed_for(account, &name).is_some() {
        return Some(disarm(app, account, &name));
    }
    let (arn, arriving) = (endpoint.arn.clone(), endpoint.arriving()?.to_owned());
    let key = app.keymap.key_for("rollback").map(|key| format!(" {key} disarms it.")).unwrap_or_default();
    let text = [
        format!("AWS updates {name}{progress} and takes no other change until it is InService."),
        format!(
            "Then it is rolled back to {config}, which serves now: planned and checked at that time, and sent without a \
             further question. If AWS has gone back to it by itself, or if another deployment has begun, nothing is \
             sent."
        ),
        format!("It waits as long as this console runs.{key}"),
    ];
    let title = format!("Arm the rollback of {name}");
    let submit = move |app: &mut App, values: &[String]| {
        if values.first() != Some(&name) {
            return Err(format!("type {name} to arm the rollback"));
        }
        let (endpoint, arn, arriving, to) = (name.clone(), arn.clone(), arriving.clone(), config.clone());
        let rollback = ArmedRollback { endpoint, arn, arriving, to };
        app.armed.push(Armed { account, rollback: rollback.clone(), since: app.here.observed.at });
        if app.leaving == Leaving::Warned {
            app.leaving = Leaving::No;
        }
        app.message = Some((Tone::Busy, format!("armed: {name} is rolled back to {config} when it is InService")));
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
    app.armed.retain(|armed| (armed.account, armed.rollback.endpoint.as_str()) != (account, endpoint));
    app.message = Some((Tone::Good, format!("disarmed: the rollback of {endpoint} is not sent")));
    Effect::Disarm(account, endpoint.to_owned())
}

/// Quits, unless a rollback is armed and nobody was told that it ends with the console.
pub(super) fn quit(app: &mut App) -> Option<Effect> {
    if app.armed.is_empty() || app.leaving != Leaving::No {
        return Some(Effect::Quit);
    }
    app.leaving = Leaving::Warned;
    let names: Vec<&str> = app.armed.iter().map(|armed| armed.rollback.endpoint.as_str()).collect();
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
        let place =
            self.armed.iter().position(|armed| (armed.account, &*armed.rollback.endpoint) == (account, endpoint))?;
        self.armed.remove(place);
        let whose = self.whose(account);
        match planned {
            Ok(plan) => {
                let subject = Subject::resource(account, Kind::Endpoints, endpoint);
                modal::start(self, account, plan, Some(subject))
            }
            Err(refusal) => {
                let title = format!("{whose}the armed rollback of {endpoint} was not sent");
                self.modal = Some(Notice::refused(title, refusal.to_string()).into());
                Some(Effect::Refresh(account))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::{NAMES, TABLES};
    use super::*;
    use crate::app::Account;
    use crate::assets::Assets;
    use crate::resources::Observed;

    #[test]
    fn a_login_into_another_account_disarms() {
        let keymap = Assets::default().keymap("default", NAMES).unwrap();
        let mut app = App::new(TABLES, Account::new(Observed::default()), Vec::new(), keymap);
        let rollback =
            ArmedRollback { endpoint: "web".into(), arn: "arn:1".into(), arriving: "b".into(), to: "a".into() };
        app.armed.push(Armed { account: AccountId::FIRST, rollback, since: Timestamp::UNIX_EPOCH });
        app.here.lifted.insert("Black Friday".into(), Timestamp::MAX);
        app.modal = Some(Notice::refused("a plan".into(), "of the old account".into()).into());
        app.forget(AccountId::FIRST);
        assert!(app.armed.is_empty());
        assert!(app.here.lifted.is_empty(), "a freeze of the new account is in force");
        assert!(app.modal.is_none(), "an open plan is of the old account");
        let planned = Err(Refusal::No("late".into()));
        assert_eq!(app.fire(AccountId::FIRST, "web", planned), None, "an answer that comes late does nothing");
        assert!(app.modal.is_none());
    }
}
