//! A call without an answer: AWS may have taken it all the same. What it left behind tells.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Outcome, Progress, Receipt, Step};
use crate::aws::{Aws, AwsError, ErrorKind};

/// AWS shows what it has taken within seconds. A call that left no trace after this time was not taken.
const SETTLED: Duration = Duration::from_secs(30);
/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The search ends after this time without an answer to any look.
const BLIND: Duration = Duration::from_mins(10);

/// Searches AWS for the effect of a call that ended with this error instead of an answer, and returns what AWS would have
/// answered.
///
/// # Errors
/// The end of the plan: the call left no trace, or it cannot be known whether it did.
pub(super) async fn find_effect(
    step: &Step,
    aws: &Aws,
    error: &AwsError,
    progress: &mpsc::Sender<Progress>,
) -> Result<Receipt, Outcome> {
    // The search goes on also when nobody listens.
    let _ = progress.send(Progress::Waiting(format!("{error}; checking whether it was done"))).await;
    let began = Instant::now();
    let mut answered = began;
    loop {
        match step.effect(aws).await {
            Ok(Some(receipt)) => return Ok(receipt),
            Ok(None) if began.elapsed() >= SETTLED => {
                return Err(Outcome::Failed(format!(
                    "nothing has begun: {error}, and {} left no trace in AWS; plan it again",
                    step.api()
                )));
            }
            Ok(None) => answered = Instant::now(),
            // Asking again would change nothing.
            Err(why) if matches!(why.kind, ErrorKind::Denied | ErrorKind::Gone | ErrorKind::Unsupported) => {
                return Err(not_known(step, error, &why));
            }
            Err(why) if answered.elapsed() >= BLIND => return Err(not_known(step, error, &why)),
            Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The end of a plan of which nobody can say whether its last call was taken.
fn not_known(step: &Step, error: &AwsError, why: &AwsError) -> Outcome {
    let call = step.api();
    Outcome::Failed(format!(
        "it is not known whether AWS accepted {call}: {error}; AWS cannot be read: {why}; check in AWS before you try again"
    ))
}
