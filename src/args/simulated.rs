//! The options of a simulated account.

use std::time::Duration;

use clap::Args;

use super::values::{factor, rate, share, time};
use crate::sim::Scale;

/// The behaviour of a simulated account apart from its story.
#[derive(Debug, Clone, Args)]
pub struct SimOptions {
    /// How many times faster than usual everything happens
    #[arg(long, default_value = "1x", value_name = "FACTOR", value_parser = factor)]
    pub speed: f64,
    /// Seed of the random numbers; the same seed gives the same account
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How long every answer takes, such as 40ms
    #[arg(long, default_value = "0ms", value_name = "TIME", value_parser = time)]
    pub latency: Duration,
    /// The part of the latency that is random, such as 20%
    #[arg(long, default_value = "0%", value_name = "SHARE", value_parser = share)]
    pub jitter: f64,
    /// Most requests a second of a service, such as sagemaker=2/s; more are throttled, beyond five seconds' worth at
    /// once
    #[arg(long = "rate", value_name = "SERVICE=N/s", value_parser = rate)]
    pub rates: Vec<(String, f64)>,
    /// How much the account holds beyond the story: small, medium, large, fleet, or E=200,V=6000,A=1500,J=20000
    #[arg(long, value_name = "SCALE")]
    pub scale: Option<Scale>,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self { speed: 1.0, seed: None, latency: Duration::ZERO, jitter: 0.0, rates: Vec::new(), scale: None }
    }
}
