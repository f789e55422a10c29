//! The intents as commands.

use clap::{ArgMatches, Args as _, FromArgMatches, Subcommand};

use super::Answer;
use crate::intents::AnyIntent;

/// An intent as a command, with the answer to its plan.
#[derive(Debug)]
pub struct Change {
    /// The intent.
    pub intent: AnyIntent,
    /// The answer to its plan.
    pub answer: Answer,
}

impl FromArgMatches for Change {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let answer = matches.subcommand().map(|(_, of_intent)| Answer::from_arg_matches(of_intent)).transpose()?;
        Ok(Self { intent: AnyIntent::from_arg_matches(matches)?, answer: answer.unwrap_or_default() })
    }
    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The order of the first intent in the list of commands.
const AFTER_THE_OTHERS: usize = 100;

/// Each intent is a command of its own. It takes the arguments of the answer as well as those of the intent.
impl Subcommand for Change {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        let intents = AnyIntent::augment_subcommands(clap::Command::new("intents"));
        let answered = |(place, intent): (usize, &clap::Command)| {
            let about = intent.get_about().cloned().unwrap_or_default();
            Answer::augment_args(intent.clone()).about(about).display_order(AFTER_THE_OTHERS + place)
        };
        command.subcommands(intents.get_subcommands().enumerate().map(answered))
    }
    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Self::augment_subcommands(command)
    }
    fn has_subcommand(name: &str) -> bool {
        AnyIntent::has_subcommand(name)
    }
}
