//! The two rows at the top: the account, the health, the cost.

use crate::app::{Account, App, Run};
use crate::aws::StandIn;
use crate::fmt;
use crate::model::Health;
use crate::panes;
use crate::panes::cell::tone;
use crate::recording::{Ending, ReplayStatus};
use crate::resources::Freshness;
use crate::view::{Cut, Line, Tone, cut, width};

/// The number of rows.
pub(super) const ROWS: u16 = 2;

/// Builds the header. The first row shows the account on the left and the health on the right; the second row shows
/// running plans and the cost. If the first row is too narrow, the words on the right go first, then the details of a
/// replay except its time, then the numbers of models that are well. The caller and region then move to the second row,
/// where the cost gives way to them. The widest age is given room, so that the form does not change with the age.
pub(super) fn header(app: &App) -> Vec<(Line, Line)> {
    let room = usize::from(app.size.0).saturating_sub(4);
    let above_room = room.saturating_sub(age_may_grow_by(app));
    let fits = |left: &Line, right: &Line| left.width() + right.width() <= above_room;
    let (mut left, mut right) = (what(app, false), summary(app, Counts::WithWords));
    if !fits(&left, &right) {
        right = summary(app, Counts::Alone);
    }
    if !fits(&left, &right) {
        left = what(app, true);
    }
    if !fits(&left, &right) {
        right = summary(app, Counts::OfTrouble);
    }
    let who = who(app, false);
    let above = left.width() + who.width() + right.width() + 2 <= above_room;
    let below = if above {
        left.0.extend(Line::new().plain("  ").0.into_iter().chain(who.0));
        under_way(app, room)
    } else {
        who_and_under_way(app, who, room)
    };
    let costs = [cost(app, false), cost(app, true)].into_iter().find(|costs| below.width() + costs.width() <= room);
    vec![(left, right), (below, costs.unwrap_or_default())]
}

/// Shows the name of the account, and whether this is a replay, a stand-in or a recording. Nobody may mistake one for
/// another.
fn what(app: &App, brief: bool) -> Line {
    let Account { name, tone, stand_in, .. } = &app.here;
    let mut line = Line::new().with("sagetop", Tone::Strong);
    if app.several() {
        line = line.plain("  ").with(name, if *tone == Tone::Plain { Tone::Strong } else { *tone });
    }
    if let Some(status) = &app.replay {
        line.0.extend(replay(app, status, brief).0);
    }
    if let Some(stand_in @ StandIn::Demo) = stand_in {
        line = line.plain("  ").with(stand_in.to_string(), Tone::Warn);
    }
    if let Some(recording) = &app.recording {
        let tone = if recording.trouble.is_some() { Tone::Bad } else { Tone::Busy };
        line = line.plain("  ").with("● REC", tone);
    }
    if let Some(text) = login_ends(&app.here).filter(|_| app.replay.is_none()) {
        line = line.plain("  ").with(text, Tone::Warn);
    }
    if app.here.may_change().is_err() && app.replay.is_none() {
        line = line.plain("  ").with("read-only", Tone::Warn);
    }
    line.0.extend(freezes(app, brief).0);
    line.0.extend(armed(app, brief).0);
    line.0.extend(left_off(app, brief).0);
    line
}

/// Shows what was switched off from here and is off still; in brief only how much.
fn left_off(app: &App, brief: bool) -> Line {
    let mut left = app.here.left_off();
    match (left.next(), left.count()) {
        (None, _) => Line::new(),
        (Some(only), 0) if !brief => {
            Line::new().plain("  ").with(format!("left off: {}", only.switched.name()), Tone::Warn)
        }
        (Some(_), others) => Line::new().plain("  ").with(format!("{} left off", others + 1), Tone::Warn),
    }
}

