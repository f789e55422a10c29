//! The construction of an account from a story: everything in the story gets a past.

mod alarms;
mod chain;
mod crowd;
mod data;
mod definition;
mod endpoints;
mod governed;
mod jobs;
mod lineage;
mod rules;
mod special;

use super::env::{Env, Task};
use super::services::cloudwatch::{Effect, When};
use super::services::logs::Script;
use super::settings::Settings;
use super::story::{self, Story};
use super::time::{Span, Time};
use super::world::World;

/// Builds the account as it is when the story begins.
pub(crate) fn world(story: &Story, start: Time, seed: u64, settings: &Settings) -> World {
    let mut account = story.account.clone().unwrap_or_default();
    if let Some(region) = &settings.region {
        account.region.clone_from(region);
    }
    let mut world = World::new(Env::new(account, start, seed));
    world.env.speed = settings.speed;
    world.build_data(story);
    for model in &story.models {
        world.build_model(model, &story.images);
    }
    for job in &story.jobs {
        world.build_job(job);
    }
    for special in &story.specials {
        world.build_special(special);
    }
    world.build_governance(story);
    for failure in &story.run_failures {
        world.plan_failure(failure);
    }
    for evaluation in &story.evaluations {
        world.set_evaluation(evaluation);
    }
    world.build_rules(story);
    world.build_series(story);
    for effect in &story.effects {
        world.build_effect(effect);
    }
    for log in &story.logs {
        world.build_log(log);
    }
    for rule in &story.mute_rules {
        world.build_mute_rule(rule);
    }
    for alarm in &story.alarms {
        world.build_alarm(alarm);
    }
    world.build_crowd(&settings.scale);
    world.settle_alarms();
    world.settle_scaling();
    world.drill.clone_from(&story.drill);
    world.story_events.clone_from(&story.events);
    for (index, event) in story.events.iter().enumerate() {
        world.env.at(start + event.at.paced(settings.speed), Task::StoryEvent(index));
    }
    world.deliver_events();
    world
}

impl World {
    /// Builds what watches over models and documents them, and what they rest on.
    fn build_governance(&mut self, story: &Story) {
        for monitor in &story.monitors {
            self.build_monitor(monitor);
        }
        for card in &story.cards {
            self.build_card(card);
        }
        for governed in &story.governed {
            self.build_governed(governed);
            self.build_lineage(governed);
        }
        for workbench in &story.workbenches {
            self.build_workbench(workbench);
        }
        for key in &story.keys {
            self.kms.states.insert(key.arn.clone(), key.state.clone());
        }
        self.insights.clone_from(&story.insights);
        self.health_events.clone_from(&story.health_events);
        self.evaluated.clone_from(&story.evaluated);
        self.schemas.clone_from(&story.schemas);
        self.build_projects(story);
        self.ssm.calendars.clone_from(&story.calendars);
        self.ssm.runbooks.clone_from(&story.runbooks);
        for automation in &story.automations {
            self.build_automation(automation);
        }
        let denials = story
            .faults
            .iter()
            .filter(|fault| fault.code.as_deref().is_some_and(|code| code.starts_with("AccessDenied")));
        self.denied = denials.map(|fault| fault.operation.clone()).collect();
        for item in &story.items {
            self.build_item(item);
        }
    }

    /// Runs `work` at an earlier time.
    fn ago<T>(&mut self, age: Span, work: impl FnOnce(&mut Self) -> T) -> T {
        let past = self.env.start - age;
        self.at(past, work)
    }

    /// Runs `work` at another time.
    fn at<T>(&mut self, time: Time, work: impl FnOnce(&mut Self) -> T) -> T {
        let present = std::mem::replace(&mut self.env.now, time);
        let made = work(self);
        self.env.now = present;
        made
    }

    fn build_effect(&mut self, effect: &story::Effect) {
        let from = effect.from.map(|from| self.env.start + self.pace_future(from));
        let until = effect.until.map(|until| self.env.start + self.pace_future(until));
        let when = match &effect.serving {
            Some(serving) => When::Serving {
                endpoint: serving.endpoint.clone(),
                package: serving.version.clone(),
                after: serving.after,
            },
            None => When::Between(from.unwrap_or(self.env.start), until),
        };
        let relief = effect.relief.as_ref().map(|relief| (relief.endpoint.clone(), relief.instances));
        for series in self.cloudwatch.series.values_mut() {
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

    fn build_log(&mut self, log: &story::Log) {
        let script: &mut Script = self.log_scripts.entry(log.endpoint.clone()).or_default();
        match log.every {
            Some(every) => script.steady.push((every, log.lines.clone())),
            None => script.failing.clone_from(&log.lines),
        }
    }

    /// Applies the speed to the future only: it makes future events come sooner, and does not move past ones.
    fn pace_future(&self, length: Span) -> Span {
        if length.0 > 0 { self.env.pace(length) } else { length }
    }
}
