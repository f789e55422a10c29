//! Reads the series that the charts need.

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::Machine;
use crate::app::Msg;
use crate::aws::{AwsError, caught};
use crate::charts::{ChartRequest, ChartUpdate, read};

/// Starts to read the series of a request. The answer returns as a message.
pub(super) fn start(request: &ChartRequest, machine: &Machine, answer: &mpsc::Sender<Msg>) -> Option<AbortHandle> {
    let connection = machine.connections.get(request.account.place())?;
    let (aws, asked, answer) = (connection.executor.aws.clone(), request.clone(), answer.clone());
    let work = async move {
        let update = caught(read(&aws, asked.clone())).await.unwrap_or_else(|said| {
            let why = format!("the work broke off: {said}");
            ChartUpdate { request: asked, answers: vec![Err(AwsError::other("GetMetricData", why))] }
        });
        let _ = answer.send(Msg::Charts(Box::new(update))).await;
    };
    Some(machine.background.spawn(work).abort_handle())
}
