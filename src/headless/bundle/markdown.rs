//! A pack as Markdown. Text from AWS stays text: whatever would be a link, a heading or HTML is escaped.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::pack::{AlarmState, LogTail, ModelState, Pack, Series, ThingState};
use crate::fmt;
use crate::model::Health;
use crate::view::{escaped, harmless, one_line};

/// The most things that the page lists. The JSON has all of the pack.
const MOST_THINGS: usize = 60;

/// Returns the page.
pub(super) fn markdown(pack: &Pack) -> String {
    let mut page = head(pack);
    pack.models.iter().for_each(|one| page += &model(one));
    section(&mut page, "Alarms", pack.alarms.iter().map(alarm));
    section(
        &mut page,
        "Timeline (UTC)",
        pack.timeline.iter().map(|moment| {
            let by = if moment.by.is_empty() { String::new() } else { format!(" ({})", text(&moment.by)) };
            format!("- {} {} {}{by}\n", second(moment.at), passed(moment.health), text(&moment.text))
        }),
    );
    section(
        &mut page,
        "Done from here (UTC)",
        pack.done.iter().map(|deed| {
            let call = deed.call.as_deref().map(|call| format!(" {}", text(call))).unwrap_or_default();
            let (event, intent) = (text(&deed.event), text(&deed.intent));
            let (target, identity, message) = (text(&deed.target), text(&deed.identity), text(&deed.message));
            format!("- {} {intent} {target} {event}{call} by {identity}: {message}\n", second(deed.at))
        }),
    );
    if !pack.metrics.is_empty() {
        page += "\n## Metrics\n\n| metric | statistic | newest | at (UTC) | least | most | values |\n|---|---|---|---|---|---|---|\n";
        pack.metrics.iter().for_each(|one| page += &series(one));
    }
    pack.logs.iter().for_each(|one| page += &log(one));
    section(
        &mut page,
        "Links",
        pack.links.iter().map(|link| format!("- {}: {}\n", text(&link.what), code(&link.text))),
    );
    section(&mut page, "Things", pack.things.iter().take(MOST_THINGS).map(thing));
    section(&mut page, "Could not be read", pack.troubles.iter().map(|why| format!("- {}\n", text(why))));
    section(&mut page, "Left out", pack.left_out.iter().map(|what| format!("- {}\n", text(what))));
    page
}

fn head(pack: &Pack) -> String {
    let mut page = format!("# {}\n\n", text(&pack.about));
    let or_unknown = |value: &Option<String>| value.as_deref().map_or_else(|| "not known".to_owned(), text);
    let _ = writeln!(page, "| | |\n|---|---|");
    let _ = writeln!(page, "| taken | {} UTC |", second(pack.taken_at));
    let _ = writeln!(page, "| account | {} |", or_unknown(&pack.account));
    let _ = writeln!(page, "| region | {} |", text(&pack.region));
    let _ = writeln!(page, "| by | {} |", or_unknown(&pack.identity));
    if let Some(url) = &pack.endpoint_url {
        let _ = writeln!(page, "| endpoint URL | {} |", text(url));
    }
    let _ = writeln!(page, "| with | {} |", text(&pack.program));
    if pack.models.is_empty() {
        page += "\nIt belongs to no model.\n";
    }
    page
}

/// Adds a section, unless it is empty.
fn section(page: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: String = lines.collect();
    if !lines.is_empty() {
        let _ = write!(page, "\n## {title}\n\n{lines}");
    }
}

fn model(model: &ModelState) -> String {
    let mut part = format!("\n## Model {}: {}\n\n", text(&model.name), sign(model.health));
    part += "| stage | state | |\n|---|---|---|\n";
    for stage in &model.stages {
        let _ = writeln!(part, "| {} | {} | {} |", text(&stage.stage), sign(stage.health), text(&stage.summary));
    }
    if !model.serving.is_empty() {
        let serving: Vec<String> = model.serving.iter().map(|serving| text(serving)).collect();
        let _ = writeln!(part, "\nServes: {}", serving.join(", "));
    }
    part += "\n";
    for finding in model.findings.iter().filter(|finding| finding.health > Health::Ok) {
        let since = finding.since.map(|at| format!(", since {} UTC", second(at))).unwrap_or_default();
        let _ = writeln!(part, "- {} {}: {}{since}", sign(finding.health), text(&finding.stage), text(&finding.text));
    }
    part
}

fn alarm(alarm: &AlarmState) -> String {
    let since = alarm.since.map(|at| format!(" since {} UTC", second(at))).unwrap_or_default();
    let notifies: Vec<String> = alarm.notifies.iter().map(|who| text(who)).collect();
    let notifies =
        if notifies.is_empty() { "notifies nobody".to_owned() } else { format!("notifies {}", notifies.join("; ")) };
    let (name, state, condition) = (text(&alarm.name), text(&alarm.state), text(&alarm.condition));
    let reason = if alarm.reason.is_empty() { String::new() } else { format!("  \n  {}", text(&alarm.reason)) };
    format!("- **{name}** {state}{since}: {condition}  \n  {notifies}{reason}\n")
}

