//! The lines of containers and jobs, as functions of time and of the state of their source.

use super::script::Scripts;
use crate::sim::prelude::{Env, Record, Span, Table, Time, Value, json, num};
use crate::sim::services::cloudwatch::View;
use crate::sim::services::sagemaker::{self, Variant};
use crate::sim::services::sfn;

/// The most lines of one stream.
const MOST: i64 = 20_000;

/// The lines of a request that fails, where the story has no other ones.
const FAILING: [&str; 3] = [
    "ERROR Traceback (most recent call last):",
    "ERROR   File \"/opt/ml/code/inference.py\", line 88, in predict_fn",
    "ERROR ValueError: feature 'clicks_7d' expected int64 in [0, 512], got -1 (float64)",
];

/// The states that lines are made from.
pub(crate) struct Sources<'a> {
    pub(crate) env: &'a Env,
    pub(crate) sagemaker: &'a sagemaker::State,
    pub(crate) sfn: &'a sfn::State,
    pub(crate) metrics: View<'a>,
    pub(crate) scripts: &'a Scripts,
}

/// A stream of a group.
pub(super) struct Stream {
    pub(super) group: String,
    pub(super) name: String,
    pub(super) since: Time,
    pub(super) until: Time,
}

/// One line.
pub(super) struct Line {
    pub(super) at: Time,
    pub(super) text: String,
}

/// A filter pattern: words that must all occur, or `?a ?b` of which one must occur.
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
}

impl Pattern {
    /// Parses a pattern. Quotes enclose a phrase.
    pub(super) fn parse(text: &str) -> Self {
        let (mut all, mut any) = (Vec::new(), Vec::new());
        for (at, part) in text.split('"').enumerate() {
            if at % 2 == 1 {
                all.push(part.to_owned());
                continue;
            }
            for word in part.split_whitespace() {
                match word.strip_prefix('?') {
                    Some(word) => any.push(word.to_owned()),
                    None => all.push(word.to_owned()),
                }
            }
        }
        Self { all, any }
    }
    pub(super) fn matches(&self, text: &str) -> bool {
        self.all.iter().all(|word| text.contains(word.as_str()))
            && (self.any.is_empty() || self.any.iter().any(|word| text.contains(word.as_str())))
    }
}

