//! What is wanted of a log, and what comes of it.

use jiff::Timestamp;

use super::lines::LogLine;
use crate::aws::AwsError;
use crate::resources::{AccountId, LogSource};

/// What to read of a log. The runtime reads while this is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRequest {
    /// Identifies the request. Its updates carry the same number.
    pub ticket: u64,
    /// The account of the log.
    pub account: AccountId,
    /// Where the log is.
    pub source: LogSource,
    /// Where to begin.
    pub begin: Begin,
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// With the last lines. New lines follow.
    Newest,
    /// With the lines after this time. New lines follow.
    After(Timestamp),
    /// With the lines around this time. Nothing follows.
    Around(Timestamp),
}

/// Something that a request brought.
#[derive(Debug, PartialEq)]
pub struct LogUpdate {
    /// The number of the request.
    pub ticket: u64,
    /// What it brought.
    pub news: LogNews,
}

/// What a request brought.
#[derive(Debug, PartialEq)]
pub enum LogNews {
    /// Lines, in any order; some may be known already.
    Lines(Vec<LogLine>),
    /// The lines between these times were skipped, because more were written than can be read.
    Skipped(Timestamp, Timestamp),
    /// Everything since the first time is read, until the second time or until now.
    Read(Timestamp, Option<Timestamp>),
    /// A call failed. It is tried again.
    Failed(AwsError),
}
