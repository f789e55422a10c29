//! sagetop
pub mod args;
pub mod assets;
pub mod aws;
pub mod config;
pub mod fmt;
pub mod headless;
pub mod intents;
pub mod journal;
pub mod keymap;
pub mod model;
pub mod resources;
pub mod session;
pub mod sim;
pub mod terminal;
pub mod theme;
pub mod view;
pub mod widgets;