impl Sources<'_> {
    /// Returns all groups, and since when each exists.
    pub(super) fn groups(&self) -> Vec<(String, Time)> {
        let mut found: Vec<(String, Time)> = self
            .sagemaker
            .endpoints
            .values()
            .map(|e| (format!("/aws/sagemaker/Endpoints/{}", e.record.name), e.record.created))
            .collect();
        let oldest = |jobs: &Table| jobs.values().map(|job| job.created).min();
        found
            .extend(oldest(&self.sagemaker.processing_jobs).map(|at| ("/aws/sagemaker/ProcessingJobs".to_owned(), at)));
        found.extend(oldest(&self.sagemaker.training_jobs).map(|at| ("/aws/sagemaker/TrainingJobs".to_owned(), at)));
        found.extend(self.sfn.machines.values().map(|machine| (machine.log_group(), machine.created)));
        found
    }

    /// Returns the stream of each execution of a state machine.
    fn execution_streams<'b>(&'b self, group: &'b str) -> impl Iterator<Item = (Stream, &'b sfn::Execution)> {
        let machine = group.strip_prefix(sfn::LOG_GROUPS).and_then(|name| self.sfn.machines.get(name));
        machine.into_iter().flat_map(move |machine| {
            machine.executions.iter().map(move |execution| {
                let (since, until) = (execution.started, execution.stopped.unwrap_or(self.env.now));
                let name = format!("states/{}/{}", machine.name, since.format("%Y-%m-%d-%H-%M"));
                (Stream { group: group.to_owned(), name, since, until }, execution)
            })
        })
    }

    /// Returns the streams of a group.
    pub(super) fn streams(&self, group: &str) -> Vec<Stream> {
        if let Some(endpoint) =
            group.strip_prefix("/aws/sagemaker/Endpoints/").and_then(|name| self.sagemaker.endpoints.get(name))
        {
            let of = |variant: &Variant, number: i64| {
                let id = num::hex(num::hash(&format!("{group}{}{number}", variant.package)), 17);
                Stream {
                    group: group.to_owned(),
                    name: format!("{}/i-{id}", variant.name),
                    since: variant.since,
                    until: self.env.now,
                }
            };
            return endpoint.variants.iter().flat_map(|v| (0..v.current).map(move |n| of(v, n))).collect();
        }
        if group.starts_with(sfn::LOG_GROUPS) {
            return self.execution_streams(group).map(|(stream, _)| stream).collect();
        }
        let (jobs, end) = if group.ends_with("TrainingJobs") {
            (&self.sagemaker.training_jobs, "TrainingEndTime")
        } else {
            (&self.sagemaker.processing_jobs, "ProcessingEndTime")
        };
        let of = |job: &Record| {
            let until = if job.doc.get(end).is_some() { job.doc.instant(end) } else { self.env.now };
            Stream {
                group: group.to_owned(),
                name: format!("{}/algo-1-{}", job.name, job.created.0 / 1000),
                since: job.created,
                until,
            }
        };
        jobs.values().map(of).collect()
    }

    /// Returns the lines of a stream between two instants.
    pub(super) fn lines(&self, stream: &Stream, from: Time, to: Time) -> Vec<Line> {
        let (from, to) = (from.max(stream.since), to.min(stream.until));
        if from > to {
            return Vec::new();
        }
        if let Some(name) = stream.group.strip_prefix("/aws/sagemaker/Endpoints/") {
            return self.serving_lines(name, stream, from, to);
        }
        if let Some((_, execution)) = self.execution_streams(&stream.group).find(|(own, _)| own.name == stream.name) {
            let events = execution.events().into_iter();
            let lines = events.map(|event| Line { at: event.instant("timestamp"), text: json::text(&event) });
            return lines.filter(|line| (from..=to).contains(&line.at)).collect();
        }
        let job = stream.name.split('/').next().unwrap_or("");
        let jobs = if stream.group.ends_with("TrainingJobs") {
            &self.sagemaker.training_jobs
        } else {
            &self.sagemaker.processing_jobs
        };
        let lines = jobs.get(job).map(|job| job_lines(job, stream)).unwrap_or_default();
        lines.into_iter().filter(|line| (from..=to).contains(&line.at)).collect()
    }

    /// Returns the lines of a container: one every ten seconds, and more while requests fail.
    fn serving_lines(&self, endpoint: &str, stream: &Stream, from: Time, to: Time) -> Vec<Line> {
        let step = Span::seconds(10);
        let failing = self.metrics.find_metric("Invocation5XXErrors", endpoint);
        let count = ((to - from).0 / step.0).min(MOST);
        let script = self.scripts.get(endpoint);
        let failing_texts = script.map(|script| script.failing.clone()).filter(|texts| !texts.is_empty());
        let failing_texts = failing_texts.unwrap_or_else(|| FAILING.map(str::to_owned).to_vec());
        let mut lines = script.map(|script| script.steady_lines(from, to)).unwrap_or_default();
        for number in 0..=count {
            let at = from.floor(step) + Span(step.0 * number);
            let seed = num::mix(num::hash(&stream.name) ^ num::mix(u64::from_ne_bytes(at.0.to_ne_bytes())));
            let at = at + Span(i64::try_from(seed % 9_000).unwrap_or(0));
            if at < from || at > to {
                continue;
            }
            let rate = failing.map_or(0.0, |series| self.metrics.sample(series, at));
            if num::unit(num::mix(seed)) < (rate * 12.0).min(0.9) && rate > 0.005 {
                lines.extend(failing_texts.iter().map(|text| Line { at, text: text.clone() }));
            } else if seed.is_multiple_of(29) {
                // Some frameworks write colour codes, which a console must remove.
                lines.push(Line {
                    at, text: "\u{1b}[33mWARN\u{1b}[0m slow tokenizer in use \u{2192} 遅い".to_owned()
                });
            } else {
                let ms = 20 + seed % 60;
                lines.push(Line {
                    at,
                    text: format!(
                        "INFO 169.254.178.2:{} \"POST /invocations HTTP/1.1\" 200 {ms} ms",
                        33_000 + seed % 9_000
                    ),
                });
            }
        }
        lines
    }
}

/// Returns the lines of a job: its beginning, its progress, and its end.
fn job_lines(job: &Record, stream: &Stream) -> Vec<Line> {
    let length = (stream.until - stream.since).0;
    let at = |percent: i64| stream.since + Span(length * percent / 100);
    let training = stream.group.ends_with("TrainingJobs");
    let mut lines = vec![
        Line { at: at(2), text: "INFO starting container, python 3.11".to_owned() },
        Line { at: at(5), text: format!("INFO arguments {}", job.name) },
    ];
    let seed = num::hash(&job.name);
    for epoch in 1..=20 {
        let loss = 0.9 / num::float(epoch + 2) + num::unit(num::mix(seed ^ num::hash(&epoch.to_string()))) * 0.01;
        let text = if training {
            format!("INFO epoch {epoch}/20 loss={loss:.4}")
        } else {
            format!("INFO {epoch} of 20 partitions done")
        };
        lines.push(Line { at: at(5 + epoch * 4), text });
    }
    let failure = job.doc.get("FailureReason").and_then(Value::as_text);
    match failure {
        Some(reason) => {
            lines.truncate(6);
            lines.push(Line { at: at(99), text: "ERROR Traceback (most recent call last):".to_owned() });
            lines.push(Line { at: at(100), text: format!("ERROR {reason}") });
        }
        None if job.doc.get("TrainingEndTime").or_else(|| job.doc.get("ProcessingEndTime")).is_some() => {
            lines.push(Line { at: at(99), text: "INFO done, exit code 0".to_owned() });
        }
        None => {}
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_the_service_says() {
        for (pattern, text, matches) in [
            ("", "anything", true),
            ("ERROR", "an ERROR here", true),
            ("ERROR disk", "an ERROR here", false),
            ("\"a b\"", "x a b y", true),
            ("?x ?y", "only y", true),
            ("?x ?y", "neither", false),
        ] {
            assert_eq!(Pattern::parse(pattern).matches(text), matches, "{pattern}");
        }
    }
}
