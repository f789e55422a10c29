//! The request for the lines of a log, and the updates that answer it.

use jiff::Timestamp;

use super::lines::LogLine;
use crate::aws::AwsError;
use crate::resources::{AccountId, LogSource};

/// A request for the lines of a log. The runtime reads as long as the console returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRequest {
    /// Identifies the request. Its updates carry the same number.
    pub ticket: u64,
    /// The account of the log.
    pub account: AccountId,
    /// The log group and its streams.
    pub source: LogSource,
    /// The time with which reading begins.
    pub begin: Begin,
}

/// The time with which reading begins.
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
    /// The lines, or the error.
    pub news: LogNews,
}

/// An answer to a request.
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
