//! A rollback that is planned as soon as its endpoint can be changed.

use std::time::Duration;

use jiff::SignedDuration;

use super::{AnyIntent, Executor, Intent, Plan, Refusal, Rollback, State};
use crate::aws::ErrorKind;
use crate::resources::endpoint::Endpoint;

/// The time between two looks at the endpoint.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The time without a look after which nothing is sent: the program was stopped, the machine slept, or AWS was not reached.
const UNSEEN: SignedDuration = SignedDuration::from_mins(10);

/// An armed rollback. It belongs to one deployment of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmedRollback {
    /// The name of the endpoint.
    pub endpoint: String,
    /// The ARN of the endpoint. It names the account, which a login can change.
    pub arn: String,
    /// The configuration that arrives with the deployment.
    pub arriving: String,
    /// The configuration that it goes back to: the one that served when it was armed.
    pub to: String,
}

impl ArmedRollback {
    /// Refuses an endpoint that is another one, or that is in another deployment.
    fn check_deployment(&self, endpoint: &Endpoint) -> Result<(), Refusal> {
        let name = &self.endpoint;
        if endpoint.arn != self.arn {
            return Err(Refusal::No(format!("{name} is now the endpoint {}; nothing is sent", endpoint.arn)));
        }
        let pending = endpoint.pending.as_ref().map(|pending| &pending.config);
        if pending.is_some_and(|config| *config != self.arriving && *config != self.to) {
            return Err(Refusal::No(format!("{name}: another deployment has begun; nothing is sent")));
        }
        Ok(())
    }

    /// Refuses a steady endpoint on which the deployment did not go live.
    fn check_result(&self, endpoint: &Endpoint) -> Result<(), Refusal> {
        let Self { endpoint: name, arriving, to, .. } = self;
        match endpoint.config.as_deref() {
            Some(config) if config == arriving => Ok(()),
            Some(config) if config == to => {
                let why = endpoint.failure.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                Err(Refusal::No(format!("AWS took the update back itself: {name} is on {config}{why}")))
            }
            config => {
                let config = config.unwrap_or("nothing");
                Err(Refusal::No(format!("{name} is on {config} and not on {arriving}; nothing is sent")))
            }
        }
    }
}

impl Executor {
    /// Arms the rollback of an endpoint to what serves now. It only reads.
    ///
    /// # Errors
    /// When no deployment of the endpoint is under way, when it comes from an earlier change of this machine, when a
    /// freeze is in force or the stage may only be read, or when AWS does not answer.
    pub async fn arm(&self, name: &str) -> Result<ArmedRollback, Refusal> {
        let refuse = |why: String| Err(Refusal::No(why));
        let mut endpoint = Endpoint::describe(&self.aws, name).await?;
        if endpoint.status != "Updating" {
            return refuse(format!("{name} is {}: there is no update to wait for", endpoint.status));
        }
        let Some(arriving) = endpoint.arriving().map(str::to_owned) else {
            return refuse(format!("no deployment of {name} is under way"));
        };
        let Some(to) = endpoint.config.clone() else {
            return refuse(format!("what {name} served before is not known"));
        };
        let journal = self.read_journal().await;
        let mut unfinished = self.look(&journal).await.into_iter().filter(|open| open.target() == name);
        let open =
            unfinished.find(|open| matches!(open.state, State::UnderWay(_) | State::Unseen(_) | State::Unknown(_)));
        if let Some(open) = open {
            return refuse(format!("{open}; nothing is armed against it"));
        }
        endpoint.tags = endpoint.read_tags(&self.aws).await.ok();
        let stage = endpoint.known_stage(&self.preferences.models);
        self.access.check_stage(stage).map_err(|why| Refusal::No(format!("read-only: {name} is not armed; {why}")))?;
        self.check_freezes(<Rollback as Intent>::NAME, stage, Some(&self.identity)).await?;
        Ok(ArmedRollback { endpoint: name.to_owned(), arn: endpoint.arn, arriving, to })
    }

    /// Waits until AWS has ended the update of the endpoint, and plans the rollback. It only reads. `on_look` gets the
    /// endpoint at each look.
    ///
    /// # Errors
    /// When the endpoint is on the wanted configuration again, when it is in another deployment, when an earlier run on
    /// this machine sent the update, when the wanted version was rejected, when it cannot be read, or when there is no
    /// plan.
    pub async fn plan_when_steady(
        &self,
        armed: &ArmedRollback,
        on_look: impl Fn(&Endpoint) + Send + Sync,
    ) -> Result<Plan, Refusal> {
        let endpoint = self.steady(armed, on_look).await?;
        armed.check_result(&endpoint)?;
        let rollback = Rollback { endpoint: armed.endpoint.clone(), to: Some(armed.to.clone()), way: None };
        rollback.refuse_rejected(&self.aws).await?;
        let plan = self.plan_patiently(&AnyIntent::from(rollback), |_| {}).await?;
        match plan.left_open.iter().find(|open| open.puts_on(&armed.arriving)) {
            Some(own) => Err(Refusal::No(format!("{own}; nothing is sent against it"))),
            None => Ok(plan),
        }
    }

    /// Reads the endpoint until nothing is under way. Errors that pass are waited out, for some minutes.
    async fn steady(
        &self,
        armed: &ArmedRollback,
        on_look: impl Fn(&Endpoint) + Send + Sync,
    ) -> Result<Endpoint, Refusal> {
        let mut looked = (self.clock)();
        loop {
            let now = (self.clock)();
            if now.duration_since(looked) > UNSEEN {
                let (name, time) = (&armed.endpoint, crate::fmt::age(now, looked));
                return Err(Refusal::No(format!("nobody looked at {name} for {time}; nothing is sent")));
            }
            match Endpoint::describe(&self.aws, &armed.endpoint).await {
                Ok(endpoint) => {
                    armed.check_deployment(&endpoint)?;
                    looked = now;
                    on_look(&endpoint);
                    if endpoint.steady() && endpoint.pending.is_none() {
                        return Ok(endpoint);
                    }
                }
                Err(error) if error.kind.cut_off() || matches!(error.kind, ErrorKind::Throttled | ErrorKind::Other) => {
                }
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::endpoint::Pending;

    #[test]
    fn it_holds_for_the_deployment_that_was_under_way_when_it_was_armed() {
        let armed = ArmedRollback { endpoint: "web".into(), arn: "arn:1".into(), arriving: "b".into(), to: "a".into() };
        let cases = [
            ("arn:1", Some("b"), "a", None),
            ("arn:1", Some("a"), "a", None),
            ("arn:1", Some("c"), "b", Some("web: another deployment has begun; nothing is sent")),
            ("arn:2", Some("b"), "a", Some("web is now the endpoint arn:2; nothing is sent")),
            ("arn:1", None, "b", None),
            ("arn:1", None, "a", Some("AWS took the update back itself: web is on a: alarm")),
            ("arn:1", None, "c", Some("web is on c and not on b; nothing is sent")),
        ];
        for (arn, pending, config, refused) in cases {
            let endpoint = Endpoint {
                arn: arn.into(),
                config: Some(config.into()),
                pending: pending.map(|config| Pending { config: config.into(), ..Pending::default() }),
                failure: Some("alarm".into()),
                ..Endpoint::default()
            };
            let mut result = armed.check_deployment(&endpoint);
            if result.is_ok() && pending.is_none() {
                result = armed.check_result(&endpoint);
            }
            assert_eq!(result.err().map(|why| why.to_string()).as_deref(), refused, "{arn} {pending:?} {config}");
        }
    }
}
