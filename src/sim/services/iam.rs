//! IAM: the role of the caller, and the simulation of what it may do. What the story denies is denied here, too.

use crate::sim::prelude::{Answer, Env, Operations, Span, Value, num, read, tree};

type Handler = fn(&[String], &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> =
    &[&[read("GetRole", role), read("SimulatePrincipalPolicy", simulate)]];

fn role(_: &[String], env: &Env, input: &Value) -> Answer {
    let name = input.need("RoleName")?;
    Ok(tree! { "Role": tree! {
        "Path": "/", "RoleName": name, "RoleId": format!("AROA{}", num::id(num::hash(name), 17).to_uppercase()),
        "Arn": format!("arn:aws:iam::{}:role/{name}", env.account.id),
        "CreateDate": env.start - Span::minutes(500 * 24 * 60),
    } })
}

/// Every action is allowed except those whose operation the story denies.
fn simulate(denied: &[String], _: &Env, input: &Value) -> Answer {
    input.need("PolicySourceArn")?;
    let actions = input.get("ActionNames").map(Value::items).unwrap_or_default();
    let result = |action: &Value| {
        let action = action.as_text().unwrap_or_default();
        let operation = action.rsplit(':').next().unwrap_or_default();
        let is_denied = denied.iter().any(|pattern| crate::sim::fault_injection::glob(pattern, operation));
        tree! {
            "EvalActionName": action, "EvalResourceName": "*",
            "EvalDecision": if is_denied { "explicitDeny" } else { "allowed" },
        }
    };
    Ok(tree! { "EvaluationResults": actions.iter().map(result).collect::<Vec<_>>(), "IsTruncated": false })
}
