//! Banners: urgent messages above every pane.

use crate::app::{Account, App};
use crate::aws::{AwsError, ErrorKind, Renewal};
use crate::fmt;
#[cfg(feature = "health")]
use crate::model::Health;
use crate::panes::cell;
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Endpoint;
use crate::resources::identity::Identity;
use crate::resources::{Kind, Resource};
use crate::view::{Line, Tone};

/// The maximum number of rows of banners.
const MOST_BANNERS: usize = 4;

/// The kinds of failures that have a banner: nothing of the account can be read.
const CUT_OFF: [ErrorKind; 6] = [
    ErrorKind::Missing,
    ErrorKind::Expired,
    ErrorKind::Denied,
    ErrorKind::Skewed,
    ErrorKind::Untrusted,
    ErrorKind::Unreachable,
];

/// The minimum height of the terminal, in rows, at which a banner may have a second row.
const HIGH: u16 = 20;

/// Returns the urgent messages of all accounts: lost credentials, a role that cannot be assumed, a lost network.
pub(super) fn banners(app: &App) -> Vec<Line> {
    let mut banners = drill(app);
    banners.extend(tour(app));
    let mut told = Vec::new();
    for account in app.accounts() {
        let who = app.whose(account.id);
        told.extend(lost(app, account).into_iter().map(|text| (format!("{who}{text}"), Tone::Bad)));
        told.extend(unclaimed(account).map(|(text, tone)| (format!("{who}{text}"), tone)));
        #[cfg(feature = "health")]
        told.extend(trouble_of_aws(account).map(|text| (format!("{who}{text}"), Tone::Warn)));
    }
    // The list below is more important than many accounts with errors.
    told.truncate(MOST_BANNERS.saturating_sub(banners.len()));
    let mut spare = MOST_BANNERS.saturating_sub(banners.len() + told.len());
    for (text, tone) in told {
        let rows = if spare > 0 && app.size.1 >= HIGH { in_two_rows(app, &text) } else { vec![text] };
        spare -= rows.len() - 1;
        banners.extend(rows.into_iter().map(|row| Line::new().with(row, tone)));
    }
    banners
}

/// Returns a text on one row, or on two if one is too narrow for it. The end of the second row may be cut.
fn in_two_rows(app: &App, text: &str) -> Vec<String> {
    let rows = Line::from(text).wrap(usize::from(app.size.0).saturating_sub(2));
    let mut rows: Vec<String> = rows.iter().map(|row| row.text().trim().to_owned()).collect();
    let rest = rows.split_off(rows.len().min(1)).join(" ");
    rows.extend(Some(rest).filter(|rest| !rest.is_empty()));
    rows
}

/// Returns a banner for alarms that fire and belong to no model, because no row shows them.
fn unclaimed(account: &Account) -> Option<(String, Tone)> {
    let unclaimed = account.joined.unclaimed_alarms();
    let text = unclaimed.text()?;
    Some((format!("{} {text}", unclaimed.health.sign().0), cell::tone(unclaimed.health)))
}

/// Returns what AWS Health reports about AWS itself.
#[cfg(feature = "health")]
fn trouble_of_aws(account: &Account) -> Option<String> {
    let now = account.observed.at;
    let event = crate::resources::health_event::open_issue(&account.observed.store.health_events, now)?;
    let since = event.started.map(|at| format!(", {}", fmt::age(now, at))).unwrap_or_default();
    Some(format!("{} {}{since}", Health::Warning.sign().0, event.in_words()))
}

