//! The intents as commands: the plan is printed, and confirmed on the terminal or by `--yes`.

use std::io::{self, BufRead, IsTerminal, Write};

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::interrupt::Interrupts;
use crate::args::Answer;
use crate::intents::{AnyIntent, Executor, Outcome, Plan, Progress, Refusal};
use crate::resources::poll::Patience;
use crate::view::{harmless, width};

/// The result of a command, as an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// The end state was seen, or the user wanted only the plan: 0.
    Done,
    /// The command was refused, it failed, or the end state was not seen: 1.
    NotDone,
}

/// Makes the plan, asks for confirmation, sends, waits for the end state, and reports all of it on `out`. The patience
/// limits the time for the plan; once calls are sent, they are followed to their end.
///
/// # Errors
/// When `out` cannot be written or the answer cannot be read.
pub async fn carry_out(
    mut executor: Executor,
    intent: AnyIntent,
    answer: &Answer,
    patience: Patience,
    out: &mut (impl Write + Send),
) -> io::Result<Completion> {
    let plan = match timeout(patience.time(), make_plan(&mut executor, &intent)).await {
        Ok(Ok(plan)) => plan,
        Ok(Err(refusal)) => {
            writeln!(out, "refused: {}", harmless(&refusal.to_string()))?;
            return Ok(Completion::NotDone);
        }
        Err(_) => {
            let seconds = patience.time().as_secs_f64();
            let hint = "nothing was sent; check the network, or wait longer with --timeout";
            writeln!(out, "refused: AWS did not answer within {seconds} s while the plan was made: {hint}")?;
            return Ok(Completion::NotDone);
        }
    };
    let Executor { identity, aws, .. } = &executor;
    let at = aws.endpoint.as_deref().map(|url| format!("  at {url}")).unwrap_or_default();
    print_plan(&plan, out)?;
    writeln!(out, "In     {}  as {}{}", aws.region, harmless(identity), harmless(&at))?;
    if answer.plan_only {
        return Ok(Completion::Done);
    }
    if let Err(why) = executor.access.check(Some(&executor.identity)) {
        writeln!(out, "refused: read-only: {} was not sent; {}", plan.intent.name(), harmless(&why))?;
        return Ok(Completion::NotDone);
    }
    if !confirm(&plan, answer, out)? {
        writeln!(out, "not confirmed: nothing was sent")?;
        return Ok(Completion::NotDone);
    }
    let outcome = follow(executor, plan, out).await?;
    let (word, text, completion) = match &outcome {
        Outcome::Done(what) => ("done", what, Completion::Done),
        Outcome::Failed(why) => ("failed", why, Completion::NotDone),
        Outcome::Refused(why) => ("refused", why, Completion::NotDone),
    };
    writeln!(out, "{word}: {}", harmless(text))?;
    Ok(completion)
}

/// Makes the plan with the identity that AWS reports for us.
async fn make_plan(executor: &mut Executor, intent: &AnyIntent) -> Result<Plan, Refusal> {
    if let Some(arn) = executor.aws.sts.get_caller_identity().send().await.ok().and_then(|me| me.arn) {
        executor.identity = arn;
    }
    executor.plan_patiently(intent, |waits| drop(writeln!(io::stderr(), "… {waits}"))).await
}

/// Carries out a plan and reports its progress. The first interruption lets calls that are being sent finish, and does
/// not wait for their effects in AWS. The second interruption ends the work at once.
async fn follow(executor: Executor, plan: Plan, out: &mut (impl Write + Send)) -> io::Result<Outcome> {
    let mut interrupts = Interrupts::listen()?;
    let (tell, mut progress) = mpsc::channel(16);
    let (stop, stopped) = watch::channel(false);
    let work = tokio::spawn(run_until(executor, plan, tell, stopped));
    // A failing output must not end the work in the middle.
    let mut written = Ok(());
    loop {
        let line = tokio::select! {
            happened = progress.recv() => match happened {
                Some(Progress::Sent { call, request_id }) => {
                    format!("sent {call} {}", harmless(request_id.as_deref().unwrap_or_default()))
                }
                Some(Progress::Denied(call)) => format!("denied: {call}"),
                Some(Progress::Waiting(what)) => format!("… {}", harmless(&what)),
                None => break,
            },
            () = interrupts.next() => {
                if stop.send_replace(true) {
                    work.abort();
                    let left = "interrupted twice: it is not known what AWS accepted; the next start says";
                    return written.map(|()| Outcome::Failed(left.to_owned()));
                }
                "… interrupted: waiting for calls that are being sent; ctrl-c again quits at once".to_owned()
            }
        };
        written = written.and_then(|()| writeln!(out, "{line}")).and_then(|()| out.flush());
    }
    let outcome = work.await.unwrap_or_else(|error| Outcome::Failed(format!("the work broke off: {error}")));
    written.map(|()| outcome)
}

