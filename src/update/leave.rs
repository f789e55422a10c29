//! Quitting and suspending while calls are being sent. Quitting waits for them, unless it is requested twice;
//! suspending is refused.

use crate::app::{App, Effect, Leaving};
use crate::view::Tone;

/// Holds back effects that end or suspend the program while calls are being sent, and says why. After quitting was
/// requested, the program ends as soon as all calls are answered.
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

/// Formats a number of calls, and returns the verb that agrees with it.
fn count(calls: usize) -> (String, &'static str) {
    if calls == 1 { ("1 call".to_owned(), "is") } else { (format!("{calls} calls"), "are") }
}

impl App {
    /// Returns the number of calls that AWS has not answered yet.
    fn unsent(&self) -> usize {
        self.runs.iter().filter(|run| run.outcome.is_none()).map(|run| run.unsent).sum()
    }

    /// Shows a message in the last row, and ends the editing of a line there. The line stays.
    fn tell_now(&mut self, tone: Tone, text: String) {
        self.list_mut().filter.typing = false;
        if let Some(detail) = &mut self.detail {
            detail.search.line.typing = false;
        }
        if let Some(view) = &mut self.open_log {
            view.filter.typing = false;
        }
        self.message = Some((tone, text));
    }

    /// Notes that all calls of a plan were answered.
    pub(super) fn all_sent(&mut self, id: &str) {
        if let Some(run) = self.runs.iter_mut().find(|run| run.plan.id == id) {
            run.unsent = 0;
        }
    }
}