/// Returns why an account cannot be read, and how to fix it.
fn lost(app: &App, account: &Account) -> Vec<String> {
    let troubles = account.observed.store.troubles();
    let told = |kind: ErrorKind| {
        // Every caller may read its own identity, so a denied identity means that the account was not accessible at
        // all. A single unreachable operation is reported next to its own table.
        let counts = |name: Kind| {
            (kind != ErrorKind::Denied || name == Identity::KIND)
                && (kind != ErrorKind::Unreachable || [Identity::KIND, Endpoint::KIND, Alarm::KIND].contains(&name))
        };
        let (_, error) = troubles.iter().find(|(of, error)| error.kind == kind && counts(*of))?;
        let what = match kind {
            _ if error.is_about_credentials() => error.lack().to_owned(),
            ErrorKind::Denied => "access denied".to_owned(),
            ErrorKind::Untrusted => "certificate not trusted".to_owned(),
            ErrorKind::Skewed => format!("this machine's clock is off{}", clock(error).unwrap_or_default()),
            ErrorKind::Throttled
            | ErrorKind::Expired
            | ErrorKind::Missing
            | ErrorKind::Gone
            | ErrorKind::Busy
            | ErrorKind::Conflict
            | ErrorKind::Quota
            | ErrorKind::Unreachable
            | ErrorKind::Unsupported
            | ErrorKind::Other => "AWS cannot be reached".to_owned(),
        };
        let login = account.login.as_ref().filter(|_| kind.is_about_credentials() && error.remedy.is_none());
        let advice = match login {
            Some(restart @ (Renewal::Start | Renewal::NoProfile)) => restart.to_string(),
            Some(command) => {
                let key = app.keymap.key_for("login").filter(|_| command.command().is_some());
                let key = key.map(|key| format!("press {key}, or ")).unwrap_or_default();
                format!("{key}{command}; sagetop notices it without a restart")
            }
            None => error.watched().unwrap_or_default(),
        };
        // The advice comes before the error, because the end of a long line is cut.
        Some(format!("{what}: {advice} · {error}"))
    };
    let mut told: Vec<String> = CUT_OFF.into_iter().filter_map(told).collect();
    if told.is_empty() {
        told.extend(unseen(&troubles));
    }
    told
}

/// Returns how far the clock of this machine is off, as the end of a phrase.
fn clock(error: &AwsError) -> Option<String> {
    let ahead = error.clock_ahead()?;
    let way = if ahead.is_negative() { "slow" } else { "fast" };
    Some(format!(" by {} ({way})", fmt::span(ahead.unsigned_abs())))
}

/// Returns why alarms or endpoints cannot be read, if nothing else is wrong. Without these two the other tables mean
/// little.
fn unseen(troubles: &[(Kind, AwsError)]) -> Option<String> {
    let lasts = |kind: ErrorKind| matches!(kind, ErrorKind::Denied | ErrorKind::Unsupported | ErrorKind::Other);
    let counts = |kind: Kind| [Alarm::KIND, Endpoint::KIND].contains(&kind);
    let (kind, error) = troubles.iter().find(|(kind, error)| counts(*kind) && lasts(error.kind))?;
    let advice = error.watched().map(|advice| format!("{advice} · ")).unwrap_or_default();
    Some(format!("{kind} cannot be read: {advice}{error}"))
}

/// Returns the task of an open drill, on at most three rows.
fn drill(app: &App) -> Vec<Line> {
    let Some((drill, keys)) = app.drill.as_ref().filter(|(d, _)| d.solved.is_none()) else { return Vec::new() };
    let task = Line::from(format!("drill: {}  ({})", drill.task, fmt::count(*keys as usize, "key")));
    let rows = task.wrap(usize::from(app.size.0).saturating_sub(2));
    rows.into_iter().take(3).map(|row| Line::new().with(row.text(), Tone::Busy)).collect()
}

/// Returns the step of the tour.
fn tour(app: &App) -> Option<Line> {
    // The steps explain the list of models, so the tour waits until it has a row.
    let has_models = app.lists.get(app.tables.home.name).is_some_and(|list| !list.ids.is_empty());
    let (step, all, action, does) = app.tour.as_ref().filter(|_| has_models)?.step()?;
    let key = app.keymap.key_for(action).unwrap_or_else(|| action.to_owned());
    let ends = app
        .keymap
        .key_for("back")
        .filter(|_| action != "back")
        .map(|key| format!("   ({key} on the first pane ends the tour)"));
    let text = format!("tour {step} of {all}: {key} {does}{}", ends.unwrap_or_default());
    Some(Line::new().with(text, Tone::Busy))
}
