//! The command line. Each intent defines its arguments in its own file.

mod bundle;
mod change;
mod manual;
mod offered;
mod shell;
mod simulated;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::app::Opening;
use crate::aws::left_out;
use crate::resources::Kind;
use crate::resources::poll::Patience;
use crate::schemas::Schema;
use values::{arn, factor, intent, timeout};

pub use bundle::{BundleAbout, BundleArgs};
pub use change::Change;
pub use manual::write_manual;
pub use shell::Shell;
pub use simulated::SimOptions;

/// A live terminal console for machine learning on AWS.
///
/// If no command is given, it shows the account that the standard AWS configuration points at.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, after_help = left_out().unwrap_or_default())]
pub struct Args {
    /// The thing to show first.
    #[command(flatten)]
    pub opening: OpeningArgs,
    /// The ARN of the thing to show first; its region is watched, unless --region names others
    #[arg(value_name = "ARN", value_parser = arn, conflicts_with_all = ["alarm", "endpoint", "model", "pipeline"])]
    pub arn: Option<String>,
    /// The flags that every command takes. They come last, because their heading holds for what follows.
    #[command(flatten)]
    pub common: Common,
    /// The command that runs instead of the console.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Common {
    /// Returns how long a single look or a plan waits for AWS.
    #[must_use]
    pub fn patience(&self) -> Patience {
        self.timeout.map_or_else(Patience::default, Patience::at_most)
    }
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "General options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Common {
    /// Named profile of the AWS configuration files, or the label of an `[[account]]`; several are watched at once
    #[arg(long, global = true, value_name = "NAME,…", value_delimiter = ',')]
    pub profile: Vec<String>,
    /// AWS region; several are watched at once
    #[arg(long, global = true, value_name = "REGION,…", value_delimiter = ',')]
    pub region: Vec<String>,
    /// One URL for all services (default: `AWS_ENDPOINT_URL`)
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Keep to the pace for AWS also where a stand-in on this machine answers
    #[arg(long, global = true)]
    pub paced: bool,
    /// Use the simulated account instead of AWS
    #[arg(long, global = true)]
    pub demo: bool,
    /// Configuration file (default: sagetop.toml in the user's configuration directory)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Change nothing in AWS, whatever the operator does; of the commands of the configuration, those with `changes = true` do
    /// not run
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Theme: a bundled one or the user's own
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// Keymap: a bundled one or the user's own
    #[arg(long, global = true, value_name = "NAME")]
    pub keymap: Option<String>,
    /// Draw with ASCII only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// How long `status`, `dump` and a plan wait for AWS, such as 30s or 5m (default: 1m, not counting the time that
    /// sagetop itself takes to keep to its pace)
    #[arg(long, global = true, value_name = "TIME", value_parser = timeout)]
    pub timeout: Option<Duration>,
    /// Say on standard error which profile, region, endpoint, proxy and certificates are in force, before a command
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Record everything that is read in a new file, without credentials, for `sagetop replay`
    #[arg(long, global = true, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// The thing that the console shows first.
#[derive(Debug, Clone, Default, ClapArgs)]
#[group(multiple = false)]
pub struct OpeningArgs {
    /// Show this alarm first, in the lineage of its model
    #[arg(long, value_name = "NAME")]
    pub alarm: Option<String>,
    /// Show this endpoint first
    #[arg(long, value_name = "NAME")]
    pub endpoint: Option<String>,
    /// Show this model first
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Show this pipeline first
    #[arg(long, value_name = "NAME")]
    pub pipeline: Option<String>,
}

impl OpeningArgs {
    /// Returns the thing.
    #[must_use]
    pub fn opening(&self) -> Option<Opening> {
        let of = |name: &Option<String>, kind, word| Some(Opening::resource(kind, word, name.as_deref()?));
        let model = || self.model.as_deref().map(Opening::model);
        of(&self.alarm, Kind::Alarms, "alarm")
            .or_else(|| of(&self.endpoint, Kind::Endpoints, "endpoint"))
            .or_else(|| of(&self.pipeline, Kind::Pipelines, "pipeline"))
            .or_else(model)
    }
}

/// The commands that run instead of the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The console on a simulated retail account; needs no credentials and no network
    Demo {
        /// Story to play: a bundled one, or a file of yours
        #[arg(default_value = "demo")]
        story: String,
        /// List the stories
        #[arg(long)]
        list: bool,
        /// The behaviour of the simulated account.
        #[command(flatten)]
        options: SimOptions,
        /// The thing to show first.
        #[command(flatten)]
        opening: OpeningArgs,
    },
    /// Serve a simulated account on loopback, for any AWS client
    Simulate {
        /// Address to listen on; only loopback is allowed
        #[arg(long, default_value = "127.0.0.1:4599")]
        listen: std::net::SocketAddr,
        /// Story to play: a bundled one, or a file of yours
        #[arg(long, default_value = "demo")]
        story: String,
        /// The behaviour of the simulated account.
        #[command(flatten)]
        options: SimOptions,
    },
    /// The console on a recording, as it was then; sends nothing
    Replay {
        /// A file that --record wrote; a file that was cut plays up to the cut
        file: PathBuf,
        /// How many times faster than the recording it plays
        #[arg(long, default_value = "1x", value_name = "FACTOR", value_parser = factor)]
        speed: f64,
        /// The time to begin at: 03:12, 2026-11-23T03:12Z, +5m after its begin, -30s before its end, 50%
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        at: Option<String>,
        /// The thing to show first.
        #[command(flatten)]
        opening: OpeningArgs,
    },
    /// Print everything as JSON: identity, models, resources, sources
    Dump {
        /// Print values under secret names, and secrets inside of texts, as they are; not to a terminal
        #[arg(long)]
        no_redact: bool,
    },
    /// Print one line per model; exit 0 ok, 1 warning, 2 critical, 3 unknown
    Status {
        /// Print JSON instead of lines
        #[arg(long)]
        json: bool,
        /// The mildest state that is not success
        #[arg(long, value_enum, default_value_t = FailOn::Warning)]
        fail_on: FailOn,
    },
    /// Write an incident pack about a model, an endpoint or an alarm, as Markdown and JSON
    Bundle(BundleArgs),
    /// Check credentials, permissions, clock, terminal and files, and say how to fix what is missing
    Doctor,
    /// Print the script that completes commands, profiles and names in a shell
    Completions {
        /// The shell that loads it
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, in the format of man(1)
    Man {
        /// The command that it is about (default: all of sagetop)
        command: Option<String>,
    },
    /// Write, check or show the configuration
    Config {
        /// The thing to do with it.
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Print the JSON schema of a file that you write, for your editor
    Schema {
        /// The kind of file
        #[arg(value_enum)]
        of: Schema,
    },
    /// Print the least IAM policy for what sagetop does; with --read-only, for looking alone
    Policy {
        /// Allow every change, as without a flag
        #[arg(long, conflicts_with = "read_only")]
        operator: bool,
        /// Allow this change alone, with what its plan reads; several may be named
        #[arg(long = "for", value_name = "INTENT", value_parser = intent, conflicts_with_all = ["read_only", "operator"])]
        intents: Vec<String>,
        /// How it is written
        #[arg(long, value_enum, default_value_t = PolicyFormat::Json)]
        format: PolicyFormat,
    },
    /// List what was done from this machine: one line for each change, oldest first
    Journal {
        /// Those that began since: 30m, 2h or 7d ago, or at a time such as 2026-11-23T03:12:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Those of this target: the name that was typed
        #[arg(long, value_name = "NAME")]
        target: Option<String>,
        /// Those of this name
        #[arg(long, value_name = "INTENT", value_parser = intent)]
        intent: Option<String>,
        /// Those that ended so
        #[arg(long, value_enum)]
        outcome: Option<Ending>,
        /// Print everything as JSON, with every line of the journal
        #[arg(long)]
        json: bool,
    },
    /// Undo the last change from this machine, with a plan and a confirmation as for every change
    Undo {
        /// The change with this id, as `sagetop journal --json` lists it; --yes needs it
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// The answer to its plan.
        #[command(flatten)]
        answer: Answer,
    },
    /// Say that you know of an alarm that fires, or of a finding; the journal keeps it, AWS is not told
    Acknowledge {
        /// Name of the alarm, or of the thing that the finding is about
        name: String,
        /// What others should know
        #[arg(long, default_value = "")]
        note: String,
        /// Withdraw it
        #[arg(long, conflicts_with = "note")]
        withdraw: bool,
    },
    /// A change in AWS.
    #[command(flatten)]
    Change(Change),
}

/// The things to do with a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented configuration of what is found in the account; never overwrites a file
    Init {
        /// Print it instead of writing the file
        #[arg(long)]
        print: bool,
    },
    /// Read the configuration, theme and keymap, and say what is wrong and where
    Check,
    /// Print the settings that are in force, with those of families written out
    Show,
}

/// The operator's answer to the question "shall it be sent?".
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Answer {
    /// The name to type: GROUP/VERSION, or the name of the endpoint, pipeline or alarm ("NAME +2" for three alarms); a
    /// wrong one sends nothing
    #[arg(long, value_name = "NAME")]
    pub yes: Option<String>,
    /// Print the plan and stop
    #[arg(long)]
    pub plan_only: bool,
    /// Send in spite of the freeze of the configuration with this name; several may be named
    #[arg(long, value_name = "FREEZE")]
    pub override_freeze: Vec<String>,
    /// Print the plan and the result as one JSON document; the text goes to standard error
    #[arg(long)]
    pub json: bool,
}

/// How a policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyFormat {
    /// A document of IAM.
    Json,
    /// An `aws_iam_policy_document` of Terraform.
    Terraform,
}

