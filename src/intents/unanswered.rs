//! A call without an answer. AWS may have accepted it nevertheless, and its effect in AWS decides.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Outcome, Progress, Receipt, Step};
use crate::aws::{Aws, AwsError, ErrorKind};

/// The time after which a call without an effect was not accepted. AWS shows the effect within seconds.
pub(super) const SETTLED: Duration = Duration::from_secs(30);
/// The time between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The search ends after this time without an answer to any look.
const BLIND: Duration = Duration::from_mins(10);

/// Searches AWS for the effect of a call that ended with this error instead of an answer, and returns the answer that
/// AWS would have given. The call was not made before the time.
///
/// # Errors
/// The end of the plan: the call had no effect, or it is unknown whether it had one.
pub(super) async fn find_effect(
    step: &Step,
    since: Timestamp,
    aws: &Aws,
    error: &AwsError,
    progress: &mpsc::Sender<Progress>,
) -> Result<Receipt, Outcome> {
    // The search goes on even if nobody receives the progress.
    let _ = progress.send(Progress::Waiting(format!("{error}; checking whether it was done"))).await;
    let began = Instant::now();
    let mut answered = began;
    loop {
        match step.effect(since, aws).await {
            Ok(Some(receipt)) => return Ok(receipt),
            Ok(None) if began.elapsed() >= SETTLED => {
                return Err(Outcome::Failed(format!(
                    "nothing has begun: {error}, and {} left no trace in AWS; plan it again",
                    step.api()
                )));
            }
            Ok(None) => answered = Instant::now(),
            // Another try would change nothing.
            Err(why) if matches!(why.kind, ErrorKind::Denied | ErrorKind::Gone | ErrorKind::Unsupported) => {
                return Err(not_known(step, error, &why));
            }
            Err(why) if answered.elapsed() >= BLIND => return Err(not_known(step, error, &why)),
            Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Makes the end of a plan if it is unknown whether AWS accepted its last call.
fn not_known(step: &Step, error: &AwsError, why: &AwsError) -> Outcome {
    let call = step.api();
    Outcome::Failed(format!(
        "it is not known whether AWS accepted {call}: {error}; AWS cannot be read: {why}; check in AWS before you try again"
    ))
}
