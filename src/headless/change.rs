//! The intents as commands: the plan is printed, and confirmed on the terminal or by `--yes`.

mod arm;
mod print;
mod report;
mod second;

use std::io::{self, BufRead, IsTerminal, Write};

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout_at};

use super::interrupt::Interrupts;
use super::print_json;
use crate::args::Answer;
use crate::intents::{AnyIntent, Executor, Intent, Outcome, Plan, Progress, Refusal, Rollback, Undo};
use crate::resources::poll::Patience;
use crate::view::harmless;

use print::print_plan;
use report::{End, Report};

/// The thing that a command shall do.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// An intent.
    Intent(AnyIntent),
    /// The undo of the last change, or of the one with this id in the journal.
    Undo(Option<String>),
    /// The rollback of this endpoint as soon as AWS has ended its update.
    Armed(String),
}

impl Goal {
    /// Returns the goal of an intent, which may be a rollback that is armed.
    #[must_use]
    pub fn of(intent: AnyIntent, armed: bool) -> Self {
        if let (true, AnyIntent::Rollback(rollback)) = (armed, &intent) {
            return Self::Armed(rollback.endpoint.clone());
        }
        Self::Intent(intent)
    }

    /// Returns the name of its command.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Intent(intent) => intent.name(),
            Self::Undo(_) => "undo",
            Self::Armed(_) => <Rollback as Intent>::NAME,
        }
    }
}

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
/// With `--json`, `out` gets one document at the end, and the text goes to standard error. An error of standard error
/// changes nothing.
///
/// # Errors
/// When `out` cannot be written or the answer cannot be read.
pub async fn carry_out(
    executor: Executor,
    goal: Goal,
    answer: &Answer,
    patience: Patience,
    out: &mut (impl Write + Send),
) -> io::Result<Completion> {
    let mut report = Report::new(goal.name());
    if answer.json {
        Box::pin(report_on(executor, &goal, answer, patience, &mut report, &mut Unheard(io::stderr()))).await?;
        print_json(out, &report.to_json())?;
    } else {
        Box::pin(report_on(executor, &goal, answer, patience, &mut report, out)).await?;
    }
    Ok(match report.end {
        End::Planned | End::Done => Completion::Done,
        End::NotConfirmed | End::Failed | End::Refused | End::Open => Completion::NotDone,
    })
}

/// A writer whose errors do not matter.
struct Unheard<W>(W);

impl<W: Write> Write for Unheard<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

/// Reaches a goal. Tells it on `out`, and fills in the report.
async fn report_on(
    mut executor: Executor,
    goal: &Goal,
    answer: &Answer,
    patience: Patience,
    report: &mut Report,
    out: &mut (impl Write + Send),
) -> io::Result<()> {
    executor.lifted.extend(answer.override_freeze.iter().map(|name| (name.clone(), Timestamp::MAX)));
    let (intent, id) = match goal {
        Goal::Intent(intent) => (Some(intent), None),
        Goal::Undo(id) => (None, id.as_deref()),
        Goal::Armed(endpoint) => {
            return Box::pin(arm::report_armed(executor, endpoint, answer, patience, report, out)).await;
        }
    };
    let unasked = answer.yes.is_some() && !answer.plan_only;
    let limit = Instant::now() + patience.time();
    let planned = timeout_at(limit, make_plan(&mut executor, intent, id, unasked.then_some(limit))).await;
    report.place(&executor);
    let planned = match planned.unwrap_or_else(|_| Err(Refusal::No(no_answer(patience)))) {
        Ok(planned) => planned,
        Err(refusal) => return report.ends(End::Refused, refusal.to_string(), out),
    };
    show(&executor, &planned.plan, report, out)?;
    if answer.plan_only {
        return Ok(());
    }
    // A plan that is only shown closes nothing: the run that follows must find the same.
    planned.close_in_journal(&executor, unasked);
    let unread = planned.undo.as_ref().filter(|_| unasked).and_then(|undo| needs_a_reader(undo, id));
    let second = if unasked { planned.second_of(&executor).await } else { None };
    if let Some(why) = read_only(&executor, &planned.plan).or(unread).or(second) {
        return report.ends(End::Refused, why, out);
    }
    if !confirm(&planned.plan.target, answer, out)? {
        return report.ends(End::NotConfirmed, "nothing was sent".to_owned(), out);
    }
    let interrupts = Interrupts::listen()?;
    follow(executor, planned.plan, interrupts, report, out).await
}

