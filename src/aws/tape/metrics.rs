//! `GetMetricData` from a tape, metric by metric.
//!
//! What is asked together depends on what the operator looked at, and each call asked for the minutes
//! that were missing. So the points of each metric are collected from all replies up to the position,
//! and an answer is put together of those that are asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde_json::Value;

use super::cbor::Tree;
use super::reel::{Answer, Moment};
use super::scrub::Reply;

/// Seconds of the minutes that a console still lacks while it plays.
const MISSING: i64 = 10 * 60;

/// What was recorded of all metrics of an account and region.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// By what is asked: what was told, oldest first.
    by_question: HashMap<String, Vec<Told>>,
    /// Every reply: when, and what it was when it was an error.
    replies: Vec<(Timestamp, Option<Failed>)>,
}

/// The points of a metric in one reply.
#[derive(Debug)]
struct Told {
    at: Timestamp,
    /// The second up to which was asked.
    until: i64,
    points: Vec<(i64, f64)>,
}

/// An error, and when it had passed.
#[derive(Debug)]
struct Failed {
    reply: Arc<Reply>,
    until: Option<Timestamp>,
}

/// The question without the names that the asker gave to it.
fn question(query: &Value) -> String {
    let mut query = query.clone();
    if let Value::Object(members) = &mut query {
        members.retain(|name, _| !["Id", "Label", "ReturnData"].contains(&name.as_str()));
    }
    query.sort_all_objects();
    query.to_string()
}

/// Ids and questions of a request.
fn questions(request: &Value) -> Vec<(String, String)> {
    let queries = request.get("MetricDataQueries").and_then(Value::as_array);
    let asked = |query: &Value| Some((query.get("Id")?.as_str()?.to_owned(), question(query)));
    queries.into_iter().flatten().filter_map(asked).collect()
}

impl Metrics {
    /// Takes in a reply to the request with this key.
    pub(super) fn take(&mut self, at: Timestamp, until: Option<i64>, key: &str, reply: &Arc<Reply>) {
        if reply.status != 200 {
            self.replies.push((at, Some(Failed { reply: reply.clone(), until: None })));
            return;
        }
        let (Ok(request), Some(tree)) = (serde_json::from_str::<Value>(key), Tree::read(&reply.body)) else { return };
        let asked: HashMap<String, String> = questions(&request).into_iter().collect();
        for result in tree.get("MetricDataResults").map(Tree::items).unwrap_or_default() {
            let Some(question) = result.get("Id").and_then(Tree::text).and_then(|id| asked.get(id)) else { continue };
            let items = |name| result.get(name).map(Tree::items).unwrap_or_default();
            let points = items("Timestamps").iter().zip(items("Values"));
            let points = points.filter_map(|(time, value)| Some((time.second()?, value.number()?))).collect();
            let told = Told { at, until: until.unwrap_or(at.as_second()), points };
            self.by_question.entry(question.clone()).or_default().push(told);
        }
        self.replies.push((at, None));
    }

    /// Says of each error when it had passed.
    pub(super) fn let_errors_pass(&mut self, until: impl Fn(&Reply, Timestamp) -> Option<Timestamp>) {
        for (at, failed) in &mut self.replies {
            if let Some(failed) = failed {
                failed.until = until(&failed.reply, *at);
            }
        }
    }

