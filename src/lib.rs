//! sagetop
pub mod aws;
#[path = "/tmp/stubs/config.rs"]
pub mod config;
pub mod fmt;
pub mod intents;
pub mod journal;
pub mod model;
pub mod resources;
