//! The user's files: their contents, and errors that name the place of a mistake.

mod access;
mod account;
mod automation;
mod command;
mod error;
mod family;
mod freeze;
mod glob;
mod inherit;
mod kinds;
mod link;
mod metadata_item;
mod metric;
mod model;
mod notify;
mod pattern;
mod schema_name;
mod spanned;
mod stage;
mod template;
mod value;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use directories::{BaseDirs, ProjectDirs};
use serde::Deserialize;

use crate::disk;

pub use access::Access;
pub use account::{Account, Colour};
pub use automation::Automation;
pub use command::{Command, RunIn};
pub use error::{ConfigError, Source, nearest};
pub use family::Family;
pub use freeze::{Freeze, Window};
pub use glob::Glob;
pub use inherit::{Find, Inherits, family};
pub use kinds::KINDS;
pub use link::Link;
pub use metadata_item::{ItemTemplate, KeyPlaceholder, KeyValue};
pub use metric::{Metric, MetricSource};
pub use model::{Data, DataKind, Model};
pub use notify::{Notify, Osc};
pub(crate) use pattern::{PartialDate, Segment};
pub use pattern::{Pattern, PatternError};
pub use schema_name::SchemaName;
pub use spanned::Spanned;
pub use stage::Stage;
pub use template::{Placeholder, Placeholders, Template};
pub use value::{Compare, Confirm, Meaning, Role, Severity};

/// The settings of the configuration file. The default applies when there is no file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// Name of the theme.
    pub theme: Option<String>,
    /// Name of the keymap.
    pub keymap: Option<String>,
    /// Refuses every write to AWS.
    pub read_only: bool,
    /// Is the mouse left to the terminal?
    pub leave_mouse: bool,
    /// Are addresses such that the terminal can follow them? Left out, what is known of the terminal decides.
    pub hyperlinks: Option<bool>,
    /// The folder for exported tables and pictures. Left out, it is the current one.
    pub export_dir: Option<PathBuf>,
    /// The way to confirm a write.
    pub confirm: Confirm,
    /// The most that reading from AWS may cost, in US dollars a day.
    pub max_cost_per_day: Option<f64>,
    /// How often errors and requests of all production endpoints are read.
    pub measure_every: Option<Duration>,
    /// The accounts to watch when the command line names none, in the order of the file.
    pub accounts: Vec<Account>,
    /// The stages whose access the file names, in the order of the file.
    pub stages: Vec<Stage>,
    /// The times in which nothing is to be changed, in the order of the file.
    pub freezes: Vec<Freeze>,
    /// The `[[model]]` tables, in the order of the file.
    pub models: Vec<Model>,
    /// The reactions to a model that breaks.
    pub notify: Notify,
    /// The `[[command]]` tables, in the order of the file.
    pub commands: Vec<Command>,
    /// The `[[automation]]` tables, in the order of the file.
    pub automations: Vec<Automation>,
    /// The `[[link]]` tables, in the order of the file.
    pub links: Vec<Link>,
    /// Patterns on topics and alarm names, each with a severity. The first pattern that matches counts.
    pub severities: Vec<(Glob, Severity)>,
}

/// The file as the user wrote it.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// The theme: a bundled one, or a file in `~/.config/sagetop/themes`.
    theme: Option<value::Name>,
    /// The keymap: `default`, `vim`, `emacs`, or a file in `~/.config/sagetop/keymaps`.
    keymap: Option<value::Name>,
    /// Whether the console takes the mouse. Without it, the terminal selects text.
    #[serde(default = "yes")]
    mouse: bool,
    /// Whether addresses can be followed (OSC 8); left out: where the terminal is known for it.
    hyperlinks: Option<bool>,
    /// The folder that tables and pictures are written to; left out: the current directory.
    export_dir: Option<PathBuf>,
    /// Whether nothing may be changed.
    #[serde(default)]
    read_only: bool,
    /// The way in which a change is confirmed.
    #[serde(default)]
    confirm: Confirm,
    /// The dollars a day that metrics may cost; the most wanted come first. Left out: no limit.
    max_cost_per_day: Option<Spanned<f64>>,
    /// The interval at which requests and errors of all endpoints are read, from `1m` to `1h`.
    measure_every: Option<Spanned<value::Span>>,
    /// The accounts that are watched when the command line names none.
    #[serde(default)]
    account: Vec<account::Written>,
    /// The stages, with whether their things may be changed.
    #[serde(default)]
    stage: Vec<stage::Written>,
    /// The times in which no change is sent.
    #[serde(default)]
    freeze: Vec<freeze::Written>,
    /// The models, with what AWS does not know of them.
    #[serde(default)]
    model: Vec<model::Written>,
    /// The addresses of systems of your own, in the menu of copies.
    #[serde(default)]
    link: Vec<link::Written>,
    /// The reactions to a model that breaks.
    #[serde(default)]
    notify: notify::Written,
    /// The runbooks of Systems Manager that may be started.
    #[serde(default)]
    automation: Vec<automation::Written>,
    /// The programs that run on what the cursor is on.
    #[serde(default)]
    command: Vec<command::Written>,
    /// Patterns on the names of topics and alarms, each with a severity. The first that matches counts.
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Spanned<Severity>>,
}

