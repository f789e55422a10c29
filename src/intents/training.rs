//! Intents about runs and jobs: start, stop and retry them, and answer a callback.

mod answer_callback;
pub(super) mod any_job;
mod pipeline_run;
mod retrain;
mod retrain_from;
mod retry_execution;
mod stop_execution;
mod stop_job;

pub use answer_callback::{FailCallback, SucceedCallback};
pub use any_job::JobKind;
pub use retrain::Retrain;
pub use retrain_from::RetrainFrom;
pub use retry_execution::RetryExecution;
pub use stop_execution::StopExecution;
pub use stop_job::StopJob;