/// A plan, and what it was made of.
struct Planned {
    plan: Plan,
    /// The intent as it was wanted. That of the plan has its goal, which may depend on the present state.
    wanted: AnyIntent,
    /// The undo that it is, if it is one.
    undo: Option<Undo>,
}

/// Says that AWS did not answer in time.
fn no_answer(patience: Patience) -> String {
    let seconds = patience.time().as_secs_f64();
    let hint = "nothing was sent; check the network, or wait longer with --timeout";
    format!("AWS did not answer within {seconds} s while the plan was made: {hint}")
}

/// Prints a plan, and where it would be carried out and by whom.
fn show(executor: &Executor, plan: &Plan, report: &mut Report, out: &mut impl Write) -> io::Result<()> {
    let Executor { identity, aws, .. } = executor;
    let at = aws.endpoint.as_deref().map(|url| format!("  at {url}")).unwrap_or_default();
    print_plan(plan, out)?;
    writeln!(out, "In     {}  as {}{}", aws.region, harmless(identity), harmless(&at))?;
    report.planned(plan);
    Ok(())
}

/// Returns why nothing may be changed, as the end of a command.
fn read_only(executor: &Executor, plan: &Plan) -> Option<String> {
    let allowed =
        executor.access.check(Some(&executor.identity)).and_then(|()| executor.access.check_stage(&plan.stage));
    allowed.err().map(|why| format!("read-only: {} was not sent; {why}", plan.intent.name()))
}

/// Returns why an undo is not sent without a person who has read its plan. The last change is another one when the
/// command is run again: its own undo.
fn needs_a_reader(undo: &Undo, id: Option<&str>) -> Option<String> {
    let unnamed = id.is_none().then(|| format!("nothing was sent: --yes needs the change: --id {}", undo.id));
    unnamed.or_else(|| undo.doubt.as_ref().map(|doubt| format!("nothing was sent: {doubt} Confirm on a terminal")))
}

/// Makes the plan of an intent, or that of an undo, with the identity that AWS reports for us. With a limit nobody is asked:
/// if the same was begun a moment ago, the plan is made again when AWS shows whether it accepted that.
async fn make_plan(
    executor: &mut Executor,
    intent: Option<&AnyIntent>,
    id: Option<&str>,
    limit: Option<Instant>,
) -> Result<Planned, Refusal> {
    identify(executor).await;
    let planned = plan_once(executor, intent, id).await?;
    let Some((limit, (open, time))) = limit.zip(planned.begun_just_now()) else { return Ok(planned) };
    let seconds = time.as_secs();
    if Instant::now() + time >= limit {
        let way = "wait longer with --timeout, or confirm on a terminal";
        return Err(Refusal::No(format!("{open}; nothing more was sent: AWS may show it in {seconds} s: {way}")));
    }
    let begun = format!("{} {} was begun a moment ago", open.intent(), open.target());
    tell(&format!("{begun}: looking in {seconds} s whether AWS shows it"));
    sleep(time).await;
    plan_once(executor, intent, id).await
}

async fn plan_once(executor: &Executor, intent: Option<&AnyIntent>, id: Option<&str>) -> Result<Planned, Refusal> {
    let on_wait = |waits: String| tell(&waits);
    if let Some(intent) = intent {
        let plan = executor.plan_patiently(intent, on_wait).await?;
        return Ok(Planned { plan, wanted: intent.clone(), undo: None });
    }
    let undo = executor.undo(id).await?;
    let mut plan = executor.plan_patiently(&undo.intent, on_wait).await?;
    plan.warnings.splice(0..0, std::iter::once(undo.of.clone()).chain(undo.doubt.clone()));
    Ok(Planned { plan, wanted: undo.intent.clone(), undo: Some(undo) })
}

