//! Plans, from being made to their outcome.

use crate::app::{App, Ask, Effect, Modal, Notice};
use crate::intents::{AnyIntent, Outcome, Plan, Progress, Refusal, State, Unfinished};
use crate::model::Health;
use crate::resources::AccountId;
use crate::view::Tone;

/// Is the plan for this intent being made, in the selected account (`here`)?
fn is_asked(modal: &Modal, here: bool, intent: &AnyIntent) -> bool {
    here && matches!(modal, Modal::Planning(planning) if planning.intent == *intent)
}

impl App {
    /// Shows a plan, or why it was refused. After a refusal everything is polled, because the tables did not show the
    /// reason. So it is when the plan found a freeze that the tables do not show: it can be lifted then.
    pub(super) fn show_plan(
        &mut self,
        account: AccountId,
        intent: &AnyIntent,
        result: Result<Box<Plan>, Refusal>,
    ) -> Option<Effect> {
        let refused = matches!(&result, Err(Refusal::No(_)));
        // A calendar may have closed since the tables were read.
        let frozen = |plan: &Plan| !plan.frozen.is_empty() && self.here.freeze(&plan.stage).is_none();
        let outdated = result.as_ref().is_ok_and(|plan| frozen(plan));
        // The plan is dropped if its sheet was closed meanwhile.
        let Some(Modal::Planning(planning)) =
            self.modal.take_if(|modal| is_asked(modal, account == self.here.id, intent))
        else {
            return None;
        };
        self.modal = match (result, planning.before) {
            (Ok(plan), None) => {
                let by_key = plan.by_key(self.confirm_by_key);
                Some(Modal::Ask(Ask::new(plan, by_key)))
            }
            (Ok(plan), Some(before)) => {
                let by_key = plan.by_key(self.confirm_by_key);
                Some(Modal::Ask(before.with_plan(intent, plan, by_key)))
            }
            (Err(refusal), Some(mut before)) => {
                let why = refusal.to_string();
                before.refuse_way(intent, &why);
                Some(Modal::Ask(Ask { problem: Some(why), ..*before }))
            }
            (Err(refusal), None) => Some(
                Notice::refused(
                    format!("{}{} is not possible", self.whose(account), intent.name()),
                    refusal.to_string(),
                )
                .into(),
            ),
        };
        (refused || outdated).then_some(Effect::Refresh(account))
    }

    /// Shows the reason why a plan is delayed.
    pub(super) fn plan_waits(&mut self, account: AccountId, intent: &AnyIntent, text: String) {
        let here = account == self.here.id;
        if let Some(Modal::Planning(planning)) = self.modal.as_mut().filter(|modal| is_asked(modal, here, intent)) {
            planning.waits = Some(text);
        }
    }

    pub(super) fn progress(&mut self, id: &str, progress: Progress) {
        let Some(run) = self.runs.iter_mut().find(|r| r.plan.id == id) else { return };
        if let Progress::Denied(call) = &progress {
            let (account, call) = (run.account, call.to_string());
            if let Some(account) = self.account_mut(account) {
                account.denied.insert(call);
            }
            return;
        }
        let request;
        (run.text, request) = match progress {
            Progress::Sent { call, request_id } => {
                run.unsent = run.unsent.saturating_sub(1);
                (format!("sent {call}"), request_id.map(|request| format!(", request {request}")))
            }
            Progress::Denied(call) => (format!("{call} was denied"), None),
            Progress::Waiting(what) => (what, None),
        };
        // The verb comes first, because the rows of one run differ in it.
        let (name, title, request) = (run.plan.intent.name(), &run.plan.title, request.unwrap_or_default());
        let text = format!("{name}: {} · {title}{request}", run.text);
        self.log.push(self.here.observed.at, run.account, Health::Running, text, run.subject.clone());
    }

    /// Keeps which actions are denied as IAM simulates it.
    #[cfg(feature = "iam")]
    pub(super) fn take_simulated(&mut self, account: AccountId, denied: std::collections::BTreeSet<String>) {
        if let Some(account) = self.account_mut(account) {
            account.simulated = Some(denied);
        }
    }

    /// Shows the outcome of unfinished intents, in the log and as a message.
    pub(super) fn show_unfinished(&mut self, account: AccountId, unfinished: &[Unfinished]) {
        for open in unfinished {
            let (health, tone) = match open.state {
                State::Done(_) => (Health::Ok, Tone::Good),
                State::Failed(_) | State::Partial(_) => (Health::Critical, Tone::Bad),
                State::UnderWay(_) | State::Unseen(_) => (Health::Running, Tone::Busy),
                State::Unknown(_) | State::Replaced(_) => (Health::Unknown, Tone::Warn),
            };
            let text = open.to_string();
            self.log.push(self.here.observed.at, account, health, text.clone(), None);
            self.message = Some((tone, self.whose(account) + &text));
        }
    }

    pub(super) fn finish_run(&mut self, id: &str, outcome: Outcome) -> Option<Effect> {
        let now = self.here.observed.at;
        let run = self.runs.iter_mut().find(|r| r.plan.id == id)?;
        let (health, tone, text) = match &outcome {
            Outcome::Done(what) => (Health::Ok, Tone::Good, format!("{}: {what}", run.plan.title)),
            Outcome::Failed(why) => (Health::Critical, Tone::Bad, format!("{} failed: {why}", run.plan.title)),
            Outcome::Refused(why) => (Health::Warning, Tone::Warn, format!("{} refused: {why}", run.plan.title)),
            Outcome::Open(why) => (Health::Unknown, Tone::Warn, format!("{} is open: {why}", run.plan.title)),
        };
        (run.text, run.outcome) = (text.clone(), Some(outcome));
        let (account, subject) = (run.account, run.subject.clone());
        self.log.push(now, account, health, text.clone(), subject);
        // Another account may be selected by now.
        self.message = Some((tone, self.whose(account) + &text));
        Some(Effect::Refresh(account))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NAMES, TABLES, modal};
    use super::*;
    use crate::app::Account;
    use crate::assets::Assets;
    use crate::intents::{Frozen, Rollback};
    use crate::resources::Observed;

    #[test]
    fn a_freeze_that_only_the_plan_found_has_the_tables_read_again() {
        let keymap = Assets::default().keymap("default", NAMES).unwrap();
        let mut app = App::new(TABLES, Account::new(Observed::default()), Vec::new(), keymap);
        let intent = AnyIntent::from(Rollback { endpoint: "web".into(), to: None, way: None });
        let closed = Frozen { name: "changes".into(), ..Frozen::default() };
        for frozen in [vec![], vec![closed]] {
            modal::plan(&mut app, intent.clone());
            let reads = !frozen.is_empty();
            let plan = Plan { frozen, ..Plan::of("1".into(), intent.clone(), "Roll back web".into(), "web".into()) };
            let effect = app.show_plan(AccountId::FIRST, &intent, Ok(Box::new(plan)));
            assert_eq!(effect, reads.then_some(Effect::Refresh(AccountId::FIRST)));
        }
    }
}
