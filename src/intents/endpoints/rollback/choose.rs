//! The choice among the earlier configurations: each candidate is rated by its earlier record. The best one is planned
//! until the operator chooses another one.

use super::candidate::{Candidate, ConfigReader};
use super::monitoring::PastAlarms;
use super::past_errors::PastErrors;
use super::survey::{ConfigNames, Survey, Unfit};
use super::track_record::{TrackRecord, WentLive, period};
use super::{Present, Rollback, RollbackWay, components, rebuild};
use crate::intents::registry::evidence;
use crate::intents::{Choice, Executor, Plan, Refusal};

/// The most values of an evaluation report that fit into a list.
const VALUES: usize = 2;

/// A candidate and its earlier record.
#[derive(Debug)]
pub(super) struct RatedCandidate {
    pub(super) candidate: Candidate,
    record: TrackRecord,
    /// The reason why some alarms of its time are unknown, as a phrase.
    alarms_problem: Option<String>,
    /// The reason why the number of failed requests is unknown, as a phrase.
    errors_problem: Option<String>,
}

impl RatedCandidate {
    /// Rates a configuration that the operator named.
    pub(super) async fn of(executor: &Executor, present: &Present, candidate: Candidate) -> Result<Self, Refusal> {
        let mut history = ConfigNames::read(executor, present).await?.history(present);
        let name = &candidate.config.name;
        if let Some(at) = candidate.config.created.filter(|_| history.iter().all(|b| b.config != *name)) {
            history.push(WentLive { config: name.clone(), at, observed: false });
        }
        let mut rated = rate(executor, present, &history, vec![candidate]).await;
        rated.pop().ok_or_else(|| Refusal::No("nothing was rated".to_owned()))
    }

    /// Returns the good part of its record.
    pub(super) fn in_favour(&self) -> Option<String> {
        (!self.record.is_bad()).then(|| format!("{}: {}", self.candidate.label(), self.record.summary()))
    }

    /// Returns the bad part of its record, as sentences.
    pub(super) fn warnings(&self) -> Vec<String> {
        let label = self.candidate.label();
        let bad = self
            .record
            .is_bad()
            .then(|| format!("{label} performed badly here before: {} while it served.", self.record.faults()));
        let unknown = self
            .alarms_problem
            .as_ref()
            .map(|why| format!("Not all alarms that fired while it served are known: {why}."));
        let uncounted = self
            .errors_problem
            .as_ref()
            .map(|why| format!("How many requests failed while it served is not known: {why}."));
        bad.into_iter().chain(unknown).chain(uncounted).collect()
    }

    fn choice(&self, intent: &Rollback, present: &Present) -> Choice {
        let name = self.candidate.config.name.clone();
        Choice {
            label: self.candidate.label(),
            intent: Some(Rollback { to: Some(name.clone()), way: None, ..intent.clone() }.into()),
            name,
            chosen: false,
            changes: self.candidate.changes(present).phrases.join(", "),
            record: self.record.summary(),
            bad: self.record.is_bad(),
        }
    }
}

/// Rates candidates by the time in which each served, the alarms and failed requests of that time, and its evaluation.
async fn rate(
    executor: &Executor,
    present: &Present,
    history: &[WentLive],
    candidates: Vec<Candidate>,
) -> Vec<RatedCandidate> {
    let begins = candidates.iter().filter_map(|c| period(history, &c.config.name)).map(|(began, _)| began.at);
    let Some(from) = begins.min() else {
        let unrated = |candidate| RatedCandidate {
            candidate,
            record: TrackRecord::default(),
            alarms_problem: None,
            errors_problem: None,
        };
        return candidates.into_iter().map(unrated).collect();
    };
    let past_alarms = PastAlarms::read(executor, &present.monitoring, from).await;
    let past_errors = PastErrors::read(executor, present, &candidates, from).await;
    let mut rated = Vec::new();
    for candidate in candidates {
        let mut record = TrackRecord::of(history, &candidate.config.name, &past_alarms);
        let errors_problem = past_errors.count(&candidate, &mut record).err();
        let report = candidate.packages.iter().flatten().find_map(|p| p.details.as_ref()?.metrics_uri.as_deref());
        if let Some(uri) = report {
            record.evaluation = evidence::read(&executor.aws, Some(uri)).await.values;
            record.evaluation.truncate(VALUES);
        }
        rated.push(RatedCandidate { candidate, record, alarms_problem: past_alarms.problem.clone(), errors_problem });
    }
    rated
}