fn series(series: &Series) -> String {
    let all = || series.points.iter().map(|(_, value)| *value);
    // CloudWatch has latencies in microseconds.
    let shown = if series.id.ends_with("Latency") { fmt::micros } else { fmt::number };
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), shown);
    let last = series.points.last();
    let newest = match &series.problem {
        Some(why) => text(why),
        None => number(last.map(|(_, value)| *value)),
    };
    let at = last.map(|(at, _)| second(*at)).unwrap_or_default();
    let (lowest, highest) = (number(all().reduce(f64::min)), number(all().reduce(f64::max)));
    let (id, stat) = (text(&series.id), text(&series.stat));
    format!("| {id} | {stat} | {newest} | {at} | {lowest} | {highest} | {} |\n", series.points.len())
}

fn log(log: &LogTail) -> String {
    let mut part = format!("\n## Log of {}\n\n{}\n", text(&log.of), code(&log.group));
    if let Some(why) = &log.problem {
        let _ = writeln!(part, "\n{}", text(why));
    }
    if !log.lines.is_empty() {
        let mut lines = String::new();
        for line in &log.lines {
            let _ = writeln!(lines, "{} {}", line.at, harmless(&line.text));
        }
        let fence = "`".repeat(longest_run(&lines).max(2) + 1);
        let _ = write!(part, "\n{fence}text\n{lines}{fence}\n");
    }
    part
}

fn thing(thing: &ThingState) -> String {
    let status = thing.status.as_deref().map(|status| format!(" {}", text(status))).unwrap_or_default();
    let mut part = format!("- **{}** {}{status}\n", text(&thing.name), text(&thing.kind));
    for line in [&thing.console, &thing.command].into_iter().flatten() {
        let _ = writeln!(part, "  - {}", code(line));
    }
    for property in &thing.properties {
        let _ = writeln!(part, "  - {}: {}", text(&property.name), text(&property.value));
    }
    part
}

/// Returns the sign of an event. What runs now was under way at the time of the event.
fn passed(health: Health) -> String {
    if health == Health::Running { "•".to_owned() } else { sign(health) }
}

fn sign(health: Health) -> String {
    let (glyph, word) = health.sign();
    format!("{glyph} {word}")
}

fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Returns a text in which no character means anything to Markdown or HTML, on one line.
fn text(plain: &str) -> String {
    let plain = escaped(plain);
    let mut out = String::with_capacity(plain.len());
    let mut rest = plain.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '!' | '~' => out.extend(['\\', c]),
            // An address on its own would be a link, a name after `@` a mention.
            ':' if rest.peek() == Some(&'/') => out.push_str("&#58;"),
            '@' => out.push_str("&#64;"),
            '.' if ends_with_www(&out) => out.push_str("&#46;"),
            _ => out.push(c),
        }
    }
    out
}

/// Returns whether a text ends with `www`, in any case.
fn ends_with_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

/// Returns a text as code, on one line.
fn code(plain: &str) -> String {
    let line = one_line(plain);
    let fence = "`".repeat(longest_run(&line) + 1);
    let edge = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{edge}{line}{edge}{fence}")
}

/// Returns the length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headless::bundle::pack::{LogLine, Moment};

    #[test]
    fn a_hostile_text_is_no_link_no_html_and_no_heading() {
        let cases = [
            ("[x](https://evil)", r"\[x\](https&#58;//evil)"),
            ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
            ("a|b`c`", r"a\|b\`c\`"),
            ("x\n# y", r"x \# y"),
            ("www.evil.example, a@evil.example", "www&#46;evil.example, a&#64;evil.example"),
            ("\u{1b}[2J", r"\\u\{1b\}\[2J"),
        ];
        for (plain, expected) in cases {
            assert_eq!(text(plain), expected, "{plain:?}");
        }
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`x"), "`` `x ``");
    }

    #[test]
    fn a_log_cannot_leave_its_block() {
        let line = LogLine { text: "````\n# out\u{1b}[2J".into(), ..LogLine::default() };
        let pack = Pack {
            about: "endpoint x".into(),
            logs: vec![LogTail { of: "x".into(), group: "/aws".into(), lines: vec![line], problem: None }],
            timeline: vec![Moment { text: "<b>".into(), ..Moment::default() }],
            ..Pack::default()
        };
        let page = markdown(&pack);
        assert!(page.contains("\n`````text\n1970-01-01T00:00:00Z ```` # out"), "{page}");
        assert!(page.contains("- 1970-01-01 00:00:00 – nothing &lt;b&gt;\n"), "{page}");
        assert!(!page.contains("## Alarms"), "an empty section is left out: {page}");
        assert!(!page.contains('\u{1b}'));
    }
}
