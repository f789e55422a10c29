//! Programs of the configuration: commands of the operator, and the one that is run when a model breaks.

use std::sync::mpsc::channel;

use super::effects::EffectRunner;
use super::process::{self, Finished};
use crate::app::{Alert, App, Ended, Invocation, Msg};
use crate::config::Osc;
use crate::terminal::{Pause, Ways};

/// The most commands that are run for models that break at once.
const MOST_AT_ONCE: usize = 10;

impl EffectRunner {
    /// Tells that models broke, in the ways of the configuration.
    pub(super) fn alert(&self, alerts: &[Alert], app: &App) {
        let notify = &self.machine.notify;
        // A replay tells what happened long ago.
        if notify.is_off() || app.replay.is_some() {
            return;
        }
        let ways = Ways {
            bell: notify.bell,
            osc9: notify.osc == Some(Osc::Nine),
            osc777: notify.osc == Some(Osc::TripleSeven),
        };
        let first = alerts.first().map(Alert::sentence).unwrap_or_default();
        let text = match alerts.len().saturating_sub(1) {
            0 => first,
            more => format!("{first} (and {more} more)"),
        };
        (self.machine.alert)(&text, ways);
        for alert in alerts.iter().take(MOST_AT_ONCE).filter(|_| !notify.command.is_empty()) {
            let Some(account) = app.account(alert.account) else { continue };
            let answer = self.answer.clone();
            let failed = move |why: &str| drop(answer.try_send(Msg::Failed(format!("notify: {why}"))));
            match alert.invocation(notify, account.place()) {
                Ok(invocation) => {
                    // Nobody stops it before its time is over.
                    let (runs, stop) = channel();
                    process::spawn(invocation, stop, move |ended| {
                        drop(runs);
                        if !ended.good {
                            failed(&ended.ended);
                        }
                    });
                }
                Err(why) => failed(&why),
            }
        }
    }

    /// Runs a command in the background. One that still runs is stopped.
    pub(super) fn start(&mut self, ticket: u64, invocation: Invocation) {
        let (runs, stop) = channel();
        self.running = Some((ticket, runs));
        let answer = self.answer.clone();
        process::spawn(invocation, stop, move |Finished { text, ended, good }| {
            drop(answer.blocking_send(Msg::CommandEnded(ticket, Ended { text, how: ended, good })));
        });
    }

    /// Stops the command with this ticket.
    pub(super) fn stop(&mut self, ticket: u64) {
        self.running.take_if(|(running, _)| *running == ticket);
    }

    /// Runs a command on the terminal, and returns the message about its end.
    pub(super) async fn run_in_foreground(&self, invocation: &Invocation) -> Msg {
        let Some(command) = process::command(&invocation.words, &invocation.environment) else {
            return Msg::Failed("there is no program".to_owned());
        };
        match (self.machine.foreground)(command, Pause::Always).await {
            Ok(()) => Msg::Told(format!("{} has ended", invocation.title)),
            Err(why) => Msg::Failed(format!("{}: {why}", invocation.title)),
        }
    }
}
