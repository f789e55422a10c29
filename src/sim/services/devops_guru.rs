//! `DevOps` Guru: ongoing insights. Its requests are REST: the method and the path name the operation.

use crate::sim::prelude::{Answer, Env, Operations, Value, read, tree};
use crate::sim::story::Insight;

type Handler = fn(&[Insight], &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("ListInsights", list)]];

/// Returns the operation of a request.
pub(crate) fn route(method: &str, path: &str) -> Option<(&'static str, Option<String>)> {
    (method == "POST" && path.trim_matches('/') == "insights").then_some(("ListInsights", None))
}

#[expect(clippy::unnecessary_wraps, reason = "other handlers fail")]
fn list(insights: &[Insight], env: &Env, _: &Value) -> Answer {
    let one = |insight: &Insight| {
        tree! {
            "Id": insight.name.replace(' ', "-"), "Name": insight.name.as_str(), "Severity": insight.severity.as_str(),
            "Status": "ONGOING", "InsightTimeRange": tree! { "StartTime": env.start - insight.age },
            "AssociatedResourceArns": insight.resources.clone(),
        }
    };
    Ok(tree! { "ReactiveInsights": insights.iter().map(one).collect::<Vec<Value>>() })
}
