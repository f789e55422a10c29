//! A live console for machine learning on AWS: data → training → registry → endpoint → alarms → people.
//!
//! ```text
//!        what AWS tells us                                  what we tell AWS
//!  resources!  one file a kind                        intents!  one file an intent
//!       │ list()                                          ▲ plan()      verify() ▲
//!       ▼                                                 │                      │
//!  pollers ──Snapshot──▶ Store ──▶ join() ────▶ App ──────┴─ ACTIONS ◀─ Keymap ◀─ keys
//!  pace, jitter,         Table     joins and    update():       │
//!  back-off              Change    rules, pure  Msg → Effect    ▼
//!                                                           PANES ──▶ view ──▶ widgets + Theme ──▶ terminal
//! ```
//!
//! All calls pass one stack, [`aws::Meter`], which paces and counts them; below it answers live AWS,
//! any endpoint URL, the simulated account in [`sim`], which knows nothing of the rest, or a recording.
//! Two functions in the middle are pure and synchronous: [`app::App::update`] and [`panes::screen`].
//! A write is data ([`intents::Plan`]) before it is a call, and [`intents::Executor`] is its only way out.
//!
//! # Words
//!
//! | word | what it is |
//! |---|---|
//! | [`resources::Resource`] | one kind of thing AWS can tell us about: a plain struct, and how to list all of them |
//! | [`resources::Table`] | the last known rows of one kind, by id, and how much they can be trusted |
//! | [`resources::Snapshot`], [`resources::Change`] | what one poll brought, and what that changed |
//! | [`resources::Store`] | all tables |
//! | [`aws::Recorder`], [`aws::Tape`] | writes every reply to a file; answers from one, as it was at the [`aws::Playhead`] |
//! | [`model::Chain`] | one model's whole way, joined from the store; each edge with its confidence and its rule |
//! | [`model::ATTENTION`] | small named rules that say what deserves the eye |
//! | [`app::Account`] | one account in one region as the screen knows it; [`app::App`] is in one of them at a time |
//! | [`app::Msg`], [`app::Effect`] | something happened; what the runtime must now do |
//! | [`actions::Action`] | something the operator can do: a name, help, a function |
//! | [`intents::Intent`] | something the operator wants of AWS: how it is planned, when it is really done |
//! | [`intents::Plan`], [`intents::Step`] | exactly what would be sent, for reading; one mutating call |
//! | [`panes::Pane`] | one list on the screen: which things, and what a row says |
//! | [`view::Screen`], [`view::Tone`] | what the screen shows, as data; what a piece of text means |
//! | [`sim::Story`] | a file that says what a simulated account contains, what happens when, which calls fail |
//!
//! # Layers
//!
//! | module | may name | never |
//! |---|---|---|
//! | [`fmt`], [`view`], [`health`], [`redact`], [`disk`] | the standard library, their own | anything else of this crate |
//! | [`config`] | the standard library, [`disk`], [`view`] | anything else of this crate |
//! | [`aws`] | the SDK, tokio, [`redact`], [`disk`] | any other module |
//! | [`resources`] | the SDK, [`aws`], [`config`], [`health`], [`redact`] | ratatui, [`model`], [`app`], [`panes`], [`sim`] |
//! | [`model`] | [`resources`], [`config`], [`health`], [`fmt`] | the SDK, tokio, ratatui |
//! | [`intents`] | the SDK, tokio, [`aws`], [`resources`], [`journal`], [`config`], [`redact`], [`fmt`], [`view`] | ratatui, crossterm, [`app`], [`panes`] |
//! | [`app`], [`actions`], [`keymap`] | [`resources`], [`model`], [`intents`], key types of crossterm | the SDK, tokio, ratatui, files, clocks |
//! | [`panes`] | [`app`], [`model`], [`resources`], [`fmt`], [`redact`], [`view`] | ratatui, crossterm, tokio, the SDK |
//! | [`theme`], [`widgets`] | ratatui, [`view`] | [`app`], [`model`], [`resources`], [`aws`], [`intents`] |
//! | [`sim`] | bytes | every other module: a fake that shares our structs would share our mistakes |
//!
//! # What to read first
//!
//! [`resources`] for one kind (`resources/endpoint.rs`), [`model`] for the joins, [`intents`] for a write
//! (`intents/approve.rs`), [`runtime`] for the loop. To add a kind, an intent, an action, a pane, a rule,
//! a theme or a keymap: write its file (or function) and add one line to its table.

pub mod actions;
pub mod app;
pub mod args;
pub mod assets;
pub mod aws;
pub mod config;
pub mod disk;
pub mod fmt;
pub mod headless;
pub mod health;
pub mod intents;
pub mod journal;
pub mod keymap;
pub mod model;
pub mod panes;
pub mod redact;
pub mod resources;
pub mod runtime;
pub mod session;
pub mod sim;
pub mod snapshot;
pub mod terminal;
pub mod theme;
pub mod view;
pub mod widgets;
