//! `CloudWatch` Logs: lines that containers and jobs wrote, made up when they are asked for.

mod lines;

use super::fault::Fault;
use super::num;
use super::operation::{Operation, read};
use super::sagemaker::listing::cut_by;
use super::time::Time;
use super::wire::{Value, tree};
use super::world::World;
use lines::{Line, Stream};

static OPERATIONS: &[Operation] = &[
    read("DescribeLogGroups", groups),
    read("DescribeLogStreams", streams),
    read("GetLogEvents", get),
    read("FilterLogEvents", filter),
];

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

fn invalid(fault: Fault) -> Fault {
    Fault::new("InvalidParameterException", fault.message)
}

fn groups(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let prefix = input.text("logGroupNamePrefix")?.unwrap_or("");
    let part = input.text("logGroupNamePattern")?.unwrap_or("");
    let found: Vec<Value> = world
        .log_groups()
        .into_iter()
        .filter(|(name, _)| name.starts_with(prefix) && name.contains(part))
        .map(|(name, created)| {
            let arn = world.home.arn("logs", &format!("log-group:{name}"));
            tree! {
                "logGroupName": name,
                "creationTime": created.0,
                "metricFilterCount": 0,
                "arn": format!("{arn}:*"),
                "storedBytes": 1_048_576,
                "logGroupClass": "STANDARD",
                "logGroupArn": arn,
            }
        })
        .collect();
    let (page, next) = cut_by(input, found, ("nextToken", "limit"), 50, 50).map_err(invalid)?;
    Ok(tree! { "logGroups": page, "nextToken": next })
}

/// The streams of the wanted group.
fn wanted(world: &World, input: &Value) -> Result<Vec<Stream>, Fault> {
    let name = match input.text("logGroupName")? {
        Some(name) => name,
        None => input
            .need("logGroupIdentifier")
            .map_err(invalid)?
            .rsplit(":log-group:")
            .next()
            .unwrap_or("")
            .trim_end_matches(":*"),
    };
    if !world.log_groups().iter().any(|(group, _)| group == name) {
        return Err(Fault::new("ResourceNotFoundException", "The specified log group does not exist."));
    }
    Ok(world.log_streams(name))
}

fn streams(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let mut found = wanted(world, input)?;
    let prefix = input.text("logStreamNamePrefix")?;
    let by_time =
        input.one_of("orderBy", &["LogStreamName", "LastEventTime"]).map_err(invalid)? == Some("LastEventTime");
    if by_time && prefix.is_some() {
        return Err(Fault::new(
            "InvalidParameterException",
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    found.retain(|stream| stream.name.starts_with(prefix.unwrap_or("")));
    found.sort_by(|a, b| if by_time { a.until.cmp(&b.until) } else { a.name.cmp(&b.name) });
    if input.flag("descending")? {
        found.reverse();
    }
    let rows: Vec<Value> = found
        .into_iter()
        .map(|stream| {
            let arn = world.home.arn("logs", &format!("log-group:{}:log-stream:{}", stream.group, stream.name));
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
        })
        .collect();
    let (page, next) = cut_by(input, rows, ("nextToken", "limit"), 50, 50).map_err(invalid)?;
    Ok(tree! { "logStreams": page, "nextToken": next })
}

/// The instants between which lines are wanted; without a start, the last day.
fn range(world: &World, input: &Value) -> Result<(Time, Time), Fault> {
    let from = input.int("startTime").map_err(invalid)?.map_or(world.now - super::time::Span::minutes(24 * 60), Time);
    let to = input.int("endTime").map_err(invalid)?.map_or(world.now, Time);
    Ok((from, to.min(world.now)))
}

fn get(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("logStreamName").map_err(invalid)?;
    let found = wanted(world, input)?.into_iter().find(|stream| stream.name == name);
    let Some(stream) = found else {
        return Err(Fault::new("ResourceNotFoundException", "The specified log stream does not exist."));
    };
    let (from, to) = range(world, input)?;
    let most = limit(input)?;
    let all = world.log_lines(&stream, from, to);
    let token = input.text("nextToken")?.unwrap_or("");
    let place = token.get(2..).and_then(|n| n.parse::<usize>().ok());
    let (first, last) = match (token.get(..2), place) {
        (Some("f/"), Some(place)) => (place.min(all.len()), place.saturating_add(most).min(all.len())),
        (Some("b/"), Some(place)) => (place.min(all.len()).saturating_sub(most), place.min(all.len())),
        _ if !token.is_empty() => {
            return Err(Fault::new("InvalidParameterException", "The specified nextToken is invalid."));
        }
        _ if input.flag("startFromHead")? => (0, most.min(all.len())),
        _ => (all.len().saturating_sub(most), all.len()),
    };
    let rows: Vec<Value> = all.get(first..last).unwrap_or_default().iter().map(|line| shown(line, None)).collect();
    Ok(
        tree! { "events": rows, "nextForwardToken": format!("f/{last:030}"), "nextBackwardToken": format!("b/{first:030}") },
    )
}

fn limit(input: &Value) -> Result<usize, Fault> {
    let wanted = input.int("limit").map_err(invalid)?.unwrap_or(10_000);
    if !(1..=10_000).contains(&wanted) {
        return Err(Fault::new("InvalidParameterException", "The limit must be between 1 and 10000."));
    }
    Ok(usize::try_from(wanted).unwrap_or(10_000))
}

fn shown(line: &Line, stream: Option<&str>) -> Value {
    let id = stream.map(|name| format!("{:056}", num::hash(&format!("{name}{}{}", line.at.0, line.text))));
    tree! { "logStreamName": stream, "timestamp": line.at.0, "message": line.text.as_str(), "ingestionTime": line.at.0 + 900, "eventId": id }
}

fn filter(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let names = input.texts("logStreamNames")?;
    let prefix = input.text("logStreamNamePrefix")?;
    if !names.is_empty() && prefix.is_some() {
        return Err(Fault::new(
            "InvalidParameterException",
            "Cannot specify both logStreamNames and logStreamNamePrefix.",
        ));
    }
    let pattern = lines::Pattern::parse(input.text("filterPattern")?.unwrap_or(""));
    let (from, to) = range(world, input)?;
    let most = limit(input)?;
    let streams = wanted(world, input)?;
    let streams = streams.into_iter().filter(|s| {
        prefix.is_none_or(|p| s.name.starts_with(p)) && (names.is_empty() || names.contains(&s.name.as_str()))
    });
    let mut all: Vec<(Line, String)> = Vec::new();
    for stream in streams {
        let lines = world.log_lines(&stream, from, to);
        all.extend(lines.into_iter().filter(|line| pattern.fits(&line.text)).map(|line| (line, stream.name.clone())));
    }
    all.sort_by_key(|(line, _)| line.at);
    let (page, next) = cut_by(input, all, ("nextToken", "limit"), most, 10_000).map_err(invalid)?;
    let rows: Vec<Value> = page.iter().map(|(line, name)| shown(line, Some(name))).collect();
    Ok(tree! { "events": rows, "searchedLogStreams": Vec::<Value>::new(), "nextToken": next })
}