/// Shows the armed rollbacks; in brief only their number.
fn armed(app: &App, brief: bool) -> Line {
    let line = Line::new();
    match app.armed.as_slice() {
        [] => line,
        [only] if !brief => line
            .plain("  ")
            .with(format!("armed: roll back {}{}", app.whose(only.account), only.rollback.endpoint), Tone::Busy),
        armed => line.plain("  ").with(format!("{} armed", fmt::count(armed.len(), "rollback")), Tone::Busy),
    }
}

/// Shows the freezes in force, and whether the operator lifted them; in brief without their ends.
fn freezes(app: &App, brief: bool) -> Line {
    let frozen = if app.replay.is_some() { Vec::new() } else { app.here.frozen("") };
    frozen.iter().fold(Line::new(), |line, freeze| {
        let lifted = freeze.is_lifted(&app.here.lifted, app.here.observed.at);
        let (lifted, tone) = if lifted { (" lifted", Tone::Bad) } else { ("", Tone::Warn) };
        let until = freeze.until.map(|until| fmt::clock(app.here.observed.at, until, &app.zone));
        let until = match (until, &freeze.doubt) {
            (_, Some(_)) => " (calendar unknown)".to_owned(),
            (Some(until), None) if !brief => format!(" until {until}"),
            _ => String::new(),
        };
        line.plain("  ").with(format!("freeze {}{lifted}{until}", freeze.name), tone)
    })
}

/// The seconds before the end of the credentials from which on it is told. Credentials that are renewed by themselves
/// are renewed 90 seconds before their end at the latest.
const ENDS_SOON: i64 = 5 * 60;

/// Says that the credentials end soon.
fn login_ends(account: &Account) -> Option<String> {
    let (now, until) = (account.observed.at, account.usage.credentials_until?);
    let left = until.as_second() - now.as_second();
    (0..ENDS_SOON).contains(&left).then(|| format!("login ends in {}", fmt::age(until, now)))
}

/// Shows the account, the region and the caller; in brief without the caller.
fn who(app: &App, brief: bool) -> Line {
    let Account { name, region, stand_in, .. } = &app.here;
    let told = app.several() && name.contains(region.as_str());
    let region = if told { "" } else { region.as_str() };
    let mut line = match app.here.identity() {
        Some(me) => {
            let gap = if region.is_empty() { "" } else { "  " };
            let place = Line::new().plain(format!("{}{gap}{region}", fmt::account(&me.account)));
            if brief { place } else { place.plain("  ").muted(me.short()) }
        }
        None => Line::new().plain(region),
    };
    // A URL may be long, so it has the second line.
    if let Some(stand_in @ StandIn::Url(_)) = stand_in {
        line = line.plain("  ").with(stand_in.to_string(), Tone::Warn);
    }
    line
}

/// Formats `REPLAY 23 Nov 03:12:40 / 03:40:00  10x  paused`, or in brief `REPLAY 03:12:40 paused`.
fn replay(app: &App, status: &ReplayStatus, brief: bool) -> Line {
    let day = |at| fmt::day(at, &app.zone);
    let time = |at| fmt::time(at, &app.zone);
    let line = Line::new().plain("  ");
    let line = if brief {
        line.with(format!("REPLAY {}", time(status.at)), Tone::Warn)
    } else {
        // The day is named once where it is the same.
        let same_day = day(status.at) == day(status.end);
        let (at, end) = (fmt::second(status.at, &app.zone), fmt::second(status.end, &app.zone));
        let end = if same_day { time(status.end) } else { end };
        let ending = match status.ending {
            Ending::Whole => "",
            Ending::Cut => " (cut)",
            Ending::Damaged => " (damaged)",
        };
        let line = line.with(format!("REPLAY {at}"), Tone::Warn).muted(format!(" / {end}{ending}  "));
        line.plain(format!("{}x", status.speed))
    };
    let gap = if brief { " " } else { "  " };
    match (status.ended(), status.paused) {
        (true, _) => line.with(format!("{gap}end"), Tone::Busy),
        (false, true) => line.with(format!("{gap}paused"), Tone::Busy),
        (false, false) => line,
    }
}

