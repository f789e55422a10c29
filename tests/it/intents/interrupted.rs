//! A command that is interrupted while AWS carries out its change.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::altered::Altered;
use crate::sagetop::Home;

const PIPELINE: &str = "fraud-screening-build";

#[test]
fn the_first_interruption_lets_calls_end_and_the_next_look_tells_the_rest() {
    for signal in [Signal::INT, Signal::TERM] {
        let account = Altered::serve("shop", |_| None);
        let home = Home::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sagetop"));
        command.args(["retrain", PIPELINE, "--yes", PIPELINE, "--endpoint-url", &account.url, "--region", "eu-west-1"]);
        command.env_clear().envs(home.environment());
        command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("sent sagemaker:StartPipelineExecution") {
            assert_ne!(out.read_line(&mut said).unwrap(), 0, "{said}");
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        out.read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
        assert!(said.contains("open: interrupted: AWS accepted the calls and continues"), "{said}");
        assert_eq!(home.events(), ["confirmed", "sending", "sent"]);
        assert_eq!(account.count("StartPipelineExecution"), 1);
        let status = home.run_at(&account.url, "eu-west-1", &["status"]);
        assert!(status.err.contains(&format!("retrain {PIPELINE} was left open and is under way")), "{status:?}");
    }
}
