//! From a story to an account: everything that the story tells gets a past.

mod alarms;
mod chain;
mod crowd;
mod data;
mod definition;
mod endpoints;
mod happen;
mod rules;

use super::Settings;
use super::cloudwatch::series::{Effect, When};
use super::drill::Progress;
use super::story::Story;
use super::time::{Span, Time};
use super::world::{Home, Task, World};

/// The account as it is when the story begins.
pub(crate) fn world(story: &Story, start: Time, pace: (f64, u64), settings: &Settings) -> World {
    let account = story.account.clone().unwrap_or_default();
    let region = settings.region.clone().unwrap_or(account.region);
    let home = Home { account: account.id, alias: account.alias, region, identity: account.identity };
    let mut world = World::empty(home, start, pace);
    world.build_data(story);
    for model in &story.models {
        world.build_model(model);
    }
    for spoil in &story.spoils {
        world.build_spoil(spoil);
    }
    for finding in &story.findings {
        world.build_finding(finding);
    }
    world.build_rules(story);
    world.build_series(story);
    for effect in &story.effects {
        world.build_effect(effect);
    }
    for alarm in &story.alarms {
        world.build_alarm(alarm);
    }
    world.build_crowd(&settings.scale);
    world.settle_alarms();
    world.drill = story.drill.clone().map(Progress::new);
    world.events.clone_from(&story.events);
    for (place, event) in story.events.iter().enumerate() {
        let due = start + event.at.paced(pace.0);
        world.at(due, Task::Event(place));
    }
    world
}

impl World {
    /// Lets something happen in the past.
    fn ago<T>(&mut self, age: Span, happen: impl FnOnce(&mut Self) -> T) -> T {
        let present = self.now;
        self.now = self.start - age;
        let made = happen(self);
        self.now = present;
        made
    }

    fn build_effect(&mut self, effect: &super::story::Effect) {
        let from = effect.from.map(|from| self.start + self.pace_future(from));
        let until = effect.until.map(|until| self.start + self.pace_future(until));
        let when = match &effect.serving {
            Some(serving) => When::Serving {
                endpoint: serving.endpoint.clone(),
                package: serving.version.clone(),
                after: serving.after,
            },
            None => When::Between(from.unwrap_or(self.start), until),
        };
        let relief = effect.relief.as_ref().map(|relief| (relief.endpoint.clone(), relief.instances));
        for series in self.series.values_mut() {
            let has = |name: &str, wanted: &Option<String>| {
                wanted.as_ref().is_none_or(|wanted| series.dimensions.iter().any(|(n, v)| n == name && v == wanted))
            };
            if series.name == effect.metric && has("EndpointName", &effect.endpoint) && has("Model", &effect.model) {
                series.effects.push(Effect {
                    to: effect.to,
                    over: effect.over,
                    when: when.clone(),
                    relief: relief.clone(),
                });
            }
        }
    }

    /// Speed makes the future come sooner; the past stays where it was.
    fn pace_future(&self, length: Span) -> Span {
        if length.0 > 0 { self.pace(length) } else { length }
    }
}
