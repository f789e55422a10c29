//! Sessions on a simulated account, which reads no credentials and needs no network.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;

use super::recorded::configuration;
use super::{Connection, Session, executor, wall_clock};
use crate::args::{Common, SimOptions};
use crate::aws::{Aws, StandIn};
use crate::config::{Config, ConfigError, Source};
use crate::disk;
use crate::resources::poll::Clock;
use crate::sim::{self, Settings, Sim, Story, StoryError};

/// The configuration of the simulated account, as its operators would write it.
const DEMO_CONFIG: &str = include_str!("../demo.toml");

impl Session {
    /// Makes a session on the simulated account. Each region after the first plays the healthy story `shop`.
    ///
    /// # Errors
    /// A text for the terminal: an unknown story, or a configuration that cannot be read.
    pub fn demo(common: &Common, story: &str, options: &SimOptions) -> Result<Self, String> {
        let clock = wall_clock();
        let mut sims = vec![simulated(story, options, common.region.first(), &clock)?];
        for region in common.region.iter().skip(1) {
            sims.push(simulated("shop", options, Some(region), &clock)?);
        }
        let (source, config) = configuration(common, "demo.toml", DEMO_CONFIG)?;
        let connections = sims.iter().map(|sim| {
            let (region, http) = (sim.region(), SharedHttpClient::new(sim.clone()));
            // The journal of real accounts does not record changes of simulated ones. Each simulated account is a new
            // one, so its journal is read from here on only.
            let journal = super::journal(true).from_here();
            let executor = executor(Aws::over(&http, &region), &config, common, journal, &clock);
            Connection { stand_in: Some(StandIn::Demo), ..Connection::only(executor) }
        });
        let (connections, sim) = (connections.collect(), sims.first().cloned());
        Self { connections, config, clock, sim, recorder: None, replay: None }.recorded(common, &source)
    }
}

/// Returns the configuration of the simulated account, or the one that the user named.
///
/// # Errors
/// A text for the terminal: the configuration cannot be read or has a mistake.
pub fn demo_config(common: &Common) -> Result<Config, String> {
    configuration(common, "demo.toml", DEMO_CONFIG).map(|(_, config)| config)
}

/// Makes a simulated account that plays a bundled story, or one in a file, in the story's region or another.
///
/// # Errors
/// A text for the terminal: the stories there are, or what is wrong in the file and where.
pub fn simulated(story: &str, options: &SimOptions, region: Option<&String>, clock: &Clock) -> Result<Sim, String> {
    let source = match Sim::story(story) {
        Some(text) => Source { file: format!("{story}.toml"), text: text.to_owned() },
        None => story_file(story)?,
    };
    let story = Story::parse(&source.text).map_err(|e| story_error(&source, e))?;
    let clock = clock.clone();
    let system: sim::Clock = Arc::new(move || system_time(clock()));
    let settings = Settings {
        speed: options.speed,
        seed: options.seed,
        latency: options.latency,
        jitter: options.jitter,
        rates: options.rates.iter().cloned().collect(),
        scale: options.scale.unwrap_or_default(),
        region: region.cloned(),
    };
    Ok(Sim::with(&story, system, &settings))
}

fn story_error(source: &Source, error: StoryError) -> String {
    let error = match error {
        StoryError::Toml(error) => ConfigError::from_toml(source, &error),
        StoryError::Name { message, span } => ConfigError::at(source, span, message),
    };
    error.to_string()
}

fn story_file(path: &str) -> Result<Source, String> {
    disk::read_text(std::path::Path::new(path)).map(|text| Source { file: path.to_owned(), text }).map_err(|e| {
        format!("error: no story named {path:?}, and no file ({e})\nhint: there are: {}\n", Sim::stories().join(", "))
    })
}

/// Converts a time to that of the standard library. A time before 1970 becomes 1970.
fn system_time(at: Timestamp) -> SystemTime {
    let nanos = u64::try_from(at.as_nanosecond()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}
