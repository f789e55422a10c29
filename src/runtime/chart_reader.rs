//! Reads the series that the charts need, and only while the screen shows them.

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::Machine;
use crate::app::Msg;
use crate::aws::{AwsError, caught};
use crate::charts::{ChartRequest, ChartUpdate, read};

/// The read of at most one request.
#[derive(Default)]
pub(super) struct ChartReader {
    running: Option<(ChartRequest, AbortHandle)>,
}

impl ChartReader {
    /// Reads what is wanted now: goes on with the same request, ends another one, begins a new one. The answer returns
    /// as a message.
    pub(super) fn want(&mut self, wanted: Option<ChartRequest>, machine: &Machine, answer: &mpsc::Sender<Msg>) {
        if self.running.as_ref().map(|(request, _)| request) == wanted.as_ref() {
            return;
        }
        if let Some((_, task)) = self.running.take() {
            task.abort();
        }
        let Some(request) = wanted else { return };
        let Some(connection) = machine.connections.get(request.account.place()) else { return };
        let (aws, asked, answer) = (connection.executor.aws.clone(), request.clone(), answer.clone());
        let work = async move {
            let update = caught(read(&aws, asked.clone())).await.unwrap_or_else(|said| {
                let why = format!("the work broke off: {said}");
                ChartUpdate { request: asked, answers: vec![Err(AwsError::other("GetMetricData", why))] }
            });
            let _ = answer.send(Msg::Charts(Box::new(update))).await;
        };
        self.running = Some((request, machine.background.spawn(work).abort_handle()));
    }
}