/// Sends a plan and waits for its end state, or until it is asked to stop waiting.
async fn run_until(
    executor: Executor,
    plan: Plan,
    tell: mpsc::Sender<Progress>,
    mut stopped: watch::Receiver<bool>,
) -> Outcome {
    let receipt = match executor.send(&plan, &tell).await {
        Ok(receipt) => receipt,
        Err(ended) => return ended,
    };
    tokio::select! {
        outcome = executor.finish(&plan, &receipt, &tell) => outcome,
        Ok(_) = stopped.wait_for(|stopped| *stopped) => Outcome::Failed(format!(
            "interrupted: AWS accepted the calls and continues; the next start reports the outcome of {}",
            plan.target
        )),
    }
}

/// Prints the plan: the changes, the warnings, and the calls.
fn print_plan(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", harmless(&plan.headline()))?;
    let pad = |text: &str, cells: usize| format!("{text}{}", " ".repeat(cells.saturating_sub(width(text))));
    let columns =
        |f: fn(&crate::intents::Difference) -> &str| plan.differences.iter().map(|d| width(f(d))).max().unwrap_or(0);
    let (what, now) = (columns(|d| &d.what), columns(|d| &d.now));
    for d in &plan.differences {
        let (name, old) = (pad(&harmless(&d.what), what), pad(&harmless(&d.now), now));
        let note = if d.note.is_empty() { String::new() } else { format!("   {}", harmless(&d.note)) };
        writeln!(out, "  {name}  {old}  → {}{note}", harmless(&d.then))?;
    }
    if !plan.choices.is_empty() {
        writeln!(out, "Rollback targets, newest first")?;
    }
    for choice in &plan.choices {
        let mark = if choice.chosen { "›" } else { " " };
        let (label, name) = (harmless(&choice.label), harmless(&choice.name));
        let details: Vec<_> = [&choice.changes, &choice.record].into_iter().filter(|t| !t.is_empty()).collect();
        let offered = if choice.intent.is_some() { "" } else { "not offered, it " };
        let details = details.into_iter().map(|t| harmless(t)).collect::<Vec<_>>().join(" · ");
        writeln!(out, "{mark} {label}  {name}  {offered}{details}")?;
    }
    for check in &plan.checks {
        writeln!(out, "✓ {}", harmless(check))?;
    }
    for warning in &plan.warnings {
        writeln!(out, "▲ {}", harmless(warning))?;
    }
    for step in &plan.steps {
        writeln!(out, "Sends  {}", step.api())?;
        writeln!(out, "       {}", harmless(&step.cli()))?;
    }
    writeln!(out, "Then   {}", harmless(&plan.then))?;
    writeln!(out, "Undo   {}", harmless(&plan.undo))
}

/// Asks for confirmation, unless `--yes` answers; returns true if the answer was the name of the target.
fn confirm(plan: &Plan, answer: &Answer, out: &mut impl Write) -> io::Result<bool> {
    if let Some(name) = &answer.yes {
        if *name != plan.target {
            let difference = describe_hidden_difference(name, &plan.target).unwrap_or_default();
            writeln!(out, "--yes {} does not name the target: {}{difference}", harmless(name), harmless(&plan.target))?;
        }
        return Ok(*name == plan.target);
    }
    if !io::stdin().is_terminal() {
        writeln!(out, "no terminal to ask on: answer with --yes {}", harmless(&plan.target))?;
        return Ok(false);
    }
    write!(out, "Type {} to send: ", harmless(&plan.target))?;
    out.flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    let typed = typed.trim_end_matches(['\r', '\n']);
    if let Some(difference) = describe_hidden_difference(typed, &plan.target) {
        writeln!(out, "that is not the name{difference}")?;
    }
    Ok(typed == plan.target)
}

/// Names the first character in which two names differ, as the end of a sentence; `None` if the difference is visible.
fn describe_hidden_difference(typed: &str, name: &str) -> Option<String> {
    let mut pairs = typed.chars().map(Some).chain([None]).zip(name.chars().map(Some).chain([None]));
    let (has, wants) = pairs.find(|(has, wants)| has != wants)?;
    if [has, wants].into_iter().flatten().all(|c| c.is_ascii_graphic()) {
        return None;
    }
    let point = |c: Option<char>| c.map_or_else(|| "its end".to_owned(), |c| format!("U+{:04X}", u32::from(c)));
    Some(format!("; it has {} where the name has {}", point(has), point(wants)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_that_nobody_sees_is_named_by_its_code_point() {
        let cases = [
            ("fraud/7", None),
            ("fraud/8", None),
            ("frаud/7", Some("; it has U+0430 where the name has U+0061")),
            ("fraud/7\u{200b}", Some("; it has U+200B where the name has its end")),
            ("fraud/7 ", Some("; it has U+0020 where the name has its end")),
            ("fraud\u{2044}7", Some("; it has U+2044 where the name has U+002F")),
        ];
        for (typed, expected) in cases {
            assert_eq!(describe_hidden_difference(typed, "fraud/7").as_deref(), expected, "{typed:?}");
        }
    }
}