/// The form of the numbers of models.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    /// `✗ 1 broken`.
    WithWords,
    /// `✗ 1`.
    Alone,
    /// The same, without the models that are well, run or wait.
    OfTrouble,
}

/// Shows the number of models of each health, the inbox, and the age of the data.
fn summary(app: &App, counts: Counts) -> Line {
    let accounts = app.accounts();
    let count = |healths: &[Health]| accounts.iter().map(|account| account.count(healths)).sum::<usize>();
    let groups = [
        (Health::Critical, count(&[Health::Critical])),
        (Health::Warning, count(&[Health::Warning])),
        (Health::Unknown, count(&[Health::Unknown])),
        (Health::Waiting, count(&[Health::Waiting])),
        (Health::Running, count(&[Health::Running])),
        (Health::Ok, count(&[Health::Ok, Health::Absent])),
    ];
    let mut line = Line::new();
    let told = |health: Health| counts != Counts::OfTrouble || health >= Health::Unknown;
    for (health, n) in groups.into_iter().filter(|(health, n)| *n > 0 && told(*health)) {
        let (glyph, word) = health.sign();
        let word = if counts == Counts::WithWords { format!(" {word}") } else { String::new() };
        line = line.with(format!("{glyph} {n}{word}  "), tone(health));
    }
    let unread = accounts.iter().filter(|account| app.several() && account.unread()).count();
    if unread > 0 {
        let accounts = if counts == Counts::WithWords { fmt::count(unread, "account") } else { unread.to_string() };
        line = line.with(format!("{accounts} not read  "), Tone::Warn);
    }
    let waiting = app.inbox();
    let unread = accounts.iter().any(|account| !account.unread_for_inbox().is_empty());
    let inbox = match (waiting, unread) {
        (0, true) => "◌".to_owned(),
        (_, true) => format!("{waiting} ◌"),
        (_, false) => waiting.to_string(),
    };
    line = line.with(format!("inbox {inbox}"), if waiting > 0 { Tone::Warn } else { Tone::Muted });
    if let Freshness::Saved { at } = app.here.observed.store.endpoints.freshness() {
        return line.with(format!("  of {} ago, asking AWS…", fmt::age(app.here.observed.at, *at)), Tone::Warn);
    }
    match data_age(app) {
        Some((seconds, age)) => line.with(format!("  {age} old"), if seconds > 120 { Tone::Warn } else { Tone::Muted }),
        None if app.here.observed.store.endpoints.read_error().is_some() => {
            let text = if app.here.unread() { "  no answer" } else { "  endpoints not read" };
            line.with(text, Tone::Bad)
        }
        None if app.here.observed.store.alarms.read_error().is_some() => line.with("  alarms not read", Tone::Bad),
        None => line.muted("  asking AWS…"),
    }
}

/// Returns the age of the oldest source that is read all the time.
fn data_age(app: &App) -> Option<(i64, String)> {
    let store = &app.here.observed.store;
    let (alarms, endpoints) = (store.alarms.answered_at()?, store.endpoints.answered_at()?);
    let oldest = alarms.min(endpoints);
    Some((app.here.observed.at.as_second() - oldest.as_second(), fmt::age(app.here.observed.at, oldest)))
}

/// The width in cells of the widest age: `59 min`.
const WIDEST_AGE: usize = 6;

/// Returns the number of cells by which the age of the data may still grow.
fn age_may_grow_by(app: &App) -> usize {
    data_age(app).map_or(0, |(_, age)| WIDEST_AGE.saturating_sub(width(&age)))
}

/// The fewest cells in which the words of progress say something.
const FEW_WORDS: usize = 12;

/// Shows the newest plan that was sent and is still running. Its title is never cut; the words of its progress are, or
/// are left out, if the line would not fit into so many cells.
fn under_way(app: &App, room: usize) -> Line {
    let Some(run) = running(app) else { return count_hidden(app) };
    let age = format!("  {}", fmt::age(app.here.observed.at, run.since));
    let title = Line::new().with(format!("◐ {}{}", app.whose(run.account), run.plan.title), Tone::Busy);
    let words = room.saturating_sub(title.width() + width(": ") + width(&age));
    let told = words >= FEW_WORDS.min(width(&run.text));
    let line = if told { title.with(": ", Tone::Busy).plain(cut(&run.text, words, Cut::End)) } else { title };
    line.muted(age)
}

