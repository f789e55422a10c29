//! The last lines of a log, once.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::lines::{LogLine, LogLines};
use super::request::{Begin, LogNews, LogRequest};
use super::tail::tail;
use crate::aws::{Aws, AwsError};
use crate::resources::poll::Clock;
use crate::resources::{AccountId, LogSource};

/// The most time to wait for the lines.
const PATIENCE: Duration = Duration::from_secs(30);

/// The last lines of a log.
#[derive(Debug)]
pub struct LastLines {
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// Did all of them come in half a minute?
    pub complete: bool,
    /// The error, if there is one.
    pub failed: Option<AwsError>,
}

/// Reads the last lines of a log. What comes in half a minute counts.
pub async fn last_lines(aws: &Aws, now: Timestamp, source: LogSource) -> LastLines {
    let (out, mut news) = mpsc::channel(16);
    let clock: Clock = std::sync::Arc::new(move || now);
    let request = LogRequest { ticket: 0, account: AccountId::default(), source, begin: Begin::Newest };
    let (mut lines, mut failed, mut complete) = (LogLines::default(), None, false);
    let gather = async {
        while let Some(one) = news.recv().await {
            match one {
                LogNews::Lines(some) => lines.add(some),
                LogNews::Skipped(..) => {}
                LogNews::Read(..) => {
                    complete = true;
                    break;
                }
                LogNews::Failed(why) => {
                    failed = Some(why);
                    break;
                }
            }
        }
    };
    tokio::select! {
        () = Box::pin(tail(aws.clone(), clock, request, out)) => {}
        () = gather => {}
        () = tokio::time::sleep(PATIENCE) => {}
    }
    LastLines { lines: lines.iter().cloned().collect(), complete, failed }
}
