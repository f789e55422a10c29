//! How the account behaves apart from its story.

use std::collections::BTreeMap;
use std::time::Duration;

use super::scale::Scale;

/// How the account behaves apart from its story.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many times faster than usual things happen; 1 is a demo's pace.
    pub speed: f64,
    /// Chance comes from here; the story's own seed when absent.
    pub seed: Option<u64>,
    /// How long every answer takes.
    pub latency: Duration,
    /// The part of the latency that is chance, 0 to 1.
    pub jitter: f64,
    /// Most requests a second by service, one of [`Sim::services`](super::Sim::services); more are throttled.
    pub rates: BTreeMap<String, f64>,
    /// What the account holds beyond the story.
    pub scale: Scale,
    /// Its region; the story's own when absent.
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
