//! Requests for log groups, streams and lines.

use super::lines::{Line, Pattern, Sources, Stream};
use crate::sim::prelude::{Answer, Operation, Operations, Paging, ServiceError, Span, Time, Value, num, read, tree};

type Handler = fn(&Sources<'_>, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[TABLE];

static TABLE: &[Operation<Handler>] = &[
    read("DescribeLogGroups", groups),
    read("DescribeLogStreams", streams),
    read("GetLogEvents", get),
    read("FilterLogEvents", filter),
];

const PAGES: Paging = Paging { token: "nextToken", size: "limit", usual: 50, most: 50 };
/// The most lines of one answer.
const MOST_LINES: i64 = 10_000;

fn invalid(message: &str) -> ServiceError {
    ServiceError::new("InvalidParameterException", message)
}

fn groups(sources: &Sources<'_>, input: &Value) -> Answer {
    let prefix = input.text("logGroupNamePrefix")?.unwrap_or("");
    let part = input.text("logGroupNamePattern")?.unwrap_or("");
    let found = sources.groups().into_iter().filter(|(name, _)| name.starts_with(prefix) && name.contains(part));
    let rows = found.map(|(name, created)| {
        let arn = sources.env.account.arn("logs", &format!("log-group:{name}"));
        tree! {
            "logGroupName": name,
            "creationTime": created.0,
            "metricFilterCount": 0,
            "arn": format!("{arn}:*"),
            "storedBytes": 1_048_576,
            "logGroupClass": "STANDARD",
            "logGroupArn": arn,
        }
    });
    PAGES.answer(input, "logGroups", rows.collect())
}

/// Returns the streams of the wanted group.
fn wanted(sources: &Sources<'_>, input: &Value) -> Result<Vec<Stream>, ServiceError> {
    let name = match input.text("logGroupName")? {
        Some(name) => name,
        None => input.need("logGroupIdentifier")?.rsplit(":log-group:").next().unwrap_or("").trim_end_matches(":*"),
    };
    if !sources.groups().iter().any(|(group, _)| group == name) {
        return Err(ServiceError::new("ResourceNotFoundException", "The specified log group does not exist."));
    }
    Ok(sources.streams(name))
}

fn streams(sources: &Sources<'_>, input: &Value) -> Answer {
    let mut found = wanted(sources, input)?;
    let prefix = input.text("logStreamNamePrefix")?;
    let by_time = input.one_of("orderBy", &["LogStreamName", "LastEventTime"])? == Some("LastEventTime");
    if by_time && prefix.is_some() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    found.retain(|stream| stream.name.starts_with(prefix.unwrap_or("")));
    found.sort_by(|a, b| if by_time { a.until.cmp(&b.until) } else { a.name.cmp(&b.name) });
    if input.flag("descending")? {
        found.reverse();
    }
    let rows = found.into_iter().map(|stream| {
        let arn = sources.env.account.arn("logs", &format!("log-group:{}:log-stream:{}", stream.group, stream.name));
        tree! {
            "logStreamName": stream.name,
            "creationTime": stream.since.0,
            "firstEventTimestamp": stream.since.0,
            "lastEventTimestamp": stream.until.0,
            "lastIngestionTime": stream.until.0,
            "uploadSequenceToken": "0",
            "arn": arn,
            "storedBytes": 0,
        }
    });
    PAGES.answer(input, "logStreams", rows.collect())
}

/// Returns the time range of a request; without a start, the last day.
fn range(sources: &Sources<'_>, input: &Value) -> Result<(Time, Time), ServiceError> {
    let now = sources.env.now;
    let from = input.int("startTime")?.map_or(now - Span::minutes(24 * 60), Time);
    let to = input.int("endTime")?.map_or(now, Time);
    Ok((from, to.min(now)))
}

fn get(sources: &Sources<'_>, input: &Value) -> Answer {
    let name = input.need("logStreamName")?;
    let found = wanted(sources, input)?.into_iter().find(|stream| stream.name == name);
    let Some(stream) = found else {
        return Err(ServiceError::new("ResourceNotFoundException", "The specified log stream does not exist."));
    };
    let (from, to) = range(sources, input)?;
    let most = limit(input)?;
    let all = sources.lines(&stream, from, to);
    let token = input.text("nextToken")?.unwrap_or("");
    let place = token.get(2..).and_then(|n| n.parse::<usize>().ok());
    let (first, last) = match (token.get(..2), place) {
        (Some("f/"), Some(place)) => (place.min(all.len()), place.saturating_add(most).min(all.len())),
        (Some("b/"), Some(place)) => (place.min(all.len()).saturating_sub(most), place.min(all.len())),
        _ if !token.is_empty() => {
            return Err(invalid("The specified nextToken is invalid."));
        }
        _ if input.flag("startFromHead")? => (0, most.min(all.len())),
        _ => (all.len().saturating_sub(most), all.len()),
    };
    let rows: Vec<Value> = all.get(first..last).unwrap_or_default().iter().map(|line| row(line, None)).collect();
    Ok(
        tree! { "events": rows, "nextForwardToken": format!("f/{last:030}"), "nextBackwardToken": format!("b/{first:030}") },
    )
}

fn limit(input: &Value) -> Result<usize, ServiceError> {
    let wanted = input.int("limit")?.unwrap_or(MOST_LINES);
    if !(1..=MOST_LINES).contains(&wanted) {
        return Err(invalid("The limit must be between 1 and 10000."));
    }
    Ok(usize::try_from(wanted).unwrap_or(10_000))
}

fn row(line: &Line, stream: Option<&str>) -> Value {
    let id = stream.map(|name| format!("{:056}", num::hash(&format!("{name}{}{}", line.at.0, line.text))));
    tree! { "logStreamName": stream, "timestamp": line.at.0, "message": line.text.as_str(), "ingestionTime": line.at.0 + 900, "eventId": id }
}

fn filter(sources: &Sources<'_>, input: &Value) -> Answer {
    let names = input.texts("logStreamNames")?;
    let prefix = input.text("logStreamNamePrefix")?;
    if !names.is_empty() && prefix.is_some() {
        return Err(invalid("Cannot specify both logStreamNames and logStreamNamePrefix."));
    }
    let pattern = Pattern::parse(input.text("filterPattern")?.unwrap_or(""));
    let (from, to) = range(sources, input)?;
    let most = limit(input)?;
    let streams = wanted(sources, input)?;
    let streams = streams.into_iter().filter(|s| {
        prefix.is_none_or(|p| s.name.starts_with(p)) && (names.is_empty() || names.contains(&s.name.as_str()))
    });
    let mut all: Vec<(Line, String)> = Vec::new();
    for stream in streams {
        let lines = sources.lines(&stream, from, to);
        all.extend(
            lines.into_iter().filter(|line| pattern.matches(&line.text)).map(|line| (line, stream.name.clone())),
        );
    }
    all.sort_by_key(|(line, _)| line.at);
    if input.get("startFromHead").is_some() && !input.flag("startFromHead")? {
        all.reverse();
    }
    let (page, next) = Paging { usual: most, most: MOST_LINES, ..PAGES }.cut(input, all)?;
    let rows: Vec<Value> = page.iter().map(|(line, name)| row(line, Some(name))).collect();
    Ok(tree! { "events": rows, "searchedLogStreams": Vec::<Value>::new(), "nextToken": next })
}
