//! Completes command lines in a shell: commands and flags, and the user's profiles, regions and names.
//!
//! A shell that has loaded the script of [`script`] starts the program for each completion and sets the variable `COMPLETE`.
//! The program makes no call to AWS for it: names come from the configuration files and the snapshots of the last runs.

use std::ffi::OsStr;
use std::io;

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use crate::args::{Args, Shell};
use crate::assets::Assets;
use crate::aws::profile_names;
use crate::config::{self, Config};
use crate::fmt;
use crate::resources::Store;
use crate::session::snapshot_folder;
use crate::sim::Sim;
use crate::snapshot::all_tables;

/// The variable by which a shell asks.
const VARIABLE: &str = "COMPLETE";

/// The regions of AWS that have SageMaker, as <https://docs.aws.amazon.com/general/latest/gr/sagemaker.html> lists them.
const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "af-south-1",
    "ap-east-1",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-south-1",
    "eu-south-2",
    "eu-north-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "cn-north-1",
    "cn-northwest-1",
];

/// Answers a shell that asks for completions, and ends the program then. Does nothing if no shell asks.
pub fn answer() {
    CompleteEnv::with_factory(command).var(VARIABLE).complete();
}

/// Writes the script that a shell must load.
///
/// # Errors
/// When `out` cannot be written.
pub fn script(shell: Shell, out: &mut dyn io::Write) -> io::Result<()> {
    let shells = Shells::builtins();
    let Some(writer) = shells.completer(shell.name()) else {
        return Err(io::Error::other(format!("there is no script for {}", shell.name())));
    };
    writer.write_registration(VARIABLE, "sagetop", "sagetop", "sagetop", out)
}

/// Returns the command line with the values that can follow its flags.
fn command() -> Command {
    with_values(Args::offered())
}

fn with_values(command: Command) -> Command {
    let command = command.mut_args(|arg| match values_of(&arg) {
        Some(values) => arg.add(ArgValueCompleter::new(move |typed: &OsStr| candidates(values(), typed))),
        None => arg,
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, with_values))
}

/// Returns the function that finds the values of an argument.
fn values_of(arg: &Arg) -> Option<fn() -> Vec<String>> {
    Some(match arg.get_id().as_str() {
        "profile" => profiles,
        "region" => || REGIONS.iter().map(|region| (*region).to_owned()).collect(),
        "theme" => || assets().themes(),
        "keymap" => || assets().keymaps(),
        "story" => || Sim::stories().into_iter().map(str::to_owned).collect(),
        "alarm" => || saved(|store| store.alarms.rows().map(|alarm| alarm.name.clone()).collect()),
        "endpoint" => || saved(|store| store.endpoints.rows().map(|endpoint| endpoint.name.clone()).collect()),
        "pipeline" => || saved(|store| store.pipelines.rows().map(|pipeline| pipeline.name.clone()).collect()),
        "model" => models,
        _ => return None,
    })
}

/// Returns the values that continue what is typed. Names come from AWS, and a shell puts what is offered on its command
/// line without quotes: so a name with a character that a shell may act on is not offered.
fn candidates(values: Vec<String>, typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let fits = |value: &String| value.starts_with(&*typed) && fmt::shell_word(value) == *value;
    values.into_iter().filter(fits).map(CompletionCandidate::new).collect()
}

fn assets() -> Assets {
    Assets::new(config::directory())
}

fn configured() -> Config {
    Config::source(None).and_then(|source| Config::parse(&source)).unwrap_or_default()
}

/// Returns the profiles of the AWS files and the labels of the configuration.
fn profiles() -> Vec<String> {
    let labels = configured().accounts.into_iter().filter_map(|account| account.label);
    sorted(profile_names().into_iter().chain(labels).collect())
}

/// Returns the models of the configuration, and the groups of versions that the last runs saw.
fn models() -> Vec<String> {
    let configured = configured().models.into_iter().map(|model| model.name);
    let groups = saved(|store| store.groups.rows().map(|group| group.name.clone()).collect());
    sorted(configured.chain(groups).collect())
}

/// Returns names that the last runs saw, of all accounts.
fn saved(names: impl Fn(&Store) -> Vec<String>) -> Vec<String> {
    sorted(all_tables(&snapshot_folder()).flat_map(|store| names(&store)).collect())
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_shell_could_act_on_is_not_offered() {
        let names = ["x-ok", "x$(id)", "x;y", "x y", "x`id`", "x*", "x\u{202e}y", "other"].map(str::to_owned).to_vec();
        let offered = candidates(names, OsStr::new("x"));
        let offered: Vec<&OsStr> = offered.iter().map(CompletionCandidate::get_value).collect();
        assert_eq!(offered, ["x-ok"]);
    }
}
