//! The one integration binary. Each further one would link the AWS SDK again.
//!
//! It tests the console in process, on a simulated account in virtual time (`screens`, `intents`, `failures`,
//! `replay`); the real program from outside (`moto`, `terminal`, `aws_settings`); and the project itself (`layers`,
//! `bundled`, `documents`). These tests use `harness`, `golden` and `sagetop`.

mod accounts;
mod activity;
mod altered;
mod automation;
mod aws_settings;
mod bundle;
mod bundled;
mod canary;
mod capacity;
mod charts;
mod choices;
mod commands;
mod compare;
mod completion;
mod configure;
mod data;
mod describes;
mod documents;
mod endpoint_kinds;
mod exports;
mod failures;
mod finding;
mod first_contact;
mod fleet;
mod formats;
mod golden;
mod governed;
mod handles;
mod harness;
mod inbox;
mod incidents;
mod intents;
mod jobs;
mod layers;
mod lineage;
mod lists;
mod live_version;
mod logs;
mod looks;
mod metrics;
mod moto;
mod mouse;
mod narrow;
mod palette;
mod people;
mod plain_words;
mod programs;
mod properties;
mod proxy;
mod replay;
mod reports;
mod sagetop;
mod scale;
mod screens;
mod sheets;
mod stalled;
mod systems;
mod terminal;
mod triage;
