//! The order of reads: the last lines first, then the new ones, at a pace that follows the log.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::lines::LogLine;
use super::read::{Times, read_newest, read_times, read_window};
use super::request::{Begin, LogNews, LogRequest};
use crate::aws::{Aws, AwsError, ErrorKind, Urgency, attributed};
use crate::resources::poll::Clock;

/// The pause while lines come, and the longest pause while none come.
const PAUSES: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(15));

/// The pause after a call that would fail again, such as a denied one.
const LASTING: Duration = Duration::from_mins(1);

/// The first window that is read, before the last line.
const FIRST: SignedDuration = SignedDuration::from_mins(1);

/// The larger windows before the last line. They are read until there are [`ENOUGH`] lines.
const EARLIER: [SignedDuration; 5] = [
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(7 * 24),
];

/// The number of last lines that is enough to begin with.
const ENOUGH: usize = 200;

/// The windows before and after a time, from the usual one to one of a log that writes much.
const AROUND: [SignedDuration; 3] =
    [SignedDuration::from_mins(5), SignedDuration::from_secs(30), SignedDuration::from_secs(3)];

/// The window around a time at which little was written.
const AROUND_QUIET: SignedDuration = SignedDuration::from_hours(1);

/// The last seconds are read again each time, because lines arrive late: `docs/aws.md#late-log-lines`.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);

/// A quiet log is read again only this far back, so that a read takes few pages. The clock of this machine may be off by
/// less.
const QUIET: SignedDuration = SignedDuration::from_mins(10);

/// No window is shorter, however much is written.
const SHORTEST: SignedDuration = SignedDuration::from_secs(3);

/// A window ends this much before the next one begins.
const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

/// When reading falls this far behind, lines are skipped.
const TOO_FAR: SignedDuration = SignedDuration::from_mins(1);

/// Reads a log and sends what comes, until nobody receives it, or until the lines around a time were read.
pub async fn tail(aws: Aws, clock: Clock, request: LogRequest, out: mpsc::Sender<LogNews>) {
    let begin = request.begin;
    let mut tail = Tail { aws, clock, request, out, next: Next::Begin(begin), seen: HashSet::new() };
    attributed("logs", Urgency::Visible, tail.run()).await;
}

/// The next read.
#[derive(Clone, Copy)]
enum Next {
    Begin(Begin),
    /// The lines after this time. The last seconds before it are read again unless reading falls behind.
    After {
        at: Timestamp,
        since: Timestamp,
        behind: bool,
    },
    End,
}

/// The receiver is gone.
struct Unwanted;

enum Trouble {
    Unwanted,
    Failed(AwsError),
}

impl From<Unwanted> for Trouble {
    fn from(_: Unwanted) -> Self {
        Self::Unwanted
    }
}

impl From<AwsError> for Trouble {
    fn from(error: AwsError) -> Self {
        Self::Failed(error)
    }
}

struct Tail {
    aws: Aws,
    clock: Clock,
    request: LogRequest,
    out: mpsc::Sender<LogNews>,
    next: Next,
    /// The lines of the last seconds that were sent. They come again with the next read.
    seen: HashSet<u64>,
}

