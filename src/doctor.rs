//! `sagetop doctor`: is everything there that the console needs, and what to do about what is not.
//!
//! Each check is one line. It is a pure function of what was read: the environment of the terminal, and one look at each
//! account.

#[cfg(feature = "iam")]
use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::aws::{AwsError, ErrorKind, SERVICES, Service, Transport};
use crate::fmt;
use crate::headless::Look;
#[cfg(feature = "iam")]
use crate::intents::{Denial, Executor, NEEDS};
use crate::resources::identity::Identity;
use crate::resources::{Kind, Store};
use crate::session::Connection;
use crate::terminal::{self, Multiplexer};
use crate::theme::Level;
use crate::view::harmless;

/// The name of the checks of changes.
const CHANGES: &str = "changes";

/// The verdict of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing is missing.
    Good,
    /// The program works without it, and shows less.
    Less,
    /// It was not found out.
    Unknown,
    /// The program does not work without it.
    Bad,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The thing that was looked at.
    pub name: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The finding, in words.
    pub said: String,
    /// The remedy, if there is one.
    pub fix: Option<String>,
}

impl Check {
    fn new(name: impl Into<String>, verdict: Verdict, said: impl Into<String>) -> Self {
        Self { name: name.into(), verdict, said: said.into(), fix: None }
    }

    fn good(name: impl Into<String>, said: impl Into<String>) -> Self {
        Self::new(name, Verdict::Good, said)
    }

    fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// Makes the check of settings that cannot be used. The error says what to do.
    #[must_use]
    pub fn unusable(name: &str, error: &str) -> Self {
        Self::new(name, Verdict::Bad, error.trim_end())
    }
}

/// Checks the terminal that these variables describe.
#[must_use]
pub fn check_terminal(variable: &dyn Fn(&str) -> Option<String>) -> Vec<Check> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let term = set("TERM");
    let able = match terminal::check(true, term.as_deref()) {
        Ok(()) => Check::good("terminal", term.unwrap_or_else(|| "of this system".to_owned())),
        Err(_) => Check::new("terminal", Verdict::Bad, "the console cannot be drawn on it")
            .fix("use another terminal, or name this one: TERM=xterm-256color sagetop"),
    };
    let colours = match Level::detect(set) {
        Level::True => Check::good("colours", "24-bit colours"),
        Level::Indexed => Check::new("colours", Verdict::Less, "256 colours; themes are approximated")
            .fix("set COLORTERM=truecolor if the terminal shows 24-bit colours"),
        Level::Ansi => Check::new("colours", Verdict::Less, "the terminal's own 16 colours; themes have no effect")
            .fix("set TERM to a name with 256color, or COLORTERM=truecolor, if the terminal can do it"),
        Level::None => Check::good("colours", "none, as NO_COLOR asks"),
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default();
    let is_utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    let characters = if is_utf8 || cfg!(not(unix)) {
        Check::good("characters", "UTF-8")
    } else {
        Check::new("characters", Verdict::Less, "the locale is not UTF-8, so glyphs may look wrong")
            .fix("set LANG=C.UTF-8, or draw with --ascii")
    };
    let clipboard = match Multiplexer::detect(set) {
        Multiplexer::None => Check::good("clipboard", "through the terminal (OSC 52)"),
        Multiplexer::Tmux => Check::good("clipboard", "through tmux (OSC 52); it needs `set -g set-clipboard on`"),
        Multiplexer::Screen => Check::good("clipboard", "through GNU screen (OSC 52)"),
    };
    vec![able, colours, characters, clipboard]
}

/// Checks one account after a look at it.
#[must_use]
pub fn check_account(look: &Look, connection: &Connection) -> Vec<Check> {
    let store = &look.observed.store;
    let aws = &connection.executor.aws;
    let place = connection.stand_in.as_ref().map_or_else(|| aws.region.clone(), |it| format!("{} {it}", aws.region));
    let mut checks = vec![Check::good("region", place)];
    checks.extend(aws.transport.iter().flat_map(Transport::in_force).map(|phrase| Check::good("connection", phrase)));
    checks.push(check_credentials(store.identity.trouble(), store.identity.rows().next(), connection));
    // If the account is cut off, every service says the same.
    if !store.identity.trouble().is_some_and(|why| why.kind.cut_off()) {
        checks.extend(SERVICES.iter().flat_map(|service| check_service(store, service)));
    }
    checks.push(check_journal(connection));
    #[cfg(not(feature = "iam"))]
    checks.push(Check::new(CHANGES, Verdict::Less, crate::aws::without("iam")));
    checks
}

