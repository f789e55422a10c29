//! Alarms and their receivers. Alarms of auto scaling are hidden, because they are in ALARM whenever there is little
//! traffic.

use super::{cell, muted};
use crate::app::{App, Body, Cell, List, Pane, PaneColumn, Subject};
use crate::model::people::{Reach, reach, ways};
use crate::model::{AlarmReceiver, Chain, Health, StageKind, severity};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;
use crate::view::{Line, Tone};

/// One row for each alarm: firing alarms first, of these the highest tier, and then the newest.
pub(super) static PANE: Pane = Pane {
    name: "alarms",
    title: "alarms",
    short: "alarm",
    several: false,
    kinds: |kind| matches!(kind, Kind::Alarms | Kind::Topics | Kind::Subscriptions),
    body: Body::List(LIST),
};

const LIST: List = List {
    columns: &[
        PaneColumn::cells("STATE", 9),
        PaneColumn::fill("ALARM", 5, 20).name(),
        PaneColumn::cells("SEV", 5),
        PaneColumn::cells("SINCE", 7).right(),
        PaneColumn::fill("TELLS", 5, 12),
        PaneColumn::fill("MODEL", 2, 12).name().from(90),
        PaneColumn::cells("TYPE", 9).from(140),
        PaneColumn::fill("WATCHES", 4, 14).name().from(120),
        PaneColumn::fill("WHY", 4, 14).from(180),
    ],
    ids,
    row,
    empty: |_| {
        vec![
            Line::from("No alarm in this account and region."),
            Line::new().muted("Auto Scaling alarms are hidden; the scaling key shows them."),
        ]
    },
    ..List::EMPTY
};

fn ids(app: &App) -> Vec<Subject> {
    let mut all: Vec<&Alarm> =
        app.here.observed.store.alarms.rows().filter(|a| app.show_scaling || !a.scaling()).collect();
    let rank = |a: &Alarm| match a.state.as_str() {
        "ALARM" if !a.scaling() => 0,
        "OK" => 2,
        _ => 1,
    };
    // `sev1` comes before `sev2`, and an alarm without a tier last.
    let tier = |a: &Alarm| {
        let tier = severity::tier(&app.here.observed.preferences.severity, a).filter(|_| rank(a) == 0);
        tier.map_or((u8::MAX, None), |tier| (severity::level(&tier), Some(tier)))
    };
    // The sort is stable, and the alarms are sorted by name already.
    all.sort_by_cached_key(|a| (rank(a), tier(a), std::cmp::Reverse(a.since)));
    all.into_iter().map(|a| app.here.resource(Kind::Alarms, &a.name)).collect()
}

fn row(app: &App, subject: &Subject) -> Option<Vec<Cell>> {
    let alarm = app.here.observed.store.alarms.get(subject.id())?;
    Some(vec![
        state(app, subject, alarm),
        Cell::plain(&alarm.name),
        Cell::muted(severity::tier(&app.here.observed.preferences.severity, alarm).unwrap_or_default()),
        Cell::age(app, app.here.observed.at, alarm.since),
        tells(app, alarm),
        cell::models(app, subject),
        Cell::muted(&*alarm.kind),
        Cell::plain(watches(alarm)),
        Cell::muted(&alarm.reason),
    ])
}

/// Returns the health that an alarm shows. In ALARM it is what the rules of its model say, which may even be good news;
/// an alarm that only scales an endpoint is no trouble.
pub(super) fn health(chain: Option<&Chain>, alarm: &Alarm) -> Health {
    match alarm.state.as_str() {
        "ALARM" if alarm.scaling() => Health::Absent,
        "ALARM" => said(chain, alarm).unwrap_or(Health::Warning),
        // The state is as old as the last successful evaluation.
        "OK" if alarm.evaluation.is_some() => Health::Unknown,
        state => Health::of_status(state),
    }
}

/// Returns the worst that the rules of a model say of an alarm.
fn said(chain: Option<&Chain>, alarm: &Alarm) -> Option<Health> {
    let reasons = chain.into_iter().flat_map(|chain| &chain.reasons);
    reasons.filter(|r| r.is_about(Kind::Alarms, &alarm.name)).map(|r| r.health).max()
}

/// Shows the state with the sign of its health.
fn state(app: &App, subject: &Subject, alarm: &Alarm) -> Cell {
    let chain = app.model_of(subject).and_then(|model| app.chain(&model));
    let quiet = |text| Cell { signed: true, ..Cell::of_line(Line::new().muted("◌ ").muted(text)) };
    match (alarm.state.as_str(), alarm.scaling()) {
        // Whether data should come is for the rules of its model to say.
        ("INSUFFICIENT_DATA", _) => quiet("no data").tells(said(chain, alarm).unwrap_or_default()),
        ("ALARM", true) => Cell::signed(Health::Absent, "ALARM", Tone::Muted),
        ("ALARM", false) => {
            let health = health(chain, alarm);
            Cell::signed(health, "ALARM", cell::tone(health))
        }
        // The state is as old as the last successful evaluation.
        (state, _) if alarm.evaluation.is_some() => {
            Cell::signed(Health::Unknown, &format!("{state}, not evaluated"), Tone::Warn)
        }
        (state, _) => Cell::status(app, StageKind::Alarms, state),
    }
}