/// How an intent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ending {
    /// The wanted end state was seen.
    Done,
    /// Another end state was seen, or none in time.
    Failed,
    /// The plan was refused, so that no call was sent.
    Refused,
    /// The journal has no end of it.
    Open,
}

impl Ending {
    /// Returns the word of the command line: `done`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Open => "open",
        }
    }
}

/// The mildest state for which `status` does not exit with 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Degraded models count.
    Warning,
    /// Only broken models count.
    Critical,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intents::Rollback;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn an_intent_is_a_command_with_its_own_arguments_and_the_answer() {
        let line = ["sagetop", "rollback", "web", "--to", "web-2", "--yes", "web", "--read-only"];
        let args = Args::try_parse_from(line).unwrap();
        assert!(args.common.read_only);
        let Some(Command::Change(Change { intent, answer, arm })) = args.command else { panic!() };
        assert_eq!(intent, Rollback { endpoint: "web".into(), to: Some("web-2".into()), way: None }.into());
        assert_eq!((answer.yes.as_deref(), answer.plan_only, arm), (Some("web"), false, false));
        let armed = Args::try_parse_from(["sagetop", "rollback", "web", "--arm"]).unwrap();
        assert!(matches!(armed.command, Some(Command::Change(Change { arm: true, .. }))));
        let refused = [&["rollback", "web", "--arm", "--to", "web-2"][..], &["retrain", "web", "--arm"]];
        for line in refused {
            assert!(Args::try_parse_from([&["sagetop"], line].concat()).is_err(), "{line:?}");
        }
        assert!(Args::try_parse_from(["sagetop", "approve", "arn"]).is_err(), "a reason must be given");
        let help = Args::command().render_help().to_string();
        let one_space = help.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let (reads, changes) = one_space.split_once("\n approve Approve a model version\n").unwrap();
        assert!(reads.contains("\n status ") && changes.contains("\n rollback Roll an endpoint back to"), "{help}");
    }
}
