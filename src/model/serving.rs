//! The versions that an endpoint serves, and the share of the requests that each of them gets.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::Deployment;
use crate::resources::endpoint::is_production;

/// An endpoint of the chain, and the versions that it runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Serving<'a> {
    /// The name of the endpoint.
    pub endpoint: &'a str,
    /// The stage: `prod`, `staging`, …. Empty if it is unknown.
    pub stage: &'a str,
    /// The configuration that serves.
    pub config: Option<&'a str>,
    /// The time when that configuration was seen to go live. If nobody saw that, the time when it was created, which
    /// is the closest time that AWS reports.
    pub since: Option<Timestamp>,
    /// The versions that it runs: ARN and number. The version with the largest share comes first; of equal shares, the
    /// newest one. Shadows are not among them, because they answer nobody.
    pub versions: Vec<(&'a str, i32)>,
    /// The share of each version by its number, in percent: of the traffic or, where inference components share the
    /// endpoint, of their copies. A version whose share is unknown is absent.
    pub shares: BTreeMap<i32, f64>,
    /// The versions that the current deployment brings, in the same order.
    pub arriving: Vec<(&'a str, i32)>,
    /// The change that the last deployment made if the versions stayed the same, such as
    /// `ml.m5.large → ml.t2.medium`. Absent if it is unknown.
    pub changed: Option<String>,
    /// The versions that the last deployment replaced. Empty if they stayed the same, or are not known.
    pub replaced: Vec<i32>,
    /// The current deployment.
    pub deployment: Option<Deployment<'a>>,
}

impl<'a> Serving<'a> {
    /// Do customers use it? An endpoint without a stage counts as production.
    #[must_use]
    pub fn production(&self) -> bool {
        is_production(self.stage)
    }
    /// Returns the name, with the stage if the name does not contain it.
    #[must_use]
    pub fn place(&self) -> String {
        let (name, stage) = (self.endpoint.to_lowercase(), self.stage.to_lowercase());
        if name.contains(&stage) { self.endpoint.to_owned() } else { format!("{} ({})", self.endpoint, self.stage) }
    }
    /// Describes the last deployment: `v13 live`, or the change if the version stayed the same.
    #[must_use]
    pub fn came(&self) -> String {
        match (self.version_in_brief(), &self.changed) {
            (Some(version), Some(changed)) => format!("{version}: {changed}"),
            (None, Some(changed)) => changed.clone(),
            (Some(version), None) => format!("{version} live"),
            (None, None) => "deployed".to_owned(),
        }
    }
    /// Returns `v13`, or `v13→v12` during a deployment. An endpoint without a version is `?`, and one that serves several
    /// versions is `v11 +1`.
    #[must_use]
    pub fn label(&self) -> String {
        let now = self.version_in_brief().unwrap_or_else(|| "?".to_owned());
        match (&self.deployment, self.arriving.first()) {
            (Some(_), Some((_, next))) if !same_versions(&self.versions, &self.arriving) => format!("{now}→v{next}"),
            (Some(Deployment { to: Some(_), .. }), _) => format!("{now}→"),
            // A change of capacity deploys no new version.
            _ => now,
        }
    }
    /// Returns the label, with the share of the version in it if others serve beside it and nothing is deployed:
    /// `v11 90 % +1`.
    #[must_use]
    pub fn label_with_share(&self) -> String {
        if self.deployment.is_some() { self.label() } else { self.version_with_share().unwrap_or_else(|| self.label()) }
    }
    /// Returns the version that gets the largest share, and the newest one if no share is known.
    #[must_use]
    pub fn version(&self) -> Option<i32> {
        self.versions.first().map(|(_, version)| *version)
    }
    /// Returns the versions that answer requests: all whose share is not known to be zero.
    pub fn answering(&self) -> impl Iterator<Item = &(&'a str, i32)> {
        self.versions.iter().filter(|(_, version)| self.shares.get(version) != Some(&0.0))
    }
    /// Does a version answer requests here, however few?
    #[must_use]
    pub fn answers(&self, version: i32) -> bool {
        self.answering().any(|(_, own)| *own == version)
    }
    /// Returns the share of a version as `90 %`. `None` if it is unknown, or no other version serves here.
    #[must_use]
    pub fn share(&self, version: i32) -> Option<String> {
        let share = self.shares.get(&version).filter(|_| self.versions.len() > 1)?;
        Some(match *share {
            share if share > 0.0 && share < 1.0 => "<1 %".to_owned(),
            share if share > 99.0 && share < 100.0 => ">99 %".to_owned(),
            share => format!("{share:.0} %"),
        })
    }
    /// Returns the version that gets the largest share, and the number of others: `v11 +1`.
    #[must_use]
    pub fn version_in_brief(&self) -> Option<String> {
        Some(format!("v{}{}", self.version()?, self.others()))
    }
    /// Returns the version that gets the largest share, with it, and the number of others: `v11 90 % +1`.
    #[must_use]
    pub fn version_with_share(&self) -> Option<String> {
        let (version, others) = (self.version()?, self.others());
        let share = self.share(version).filter(|_| !others.is_empty());
        Some(format!("v{version}{}{others}", share.map(|share| format!(" {share}")).unwrap_or_default()))
    }
    /// Lists all versions that answer requests, each with its share: `v11 90 %, v12 10 %`.
    #[must_use]
    pub fn versions_with_shares(&self) -> Option<String> {
        let one = |(_, version): &(&str, i32)| {
            let share = self.share(*version).filter(|_| self.answering().nth(1).is_some());
            format!("v{version}{}", share.map(|share| format!(" {share}")).unwrap_or_default())
        };
        let all: Vec<String> = self.answering().map(one).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
    /// Returns ` +1` if one version answers requests beside the first one.
    fn others(&self) -> String {
        match self.answering().count() {
            0 | 1 => String::new(),
            all => format!(" +{}", all - 1),
        }
    }

    /// Sets the versions, each with its weight among all weights of the endpoint. `all` is the sum of them; without it, the
    /// weights of these versions are divided among themselves.
    pub(super) fn serve(&mut self, runs: &[Weighted<'a>], all: Option<f64>) {
        let (versions, weights) = together(runs);
        let all = all.unwrap_or_else(|| weights.values().sum());
        self.shares = weights
            .into_iter()
            .filter(|_| all > 0.0)
            .map(|(version, weight)| (version, weight / all * 100.0))
            .collect();
        self.versions = versions;
    }
    /// Sets the versions that arrive.
    pub(super) fn expect(&mut self, runs: &[Weighted<'a>]) {
        (self.arriving, _) = together(runs);
    }
}

/// A version that a part of an endpoint runs: ARN, number, and the weight of the part, if it is known.
pub(super) type Weighted<'a> = (&'a str, i32, Option<f64>);

/// Returns the versions, those of the largest weight first, and the weight of each. No weight counts if one is unknown.
fn together<'a>(runs: &[Weighted<'a>]) -> (Vec<(&'a str, i32)>, BTreeMap<i32, f64>) {
    let mut weights: BTreeMap<i32, f64> = BTreeMap::new();
    for (_, version, weight) in runs.iter().filter(|_| runs.iter().all(|(.., weight)| weight.is_some())) {
        *weights.entry(*version).or_default() += weight.unwrap_or_default();
    }
    let mut versions: Vec<(&str, i32)> = Vec::new();
    for (arn, version, _) in runs {
        if !versions.contains(&(arn, *version)) {
            versions.push((arn, *version));
        }
    }
    versions.sort_by(|(_, a), (_, b)| {
        let weight = |version: &i32| weights.get(version).copied().unwrap_or_default();
        weight(b).total_cmp(&weight(a)).then_with(|| Reverse(a).cmp(&Reverse(b)))
    });
    (versions, weights)
}

/// Are these the same versions, in whatever order?
pub(super) fn same_versions(a: &[(&str, i32)], b: &[(&str, i32)]) -> bool {
    let all_in = |own: &[(&str, i32)], other: &[(&str, i32)]| {
        own.iter().all(|(_, version)| other.iter().any(|(_, known)| known == version))
    };
    all_in(a, b) && all_in(b, a)
}

#[cfg(test)]
mod tests;
