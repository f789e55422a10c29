//! The last lines of the logs that matter most: that of the thing, of production endpoints, and of what failed last.

use super::gather::chains;
#[cfg(feature = "cloudwatchlogs")]
use super::pack::LogLine;
use super::pack::{LogTail, Pack};
#[cfg(feature = "cloudwatchlogs")]
use super::part::cut;
use crate::app::Item;
use crate::headless::Look;
use crate::model::{Chain, Health};
use crate::resources::{Kind, LogSource, Thing};

/// The most logs, and the most lines of each.
const MOST_LOGS: usize = 3;
#[cfg(feature = "cloudwatchlogs")]
const MOST_LINES: usize = 200;

/// Returns the things whose logs are read.
fn writers<'a>(look: &'a Look, item: &Item) -> Vec<(&'a dyn Thing, LogSource)> {
    let store = look.store();
    let chains = chains(look, item);
    let own = item.resource().and_then(|(kind, id)| store.get(kind, id));
    let endpoints = chains.iter().flat_map(|chain| chain.serving.iter().filter(|serving| serving.production()));
    let endpoints = endpoints.filter_map(|serving| store.get(Kind::Endpoints, serving.endpoint));
    let failed = |chain: &&'a Chain<'a>| {
        let job = |kind: Kind, id: &'a str| store.get(kind, id).filter(|job| job.health() == Health::Critical);
        chain.jobs.iter().take(5).find_map(|id| job(Kind::Jobs, id))
    };
    let all = own.into_iter().chain(chains.iter().filter_map(failed)).chain(endpoints);
    let mut written: Vec<(&dyn Thing, LogSource)> = Vec::new();
    for (thing, source) in all.filter_map(|thing| Some((thing, thing.log()?))) {
        if !written.iter().any(|(_, known)| *known == source) {
            written.push((thing, source));
        }
    }
    written.truncate(MOST_LOGS);
    written
}

/// Reads the logs into the pack.
pub(super) async fn read(pack: &mut Pack, look: &Look, item: &Item) {
    for (thing, source) in writers(look, item) {
        let tail = LogTail {
            of: format!("{} {}", thing.kind(), thing.title()),
            group: source.group.clone(),
            ..LogTail::default()
        };
        pack.logs.push(lines(look, source, tail).await);
    }
}

/// Reads the last lines of a log. A recording has none.
#[cfg(feature = "cloudwatchlogs")]
async fn lines(look: &Look, source: LogSource, tail: LogTail) -> LogTail {
    if look.recorded {
        return LogTail { problem: Some("a recording has no logs".to_owned()), ..tail };
    }
    let last = crate::logs::last_lines(&look.aws, look.observed.at, source).await;
    let line =
        |line: crate::logs::LogLine| LogLine { at: line.at, stream: line.stream.to_string(), text: cut(&line.text) };
    let left_out = last.lines.len().saturating_sub(MOST_LINES);
    let lines: Vec<LogLine> = last.lines.into_iter().skip(left_out).map(line).collect();
    let problem = match last.failed {
        Some(why) => Some(why.to_string()),
        None if !last.complete => Some("not all lines came in half a minute".to_owned()),
        None => lines.is_empty().then(|| "there are no lines in the last week".to_owned()),
    };
    LogTail { lines, problem, ..tail }
}

/// Says that this build reads no logs.
#[cfg(not(feature = "cloudwatchlogs"))]
async fn lines(_: &Look, _: LogSource, tail: LogTail) -> LogTail {
    LogTail { problem: Some("this build has no feature cloudwatchlogs".to_owned()), ..tail }
}