impl Config {
    /// Reads the text of a config file.
    ///
    /// # Errors
    /// When a key is unknown, a value has the wrong type, or two values contradict each other.
    pub fn parse(source: &Source) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(&source.text).map_err(|e| ConfigError::from_toml(source, &e))?;
        let cost = file.max_cost_per_day;
        if let Some(cost) = cost.as_ref().filter(|cost| !(cost.get_ref().is_finite() && *cost.get_ref() > 0.0)) {
            let message = format!("{} is not an amount of dollars a day", cost.get_ref());
            return Err(ConfigError::at(source, cost.span(), message).hint("leave it out for no limit"));
        }
        let measure_every = file.measure_every.map(|written| checked_every(&written, source)).transpose()?;
        let accounts = account::checked(file.account, source)?;
        let labels: Vec<&str> = accounts.iter().filter_map(|a| a.label.as_deref()).collect();
        let freezes = freeze::checked(file.freeze, &labels, source)?;
        let models = model::checked(file.model, &labels, source)?;
        let mut severities: Vec<_> = file.severity.into_iter().collect();
        severities.sort_by_key(|(pattern, _)| pattern.span().start);
        let severities = severities.into_iter().map(|(pattern, severity)| {
            let span = pattern.span();
            let glob =
                Glob::try_from(pattern.into_inner()).map_err(|message| ConfigError::at(source, span, message))?;
            Ok((glob, severity.into_inner()))
        });
        Ok(Self {
            theme: file.theme.map(|n| n.0),
            keymap: file.keymap.map(|n| n.0),
            leave_mouse: !file.mouse,
            hyperlinks: file.hyperlinks,
            export_dir: file.export_dir,
            read_only: file.read_only,
            confirm: file.confirm,
            max_cost_per_day: cost.map(Spanned::into_inner),
            measure_every,
            accounts,
            stages: stage::checked(file.stage, source)?,
            freezes,
            models,
            links: link::checked(file.link, source)?,
            notify: file.notify.checked(source)?,
            automations: automation::checked(file.automation, source)?,
            commands: command::checked(file.command, source)?,
            severities: severities.collect::<Result<_, ConfigError>>()?,
        })
    }

    /// Reads the file that the user named, or `sagetop.toml` in the user's directory. The latter may be missing.
    ///
    /// # Errors
    /// When the file cannot be read, or [`Config::parse`] finds a mistake in it.
    pub fn read(named: Option<&Path>) -> Result<Self, ConfigError> {
        Self::parse(&Self::source(named)?)
    }

    /// Reads the text of that file; it is empty if there is no file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn source(named: Option<&Path>) -> Result<Source, ConfigError> {
        let usual = directory().map(|dir| dir.join("sagetop.toml"));
        let nothing = || Source { file: "sagetop.toml".into(), text: String::new() };
        let Some(path) = named.map(Path::to_path_buf).or(usual) else {
            return Ok(nothing());
        };
        match read(&path) {
            Err(e) if named.is_none() && e.kind() == io::ErrorKind::NotFound => Ok(nothing()),
            Err(e) => Err(ConfigError::new(path.display().to_string(), format!("the file cannot be read: {e}"))),
            Ok(source) => Ok(source),
        }
    }

    /// Adds the place of a setting to an error about its value that has no place of its own: a theme or a keymap that does
    /// not exist.
    #[must_use]
    pub fn place(source: &Source, setting: &str, error: ConfigError) -> ConfigError {
        let settings: Option<BTreeMap<String, Spanned<toml::Value>>> = toml::from_str(&source.text).ok();
        match settings.and_then(|settings| settings.get(setting).map(Spanned::span)) {
            Some(span) => error.placed(source, span),
            None => error,
        }
    }

    /// Returns the folder for exported tables and pictures. `~/` stands for the home directory.
    #[must_use]
    pub fn export_folder(&self) -> PathBuf {
        let Some(written) = &self.export_dir else { return PathBuf::from(".") };
        let home = BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf());
        match (written.strip_prefix("~"), home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => written.clone(),
        }
    }

    /// Returns the severity that the user gave to this topic or alarm.
    #[must_use]
    pub fn severity(&self, topic_or_alarm: &str) -> Option<Severity> {
        self.severities.iter().find(|(glob, _)| glob.matches(topic_or_alarm)).map(|(_, severity)| *severity)
    }
}

fn yes() -> bool {
    true
}

/// Checks `measure_every`: metrics have one value a minute, and a value that is an hour old says nothing about now.
fn checked_every(written: &Spanned<value::Span>, source: &Source) -> Result<Duration, ConfigError> {
    let every = written.get_ref().0;
    if !(60..=3600).contains(&every.as_secs()) {
        let message = "errors are read at least once an hour and at most once a minute";
        return Err(ConfigError::at(source, written.span(), message).hint("write \"5m\""));
    }
    Ok(every)
}

/// Returns the user's directory for config, themes and keymaps, if there is a home directory.
#[must_use]
pub fn directory() -> Option<PathBuf> {
    ProjectDirs::from("", "", "sagetop").map(|dirs| dirs.config_dir().to_path_buf())
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> io::Result<Source> {
    Ok(Source { file: path.display().to_string(), text: disk::read_text(path)? })
}

#[cfg(test)]
mod tests;
