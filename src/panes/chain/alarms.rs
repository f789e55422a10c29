//! The alarms of a model in the box of the alarms, and whom they tell.

use super::super::cell;
use crate::app::{Account, App};
use crate::model::people::{Reach, reach};
use crate::model::{self, Chain, Health, Mark, Silence, StageKind, severity};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;
use crate::view::{Fact, Line, Tone};

/// Returns the firing alarms that are not good news, the newest first.
pub(in crate::panes) fn firing<'a>(account: &'a Account, chain: &Chain) -> Vec<&'a Alarm> {
    let all = chain.alarms.iter().filter_map(|name| account.observed.store.alarms.get(name));
    let harmful = |alarm: &&Alarm| !alarm.scaling() && !chain.good_news.contains(&alarm.name.as_str());
    let mut firing: Vec<_> = all.filter(|alarm| alarm.firing()).filter(harmful).collect();
    firing.sort_by_key(|a| (std::cmp::Reverse(a.since), a.name.as_str()));
    firing
}

/// Returns why no person hears of the trouble: the alarm that fires, and would break the model, tells nobody.
pub(in crate::panes) fn silence(account: &Account, chain: &Chain) -> Option<Silence> {
    let store = &account.observed.store;
    let breaks = |alarm: &&Alarm| {
        let tier = severity::tier(&account.observed.preferences.severity, alarm);
        tier.is_none_or(|tier| severity::weight(&tier) == Health::Critical)
    };
    let mut firing = firing(account, chain).into_iter().filter(breaks).peekable();
    let silent = |alarm: &Alarm| model::silence(store, alarm, account.joined.receiver(&alarm.name));
    // If somebody hears of one of them, somebody looks.
    let first = silent(firing.peek()?)?;
    firing.all(|alarm| silent(alarm).is_some()).then_some(first)
}

/// Returns who hears nothing, the other alarms that fire, and whom the alarms tell.
pub(super) fn facts(app: &App, chain: &Chain) -> Vec<Fact> {
    // The headline shows the worst one already.
    let headline = chain.stage(StageKind::Alarms).and_then(|stage| chain.reason_of(stage));
    let told = |alarm: &Alarm| headline.is_some_and(|r| r.is_about(Kind::Alarms, &alarm.name));
    let firing = firing(&app.here, chain);
    let others = firing.iter().copied().filter(|alarm| !told(alarm));
    // Nobody else is notified of these, so the screen must show them.
    let held = chain.reasons.iter().filter(|r| r.rule.is(Mark::AlwaysDrawn));
    let sentence = |text: String| Fact::sentence(Line::new().with(text, Tone::Warn));
    let mut facts: Vec<Fact> = held.map(|r| sentence(format!("▲ {}", r.brief()))).collect();
    let others = others.take(3).map(|alarm| {
        let tier = severity::tier(&app.here.observed.preferences.severity, alarm);
        let bad = tier.as_deref().map_or(Health::Warning, severity::weight);
        let name = Line::new().with(format!("{} ", bad.sign().0), cell::tone(bad));
        let name = name.plain(alarm.name.replace(chain.name, "…"));
        Fact::named(name, Line::new().muted(format!(" {}", tier.unwrap_or_default())))
    });
    facts.extend(others);
    let lost = |topic: &&str| matches!(reach(&app.here.observed.store, topic), Reach::Nobody(_));
    // While alarms fire, the box lists only the topics of those that told somebody: a muted one told nobody.
    let account = &app.here;
    let telling = |alarm: &&&Alarm| {
        model::silence(&account.observed.store, alarm, account.joined.receiver(&alarm.name)).is_none()
    };
    let told_by: Vec<&Alarm> = firing.iter().filter(telling).copied().collect();
    let told_of =
        |topic: &&str| firing.is_empty() || told_by.iter().any(|alarm| alarm.actions.iter().any(|a| a == topic));
    let (lost, heard): (Vec<&str>, Vec<&str>) =
        chain.topics.iter().copied().filter(|topic| lost(topic) || told_of(topic)).partition(lost);
    facts.extend(lost.into_iter().chain(heard).map(|topic| {
        let name = topic.rsplit(':').next().unwrap_or(topic);
        let reaches = match reach(&app.here.observed.store, topic) {
            Reach::Nobody(why) => return sentence(format!("→ nobody ({name} {})", why.brief())),
            Reach::Unknown(_) => Line::new().with(" ◌", Tone::Warn),
            Reach::Somebody | Reach::Unread => Line::new(),
        };
        Fact::named(Line::new().muted(format!("→ {name}")), reaches)
    }));
    facts
}
