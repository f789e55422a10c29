//! `rollback --arm`: a rollback that waits until AWS has ended its update of the endpoint. It ends with the command.

use std::io::{self, IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::super::interrupt::Interrupts;
use super::report::{End, Report};
use super::{confirm, follow, identify, no_answer, read_only, show};
use crate::args::Answer;
use crate::intents::{ArmedRollback, Executor, Plan, Refusal, Told};
use crate::resources::endpoint::Endpoint;
use crate::resources::poll::Patience;
use crate::view::harmless;

/// The least time between two lines about the deployment, where no terminal shows them.
const ONE_LINE: Duration = Duration::from_mins(1);

/// Arms the rollback of an endpoint, waits, and carries its plan out. The plan is not asked about again.
pub(super) async fn report_armed(
    mut executor: Executor,
    endpoint: &str,
    answer: &Answer,
    patience: Patience,
    report: &mut Report,
    out: &mut (impl Write + Send),
) -> io::Result<()> {
    let arm = async {
        identify(&mut executor).await;
        executor.arm(endpoint).await
    };
    let armed = timeout(patience.time(), arm).await;
    report.place(&executor);
    let armed = match armed.unwrap_or_else(|_| Err(Refusal::No(no_answer(patience)))) {
        Ok(armed) => armed,
        Err(refusal) => return report.ends(End::Refused, refusal.to_string(), out),
    };
    explain(&armed, out)?;
    if answer.plan_only {
        return Ok(());
    }
    if let Err(why) = executor.access.check(Some(&executor.identity)) {
        return report.ends(End::Refused, format!("read-only: {endpoint} is not armed; {why}"), out);
    }
    if !confirm(endpoint, answer, out)? {
        return report.ends(End::NotConfirmed, "nothing was sent".to_owned(), out);
    }
    let mut interrupts = Interrupts::listen()?;
    writeln!(out, "armed: {} is rolled back to {} when it is InService", harmless(endpoint), harmless(&armed.to))?;
    out.flush()?;
    let plan = match wait(&executor, &armed, &mut interrupts, out).await? {
        None => {
            let what = format!("disarmed: the rollback of {endpoint} is not sent");
            return report.ends(End::Refused, what, out);
        }
        Some(Ok(plan)) => plan,
        Some(Err(refusal)) => {
            let why = format!("the armed rollback of {endpoint} was not sent: {refusal}");
            return report.ends(End::Refused, why, out);
        }
    };
    show(&executor, &plan, report, out)?;
    executor.close_in_journal(&plan.left_open, Told::Reader);
    if let Some(why) = read_only(&executor, &plan) {
        return report.ends(End::Refused, why, out);
    }
    follow(executor, plan, interrupts, report, out).await
}

/// Waits for the plan of an armed rollback, and prints what AWS is doing meanwhile. Returns nothing if it is disarmed.
async fn wait(
    executor: &Executor,
    armed: &ArmedRollback,
    interrupts: &mut Interrupts,
    out: &mut (impl Write + Send),
) -> io::Result<Option<Result<Plan, Refusal>>> {
    let (look, mut looks) = mpsc::unbounded_channel();
    let on_look = |endpoint: &Endpoint| drop(look.send(describe(endpoint, armed)));
    let mut planned = pin!(executor.plan_when_steady(armed, on_look));
    let mut progress = Progress { last: String::new(), told: None, every: io::stdout().is_terminal() };
    loop {
        tokio::select! {
            planned = &mut planned => return Ok(Some(planned)),
            Some(state) = looks.recv() => progress.tell(state, out)?,
            () = interrupts.next() => return Ok(None),
        }
    }
}

/// Describes the state of an endpoint on which a rollback is armed.
fn describe(endpoint: &Endpoint, armed: &ArmedRollback) -> String {
    let phase = endpoint.phase().map(|phase| format!(" ({phase})")).unwrap_or_default();
    format!("{} is {}{phase}, {} arrives", endpoint.name, endpoint.status, armed.arriving)
}

/// The lines that tell how a deployment goes on.
struct Progress {
    last: String,
    told: Option<Instant>,
    /// Whether each change is told. A file gets one line a minute at most.
    every: bool,
}

impl Progress {
    fn tell(&mut self, state: String, out: &mut impl Write) -> io::Result<()> {
        let is_due = self.every || self.told.is_none_or(|told| told.elapsed() >= ONE_LINE);
        if state == self.last || !is_due {
            return Ok(());
        }
        writeln!(out, "… {}", harmless(&state))?;
        (self.last, self.told) = (state, Some(Instant::now()));
        out.flush()
    }
}

/// Prints what is armed.
fn explain(armed: &ArmedRollback, out: &mut impl Write) -> io::Result<()> {
    let [name, arriving, to] = [&armed.endpoint, &armed.arriving, &armed.to].map(|text| harmless(text));
    writeln!(out, "Arm the rollback of {name}")?;
    writeln!(out, "  AWS updates it to {arriving} and takes no other change until it is InService.")?;
    writeln!(
        out,
        "Then   it is rolled back to {to}, which serves now: planned and checked at that time, and sent without"
    )?;
    writeln!(
        out,
        "       a further question. If AWS has gone back by itself, or if another deployment has begun, nothing is"
    )?;
    writeln!(out, "       sent. It waits as long as this command runs; ctrl-c disarms it.")
}
