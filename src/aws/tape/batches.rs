//! `BatchDescribeModelPackage` from a tape, version by version: what is asked together depends on what was read before.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::reel::{Answer, Moment, disturbed};
use super::scrub::Reply;

/// What was recorded of all batches of an account and region.
#[derive(Debug, Default)]
pub(super) struct Batches {
    /// What was told of a version by its ARN, oldest first.
    versions: HashMap<String, Vec<(Timestamp, Value)>>,
    /// Every reply, oldest first.
    replies: Vec<(Timestamp, Arc<Reply>)>,
}

impl Batches {
    /// Takes in a reply.
    pub(super) fn take(&mut self, at: Timestamp, reply: &Arc<Reply>) {
        self.replies.push((at, reply.clone()));
        let told = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
        for (arn, summary) in told.get("ModelPackageSummaries").and_then(Value::as_object).into_iter().flatten() {
            self.versions.entry(arn.clone()).or_default().push((at, summary.clone()));
        }
    }

    /// The answer at a position to a request with this key; a version that was never told of is left out. An error is
    /// answered until something else was.
    pub(super) fn answer(&self, key: &str, moment: Moment) -> Option<Answer> {
        let Moment { position, undisturbed, .. } = moment;
        let well = |(at, reply): &&(Timestamp, Arc<Reply>)| *at <= position && !disturbed(reply);
        let before = self.replies.iter().rev().find(well).filter(|_| undisturbed);
        let (at, reply) = before.or_else(|| at_position(&self.replies, position))?;
        if reply.status != 200 {
            return Some(Answer { at: *at, reply: reply.clone() });
        }
        let request: Value = serde_json::from_str(key).ok()?;
        let arns = request.get("ModelPackageArnList").and_then(Value::as_array);
        let known = arns.into_iter().flatten().filter_map(|arn| {
            let arn = arn.as_str()?;
            Some((arn.to_owned(), at_position(self.versions.get(arn)?, position)?.1.clone()))
        });
        let body = json!({ "ModelPackageSummaries": known.collect::<Map<_, _>>() }).to_string();
        let reply = Reply { status: 200, headers: reply.headers.clone(), body: body.into() };
        Some(Answer { at: *at, reply: Arc::new(reply) })
    }
}

/// The newest at or before a position, or else the earliest after it.
fn at_position<T>(takes: &[(Timestamp, T)], position: Timestamp) -> Option<&(Timestamp, T)> {
    let before = takes.partition_point(|(at, _)| *at <= position);
    takes.get(before.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_whatever_they_were_asked_with() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let moment = |second, undisturbed| Moment { position: at(second), playing: false, undisturbed };
        let told = |names: &[(&str, &str)]| {
            let summaries: Map<_, _> = names.iter().map(|(arn, is)| ((*arn).to_owned(), json!(is))).collect();
            let body = json!({ "ModelPackageSummaries": summaries }).to_string().into();
            Arc::new(Reply { status: 200, headers: Vec::new(), body })
        };
        let mut batches = Batches::default();
        batches.take(at(10), &told(&[("a", "Approved"), ("b", "Approved")]));
        batches.take(at(20), &told(&[("b", "Rejected"), ("c", "Approved")]));
        let asked = |batches: &Batches, second, arns: Value| {
            let answer =
                batches.answer(&json!({ "ModelPackageArnList": arns }).to_string(), moment(second, true)).unwrap();
            serde_json::from_slice::<Value>(&answer.reply.body).unwrap()["ModelPackageSummaries"].take()
        };
        assert_eq!(asked(&batches, 15, json!(["a", "b"])), json!({ "a": "Approved", "b": "Approved" }));
        assert_eq!(asked(&batches, 25, json!(["b", "a", "x"])), json!({ "a": "Approved", "b": "Rejected" }));
        assert_eq!(
            asked(&batches, 0, json!(["c"])),
            json!({ "c": "Approved" }),
            "the earliest when there is none before"
        );
        let denied = Reply { status: 403, headers: Vec::new(), body: "{}".into() };
        batches.take(at(30), &Arc::new(denied));
        assert_eq!(batches.answer("{}", moment(31, false)).unwrap().reply.status, 403);
        assert_eq!(asked(&batches, 31, json!(["b"])), json!({ "b": "Rejected" }), "as it was before the trouble");
        assert!(Batches::default().answer("{}", moment(0, false)).is_none());
    }
}
