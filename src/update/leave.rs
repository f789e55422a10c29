//! Leaving and stopping while calls are being sent. Leaving waits for them, unless it is asked for twice; stopping is
//! refused.

use crate::app::{App, Effect, Leaving};
use crate::view::Tone;

/// Decides whether an effect is carried out now: holds back leaving and stopping while calls are being sent, and says why.
/// Once leaving was asked for, the program is left as soon as all calls are answered.
pub(super) fn decide(app: &mut App, effect: Option<Effect>) -> Option<Effect> {
    let calls = app.unsent();
    let leaves = effect == Some(Effect::Quit);
    if calls == 0 {
        return if app.leaving == Leaving::WhenSent { Some(Effect::Quit) } else { effect };
    }
    if effect == Some(Effect::Suspend) {
        let (calls, are) = count(calls);
        app.tell_now(Tone::Warn, format!("not stopped: {calls} {are} being sent; try again when AWS has answered"));
        return None;
    }
    if leaves && app.leaving == Leaving::WhenSent {
        return effect;
    }
    if leaves {
        app.leaving = Leaving::WhenSent;
    }
    if app.leaving == Leaving::WhenSent {
        let again = app.keymap.key_for("quit").map(|key| format!("; {key} again quits at once"));
        let (calls, are) = count(calls);
        app.tell_now(Tone::Busy, format!("waiting for {calls} that {are} being sent{}", again.unwrap_or_default()));
    }
    effect.filter(|_| !leaves)
}

/// A number of calls, and the verb that fits it.
fn count(calls: usize) -> (String, &'static str) {
    if calls == 1 { ("1 call".to_owned(), "is") } else { (format!("{calls} calls"), "are") }
}

impl App {
    /// How many calls of confirmed plans AWS has not answered yet.
    fn unsent(&self) -> usize {
        self.runs.iter().filter(|run| run.outcome.is_none()).map(|run| run.unsent).sum()
    }

    /// Shows a message in the last row, and ends the typing of a line there: what was typed stays.
    fn tell_now(&mut self, tone: Tone, text: String) {
        self.list_mut().filter.typing = false;
        if let Some(detail) = &mut self.detail {
            detail.search.line.typing = false;
        }
        self.message = Some((tone, text));
    }

    /// Notes that a plan has no call left to send.
    pub(super) fn all_sent(&mut self, id: &str) {
        if let Some(run) = self.runs.iter_mut().find(|run| run.plan.id == id) {
            run.unsent = 0;
        }
    }
}
