//! The state of the console: plain data, and questions about it. Only [`crate::update`] changes it.
//!
//! The tables of panes and actions are handed in as [`Tables`], so nothing here knows what they hold.

mod account;
mod alert;
mod armed;
mod cell;
mod charts_view;
mod choices;
mod detail;
mod drill;
mod event_filter;
mod event_log;
mod filter;
mod invocation;
mod line;
mod list;
mod log_view;
mod message;
mod messages;
mod modal;
mod offer;
mod open_log;
mod opening;
mod places;
mod remembered;
mod run;
mod seen;
mod state;
mod subject;
mod tables;
mod tour;

pub use account::Account;
pub(crate) use account::FocusedOn;
pub use alert::Alert;
pub(crate) use alert::PAUSE;
pub use armed::Armed;
pub use cell::{Cell, Order, PaneColumn};
pub use charts_view::ChartsView;
pub use choices::{Choices, Chosen, PaneChoices, RowChoices, Settled};
pub use detail::{Detail, Search};
pub use drill::Drill;
pub use event_filter::{EventFilter, EventKind};
pub use event_log::{EventLog, LogEntry};
pub(crate) use filter::{Filter, of_account};
pub use invocation::{About as CommandAbout, Invocation};
pub use line::{TypedLine, insert};
pub use list::ListState;
pub(crate) use list::MadeOf;
pub(crate) use log_view::LogFilter;
pub use log_view::{LogProgress, LogView};
pub use message::{Effect, Msg, Picture, ReplayCommand};
pub use messages::{Message, Messages};
pub use modal::{
    Answer, Ask, Chooser, ChooserAct, ChooserItem, ColumnPicker, Comparison, Dialog, Ended, Field, Form, Help, Menu,
    Modal, Notice, Output, Palette, Pick, PickItem, Planning, Properties, Submit, ThemePicker,
};
pub use offer::{Offer, Offers, matching};
pub use opening::Opening;
pub use places::{Place, Places};
pub use run::Run;
pub use seen::Seen;
pub use state::App;
pub(crate) use state::Leaving;
pub use subject::{Item, Subject};
pub use tables::{Action, Body, Context, List, Pane, Preview, Tables};
pub use tour::{Layout, Tour, Wallboard};
