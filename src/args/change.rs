//! The intents as commands.

use clap::{Arg, ArgAction, ArgMatches, Args as _, FromArgMatches, Subcommand};

use super::Answer;
use crate::intents::{AnyIntent, Intent, Rollback};

/// An intent as a command, with the answer to its plan.
#[derive(Debug)]
pub struct Change {
    /// The intent.
    pub intent: AnyIntent,
    /// The answer to its plan.
    pub answer: Answer,
    /// Whether it is a rollback that waits until AWS has ended its update of the endpoint.
    pub arm: bool,
}

/// The id of the argument that arms a rollback.
const ARM: &str = "arm";

/// Adds the argument that arms to the command of a rollback.
fn armable(command: clap::Command) -> clap::Command {
    if command.get_name() != <Rollback as Intent>::NAME {
        return command;
    }
    let help = "Wait while AWS updates the endpoint, and roll it back to what serves now when it is InService; ends with \
                this command";
    let arm = Arg::new(ARM).long(ARM).action(ArgAction::SetTrue).conflicts_with_all(["to", "way"]).help(help);
    command.arg(arm)
}

impl FromArgMatches for Change {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let own = matches.subcommand().map(|(_, own)| own);
        let answer = own.map(Answer::from_arg_matches).transpose()?.unwrap_or_default();
        let arm = own.and_then(|own| own.try_get_one::<bool>(ARM).ok().flatten()).copied().unwrap_or_default();
        Ok(Self { intent: AnyIntent::from_arg_matches(matches)?, answer, arm })
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
            armable(Answer::augment_args(intent.clone())).about(about).display_order(AFTER_THE_OTHERS + place)
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