impl Tail {
    async fn run(&mut self) {
        let mut pause = PAUSES.0;
        loop {
            match self.turn().await {
                Ok(0) => pause = (pause * 2).min(PAUSES.1),
                Ok(_) => pause = PAUSES.0,
                Err(Trouble::Unwanted) => return,
                Err(Trouble::Failed(error)) => {
                    let lasts = matches!(error.kind, ErrorKind::Denied | ErrorKind::Unsupported);
                    pause = if lasts { LASTING } else { PAUSES.1 };
                    if self.send(LogNews::Failed(error)).await.is_err() {
                        return;
                    }
                }
            }
            if matches!(self.next, Next::End) {
                return;
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Reads once. Returns the number of new lines.
    async fn turn(&mut self) -> Result<usize, Trouble> {
        match self.next {
            Next::Begin(Begin::Newest) => self.read_last().await,
            Next::Begin(Begin::After(at)) => self.follow(at, at, false).await,
            Next::Begin(Begin::Around(at)) => self.read_around(at).await,
            Next::After { at, since, behind } => self.follow(at, since, behind).await,
            Next::End => Ok(0),
        }
    }

    /// Reads the last lines: a window before the end, and larger ones until there are enough lines.
    async fn read_last(&mut self) -> Result<usize, Trouble> {
        let now = (self.clock)();
        let times = match read_times(&self.aws, &self.request.source).await {
            Ok(times) => times,
            // Without the times, the present time is taken for the end.
            Err(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::Unsupported) => Times::default(),
            Err(error) => return Err(error.into()),
        };
        let last = times.last.map_or(now, |last| last.min(now));
        let mut since = before(last, FIRST);
        let lines = loop {
            let (lines, complete_since) = read_newest(&self.aws, &self.request.source, since).await?;
            let length = now.duration_since(since);
            if let Some(complete_since) = complete_since {
                since = complete_since;
                break lines;
            }
            if length < SHORTEST {
                break lines;
            }
            // More was written than can be read: only the end is of interest.
            since = before(now, length / 4);
        };
        let newest = newest(&lines, last, now);
        let mut count = self.hand_on(lines, newest).await?;
        for length in EARLIER {
            if count >= ENOUGH || times.first.is_some_and(|first| since <= first) {
                break;
            }
            let earlier = before(last, length);
            let (lines, whole) = self.window(earlier, Some(before(since, MILLISECOND))).await?;
            if !whole {
                break;
            }
            (count, since) = (count + lines.len(), earlier);
            self.send(LogNews::Lines(lines)).await?;
        }
        self.send(LogNews::Read(since, None)).await?;
        self.next = Next::After { at: newest, since, behind: false };
        Ok(count)
    }

    /// Reads the lines around a time, in a window that fits the log.
    async fn read_around(&mut self, at: Timestamp) -> Result<usize, Trouble> {
        let (mut lines, mut length) = (Vec::new(), AROUND_QUIET);
        for around in AROUND {
            let (found, whole) = self.window(before(at, around), Some(before(at, -around))).await?;
            (lines, length) = (found, around);
            if whole {
                break;
            }
        }
        if lines.is_empty() {
            length = AROUND_QUIET;
            (lines, _) = self.window(before(at, length), Some(before(at, -length))).await?;
        }
        let count = lines.len();
        self.send(LogNews::Lines(lines)).await?;
        self.send(LogNews::Read(before(at, length), Some(before(at, -length)))).await?;
        self.next = Next::End;
        Ok(count)
    }

    /// Reads the lines after a time.
    async fn follow(&mut self, at: Timestamp, since: Timestamp, behind: bool) -> Result<usize, Trouble> {
        let from = if behind { at } else { before(at, OVERLAP) };
        let (lines, whole) = self.window(from, None).await?;
        let now = (self.clock)();
        let mut newest = newest(&lines, at, now);
        let count = self.hand_on(lines, newest).await?;
        if !whole && now.duration_since(newest) > TOO_FAR {
            let end = before(now, SHORTEST);
            self.send(LogNews::Skipped(newest, end)).await?;
            newest = end;
        }
        self.send(LogNews::Read(since, None)).await?;
        self.next = Next::After { at: newest.max(before(now, QUIET)), since, behind: !whole };
        Ok(count)
    }

    async fn window(&self, from: Timestamp, until: Option<Timestamp>) -> Result<(Vec<LogLine>, bool), AwsError> {
        read_window(&self.aws, &self.request.source, from, until).await
    }

    /// Sends the lines that were not sent yet, and remembers those that the next read brings again. Returns the number
    /// of lines that were sent.
    async fn hand_on(&mut self, mut lines: Vec<LogLine>, newest: Timestamp) -> Result<usize, Unwanted> {
        let again = before(newest, OVERLAP);
        let seen = lines.iter().filter(|line| line.at >= again).map(|line| line.id).collect();
        lines.retain(|line| !self.seen.contains(&line.id));
        self.seen = seen;
        let count = lines.len();
        if count > 0 {
            self.send(LogNews::Lines(lines)).await?;
        }
        Ok(count)
    }

    async fn send(&self, news: LogNews) -> Result<(), Unwanted> {
        self.out.send(news).await.map_err(|_| Unwanted)
    }
}

/// Returns the time of the newest line. Lines may carry times of the future.
fn newest(lines: &[LogLine], otherwise: Timestamp, now: Timestamp) -> Timestamp {
    let newest = lines.iter().map(|line| line.at).filter(|at| *at <= now).max();
    newest.map_or(otherwise, |newest| newest.max(otherwise))
}

fn before(at: Timestamp, length: SignedDuration) -> Timestamp {
    at.checked_sub(length).unwrap_or(at)
}