/// Checks which changes the caller may make, as IAM simulates it. It asks IAM.
#[cfg(feature = "iam")]
pub async fn check_changes(look: &Look, connection: &Connection) -> Vec<Check> {
    let Some(me) = look.observed.store.identity.rows().next() else { return Vec::new() };
    let executor = Executor { identity: me.arn.clone(), ..connection.executor.clone() };
    let simulation = match executor.simulate().await {
        Ok(simulation) => simulation,
        Err(why) => return vec![Check::new(CHANGES, Verdict::Less, format!("not simulated: {why}"))],
    };
    let principal = &simulation.principal;
    let missing = NEEDS.iter().filter_map(|needs| {
        let actions: BTreeSet<&str> =
            needs.calls.iter().copied().flatten().map(|permission| permission.action).collect();
        let denied = actions.into_iter().filter_map(|action| Some((action, *simulation.denied.get(action)?)));
        let denied: Vec<String> = denied.map(|(action, denial)| format!("{action} ({})", in_words(denial))).collect();
        let said = format!("{}: {}", needs.intent, denied.join(", "));
        (!denied.is_empty()).then(|| {
            Check::new(CHANGES, Verdict::Less, said)
                .fix(format!("sagetop policy --for {} prints what {principal} lacks, as simulated", needs.intent))
        })
    });
    let missing: Vec<Check> = missing.collect();
    if missing.is_empty() {
        let said =
            format!("{principal} may make all of them, as simulated ({})", fmt::count(simulation.actions, "action"));
        return vec![Check::good(CHANGES, said)];
    }
    missing
}

#[cfg(feature = "iam")]
fn in_words(denial: Denial) -> &'static str {
    match denial {
        Denial::Explicit => "denied",
        Denial::Implicit => "not allowed",
        Denial::NotForAll => "not allowed for all resources",
    }
}

/// The region in which the caller is looked up if the settings name none.
pub const ANY_REGION: &str = "us-east-1";

/// Checks connections to [`ANY_REGION`], because the settings name no region: only what is the same in every region.
pub async fn check_without_region(connections: &[Connection]) -> Vec<Check> {
    let fix = "pass --region, set AWS_REGION, or give the profile a region";
    let mut checks = vec![Check::new("region", Verdict::Bad, "the settings name none").fix(fix)];
    for connection in connections {
        let aws = &connection.executor.aws;
        let transport = aws.transport.iter().flat_map(Transport::in_force);
        checks.extend(transport.map(|phrase| Check::good("connection", phrase)));
        let caller = Identity::of_caller(aws).await;
        let check = check_credentials(caller.as_ref().err(), caller.as_ref().ok(), connection);
        checks
            .push(Check { said: format!("{}; {ANY_REGION} was asked, because no region is set", check.said), ..check });
        checks.push(check_journal(connection));
    }
    checks
}

/// Checks who calls, by the answer of AWS or by the trouble with it.
fn check_credentials(trouble: Option<&AwsError>, me: Option<&Identity>, connection: &Connection) -> Check {
    let Some(why) = trouble else {
        return match me {
            Some(me) => Check::good("credentials", format!("{} in {}", me.short(), fmt::account(&me.account))),
            None => Check::new("credentials", Verdict::Unknown, "AWS did not say who calls"),
        };
    };
    let login = connection.login.as_ref().filter(|_| why.kind.is_about_credentials() && why.remedy.is_none());
    let fix = login.map(ToString::to_string).or_else(|| why.advice().map(str::to_owned));
    let verdict = if why.kind == ErrorKind::Denied { Verdict::Less } else { Verdict::Bad };
    let check = Check::new("credentials", verdict, why.to_string());
    fix.map_or(check.clone(), |fix| check.fix(fix))
}

/// Checks that everything of a service can be read. Each operation that failed is a line.
fn check_service(store: &Store, service: &'static Service) -> Vec<Check> {
    let kinds: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| kind.service().name == service.name).collect();
    if kinds.is_empty() {
        return Vec::new();
    }
    let mut failed: Vec<(Kind, &AwsError)> =
        kinds.iter().filter_map(|kind| Some((*kind, store.table(*kind).trouble()?))).collect();
    failed.sort_by(|(_, a), (_, b)| a.operation.cmp(&b.operation));
    failed.dedup_by(|(_, a), (_, b)| (&a.operation, a.kind) == (&b.operation, b.kind));
    let unread = kinds.iter().filter(|kind| store.table(**kind).source().state == "waiting").count();
    let mut checks: Vec<Check> = failed.iter().map(|(kind, why)| refused(service, *kind, why)).collect();
    if unread > 0 {
        let said = format!("{} not read within the time", fmt::count(unread, "source"));
        checks.push(Check::new(service.name, Verdict::Unknown, said).fix("allow more time with --timeout 5m"));
    }
    let parts = kinds.iter().filter(|kind| {
        let source = store.table(**kind).source();
        source.state == "fresh" && (source.capped || source.more)
    });
    let parts = parts.count();
    if parts > 0 {
        let said = format!("{} read in part: there is more than is read at once", fmt::count(parts, "source"));
        checks.push(Check::new(service.name, Verdict::Less, said));
    }
    if checks.is_empty() {
        checks.push(Check::good(service.name, format!("{} read", fmt::count(kinds.len(), "source"))));
    }
    checks
}

