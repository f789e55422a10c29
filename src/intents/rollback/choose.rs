//! Which way back: each one judged by how it did, and the best one chosen until the operator chooses another.

use super::candidate::{Candidate, Looks};
use super::past::Past;
use super::record::{Began, Record, period};
use super::survey::{Names, Survey};
use super::watch::Heard;
use super::{Present, Rollback, rebuild};
use crate::intents::{Choice, Executor, Plan, Refusal, evidence};

/// Values of an evaluation report that a list has room for.
const VALUES: usize = 2;

/// A way back with its record.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) candidate: Candidate,
    record: Record,
    /// Why its record is not whole.
    problem: Option<String>,
    /// Why it is not known how many requests failed.
    uncounted: Option<String>,
}

impl Judged {
    /// One that was named, judged by itself.
    pub(super) async fn alone(by: &Executor, present: &Present, candidate: Candidate) -> Result<Self, Refusal> {
        let mut served = Names::read(by, present).await?.served(present);
        let name = &candidate.config.name;
        if let Some(at) = candidate.config.created.filter(|_| served.iter().all(|b| b.config != *name)) {
            served.push(Began { config: name.clone(), at, seen: false });
        }
        let mut judged = judge(by, present, &served, vec![candidate]).await;
        judged.pop().ok_or_else(|| Refusal::No("nothing was judged".to_owned()))
    }

    /// What its record says for it.
    pub(super) fn good(&self) -> Option<String> {
        (!self.record.grave()).then(|| format!("{}: {}", self.candidate.label(), self.record.told()))
    }

    /// What its record says against it, as sentences.
    pub(super) fn against(&self) -> Vec<String> {
        let label = self.candidate.label();
        let grave = self
            .record
            .grave()
            .then(|| format!("{label} did badly here before: {} while it served.", self.record.bad()));
        let unknown =
            self.problem.as_ref().map(|why| format!("Which alarms fired while it served is not all known: {why}."));
        let uncounted =
            self.uncounted.as_ref().map(|why| format!("How many requests failed while it served is not known: {why}."));
        grave.into_iter().chain(unknown).chain(uncounted).collect()
    }

    fn choice(&self, intent: &Rollback, present: &Present) -> Choice {
        let name = self.candidate.config.name.clone();
        Choice {
            label: self.candidate.label(),
            intent: Some(Rollback { to: Some(name.clone()), ..intent.clone() }.into()),
            name,
            chosen: false,
            differs: self.candidate.differs(present).told.join(", "),
            record: self.record.told(),
            bad: self.record.grave(),
        }
    }
}

/// Gives each candidate its record: when it served, which alarms fired and how many requests failed then, what its evaluation says.
async fn judge(by: &Executor, present: &Present, served: &[Began], candidates: Vec<Candidate>) -> Vec<Judged> {
    let begins = candidates.iter().filter_map(|c| period(served, &c.config.name)).map(|(began, _)| began.at);
    let Some(from) = begins.min() else {
        let unjudged = |candidate| Judged { candidate, record: Record::default(), problem: None, uncounted: None };
        return candidates.into_iter().map(unjudged).collect();
    };
    let heard = Heard::read(by, &present.watch, from).await;
    let past = Past::read(by, present, &candidates, from).await;
    let mut judged = Vec::new();
    for candidate in candidates {
        let mut record = Record::of(served, &candidate.config.name, &heard);
        let uncounted = past.count(&candidate, &mut record).err();
        let report = candidate.packages.iter().flatten().find_map(|p| p.details.as_ref()?.metrics_uri.as_deref());
        if let Some(uri) = report {
            record.evaluation = evidence::read(&by.aws, Some(uri)).await.values;
            record.evaluation.truncate(VALUES);
        }
        judged.push(Judged { candidate, record, problem: heard.problem.clone(), uncounted });
    }
    judged
}

/// The place of the one that is planned by itself: the newest that served without an alarm or errors which break a model. One that
/// differs in nothing that callers notice comes after all that do.
fn best(judged: &[Judged], present: &Present) -> Option<usize> {
    let well = |j: &Judged| !j.record.grave();
    let felt = |j: &Judged| j.candidate.differs(present).felt;
    judged.iter().position(|j| well(j) && felt(j)).or_else(|| judged.iter().position(well))
}

impl Rollback {
    /// Looks for ways back, and plans the best one.
    pub(super) async fn choose(&self, by: &Executor, present: &Present, mut looks: Looks<'_>) -> Result<Plan, Refusal> {
        let names = Names::read(by, present).await?;
        let Survey { fit, unfit } = names.survey(present, &mut looks).await?;
        let mut judged = judge(by, present, &names.served(present), fit).await;
        let mut choices: Vec<Choice> = judged.iter().map(|j| j.choice(self, present)).collect();
        choices.extend(unfit.iter().map(|u| Choice {
            label: u.label.clone().unwrap_or_else(|| "–".to_owned()),
            name: u.name.clone(),
            record: u.why.clone(),
            ..Choice::default()
        }));
        let best = best(&judged, present);
        if best.is_none() {
            let mut why_not: Vec<String> = judged
                .iter()
                .map(|j| format!("{} served badly: {}", j.candidate.config.name, j.record.bad()))
                .collect();
            why_not.extend(unfit.iter().map(|u| format!("{} {}", u.name, u.why)));
            let avoided: Vec<&Candidate> = judged.iter().map(|j| &j.candidate).collect();
            match rebuild::plan(self, by, present, &why_not, &avoided, choices.clone()).await {
                Err(Refusal::No(_)) if !judged.is_empty() => {}
                rebuilt => return rebuilt,
            }
        }
        let place = best.unwrap_or(0);
        if let Some(choice) = choices.get_mut(place) {
            choice.chosen = true;
        }
        self.to_config(by, present, judged.swap_remove(place), choices).await
    }
}
