//! AWS Config: what the rules of the story say of configurations of endpoints and of models.

use crate::sim::prelude::{Answer, Env, Operations, Value, read, tree};
use crate::sim::story::Evaluated;

type Handler = fn(&[Evaluated], &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("GetComplianceDetailsByResource", get)]];

fn get(evaluated: &[Evaluated], env: &Env, input: &Value) -> Answer {
    let (kind, id) = (input.need("ResourceType")?, input.need("ResourceId")?);
    // The configurations and models of the story have names that begin with that of their endpoint.
    let own = evaluated.iter().filter(|one| one.kind == kind && id.starts_with(one.name.as_str()));
    let result = |one: &Evaluated| {
        tree! {
            "EvaluationResultIdentifier": tree! {
                "EvaluationResultQualifier": tree! {
                    "ConfigRuleName": one.rule.as_str(), "ResourceType": kind, "ResourceId": id,
                    "EvaluationMode": "DETECTIVE",
                },
                "OrderingTimestamp": env.start,
            },
            "ComplianceType": if one.met { "COMPLIANT" } else { "NON_COMPLIANT" },
            "ResultRecordedTime": env.start, "ConfigRuleInvokedTime": env.start,
            "Annotation": one.why.as_deref().map_or(Value::Null, Value::from),
        }
    };
    Ok(tree! { "EvaluationResults": own.map(result).collect::<Vec<_>>() })
}
