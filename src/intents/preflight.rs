//! The permissions of the caller, as IAM simulates them: `docs/aws.md#simulated-permissions`.
//!
//! The simulation knows the policies of the user or the role. It does not know the policy of the session, and it knows
//! those of resources and of the organisation only in part. So it never opens what AWS refused, and it refuses nothing: the
//! menu says what it denies, until the operator reads everything anew.

use std::collections::BTreeMap;

use super::access::is_session_of;
use super::{Executor, NEEDS, Permission, Refusal};
use crate::aws::failed;

/// The actions of one request.
const AT_ONCE: usize = 50;

/// An action that the simulation does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// A policy denies it.
    Explicit,
    /// No policy allows it, and it belongs to no single resource.
    Implicit,
    /// No policy allows it for all resources. It may be allowed for some.
    NotForAll,
}

/// The permissions of a user or a role, as IAM simulates them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Simulation {
    /// The ARN of the user or the role.
    pub principal: String,
    /// The number of actions that were simulated.
    pub actions: usize,
    /// The actions that are not allowed.
    pub denied: BTreeMap<&'static str, Denial>,
}

impl Simulation {
    /// Returns the actions that are certainly denied as far as the simulation knows, for whatever resource.
    pub fn certain(&self) -> impl Iterator<Item = &'static str> {
        self.denied.iter().filter(|(_, denial)| **denial != Denial::NotForAll).map(|(action, _)| *action)
    }
}

/// Returns the permissions of all calls that change something, each action once.
fn permissions() -> BTreeMap<&'static str, &'static Permission> {
    let all = NEEDS.iter().flat_map(|needs| needs.calls.iter().copied().flatten());
    all.map(|permission| (permission.action, permission)).collect()
}

impl Executor {
    /// Lets IAM simulate the permissions of all changes for the caller.
    ///
    /// # Errors
    /// When the caller is no user and no role, or when IAM does not answer.
    pub async fn simulate(&self) -> Result<Simulation, Refusal> {
        let principal = self.principal().await?;
        let permissions = permissions();
        let actions: Vec<&str> = permissions.keys().copied().collect();
        let mut denied = BTreeMap::new();
        for some in actions.chunks(AT_ONCE) {
            let request = self.aws.iam.simulate_principal_policy().policy_source_arn(&principal);
            let request = request.set_action_names(Some(some.iter().map(|&action| action.to_owned()).collect()));
            let answers = request.into_paginator().items().send().try_collect().await.map_err(failed)?;
            for answer in answers {
                let Some((action, permission)) = permissions.get_key_value(answer.eval_action_name.as_str()) else {
                    continue;
                };
                // A condition on a value that was not given decides nothing.
                let open = answer.missing_context_values.as_ref().is_some_and(|missing| !missing.is_empty());
                let denial = match answer.eval_decision.as_str() {
                    _ if open => None,
                    "explicitDeny" => Some(Denial::Explicit),
                    "implicitDeny" if permission.resources.is_empty() => Some(Denial::Implicit),
                    "implicitDeny" => Some(Denial::NotForAll),
                    _ => None,
                };
                denied.extend(denial.map(|denial| (*action, denial)));
            }
        }
        Ok(Simulation { principal, actions: permissions.len(), denied })
    }

    /// Returns the ARN of the user or the role behind the credentials. The ARN of a session lacks the path of its role,
    /// so IAM is asked for that.
    async fn principal(&self) -> Result<String, Refusal> {
        let arn = &self.identity;
        if arn.contains(":user/") {
            return Ok(arn.clone());
        }
        if let Some(role) = self.access.caller.role_arn.as_ref().filter(|role| is_session_of(arn, role)) {
            return Ok(role.clone());
        }
        let role = arn.split_once(":assumed-role/").and_then(|(_, rest)| rest.split('/').next());
        let Some(role) = role else { return Err(Refusal::No(format!("{arn} is no user and no role"))) };
        let found = self.aws.iam.get_role().role_name(role).send().await.map_err(failed)?;
        found
            .role
            .map(|role| role.arn)
            .ok_or_else(|| Refusal::No(format!("IAM does not tell the ARN of the role {role}")))
    }
}
