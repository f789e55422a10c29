//! The `[notify]` table: what happens when a model breaks. Everything is off unless it is written here.

use std::time::Duration;

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::spanned::Spanned;
use super::template::{Template, parsed};
use super::value::Span;

/// The time that the command may take, unless the file names another.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The reactions to a model that breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Does the terminal ring its bell?
    pub bell: bool,
    /// The way in which the terminal shows a notification.
    pub osc: Option<Osc>,
    /// A program and its arguments. Empty for none. It is never run by a shell.
    pub command: Vec<Template>,
    /// The time that it may take.
    pub timeout: Duration,
}

impl Default for Notify {
    fn default() -> Self {
        Self { bell: false, osc: None, command: Vec::new(), timeout: TIMEOUT }
    }
}

impl Notify {
    /// Does nothing happen?
    #[must_use]
    pub fn is_off(&self) -> bool {
        !self.bell && self.osc.is_none() && self.command.is_empty()
    }
}

/// The sequence by which a terminal shows a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Osc {
    /// OSC 9, of iTerm2, kitty, Ghostty, Windows Terminal and others.
    #[serde(rename = "9")]
    Nine,
    /// OSC 777, of rxvt-unicode, foot, Ghostty, `WezTerm` and others.
    #[serde(rename = "777")]
    TripleSeven,
}

/// The table as it is written in the file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenNotify"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// Whether the bell rings.
    #[serde(default)]
    bell: bool,
    /// The sequence by which the terminal shows it.
    osc: Option<Osc>,
    /// The program to run, with its arguments. `{name}` is the model.
    command: Option<Spanned<Vec<Spanned<String>>>>,
    /// How long the program may take; left out: `10s`.
    timeout: Option<Spanned<Span>>,
}

impl Written {
    pub(super) fn checked(self, source: &Source) -> Result<Notify, ConfigError> {
        if let Some(command) = self.command.as_ref().filter(|command| command.get_ref().is_empty()) {
            return Err(ConfigError::at(source, command.span(), "a command begins with a program"));
        }
        let timeout = self.timeout.map(|written| checked_timeout(&written, source)).transpose()?;
        Ok(Notify {
            bell: self.bell,
            osc: self.osc,
            command: parsed(self.command.map(Spanned::into_inner).unwrap_or_default(), source)?,
            timeout: timeout.unwrap_or(TIMEOUT),
        })
    }
}

/// Checks how long a command may take.
pub(super) fn checked_timeout(written: &Spanned<Span>, source: &Source) -> Result<Duration, ConfigError> {
    let timeout = written.get_ref().0;
    if timeout > Duration::from_hours(1) {
        return Err(ConfigError::at(source, written.span(), "a command may take an hour at most"));
    }
    Ok(timeout)
}
