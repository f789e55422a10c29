//! Lifts a freeze: its name and a reason are typed, and the journal has both before anything can be sent.

use crate::app::{App, Context, Effect, Field, Form, Submit};
use crate::resources::AccountId;
use crate::view::{Line, Tone};

pub(super) fn can_lift(context: &Context<'_>) -> Result<String, String> {
    if context.app.replay.is_some() {
        return Err("not available in a replay".into());
    }
    match context.app.here.freeze("") {
        Some(freeze) => Ok(format!("lift freeze {}", freeze.name)),
        None => Err("no freeze is in force".into()),
    }
}

/// Asks for the name of the freeze and for a reason.
pub(super) fn ask(app: &mut App) -> Option<Effect> {
    let freeze = app.here.freeze("")?;
    let until = if freeze.until.is_some() { "until then" } else { "for an hour" };
    let text = format!(
        "The freeze {freeze} is in force. Type its name to send changes nevertheless, {until} or until this console \
         ends. The reason is kept in the journal."
    );
    let (account, name) = (app.here.id, freeze.name.clone());
    let submit = move |_: &mut App, values: &[String]| {
        let [typed, reason] = values else { return Ok(None) };
        if *typed != name {
            return Err(format!("type {name} to lift the freeze"));
        }
        if reason.trim().is_empty() {
            return Err("a reason is required".to_owned());
        }
        Ok(Some(Effect::LiftFreeze(account, name.clone(), reason.trim().to_owned())))
    };
    let form = Form {
        title: format!("Lift the freeze {}", freeze.name),
        text: vec![Line::from(text)],
        fields: vec![Field::text("name"), Field::text("reason")],
        focus: 0,
        writes: true,
        confirm: "lift",
        problem: None,
        submit: Submit::new(submit),
    };
    app.modal = Some(form.into());
    None
}

impl App {
    /// Lifts a freeze once the journal has it.
    pub(super) fn lift_freeze(&mut self, account: AccountId, name: &str, journalled: Result<(), String>) {
        let whose = self.whose(account);
        self.message = Some(match &journalled {
            Ok(()) => (Tone::Warn, format!("{whose}the freeze {name} is lifted in this console")),
            Err(why) => (Tone::Bad, format!("{whose}the freeze {name} stays: the journal cannot be written ({why})")),
        });
        if let (Ok(()), Some(account)) = (journalled, self.account_mut(account)) {
            let lifted = account.frozen("").into_iter().find(|freeze| freeze.name == name);
            let at = account.observed.at;
            account.lifted.extend(lifted.map(|freeze| (freeze.name.clone(), freeze.lifted_until(at))));
        }
    }
}
