//! Intents as the arguments of their commands. The journal keeps the undo of a change in this form, because it is as
//! stable as the command line.

use std::fmt::Display;

use clap::{FromArgMatches, Subcommand, ValueEnum};

use super::AnyIntent;
use crate::redact;

/// Returns the arguments of a command without its name: the options, and then what has a place.
pub(super) fn command_line(
    options: impl IntoIterator<Item = String>,
    placed: impl IntoIterator<Item = impl ToString>,
) -> Vec<String> {
    let placed = placed.into_iter().map(|value| value.to_string());
    options.into_iter().chain(["--".to_owned()]).chain(placed).collect()
}

/// Returns `--NAME=VALUE`.
pub(super) fn option(name: &str, value: impl Display) -> String {
    format!("--{name}={value}")
}

/// Returns the word of a value of the command line.
pub(super) fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Returns the arguments with the name of the command in front; `None` if one of them contains a secret.
pub(super) fn harmless(name: &str, arguments: Vec<String>) -> Option<Vec<String>> {
    let clean = arguments.iter().all(|argument| redact::text(argument) == argument.as_str());
    clean.then(|| [vec![name.to_owned()], arguments].concat())
}

impl AnyIntent {
    /// Makes the intent of such arguments; `None` if this version has no such command.
    #[must_use]
    pub fn from_arguments(arguments: &[String]) -> Option<Self> {
        let command = Self::augment_subcommands(clap::Command::new("sagetop").no_binary_name(true));
        let matches = command.try_get_matches_from(arguments).ok()?;
        Self::from_arg_matches(&matches).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Approve, Reject, Retrain, Rollback, RollbackWay, SetInstances, ShiftTraffic, Switch, SwitchAlarmActions,
        UnmuteAlarm,
    };
    use super::*;

    #[test]
    fn an_intent_that_undoes_another_is_made_again_of_its_arguments() {
        let cases: [AnyIntent; 8] = [
            Rollback { endpoint: "web".into(), to: Some("web-2".into()), way: None }.into(),
            Rollback { endpoint: "web".into(), to: None, way: Some(RollbackWay::Previous) }.into(),
            Approve { arn: "arn:aws:sagemaker:eu-west-1:1:model-package/a/1".into(), reason: "it's = \"good\"".into() }
                .into(),
            Reject { arn: "arn".into(), reason: "-x".into() }.into(),
            SetInstances { endpoint: "web".into(), counts: vec![("A".into(), 2), ("B".into(), 0)] }.into(),
            ShiftTraffic { endpoint: "web".into(), weights: vec![("A".into(), 0.25)] }.into(),
            UnmuteAlarm { alarm: "-alarm with spaces".into(), rules: vec!["a".into(), "b".into()] }.into(),
            SwitchAlarmActions { alarm: "--yes".into(), to: Switch::Disabled }.into(),
        ];
        for intent in cases {
            let arguments = intent.arguments().unwrap();
            assert_eq!(arguments[0], intent.name());
            assert_eq!(AnyIntent::from_arguments(&arguments), Some(intent), "{arguments:?}");
        }
    }

    #[test]
    fn what_this_version_does_not_know_or_must_not_be_kept_is_no_undo() {
        let retrain = AnyIntent::from(Retrain { pipeline: "p".into(), parameters: Vec::new() });
        assert_eq!(retrain.arguments(), None, "a run is not undone by a run");
        let secret = AnyIntent::from(Reject { arn: "arn".into(), reason: "AKIAIOSFODNN7EXAMPLE leaked".into() });
        assert_eq!(secret.arguments(), None);
        for unknown in [&["teleport", "web"][..], &["rollback"], &["rollback", "--newer=1", "--", "web"], &[]] {
            let unknown: Vec<String> = unknown.iter().map(|&it| it.to_owned()).collect();
            assert_eq!(AnyIntent::from_arguments(&unknown), None, "{unknown:?}");
        }
    }
}
