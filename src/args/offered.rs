//! The command line that is offered: each command lists only the general options that it heeds.

use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::Args;

/// Does a command do the same with a general option as without it?
fn ignores(command: &str, option: &str) -> bool {
    match command {
        "man" | "schema" | "completions" => true,
        "demo" => ["profile", "endpoint_url", "demo"].contains(&option),
        "replay" => {
            ["profile", "region", "endpoint_url", "paced", "demo", "read_only", "timeout", "record"].contains(&option)
        }
        _ => false,
    }
}

impl Args {
    /// Returns the command line. A general option that a command ignores is not in its help; it is still taken.
    #[must_use]
    pub fn offered() -> Command {
        let whole = Self::command();
        let general: Vec<Arg> = whole.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
        whole.mut_subcommands(|command| {
            let name = command.get_name().to_owned();
            let ignored = general.iter().filter(|arg| ignores(&name, arg.get_id().as_str()));
            command.args(ignored.map(|arg| arg.clone().hide(true)))
        })
    }

    /// Reads the command line of this program.
    ///
    /// # Errors
    /// The help, the version, or a mistake in the command line.
    pub fn read() -> Result<Self, clap::Error> {
        let mut command = Self::offered();
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the help of a command.
    fn help(name: &str) -> String {
        let mut whole = Args::offered();
        whole.build();
        whole.find_subcommand_mut(name).unwrap().render_help().to_string()
    }

    #[test]
    fn a_command_offers_the_general_options_that_it_heeds_under_a_heading_of_their_own() {
        Args::offered().debug_assert();
        for (command, option, offered) in [
            ("replay", "--read-only", false),
            ("replay", "--endpoint-url", false),
            ("replay", "--theme", true),
            ("man", "--read-only", false),
            ("schema", "--paced", false),
            ("completions", "--endpoint-url", false),
            ("demo", "--demo", false),
            ("demo", "--record", true),
            ("status", "--endpoint-url", true),
        ] {
            assert_eq!(help(command).contains(option), offered, "{command} {option}: {}", help(command));
        }
        let demo = help("demo");
        let (own, general) = demo.split_once("General options:").unwrap();
        assert!(own.contains("--alarm") && own.contains("--scale") && !own.contains("--theme"), "{demo}");
        assert!(general.contains("--theme") && !general.contains("--alarm"), "{demo}");
    }

    #[test]
    fn an_option_that_is_not_offered_is_taken() {
        let matches =
            Args::offered().try_get_matches_from(["sagetop", "replay", "x.tape", "--profile", "prod"]).unwrap();
        assert_eq!(Args::from_arg_matches(&matches).unwrap().common.profile, ["prod"]);
    }
}
