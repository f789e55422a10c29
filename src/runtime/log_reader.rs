//! Reads the log that the screen shows.

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::{Machine, QUEUE};
use crate::app::Msg;
use crate::aws::{AwsError, caught};
use crate::logs::{LogNews, LogRequest, LogUpdate, tail};

/// Starts to read a log. What comes returns as messages.
pub(super) fn start(request: &LogRequest, machine: &Machine, answer: &mpsc::Sender<Msg>) -> Option<AbortHandle> {
    let connection = machine.connections.get(request.account.place())?;
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
    Some(machine.background.spawn(forward).abort_handle())
}