/// Returns the index of the candidate to plan: the newest one that served without grave alarms or errors. Candidates
/// with a change that callers notice come first.
fn best(rated: &[RatedCandidate], present: &Present) -> Option<usize> {
    let did_well = |j: &RatedCandidate| !j.record.is_bad();
    let noticeable = |j: &RatedCandidate| j.candidate.changes(present).noticeable;
    rated.iter().position(|j| did_well(j) && noticeable(j)).or_else(|| rated.iter().position(did_well))
}

/// Returns the index of the candidate to plan. Those whose instances could not start, because an image or an artifact is
/// gone, become unfit.
async fn best_that_starts(
    executor: &Executor,
    present: &Present,
    rated: &mut Vec<RatedCandidate>,
    unfit: &mut Vec<Unfit>,
) -> Option<usize> {
    loop {
        let place = best(rated, present)?;
        let Some(why) = rated.get(place)?.candidate.lack(&executor.aws).await else { return Some(place) };
        let candidate = rated.remove(place).candidate;
        unfit.push(Unfit { name: candidate.config.name.clone(), label: Some(candidate.label()), why });
    }
}

impl Rollback {
    /// Searches for earlier configurations, and plans the best one; where there is none, one that is built anew.
    pub(super) async fn choose(
        &self,
        executor: &Executor,
        present: &Present,
        mut reader: ConfigReader<'_>,
    ) -> Result<(RollbackWay, Plan), Refusal> {
        if present.serving.is_none() {
            let name = &self.endpoint;
            return Err(Refusal::No(format!(
                "{name}: the configuration that serves now was deleted, so the earlier ones are not known; `sagetop rollback {name} --to CONFIGURATION` names one"
            )));
        }
        if present.uses_components() {
            return Err(components::refusal(&executor.aws, present).await);
        }
        let names = ConfigNames::read(executor, present).await?;
        let Survey { fit, mut unfit } = names.survey(present, &mut reader).await?;
        let mut rated = rate(executor, present, &names.history(present), fit).await;
        let best = best_that_starts(executor, present, &mut rated, &mut unfit).await;
        let mut choices: Vec<Choice> = rated.iter().map(|j| j.choice(self, present)).collect();
        choices.extend(unfit.iter().map(|u| Choice {
            label: u.label.clone().unwrap_or_else(|| "–".to_owned()),
            name: u.name.clone(),
            record: u.why.clone(),
            ..Choice::default()
        }));
        if best.is_none() {
            let mut why_not: Vec<String> = rated
                .iter()
                .map(|j| format!("{} performed badly: {}", j.candidate.config.name, j.record.faults()))
                .collect();
            why_not.extend(unfit.iter().map(|u| format!("{} {}", u.name, u.why)));
            let avoided: Vec<&Candidate> = rated.iter().map(|j| &j.candidate).collect();
            match rebuild::plan(self, executor, present, Some(&why_not), &avoided, choices.clone()).await {
                Err(Refusal::No(_)) if !rated.is_empty() => {}
                rebuilt => return rebuilt.map(|plan| (RollbackWay::Rebuild, plan)),
            }
        }
        let place = best.unwrap_or(0);
        if let Some(choice) = choices.get_mut(place) {
            choice.chosen = true;
        }
        let plan = self.to_config(executor, present, rated.swap_remove(place), choices).await?;
        Ok((RollbackWay::Previous, plan))
    }
}