/// Returns what an alarm watches. The rule of a composite alarm begins with how it joins the others, because long names
/// are cut: `OR of 2: ALARM("…") OR ALARM("…")`.
fn watches(alarm: &Alarm) -> String {
    let Some(rule) = &alarm.rule else { return format!("{} {}", alarm.watches, alarm.condition) };
    let words: Vec<&str> = rule.split_whitespace().collect();
    let has = |operator: &str| words.iter().any(|word| word.eq_ignore_ascii_case(operator));
    let joint = match (has("AND"), has("OR")) {
        (true, true) => "AND/OR",
        (true, false) => "AND",
        (false, true) => "OR",
        (false, false) => return rule.clone(),
    };
    format!("{joint} of {}: {rule}", alarm.children.len())
}

/// Shows the names of the called actions, or the other receiver of the alarm.
fn tells(app: &App, alarm: &Alarm) -> Cell {
    if let Some(known) = app.here.acknowledged(Kind::Alarms, &alarm.name) {
        return Cell::text(format!("ack {}", known.text()), Tone::Good);
    }
    if alarm.scaling() {
        return Cell::muted("Auto Scaling");
    }
    let warn = |text: &str| Cell::signed(Health::Warning, text, Tone::Warn);
    match app.here.joined.receiver(&alarm.name) {
        Some(AlarmReceiver::Nobody) => warn("nobody"),
        Some(AlarmReceiver::Suppressed(by)) => warn(&format!("nobody now: {by}")),
        Some(AlarmReceiver::Muted(by)) => warn(&muted::brief(app, by)),
        Some(AlarmReceiver::Quiet(by)) => warn(&format!("nobody now: {by} is quiet")),
        Some(AlarmReceiver::Composite(parent)) => Cell::muted(format!("via {parent}")),
        Some(AlarmReceiver::Perhaps(parent)) => Cell::muted(format!("? via {parent}")),
        Some(AlarmReceiver::Rule(rule)) => Cell::muted(format!("rule {rule}")),
        Some(AlarmReceiver::PerhapsRule(rule)) => Cell::muted(format!("? rule {rule}")),
        Some(AlarmReceiver::Deployment(endpoint)) => Cell::muted(format!("rolls back {endpoint}")),
        Some(AlarmReceiver::Unread) => Cell::muted("◌ not known yet"),
        None => actions(app, alarm),
    }
}

/// Shows the called actions. A topic that reaches nobody, or whose reach is unknown, is marked.
fn actions(app: &App, alarm: &Alarm) -> Cell {
    let mut tone = Tone::Plain;
    let marked = alarm.actions.iter().zip(alarm.called()).map(|(action, words)| {
        let topic = alarm.calls("sns").any(|topic| topic == action);
        match reach(&app.here.observed.store, action) {
            Reach::Nobody(_) if topic => {
                tone = Tone::Warn;
                format!("▲ nobody: {words}")
            }
            Reach::Unknown(_) if topic => format!("◌ {words}"),
            Reach::Somebody if topic => match ways(&app.here.observed.store, action) {
                ways if ways.is_empty() => words.into_owned(),
                ways => format!("{words}: {ways}"),
            },
            Reach::Nobody(_) | Reach::Unknown(_) | Reach::Somebody | Reach::Unread => words.into_owned(),
        }
    });
    let marked = marked.chain(muted::soon(app, &alarm.name)).collect::<Vec<_>>().join(", ");
    let health = if tone == Tone::Warn { Health::Warning } else { Health::Absent };
    Cell::text(marked, tone).tells(health)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_how_it_joins_its_alarms_before_their_names() {
        let shown = |rule: &str| watches(&Alarm::default().ruled(rule.to_owned()));
        assert_eq!(shown(r#"ALARM("a") OR ALARM("b")"#), r#"OR of 2: ALARM("a") OR ALARM("b")"#);
        assert_eq!(shown("ALARM(a) and OK(b)"), "AND of 2: ALARM(a) and OK(b)");
        assert_eq!(
            shown("(ALARM(a) OR ALARM(b)) AND NOT ALARM(c)"),
            "AND/OR of 3: (ALARM(a) OR ALARM(b)) AND NOT ALARM(c)"
        );
        assert_eq!(shown("AT_LEAST(2, ALARM, (a, b))"), "AT_LEAST(2, ALARM, (a, b))");
        let plain = Alarm { watches: "CTR".into(), condition: "< 2.5".into(), ..Alarm::default() };
        assert_eq!(watches(&plain), "CTR < 2.5");
    }
}