/// Tells why the plan takes long. An error of standard error changes nothing.
fn tell(waits: &str) {
    drop(writeln!(io::stderr(), "… {}", harmless(waits)));
}

/// Notes the identity that AWS reports for us, if it does.
async fn identify(executor: &mut Executor) {
    if let Some(arn) = executor.aws.sts.get_caller_identity().send().await.ok().and_then(|me| me.arn) {
        executor.identity = arn;
    }
}

/// Carries out a plan and reports its progress. The first interruption lets calls that are being sent finish, and does
/// not wait for their effects in AWS. The second interruption ends the work at once.
async fn follow(
    executor: Executor,
    plan: Plan,
    mut interrupts: Interrupts,
    report: &mut Report,
    out: &mut (impl Write + Send),
) -> io::Result<()> {
    let (tell, mut progress) = mpsc::channel(16);
    let (stop, stopped) = watch::channel(false);
    let work = tokio::spawn(run_until(executor, plan, tell, stopped));
    // A failing output must not end the work in the middle.
    let mut written = Ok(());
    loop {
        let line = tokio::select! {
            happened = progress.recv() => match happened {
                Some(Progress::Sent { call, request_id }) => {
                    let line = format!("sent {call} {}", harmless(request_id.as_deref().unwrap_or_default()));
                    report.sent.push((call, request_id));
                    line
                }
                Some(Progress::Denied(call)) => format!("denied: {call}"),
                Some(Progress::Waiting(what)) => format!("… {}", harmless(&what)),
                None => break,
            },
            () = interrupts.next() => {
                if stop.send_replace(true) {
                    work.abort();
                    let left = "interrupted twice: it is not known what AWS accepted; the next start says";
                    written?;
                    return report.ends(End::Failed, left.to_owned(), out);
                }
                "… interrupted: waiting for calls that are being sent; ctrl-c again quits at once".to_owned()
            }
        };
        written = written.and_then(|()| writeln!(out, "{line}")).and_then(|()| out.flush());
    }
    let outcome = work.await.unwrap_or_else(|error| Outcome::Failed(format!("the work broke off: {error}")));
    written?;
    let (end, text) = match outcome {
        Outcome::Done(what) => (End::Done, what),
        Outcome::Failed(why) => (End::Failed, why),
        Outcome::Refused(why) => (End::Refused, why),
        Outcome::Open(what) => (End::Open, what),
    };
    report.ends(end, text, out)
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
        Ok(_) = stopped.wait_for(|stopped| *stopped) => Outcome::Open(format!(
            "interrupted: AWS accepted the calls and continues; the next start reports the outcome of {}",
            plan.target
        )),
    }
}

/// Asks for confirmation, unless `--yes` answers; returns true if the answer was the name of the target.
fn confirm(target: &str, answer: &Answer, out: &mut impl Write) -> io::Result<bool> {
    if let Some(name) = &answer.yes {
        if name != target {
            let difference = describe_hidden_difference(name, target).unwrap_or_default();
            writeln!(out, "--yes {} does not name the target: {}{difference}", harmless(name), harmless(target))?;
        }
        return Ok(name == target);
    }
    if !io::stdin().is_terminal() {
        writeln!(out, "no terminal to ask on: answer with --yes {}", harmless(target))?;
        return Ok(false);
    }
    write!(out, "Type {} to send: ", harmless(target))?;
    out.flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    let typed = typed.trim_end_matches(['\r', '\n']);
    if let Some(difference) = describe_hidden_difference(typed, target) {
        writeln!(out, "that is not the name{difference}")?;
    }
    Ok(typed == target)
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

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_closed_standard_error_changes_nothing() {
        let mut out = Unheard(Closed);
        assert!(writeln!(out, "sent sagemaker:UpdateEndpoint").is_ok());
        assert!(out.flush().is_ok());
    }

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