    /// The answer at a position. `None` when no metric was ever asked for; one that was not asked for has no points.
    ///
    /// A console asks for no minute twice, and while a tape is `playing` it may ask for a new minute a little earlier
    /// than it was asked for then: it is told what was answered then.
    pub(super) fn answer(&self, request: &Tree, moment: Moment) -> Option<Answer> {
        let Moment { position, playing, undisturbed } = moment;
        let before = self.replies.partition_point(|(at, _)| *at <= position);
        let well = || self.replies.get(..before)?.iter().rev().find(|(_, failed)| failed.is_none());
        let calm = if undisturbed { well() } else { None };
        let (at, failed) = calm.or_else(|| self.replies.get(before.saturating_sub(1)))?;
        if let Some(failed) = failed
            && failed.until.is_none_or(|until| position < until)
        {
            return Some(Answer { at: *at, reply: failed.reply.clone() });
        }
        let second = |name| request.get(name).and_then(Tree::second);
        let (start, end) = (second("StartTime").unwrap_or(i64::MIN), second("EndTime").unwrap_or(i64::MAX));
        // Who begins here asks for hours, and is told what was known.
        let playing = playing && end.saturating_sub(start) <= MISSING;
        let ascending = request.get("ScanBy").and_then(Tree::text) == Some("TimestampAscending");
        let results = questions(&request.to_json()).into_iter().map(|(id, question)| {
            let mut points: Vec<(i64, f64)> =
                self.points(&question, position, start..end, playing).into_iter().collect();
            if !ascending {
                points.reverse();
            }
            let (times, values) =
                points.into_iter().map(|(t, v)| (Tree::Time(DateTime::from_secs(t)), Tree::Float(v))).unzip();
            Tree::Map(vec![
                ("Id".into(), Tree::Text(id)),
                ("StatusCode".into(), "Complete".into()),
                ("Timestamps".into(), Tree::List(times)),
                ("Values".into(), Tree::List(values)),
            ])
        });
        let tree = Tree::Map(vec![("MetricDataResults".into(), Tree::List(results.collect()))]);
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![header("content-type", "application/cbor"), header("smithy-protocol", "rpc-v2-cbor")];
        Some(Answer { at: *at, reply: Arc::new(Reply { status: 200, headers, body: tree.write().into() }) })
    }

