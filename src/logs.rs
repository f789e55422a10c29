//! The log of a thing. It is read from `CloudWatch` Logs on demand, and only while somebody looks at it.
//!
//! ```text
//!   LogRequest ──▶ tail(): the last lines, then the new ones ──LogUpdate──▶ LogLines: what is kept, in order
//!                    │ read: the calls
//! ```
//!
//! A request is a value, so the runtime can compare the one that runs with the one that the screen wants. Secrets are
//! removed from lines before they leave this module.

mod error_words;
#[cfg(feature = "cloudwatchlogs")]
mod last;
mod lines;
#[cfg(feature = "cloudwatchlogs")]
mod read;
mod request;
#[cfg(feature = "cloudwatchlogs")]
mod tail;

#[cfg(feature = "cloudwatchlogs")]
pub use last::{LastLines, last_lines};
pub use lines::{LogLine, LogLines, MOST_BYTES, MOST_LINES};
pub use request::{Begin, LogNews, LogRequest, LogUpdate};
#[cfg(feature = "cloudwatchlogs")]
pub use tail::tail;
