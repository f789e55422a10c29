//! Reads the log that the screen shows, and only while it shows it.

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::{Machine, QUEUE};
use crate::app::Msg;
use crate::aws::{AwsError, caught};
use crate::logs::{LogNews, LogRequest, LogUpdate, tail};

/// The reads of at most one log.
#[derive(Default)]
pub(super) struct LogReader {
    running: Option<(LogRequest, AbortHandle)>,
}

impl LogReader {
    /// Reads what is wanted now: goes on with the same request, ends another one, begins a new one. What comes returns
    /// as messages.
    pub(super) fn want(&mut self, wanted: Option<LogRequest>, machine: &Machine, answer: &mpsc::Sender<Msg>) {
        if self.running.as_ref().map(|(request, _)| request) == wanted.as_ref() {
            return;
        }
        if let Some((_, task)) = self.running.take() {
            task.abort();
        }
        let Some(request) = wanted else { return };
        let Some(connection) = machine.connections.get(request.account.place()) else { return };
        let (ticket, answer) = (request.ticket, answer.clone());
        let (out, mut inbox) = mpsc::channel(QUEUE);
        let work = tail(connection.executor.aws.clone(), machine.clock.clone(), request.clone(), out);
        let forward = async move {
            let tell = async |news| drop(answer.send(Msg::Log(LogUpdate { ticket, news })).await);
            let told = async {
                while let Some(news) = inbox.recv().await {
                    tell(news).await;
                }
            };
            if let (Err(said), ()) = tokio::join!(caught(work), told) {
                let why = format!("the work broke off: {said}");
                tell(LogNews::Failed(AwsError::other("FilterLogEvents", why))).await;
            }
        };
        self.running = Some((request, machine.background.spawn(forward).abort_handle()));
    }
}