    /// The points of a metric as they were known at a position, or else as they were first known after it.
    fn points(
        &self,
        question: &str,
        position: Timestamp,
        wanted: std::ops::Range<i64>,
        playing: bool,
    ) -> BTreeMap<i64, f64> {
        let Some(replies) = self.by_question.get(question) else { return BTreeMap::new() };
        let known = replies.partition_point(|told| told.at <= position);
        // What was answered before the first wanted minute holds none of them.
        let since = replies.partition_point(|told| told.at.as_second() < wanted.start).min(known);
        let asked =
            known.checked_sub(1).and_then(|last| replies.get(last)).is_some_and(|told| told.until >= wanted.end);
        let next = replies.get(known).filter(|_| known == 0 || playing && !asked);
        let points = |told: &Told| told.points.iter().filter(|(t, _)| wanted.contains(t)).copied().collect::<Vec<_>>();
        let mut all: BTreeMap<i64, f64> = next.into_iter().flat_map(points).collect();
        all.extend(replies.get(since..known).unwrap_or_default().iter().flat_map(points));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(id: &str, name: &str) -> Tree {
        let metric = Tree::Map(vec![("MetricName".into(), name.into()), ("Namespace".into(), "N".into())]);
        Tree::Map(vec![("Id".into(), id.into()), ("MetricStat".into(), Tree::Map(vec![("Metric".into(), metric)]))])
    }

    fn request(queries: &[(&str, &str)], start: i64, end: i64) -> Tree {
        let time = |second| Tree::Time(DateTime::from_secs(second));
        let queries = queries.iter().map(|(id, name)| query(id, name)).collect();
        Tree::Map(vec![
            ("MetricDataQueries".into(), Tree::List(queries)),
            ("StartTime".into(), time(start)),
            ("EndTime".into(), time(end)),
            ("ScanBy".into(), "TimestampAscending".into()),
        ])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn recorded() -> Metrics {
        let mut metrics = Metrics::default();
        let mut take = |second: i64, queries: &[(&str, &str)], points: &[(&str, &[(i64, f64)])]| {
            let key = request(queries, 0, 0).to_json().to_string();
            let results = points.iter().map(|(id, points)| {
                let (times, values) =
                    points.iter().map(|(t, v)| (Tree::Time(DateTime::from_secs(*t)), Tree::Float(*v))).unzip();
                Tree::Map(vec![
                    ("Id".into(), (*id).into()),
                    ("Timestamps".into(), Tree::List(times)),
                    ("Values".into(), Tree::List(values)),
                ])
            });
            let tree = Tree::Map(vec![("MetricDataResults".into(), Tree::List(results.collect()))]);
            let reply = Reply { status: 200, headers: Vec::new(), body: tree.write().into() };
            metrics.take(at(second), Some(second), &key, &Arc::new(reply));
        };
        take(100, &[("m0", "ctr"), ("m1", "mape")], &[("m0", &[(0, 1.0), (60, 2.0)]), ("m1", &[(60, 9.0)])]);
        // The same name for another metric, and a minute that has changed since.
        take(200, &[("m0", "mape"), ("m1", "ctr")], &[("m1", &[(60, 3.0), (120, 4.0)])]);
        metrics
    }

    fn moment(second: i64, playing: bool) -> Moment {
        Moment { position: at(second), playing, undisturbed: false }
    }

    fn told(metrics: &Metrics, position: i64, queries: &[(&str, &str)], range: (i64, i64)) -> Vec<(String, String)> {
        told_while(false, metrics, position, queries, range)
    }

    fn told_while(
        playing: bool,
        metrics: &Metrics,
        position: i64,
        queries: &[(&str, &str)],
        range: (i64, i64),
    ) -> Vec<(String, String)> {
        let answer = metrics.answer(&request(queries, range.0, range.1), moment(position, playing)).unwrap();
        let tree = Tree::read(&answer.reply.body).unwrap();
        let results = tree.get("MetricDataResults").unwrap().items().iter().map(|result| {
            let items = |name: &str| result.get(name).unwrap().items();
            let points = items("Timestamps").iter().zip(items("Values"));
            let points: Vec<String> =
                points.map(|(t, v)| format!("{}={}", t.second().unwrap(), v.number().unwrap())).collect();
            (result.get("Id").unwrap().text().unwrap().to_owned(), points.join(" "))
        });
        results.collect()
    }

    #[test]
    fn each_metric_has_the_points_that_were_known_whatever_it_was_asked_with() {
        let metrics = recorded();
        let one = |id: &str, points: &str| vec![(id.to_owned(), points.to_owned())];
        assert_eq!(told(&metrics, 150, &[("x", "ctr")], (0, 120)), one("x", "0=1 60=2"));
        assert_eq!(told(&metrics, 150, &[("x", "ctr")], (0, 180)), one("x", "0=1 60=2"));
        let early = told_while(true, &metrics, 150, &[("x", "ctr")], (0, 180));
        assert_eq!(early, one("x", "0=1 60=2 120=4"), "a minute that is asked for earlier than it was then");
        let late = told_while(true, &metrics, 150, &[("x", "ctr")], (0, 100));
        assert_eq!(late, one("x", "0=1 60=2"), "what was asked for is as it was then");
        let begins = told_while(true, &metrics, 150, &[("x", "ctr")], (-7200, 180));
        assert_eq!(begins, one("x", "0=1 60=2"), "who asks for hours begins here");
        assert_eq!(told(&metrics, 250, &[("x", "ctr")], (0, 600)), one("x", "0=1 60=3 120=4"));
        assert_eq!(told(&metrics, 250, &[("x", "ctr")], (60, 120)), one("x", "60=3"), "the end is not asked for");
        assert_eq!(told(&metrics, 250, &[("y", "mape")], (0, 600)), one("y", "60=9"));
        assert_eq!(told(&metrics, 250, &[("z", "never")], (0, 600)), one("z", ""));
        assert_eq!(told(&metrics, 50, &[("x", "ctr")], (0, 60)), one("x", "0=1"), "what is known later of that minute");
    }

    #[test]
    fn an_error_is_told_when_it_was_the_last_answer() {
        let mut metrics = recorded();
        assert_eq!(metrics.answer(&request(&[], 0, 9), moment(250, false)).unwrap().at, at(200));
        let denied = Arc::new(Reply { status: 403, headers: Vec::new(), body: "{}".into() });
        metrics.take(at(300), None, "{}", &denied);
        assert_eq!(metrics.answer(&request(&[], 0, 9), moment(299, false)).unwrap().reply.status, 200);
        assert_eq!(metrics.answer(&request(&[], 0, 9), moment(300, false)).unwrap().reply, denied);
        let before = Moment { undisturbed: true, ..moment(300, false) };
        let calm = metrics.answer(&request(&[], 0, 9), before).unwrap();
        assert_eq!((calm.at, calm.reply.status), (at(200), 200), "as it was before the trouble");
        assert!(Metrics::default().answer(&request(&[], 0, 9), moment(0, false)).is_none());
    }
}
