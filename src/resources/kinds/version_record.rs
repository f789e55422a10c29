//! What other parts of `SageMaker` know of a version: its provenance, the trial that made it, and what Inference
//! Recommender found for it.
//!
//! They are asked only when the version is looked at. The facts about lineage are in `docs/aws.md#lineage`.

mod lineage;
mod recommendation;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError};
use crate::resources::on_demand::keep;
use crate::resources::{Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, on_demand};
pub use recommendation::Recommendation;

/// The records about one version.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VersionRecord {
    /// ARN of the version: the id.
    pub package: String,
    /// Its sources in the lineage.
    pub origins: Vec<Origin>,
    /// Whether lineage knows more than was read.
    pub more: bool,
    /// The trial component that made it.
    pub trial: Option<Trial>,
    /// The name and the state of the newest job of Inference Recommender for it.
    pub recommender: Option<(String, String)>,
    /// The recommendations of that job, cheapest first.
    pub recommendations: Vec<Recommendation>,
    /// The reads that failed, each with the reason.
    pub problems: Vec<String>,
}

/// Something that a version was made from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Origin {
    /// AWS's or the user's word for it: `DataSet`, `Image`, `Model`, …
    pub what: String,
    /// Its address.
    pub uri: String,
}

/// A trial component: the run behind a version.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trial {
    /// Its name.
    pub name: String,
    /// ARN of what it recorded: a training job.
    pub source: Option<String>,
    /// Its parameters, by name.
    pub parameters: Vec<(String, String)>,
    /// The last values of its metrics, by name.
    pub metrics: Vec<(String, f64)>,
}

impl Resource for VersionRecord {
    const KIND: Kind = Kind::VersionRecords;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Packages];
    fn id(&self) -> &str {
        &self.package
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        Some((Kind::Packages, &self.package))
    }
    fn properties(&self, all: &mut Properties) {
        for origin in &self.origins {
            all.text(format!("lineage {}", origin.what), &*origin.uri);
        }
        all.text("lineage", self.more.then_some("and more than was read"));
        if let Some(trial) = &self.trial {
            all.text("trial component", &*trial.name).text("  of", trial.source.as_deref());
            for (name, value) in &trial.parameters {
                all.text(format!("  {name}"), &**value);
            }
            for (name, value) in &trial.metrics {
                all.number(format!("  {name}"), *value);
            }
        }
        if let Some((name, status)) = &self.recommender {
            all.text("Inference Recommender", &*format!("{status}  {name}"));
        }
        for recommendation in &self.recommendations {
            all.text("  recommends", &*recommendation.in_words());
        }
        for problem in &self.problems {
            all.warning("not read", &**problem);
        }
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let read = async |arn| read_record(aws, arn).await;
        Ok(on_demand::read_each(turn.known, looked_at(observed), observed.at, read).await)
    }
}

/// Returns the versions that are looked at.
fn looked_at(observed: &Observed) -> BTreeSet<String> {
    let versions = observed.focus.packages.iter().filter(|arn| observed.store.packages.get(arn).is_some());
    versions.cloned().collect()
}

/// Reads what is known of a version. What cannot be read is a problem of its own.
///
/// # Errors
/// Those that concern all versions, such as credentials that have expired.
async fn read_record(aws: &Aws, package: String) -> Result<VersionRecord, AwsError> {
    let mut row = VersionRecord { package, ..VersionRecord::default() };
    let (lineage, jobs) =
        tokio::join!(Box::pin(lineage::of(aws, &row.package)), Box::pin(recommendation::of(aws, &row.package)));
    if let Some(found) = keep(&mut row.problems, "lineage", lineage)? {
        (row.origins, row.more, row.trial) = (found.origins, found.more, found.trial);
        row.problems.extend(found.problems);
    }
    if let Some(found) = keep(&mut row.problems, "Inference Recommender", jobs)? {
        (row.recommender, row.recommendations) = found;
    }
    Ok(row)
}
