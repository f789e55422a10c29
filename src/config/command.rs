//! The `[[command]]` tables: programs that the operator runs on what the cursor is on.

use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;

use super::error::{ConfigError, Source};
use super::notify::checked_timeout;
use super::spanned::Spanned;
use super::template::{Template, parsed};
use super::value::{Name, Span};

/// The time that a command in a pane may take, unless the file names another.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A program that the operator runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its name in the help, the menu and messages.
    pub name: String,
    /// The key that runs it, and its place in the file.
    pub key: Option<(String, Range<usize>)>,
    /// The kinds of things that it runs on, by their names. Empty for all.
    pub kinds: Vec<String>,
    /// The panes that it runs in, and their places in the file. Empty for all.
    pub panes: Vec<(String, Range<usize>)>,
    /// The program and its arguments; the text for a shell if there is one.
    pub args: Vec<Template>,
    /// Does a shell run it?
    pub shell: bool,
    /// Is the operator asked before it runs?
    pub confirm: bool,
    /// Does it change anything? Then it does not run where nothing may be changed.
    pub changes: bool,
    /// The place where it runs.
    pub run: RunIn,
    /// The time that it may take in a pane.
    pub timeout: Duration,
}

/// The place where a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RunIn {
    /// In the background; what it writes is shown in a sheet.
    #[default]
    Pane,
    /// On the terminal, in the place of the console.
    Foreground,
}

/// A command as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenCommand"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name in the help and the menu.
    name: Spanned<Name>,
    /// A key or a chord, as in keymaps; left out: from the menu only.
    key: Option<Spanned<Name>>,
    /// The kinds of things that it is offered on; left out: everywhere.
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
    /// The panes that it is offered in; left out: everywhere.
    #[serde(default)]
    panes: Vec<Spanned<String>>,
    /// The program and its arguments, with placeholders such as `{name}`.
    args: Spanned<Vec<Spanned<String>>>,
    /// Whether `args` is one text that `sh -c` runs. It has no placeholders, but variables such as `$SAGETOP_NAME`.
    #[serde(default)]
    shell: bool,
    /// Whether it asks before it runs.
    #[serde(default)]
    confirm: bool,
    /// Whether it changes something. Then it does not run where nothing may be changed.
    #[serde(default)]
    changes: bool,
    /// The place where it runs.
    #[serde(default)]
    run: RunIn,
    /// How long it may take in a pane; left out: `60s`.
    timeout: Option<Spanned<Span>>,
}

/// Checks all commands: each name belongs to only one of them.
pub(super) fn checked(written: Vec<Written>, source: &Source) -> Result<Vec<Command>, ConfigError> {
    let mut commands: Vec<Command> = Vec::new();
    for one in written {
        let span = one.name.span();
        let command = one.checked(source)?;
        if commands.iter().any(|other| other.name == command.name) {
            let message = format!("another [[command]] has the name {:?}", command.name);
            return Err(ConfigError::at(source, span, message).hint("give each a name of its own"));
        }
        commands.push(command);
    }
    Ok(commands)
}

impl Written {
    fn checked(self, source: &Source) -> Result<Command, ConfigError> {
        let args = self.args.get_ref();
        if args.is_empty() {
            return Err(ConfigError::at(source, self.args.span(), "a command begins with a program"));
        }
        if self.shell && args.len() > 1 {
            let hint = "write one text, such as [\"aws s3 ls | wc -l\"]";
            return Err(ConfigError::at(source, self.args.span(), "a shell takes one text").hint(hint));
        }
        let (span, whole) = (args.first().map(Spanned::span), self.args.span());
        let args = parsed(self.args.into_inner(), source)?;
        // A name in the text of a shell would be a part of the program.
        if self.shell && args.iter().any(Template::has_placeholders) {
            let message = "a shell would run what is in a name";
            let hint = "write \"$SAGETOP_NAME\", \"$SAGETOP_ARN\", \"$SAGETOP_REGION\", … in double quotes";
            return Err(ConfigError::at(source, span.unwrap_or(whole), message).hint(hint));
        }
        let timeout = self.timeout.map(|written| checked_timeout(&written, source)).transpose()?;
        let placed = |name: Spanned<String>| (name.get_ref().clone(), name.span());
        Ok(Command {
            name: self.name.into_inner().0,
            key: self.key.map(|key| (key.get_ref().0.clone(), key.span())),
            kinds: super::kinds::checked(self.kinds, source)?,
            panes: self.panes.into_iter().map(placed).collect(),
            args,
            shell: self.shell,
            confirm: self.confirm,
            changes: self.changes,
            run: self.run,
            timeout: timeout.unwrap_or(TIMEOUT),
        })
    }
}
