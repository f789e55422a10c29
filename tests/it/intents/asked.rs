//! Nothing is sent without a confirmation, whatever AWS says about the caller.

use crate::altered::{Altered, Answer, Asked};
use crate::sagetop::Home;

const PIPELINE: &str = "fraud-screening-build";
const READ_ONLY: &str =
    "[[account]]\nlabel = \"prod\"\nprofile = \"retail\"\naccount_id = \"999999999999\"\naccess = \"read-only\"\n";

/// Starts a pipeline on the command line. AWS identifies the caller only from the given request on.
fn start(told_from: usize, more: &[&str]) -> (crate::sagetop::Run, usize) {
    let account = Altered::serve("shop", move |asked: &Asked| {
        let away = asked.operation == "GetCallerIdentity" && asked.number < told_from;
        away.then(|| Answer::xml(500, "<html>away</html>"))
    });
    let home = Home::new();
    home.write("config/sagetop/sagetop.toml", READ_ONLY);
    let run = home.run_at(&account.url, "eu-west-1", &[&["retrain", PIPELINE], more].concat());
    (run, account.count("StartPipelineExecution"))
}

#[test]
fn a_caller_who_may_be_of_a_read_only_account_sends_nothing() {
    // Keys of the environment may belong to any profile, until the account id shows that they do not.
    let (run, sent) = start(usize::MAX, &["--yes", PIPELINE]);
    run.ends(1).says("read-only").says("[[account]] prod");
    assert_eq!(sent, 0);
    // The answer comes late, and nobody has confirmed meanwhile.
    let (run, sent) = start(2, &[]);
    run.ends(1);
    assert_eq!(sent, 0);
    let (run, sent) = start(1, &[]);
    run.ends(1).says("--yes");
    assert_eq!(sent, 0);
}
