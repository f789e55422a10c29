//! The command line: one place for each flag.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// A live terminal console for machine learning on AWS.
///
/// Without a command it shows the account that the standard AWS configuration points at.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Args {
    /// Where to look and how.
    #[command(flatten)]
    pub common: Common,
    /// What to do instead of the console.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Common {
    /// Named profile of the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// AWS region
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// One URL for all services (default: `AWS_ENDPOINT_URL`)
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Use the simulated account instead of AWS
    #[arg(long, global = true)]
    pub demo: bool,
    /// Configuration file (default: sagetop.toml in the user's configuration directory)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Change nothing in AWS, whatever is asked
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
}

/// What can be done instead of the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The console on a simulated retail account; needs no credentials and no network
    Demo {
        /// Story to play
        #[arg(default_value = "demo")]
        story: String,
        /// List the stories
        #[arg(long)]
        list: bool,
        /// How many times faster than usual
        #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
        speed: f64,
    },
    /// Serve a simulated account on loopback, for any AWS client
    Simulate {
        /// Address to listen on; only loopback is allowed
        #[arg(long, default_value = "127.0.0.1:4599")]
        listen: std::net::SocketAddr,
        /// Story to play
        #[arg(long, default_value = "demo")]
        story: String,
        /// How many times faster than usual
        #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
        speed: f64,
    },
    /// Print everything as JSON: identity, models, resources, sources
    Dump,
    /// Print one line per model; exit 0 ok, 1 warning, 2 critical, 3 unknown
    Status {
        /// Print JSON instead of lines
        #[arg(long)]
        json: bool,
        /// The mildest state that is not success
        #[arg(long, value_enum, default_value_t = FailOn::Warning)]
        fail_on: FailOn,
    },
    /// Approve a model version
    Approve(Decide),
    /// Reject a model version
    Reject(Decide),
    /// Start a SageMaker pipeline and wait for its end
    Retrain {
        /// Name of the pipeline
        pipeline: String,
        /// A parameter that differs from its default
        #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
        parameters: Vec<(String, String)>,
        /// How to answer.
        #[command(flatten)]
        answer: Answer,
    },
    /// Roll an endpoint back to an earlier configuration
    Rollback {
        /// Name of the endpoint
        endpoint: String,
        /// Configuration to go back to (default: the newest good one before the present)
        #[arg(long, value_name = "CONFIG")]
        to: Option<String>,
        /// How to answer.
        #[command(flatten)]
        answer: Answer,
    },
}

/// A decision about a version.
#[derive(Debug, ClapArgs)]
pub struct Decide {
    /// ARN of the model package
    pub arn: String,
    /// Why; kept in AWS with the version
    #[arg(long)]
    pub reason: String,
    /// How to answer.
    #[command(flatten)]
    pub answer: Answer,
}

/// How the question "shall it be sent?" is answered.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Answer {
    /// The name to type: GROUP/VERSION, the pipeline's or the endpoint's name; a wrong one sends nothing
    #[arg(long, value_name = "NAME")]
    pub yes: Option<String>,
    /// Print the plan and stop
    #[arg(long)]
    pub plan_only: bool,
}

/// The mildest state that `status` does not call success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Degraded models count.
    Warning,
    /// Only broken models count.
    Critical,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_parameter_may_hold_an_equals_sign() {
        assert_eq!(pair("Query=a=b"), Ok(("Query".into(), "a=b".into())));
        assert!(pair("=b").is_err() && pair("b").is_err());
    }
}
