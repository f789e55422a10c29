//! The intents as commands: the same plans, printed; the same question, asked on the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::interrupt::Interrupts;
use crate::args::Answer;
use crate::intents::{AnyIntent, Executor, Outcome, Plan, Progress, Refusal};
use crate::resources::poll::Patience;
use crate::view::{harmless, width};

/// How a command ended, as an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The end state was seen, or only the plan was asked for: 0.
    Verified,
    /// Refused, failed, or not seen: 1.
    NotDone,
}

/// Plans, asks, sends, waits; says all of it on `out`. Only the plan is given up when the patience ends: what was sent
/// is followed to its end.
///
/// # Errors
/// When `out` cannot be written or the answer cannot be read.
pub async fn carry_out(
    mut executor: Executor,
    intent: AnyIntent,
    answer: &Answer,
    patience: Patience,
    out: &mut (impl Write + Send),
) -> io::Result<Answered> {
    let plan = match timeout(patience.time(), planned(&mut executor, &intent)).await {
        Ok(Ok(plan)) => plan,
        Ok(Err(refusal)) => {
            writeln!(out, "refused: {}", harmless(&refusal.to_string()))?;
            return Ok(Answered::NotDone);
        }
        Err(_) => {
            let seconds = patience.time().as_secs_f64();
            let hint = "nothing was sent; check the network, or wait longer with --timeout";
            writeln!(out, "refused: AWS did not answer all questions of the plan within {seconds} s: {hint}")?;
            return Ok(Answered::NotDone);
        }
    };
    let Executor { identity, aws, .. } = &executor;
    let at = aws.endpoint.as_deref().map(|url| format!("  at {url}")).unwrap_or_default();
    print(&plan, out)?;
    writeln!(out, "In     {}  as {}{}", aws.region, harmless(identity), harmless(&at))?;
    if answer.plan_only {
        return Ok(Answered::Verified);
    }
    if let Err(why) = executor.access.check(Some(&executor.identity)) {
        writeln!(out, "refused: read-only: {} was not sent; {}", plan.intent.name(), harmless(&why))?;
        return Ok(Answered::NotDone);
    }
    if !confirmed(&plan, answer, out)? {
        writeln!(out, "not confirmed: nothing was sent")?;
        return Ok(Answered::NotDone);
    }
    let outcome = follow(executor, plan, out).await?;
    let (word, text, answered) = match &outcome {
        Outcome::Done(what) => ("done", what, Answered::Verified),
        Outcome::Failed(why) => ("failed", why, Answered::NotDone),
        Outcome::Refused(why) => ("refused", why, Answered::NotDone),
    };
    writeln!(out, "{word}: {}", harmless(text))?;
    Ok(answered)
}

/// Makes the plan in the name of whoever AWS says is asking.
async fn planned(executor: &mut Executor, intent: &AnyIntent) -> Result<Plan, Refusal> {
    if let Some(arn) = executor.aws.sts.get_caller_identity().send().await.ok().and_then(|me| me.arn) {
        executor.identity = arn;
    }
    executor.plan_aloud(intent, |waits| drop(writeln!(io::stderr(), "… {waits}"))).await
}

/// Carries a plan out and says what happens. The first interruption lets calls that are being sent come to their end and
/// does not wait for what AWS does after them; the second one leaves at once.
async fn follow(executor: Executor, plan: Plan, out: &mut (impl Write + Send)) -> io::Result<Outcome> {
    let mut interrupts = Interrupts::listen()?;
    let (tell, mut told) = mpsc::channel(16);
    let (stop, stopped) = watch::channel(false);
    let work = tokio::spawn(run_until(executor, plan, tell, stopped));
    // A reader that went away must not end the work in the middle.
    let mut written = Ok(());
    loop {
        let line = tokio::select! {
            progress = told.recv() => match progress {
                Some(Progress::Sent { call, request_id }) => {
                    format!("sent {call} {}", harmless(request_id.as_deref().unwrap_or_default()))
                }
                Some(Progress::Waiting(what)) => format!("… {}", harmless(&what)),
                None => break,
            },
            () = interrupts.next() => {
                if stop.send_replace(true) {
                    work.abort();
                    let left = "interrupted twice: it is not known what AWS took; the next start tells";
                    return written.map(|()| Outcome::Failed(left.to_owned()));
                }
                "… interrupted: calls that are being sent come to their end; ctrl-c again leaves at once".to_owned()
            }
        };
        written = written.and_then(|()| writeln!(out, "{line}")).and_then(|()| out.flush());
    }
    let outcome = work.await.unwrap_or_else(|error| Outcome::Failed(format!("the work broke off: {error}")));
    written.map(|()| outcome)
}

/// Sends a plan and waits for its end state, unless it is to stop: what AWS does after the calls needs nobody here.
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
            "interrupted: AWS took the calls and goes on; the next start tells what came of {}",
            plan.target
        )),
    }
}

/// The plan as text: what changes, what to know, what is sent.
fn print(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
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
        writeln!(out, "Ways back, newest first")?;
    }
    for choice in &plan.choices {
        let mark = if choice.chosen { "›" } else { " " };
        let (label, name) = (harmless(&choice.label), harmless(&choice.name));
        let told: Vec<_> = [&choice.differs, &choice.record].into_iter().filter(|t| !t.is_empty()).collect();
        let offered = if choice.intent.is_some() { "" } else { "not offered, it " };
        let told = told.into_iter().map(|t| harmless(t)).collect::<Vec<_>>().join(" · ");
        writeln!(out, "{mark} {label}  {name}  {offered}{told}")?;
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

fn confirmed(plan: &Plan, answer: &Answer, out: &mut impl Write) -> io::Result<bool> {
    if let Some(name) = &answer.yes {
        if *name != plan.target {
            let alike = look_alike(name, &plan.target).unwrap_or_default();
            writeln!(out, "--yes {} does not name the target: {}{alike}", harmless(name), harmless(&plan.target))?;
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
    if let Some(alike) = look_alike(typed, &plan.target) {
        writeln!(out, "that is not the name{alike}")?;
    }
    Ok(typed == plan.target)
}

/// Names the first character in which two names differ, where nobody could see the difference: as the end of a sentence.
fn look_alike(typed: &str, name: &str) -> Option<String> {
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
    fn a_difference_that_nobody_sees_is_told_by_its_code_point() {
        let cases = [
            ("fraud/7", None),
            ("fraud/8", None),
            ("frаud/7", Some("; it has U+0430 where the name has U+0061")),
            ("fraud/7\u{200b}", Some("; it has U+200B where the name has its end")),
            ("fraud/7 ", Some("; it has U+0020 where the name has its end")),
            ("fraud\u{2044}7", Some("; it has U+2044 where the name has U+002F")),
        ];
        for (typed, told) in cases {
            assert_eq!(look_alike(typed, "fraud/7").as_deref(), told, "{typed:?}");
        }
    }
}