fn refused(service: &Service, kind: Kind, why: &AwsError) -> Check {
    // A source that is denied, or that the region does not offer, is only left out. After any other failure it is not
    // known what AWS would have answered.
    let known = matches!(why.kind, ErrorKind::Denied | ErrorKind::Unsupported);
    let verdict = if known { Verdict::Less } else { Verdict::Unknown };
    let check = Check::new(service.name, verdict, format!("{kind} cannot be read: {why}"));
    match why.advice() {
        Some(advice) => check.fix(advice),
        None => check,
    }
}

/// Checks that the journal can be written, without which nothing is changed in AWS.
fn check_journal(connection: &Connection) -> Check {
    let path = connection.executor.journal.path();
    let name = "journal";
    match connection.executor.journal.check() {
        Ok(()) => Check::good(name, path.display().to_string()),
        Err(error) => Check::new(name, Verdict::Less, format!("{} cannot be written: {error}", path.display()))
            .fix("make the folder writable: no change is sent to AWS without its entry in the journal"),
    }
}

/// Prints the checks, each with its fix. Returns the exit code: 0, or 1 if something is bad or unknown.
///
/// # Errors
/// When `out` cannot be written.
pub fn print(checks: &[Check], out: &mut impl Write) -> io::Result<u8> {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
    for Check { name, verdict, said, fix } in checks {
        let mark = match verdict {
            Verdict::Good => "✓",
            Verdict::Less => "▲",
            Verdict::Unknown => "◌",
            Verdict::Bad => "✗",
        };
        let mut lines = said.lines();
        writeln!(out, "{mark} {name:<width$}  {}", harmless(lines.next().unwrap_or_default()))?;
        for line in lines {
            writeln!(out, "  {:<width$}  {}", "", harmless(line))?;
        }
        if let Some(fix) = fix {
            writeln!(out, "  {:<width$}  → {}", "", harmless(fix))?;
        }
    }
    let worst = checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Good);
    Ok(u8::from(worst >= Verdict::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_judged_by_its_environment() {
        // The variables; the marks of terminal, colours, characters; a part of a fix.
        type Case = (&'static [(&'static str, &'static str)], [Verdict; 3], &'static str);
        let cases: &[Case] = &[
            (
                &[("TERM", "xterm-256color"), ("LANG", "C.UTF-8")],
                [Verdict::Good, Verdict::Less, Verdict::Good],
                "COLORTERM",
            ),
            (
                &[("TERM", "xterm"), ("COLORTERM", "truecolor"), ("LC_ALL", "en_US.utf8")],
                [Verdict::Good, Verdict::Good, Verdict::Good],
                "",
            ),
            (&[("TERM", "dumb"), ("LANG", "C")], [Verdict::Bad, Verdict::Good, Verdict::Less], "--ascii"),
            (&[("TERM", "vt100"), ("LANG", "POSIX")], [Verdict::Good, Verdict::Less, Verdict::Less], "256color"),
        ];
        for (variables, wanted, fix) in cases {
            let value = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            let checks = check_terminal(&value);
            let verdicts: Vec<Verdict> = checks.iter().map(|check| check.verdict).take(3).collect();
            assert_eq!(verdicts, wanted, "{variables:?}");
            let fixes: Vec<&str> = checks.iter().filter_map(|check| check.fix.as_deref()).collect();
            assert!(fix.is_empty() || fixes.iter().any(|f| f.contains(fix)), "{variables:?}: {fixes:?}");
        }
    }

    #[test]
    fn what_is_bad_or_unknown_is_no_success() {
        for (verdict, code) in [(Verdict::Good, 0), (Verdict::Less, 0), (Verdict::Unknown, 1), (Verdict::Bad, 1)] {
            let mut out = Vec::new();
            let checks = [Check::good("a", "there"), Check::new("bb", verdict, "x\u{1b}[2J").fix("do it")];
            assert_eq!(print(&checks, &mut out).unwrap(), code);
            let text = String::from_utf8(out).unwrap();
            assert!(text.contains("→ do it") && !text.contains('\u{1b}'), "{text}");
        }
    }
}