/// Returns the newest plan that was sent and is still running.
fn running(app: &App) -> Option<&Run> {
    app.runs.iter().rev().find(|run| run.outcome.is_none())
}

/// Shows the running plan in as few words as possible: `◐ fraud-prod → v12  17 s`, its target and what arrives there.
fn under_way_in_brief(app: &App) -> Line {
    let Some(run) = running(app) else { return Line::new() };
    let account = app.account(run.account);
    let serving = account.and_then(|account| account.joined.serving(&run.plan.target));
    let arrives = serving.and_then(|serving| serving.deployment.as_ref()?.to.clone());
    let chosen = || run.plan.choices.iter().find(|choice| choice.chosen).map(|choice| choice.label.clone());
    let to = arrives.or_else(chosen).map(|to| format!(" → {to}")).unwrap_or_default();
    let line = Line::new().with(format!("◐ {}{}{to}", app.whose(run.account), run.plan.target), Tone::Busy);
    line.muted(format!("  {}", fmt::age(app.here.observed.at, run.since)))
}

/// Shows the caller and the running plan on one line. The caller gives way to the plan, then the words of its progress,
/// then all but its target and what arrives there. The account gives way last.
fn who_and_under_way(app: &App, full: Line, room: usize) -> Line {
    let whole = under_way(app, usize::MAX);
    if whole.width() == 0 {
        return full;
    }
    let brief = who(app, true);
    let both = |who: Line, run: Line| Line(who.plain("  ").0.into_iter().chain(run.0).collect());
    let cut = under_way(app, room.saturating_sub(brief.width() + 2));
    let short = under_way_in_brief(app);
    let forms = [both(full, whole.clone()), both(brief.clone(), whole), both(brief.clone(), cut), both(brief, short)];
    forms.into_iter().find(|line| line.width() <= room).unwrap_or_else(|| under_way(app, room))
}

/// Shows which rows are visible, if a list without a title has more rows than fit.
fn count_hidden(app: &App) -> Line {
    let previews = app.shows_pane() && app.pane.list().is_some_and(|list| list.preview.is_some());
    let list = app.lists.get(app.pane.name).filter(|_| previews);
    let (Some(list), rows) = (list, panes::list_rows(app)) else { return Line::new() };
    if list.ids.len() <= rows {
        return Line::new();
    }
    let end = (list.first + rows).min(list.ids.len());
    Line::new().muted(format!("{} {}–{end} of {}", app.pane.title, list.first + 1, list.ids.len()))
}

/// Shows the cost of all accounts together; in brief only the sum, and the throttled calls.
fn cost(app: &App, brief: bool) -> Line {
    let accounts = app.accounts();
    let calls: u64 = accounts.iter().map(|account| account.usage.last_minute).sum();
    let throttled: u64 = accounts.iter().map(|account| account.usage.throttled).sum();
    let dollars: f64 = accounts.iter().map(|account| account.usage.cost_per_day).sum();
    let slowdown = accounts.iter().map(|account| account.usage.slowdown).max().unwrap_or(1);
    let tone = if throttled > 0 { Tone::Warn } else { Tone::Muted };
    let mut line = Line::new();
    if !brief {
        line = line.muted(format!("api {calls}/min  "));
    }
    if !brief || throttled > 0 {
        line = line.with(format!("throttled {throttled}{}  ", slowed_down(slowdown)), tone);
    }
    line.muted(format!("{}/day", fmt::dollars(dollars)))
}

/// Shows how much the interval between polls has grown.
fn slowed_down(slowdown: u32) -> String {
    if slowdown > 1 { format!(" ({slowdown}× slower)") } else { String::new() }
}
