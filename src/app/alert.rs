//! A model that broke, for people who do not look at the screen.

use jiff::{SignedDuration, Timestamp};

use super::invocation::{About, Invocation};
use crate::config::{Command, Notify, RunIn};
use crate::handles::Place;
use crate::resources::AccountId;
use crate::view::harmless;

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
        // Text from AWS is hostile.
        let model = harmless(&self.model);
        let mut invocation = Invocation::new(&command, place, &About { name: model.clone(), arn: None })?;
        invocation.environment.extend([
            ("SAGETOP_MODEL", model),
            ("SAGETOP_HEALTH", "critical".to_owned()),
            ("SAGETOP_TEXT", harmless(&self.sentence())),
            ("SAGETOP_AT", self.at.to_string()),
        ]);
        Ok(invocation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_gets_of_aws_cannot_act_on_a_terminal() {
        let alert = Alert {
            account: AccountId::FIRST,
            whose: String::new(),
            model: "fr\u{1b}]0;x\u{7}aud\0".to_owned(),
            text: "down\0\u{1b}[2J\nnow".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        let place = Place { region: "eu-west-1", account: None, profile: None, links: &[] };
        let invocation = alert.invocation(&Notify::default(), place).unwrap();
        assert!(invocation.environment.iter().all(|(_, value)| !value.contains(char::is_control)));
        assert!(
            invocation.environment.iter().any(|(name, value)| *name == "SAGETOP_TEXT" && value.contains("is broken"))
        );
    }
}
