//! A rollback that is planned as soon as its endpoint can be changed.

use std::time::Duration;

use super::{AnyIntent, Executor, Plan, Refusal, Rollback};
use crate::aws::ErrorKind;
use crate::resources::endpoint::Endpoint;

/// The time between two looks at the endpoint.
const LOOK_EVERY: Duration = Duration::from_secs(5);

impl Executor {
    /// Waits until AWS has ended the update of the endpoint, and plans the rollback. It only reads.
    ///
    /// # Errors
    /// When the endpoint is on the wanted configuration again, when it cannot be read, or when there is no plan.
    pub async fn plan_when_steady(&self, rollback: &Rollback) -> Result<Plan, Refusal> {
        let endpoint = self.steady(&rollback.endpoint).await?;
        if endpoint.config.is_some() && endpoint.config == rollback.to {
            let (name, config) = (&endpoint.name, endpoint.config.as_deref().unwrap_or_default());
            let why = endpoint.failure.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            return Err(Refusal::No(format!("AWS took the update back itself: {name} is on {config}{why}")));
        }
        self.plan_patiently(&AnyIntent::from(rollback.clone()), |_| {}).await
    }

    /// Reads the endpoint until nothing is under way. Errors that pass are waited out.
    async fn steady(&self, name: &str) -> Result<Endpoint, Refusal> {
        loop {
            match Endpoint::describe(&self.aws, name).await {
                Ok(endpoint) if endpoint.steady() && endpoint.pending.is_none() => return Ok(endpoint),
                Ok(_) => {}
                Err(error) if error.kind.cut_off() || matches!(error.kind, ErrorKind::Throttled | ErrorKind::Other) => {
                }
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
