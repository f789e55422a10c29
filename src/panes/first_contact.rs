//! The screen for an account that cannot be read or that is empty. It says what to do.

use super::accounts;
use crate::app::{Account, App};
use crate::aws::{ErrorKind, Renewal, in_one_line};
use crate::fmt;
use crate::view::{Line, Tone};

/// The most profiles that are named.
const MOST: usize = 12;

/// Says why nothing of the account can be read, which credentials it lacks, and what to run. `None` if it was read.
pub(super) fn unread(app: &App) -> Option<Vec<Line>> {
    let account = &app.here;
    let why = accounts::unread_error(account)?;
    if !why.is_about_credentials() || app.replay.is_some() {
        return accounts::why_unread(account);
    }
    let told = Line::new().with(format!("▲ {why}"), Tone::Warn);
    let lack = if why.kind == ErrorKind::Missing { "No credentials" } else { "No valid credentials" };
    let mut lines = vec![Line::new().with(format!("{lack}: nothing of this account can be read."), Tone::Strong)];
    lines.extend(told.wrap(usize::from(app.size.0).saturating_sub(2)));
    let remedies = remedies(app, account, why.remedy.as_deref());
    lines.extend((!remedies.is_empty()).then(Line::new));
    lines.extend(remedies);
    lines.push(Line::new());
    lines.extend(profiles(account));
    lines.push(way("sagetop doctor", "checks credentials, permissions, clock, proxy"));
    lines.push(way("sagetop demo", "shows a simulated account, without AWS"));
    Some(lines)
}

/// Returns what to run.
fn remedies(app: &App, account: &Account, remedy: Option<&str>) -> Vec<Line> {
    if let Some(remedy) = remedy {
        return vec![Line::from(format!("What to do: {remedy}."))];
    }
    match &account.login {
        Some(renewal) if renewal.command().is_some() => {
            let command = renewal.command().map(in_one_line).unwrap_or_default();
            let key = app.keymap.key_for("login").map(|key| format!("{key} runs it here")).unwrap_or_default();
            vec![
                way(&command, &key),
                Line::new().muted("It may run in another terminal, too: sagetop notices it without a restart."),
            ]
        }
        Some(Renewal::Start) => {
            vec![Line::from("What to do: restart sagetop with other keys in the environment, or with a profile.")]
        }
        Some(other @ (Renewal::Other(_) | Renewal::Sso(_) | Renewal::SignIn(_))) => {
            vec![Line::from(format!("What to do: {other}."))]
        }
        // The list of profiles says how to make one.
        Some(Renewal::NoProfile) | None => Vec::new(),
    }
}

/// Names the profiles that there are.
fn profiles(account: &Account) -> Vec<Line> {
    let Some(first) = account.profiles.first() else {
        return vec![way("aws configure sso", "makes a profile; sagetop --profile NAME uses it")];
    };
    let more = account.profiles.len().saturating_sub(MOST);
    let named: Vec<&str> = account.profiles.iter().take(MOST).map(String::as_str).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let count = fmt::count(account.profiles.len(), "profile");
    vec![way(&format!("sagetop --profile {first}"), &format!("uses one of {count}: {}{more}", named.join(", ")))]
}

/// Says that the account has no model, and where one may be.
pub(super) fn empty(app: &App) -> Vec<Line> {
    let account = &app.here;
    let who = account.identity().map(|me| format!(" {}", fmt::account(&me.account))).unwrap_or_default();
    let mut lines = vec![
        Line::from(format!("No model found in the account{who}, region {}.", account.region)),
        Line::new().muted("A model is a model package group, an endpoint, or a [[model]] of the configuration file."),
        Line::new(),
        way("sagetop --region REGION", "looks in another region"),
    ];
    lines.extend(account.profiles.first().map(|_| profiles(account)).unwrap_or_default());
    lines.push(way("sagetop demo", "shows a simulated account, without AWS"));
    lines
}

/// Returns a command, and what it does.
fn way(command: &str, does: &str) -> Line {
    Line::new().plain("  ").with(format!("{command:<28}"), Tone::Busy).plain(" ").muted(does)
}
