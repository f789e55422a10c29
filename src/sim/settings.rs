//! The settings of the account besides its story.

use std::collections::BTreeMap;
use std::time::Duration;

use super::scale::Scale;

/// The settings of the account besides its story.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The factor by which events happen faster than usual; 1 is the pace of a demo.
    pub speed: f64,
    /// The seed of all random values; if it is missing, the story's own seed.
    pub seed: Option<u64>,
    /// The duration of every answer.
    pub latency: Duration,
    /// The random share of the latency, 0 to 1.
    pub jitter: f64,
    /// The most requests per second by service, one of [`Sim::services`](super::Sim::services). Further requests are
    /// throttled.
    pub rates: BTreeMap<String, f64>,
    /// The resources beyond the story.
    pub scale: Scale,
    /// The region; if it is missing, that of the story.
    pub region: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            speed: 1.0,
            seed: None,
            latency: Duration::ZERO,
            jitter: 0.0,
            rates: BTreeMap::new(),
            scale: Scale::default(),
            region: None,
        }
    }
}
