//! The series of charts: metrics over a window of time. They are read from `CloudWatch` on demand, and only while
//! somebody looks at the charts.
//!
//! ```text
//!   ChartRequest ──▶ read(): one call for each time ──ChartUpdate──▶ SeriesCache: what was read, by metric and window
//! ```
//!
//! A request is a value, so the runtime can compare the one that runs with the one that the screen wants.

mod cache;
mod read;
mod request;
mod window;

pub use cache::{KeptSeries, SeriesCache, SeriesKey};
pub use read::read;
pub use request::{ChartPart, ChartRequest, ChartUpdate};
pub use window::{Comparison, Window};
