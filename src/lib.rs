//! A live console for machine learning on AWS: data → training → registry → endpoint → alarms → people.
//!
//! ```text
//!   from AWS                                                       to AWS
//!   resources!  one file a kind                                    intents!  one file an intent
//!        │ list()                                                       ▲ plan(), verify()
//!        ▼                                                              │
//!   pollers ─TableUpdate┐                                           Executor
//!   pace, back-off      ▼                                               ▲
//!               keys ▶ runtime, the loop ◀──Effect──┐                   │
//!                       │ Msg         └─────────────┼─── plans, calls ──┘
//!                       ▼                           │
//!                      update: App::update(), ACTIONS, keymap
//!                       │ changes        │ asks what is on the screen
//!                       ▼                ▼
//!                      app: App ◀─────── panes: PANES, screen() ──Screen──▶ widgets + theme ──▶ terminal
//!                       │ reads
//!                       ▼
//!                      model: join() and rules over the Store, pure
//! ```
//!
//! The console has three floors, and names go down only: **state** ([`app`]: plain data, and the types of its panes and
//! actions), **panes** (pure functions of the state), **update** (everything that changes the state, and the table of
//! actions). The tables are handed in ([`app::Tables`]), so the state knows neither what is shown nor what can be done.
//!
//! All calls pass one stack, [`aws::Meter`], which paces and counts them; below it answers live AWS,
//! any endpoint URL, or the simulated account in [`sim`], which knows nothing of the rest. A replay makes no calls.
//! Two functions in the middle are pure and synchronous: [`app::App::update`] and [`panes::screen`].
//! A write is data ([`intents::Plan`]) before it is a call, and [`intents::Executor`] is its only way out.
//!
//! # Words
//!
//! | word | what it is |
//! |---|---|
//! | [`aws::SERVICES`] | the services that are called, one row each: client, limits, price, settings |
//! | [`resources::Resource`] | one kind of thing AWS can tell us about: a plain struct, and how to list all of them |
//! | [`resources::Table`] | the last known rows of one kind, by id, and how much they can be trusted |
//! | [`resources::TableUpdate`], [`resources::Change`] | what one poll brought, and what that changed |
//! | [`resources::Store`] | all tables |
//! | [`recording::Recorder`], [`recording::Player`] | writes what every poll changed to a file; makes the tables of it, as they were at the [`recording::Playhead`] |
//! | [`model::Chain`] | one model's whole way, joined from the store; each edge with its confidence and its rule |
//! | [`model::ATTENTION`] | small named rules that say what deserves the eye |
//! | [`app::Account`] | one account in one region as the screen knows it; [`app::App`] is in one of them at a time |
//! | [`app::Msg`], [`app::Effect`] | something happened; what the runtime must now do |
//! | [`app::Choices`] | what the operator chose on the screen, for the next run: theme, order, columns, filters |
//! | [`app::Action`] | something the operator can do: a name, help, a function |
//! | [`logs::LogRequest`], [`logs::tail`] | which log is wanted, from where on; reads it while it is wanted |
//! | [`charts::ChartRequest`], [`charts::SeriesCache`] | which metrics are wanted over which time; what was read of them |
//! | [`intents::Intent`] | something the operator wants of AWS: how it is planned, when it is really done |
//! | [`intents::Plan`], [`intents::Step`] | exactly what would be sent, for reading; one mutating call |
//! | [`app::Pane`] | one of the screens that the tabs lead to: a list (which things, and what a row says), or blocks of its own |
//! | [`view::Screen`], [`view::Tone`] | what the screen shows, as data; what a piece of text means |
//! | [`sim::Story`] | a file that says what a simulated account contains, what happens when, which calls fail |
//!
//! # Layers
//!
//! From the ground up. A module names no module that is not in its row; a test reads this table.
//!
//! | module | may name, of this crate | never |
//! |---|---|---|
//! | [`fmt`], [`view`], [`health`], [`redact`], [`disk`] | | the SDK, tokio, ratatui, crossterm |
//! | [`journal`] | [`view`] | the SDK, tokio, ratatui, crossterm |
//! | [`sim`]: a fake that shared our structs would share our mistakes | | ratatui, crossterm |
//! | [`config`] | [`disk`], [`view`] | the SDK, tokio, ratatui, crossterm |
//! | [`aws`] | [`redact`], [`disk`] | ratatui, crossterm |
//! | [`resources`] | [`aws`], [`config`], [`health`], [`redact`] | ratatui, crossterm |
//! | [`logs`] | [`resources`], [`aws`], [`redact`] | ratatui, crossterm |
//! | [`charts`] | [`resources`], [`aws`] | the SDK, tokio, ratatui, crossterm |
//! | [`handles`] | [`resources`], [`aws`], [`config`], [`fmt`], [`view`] | the SDK, tokio, ratatui, crossterm, files, clocks |
//! | [`recording`] | [`resources`], [`aws`], [`config`], [`redact`], [`view`] | the SDK, ratatui, crossterm |
//! | [`model`] | [`resources`], [`config`], [`health`], [`fmt`] | the SDK, tokio, ratatui, crossterm |
//! | [`intents`] | [`aws`], [`resources`], [`model`], [`journal`], [`config`], [`redact`], [`fmt`], [`view`] | ratatui, crossterm |
//! | [`keymap`] | [`config`] | the SDK, tokio, ratatui, files, clocks |
//! | [`app`] | [`keymap`], [`intents`], [`handles`], [`config`], [`model`], [`recording`], [`logs`], [`charts`], [`resources`], [`aws`], [`redact`], [`view`] | the SDK, tokio, ratatui, files, clocks |
//! | [`panes`] | [`app`], [`keymap`], [`intents`], [`model`], [`recording`], [`logs`], [`charts`], [`resources`], [`aws`], [`config`], [`redact`], [`fmt`], [`view`] | changes of the state, the SDK, tokio, ratatui, crossterm, files, clocks |
//! | [`update`] | [`panes`], [`app`], [`keymap`], [`intents`], [`handles`], [`config`], [`model`], [`recording`], [`logs`], [`charts`], [`resources`], [`aws`], [`fmt`], [`view`] | the SDK, tokio, ratatui, files, clocks |
//! | [`theme`] | [`config`], [`view`] | the SDK, tokio, crossterm |
//! | [`widgets`] | [`theme`], [`view`] | the SDK, tokio, crossterm |
//! | [`assets`] | [`keymap`], [`theme`], [`config`] | the SDK, tokio |
//! | [`terminal`] | [`aws`], [`view`] | the SDK |
//! | [`snapshot`] | [`resources`], [`disk`], [`view`] | the SDK, tokio, ratatui, crossterm |
//! | [`schemas`] | | the SDK, tokio, ratatui, crossterm, files, clocks |
//! | [`args`] | [`schemas`], [`app`], [`intents`], [`resources`], [`aws`], [`sim`] | the SDK, tokio, ratatui, crossterm |
//! | [`session`] | [`args`], [`snapshot`], [`update`], [`app`], [`keymap`], [`intents`], [`recording`], [`resources`], [`aws`], [`config`], [`journal`], [`sim`], [`disk`], [`fmt`], [`view`] | ratatui, crossterm |
//! | [`completion`] | [`session`], [`args`], [`assets`], [`snapshot`], [`resources`], [`aws`], [`config`], [`sim`], [`fmt`] | the SDK, tokio, ratatui, crossterm |
//! | [`headless`] | [`session`], [`args`], [`app`], [`intents`], [`model`], [`recording`], [`logs`], [`handles`], [`resources`], [`aws`], [`journal`], [`config`], [`sim`], [`redact`], [`disk`], [`fmt`], [`view`] | ratatui, crossterm |
//! | [`doctor`] | [`headless`], [`session`], [`intents`], [`terminal`], [`theme`], [`resources`], [`aws`], [`fmt`], [`view`] | the SDK, tokio, ratatui, crossterm |
//! | [`runtime`] | [`session`], [`args`], [`assets`], [`terminal`], [`widgets`], [`theme`], [`update`], [`panes`], [`app`], [`intents`], [`model`], [`recording`], [`logs`], [`charts`], [`resources`], [`aws`], [`config`], [`keymap`], [`sim`], [`disk`], [`fmt`], [`view`] | the SDK |
//! | `main` | [`runtime`], [`doctor`], [`headless`], [`completion`], [`session`], [`args`], [`app`], [`recording`], [`aws`], [`sim`], [`view`] | ratatui, crossterm |
//!
//! # What to read first
//!
//! [`resources`] for one kind (`resources/kinds/endpoint.rs`), [`model`] for the joins, [`intents`] for a write
//! (`intents/registry/approve.rs`), [`runtime`] for the loop. To add a kind, an intent, an action, a pane, a rule,
//! a theme or a keymap: write its file (or function) and add one line to its table.

pub mod app;
pub mod args;
pub mod assets;
pub mod aws;
pub mod charts;
pub mod completion;
pub mod config;
pub mod disk;
pub mod doctor;
pub mod fmt;
pub mod handles;
pub mod headless;
pub mod health;
pub mod intents;
pub mod journal;
pub mod keymap;
pub mod logs;
pub mod model;
pub mod panes;
pub mod recording;
pub mod redact;
pub mod resources;
pub mod runtime;
pub mod schemas;
pub mod session;
pub mod sim;
pub mod snapshot;
pub mod terminal;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod update;
pub mod view;
pub mod widgets;
