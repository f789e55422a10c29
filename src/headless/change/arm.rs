//! `rollback --arm`: a rollback that waits until AWS has ended its update of the endpoint. It ends with the command.

use std::io::{self, Write};

use tokio::time::timeout;

use super::super::interrupt::Interrupts;
use super::report::{End, Report};
use super::{confirm, follow, identify, no_answer, read_only, show};
use crate::args::Answer;
use crate::intents::{ArmedRollback, Executor, Refusal};
use crate::resources::poll::Patience;
use crate::view::harmless;

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
    let planned = tokio::select! {
        planned = executor.plan_when_steady(&armed) => planned,
        () = interrupts.next() => {
            let what = format!("disarmed: the rollback of {endpoint} is not sent");
            return report.ends(End::Refused, what, out);
        }
    };
    let plan = match planned {
        Ok(plan) => plan,
        Err(refusal) => {
            let why = format!("the armed rollback of {endpoint} was not sent: {refusal}");
            return report.ends(End::Refused, why, out);
        }
    };
    show(&executor, &plan, report, out)?;
    if let Some(why) = read_only(&executor, &plan) {
        return report.ends(End::Refused, why, out);
    }
    follow(executor, plan, interrupts, report, out).await
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
