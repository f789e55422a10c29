//! A model that broke, for people who do not look at the screen.

use jiff::{SignedDuration, Timestamp};

use super::invocation::{About, Invocation};
use crate::config::{Command, Notify, RunIn};
use crate::handles::Place;
use crate::resources::AccountId;

/// A model that breaks again within this time is not told again.
pub(crate) const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// A model that broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The account.
    pub account: AccountId,
    /// The name of the account among several; empty if it is the only one.
    pub whose: String,
    /// The name of the model.
    pub model: String,
    /// The worst finding.
    pub text: String,
    /// When it was seen.
    pub at: Timestamp,
}

impl Alert {
    /// Returns it as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}{} is broken: {}", self.whose, self.model, self.text)
    }

    /// Returns the command that the configuration runs for it.
    ///
    /// # Errors
    /// The reason as a phrase: a placeholder without a value, or a value that a program would take for an option.
    pub fn invocation(&self, notify: &Notify, place: Place<'_>) -> Result<Invocation, String> {
        let command = Command {
            name: "notify".to_owned(),
            key: None,
            kinds: Vec::new(),
            panes: Vec::new(),
            args: notify.command.clone(),
            shell: false,
            confirm: false,
            changes: false,
            run: RunIn::Pane,
            timeout: notify.timeout,
        };
        let mut invocation = Invocation::new(&command, place, &About { name: self.model.clone(), arn: None })?;
        invocation.environment.extend([
            ("SAGETOP_MODEL", self.model.clone()),
            ("SAGETOP_HEALTH", "critical".to_owned()),
            ("SAGETOP_TEXT", self.sentence()),
            ("SAGETOP_AT", self.at.to_string()),
        ]);
        Ok(invocation)
    }
}
