//! Keys of KMS that serving things name: a disabled key, or one that is about to be deleted, stops instances from starting
//! and artifacts from being read.
//!
//! A key is asked for when something is looked at that names it, and in the plan of a rollback. The facts about keys are in
//! `docs/aws.md#keys`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, on_demand, time,
};

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EncryptionKey {
    /// The id, alias or ARN by which things name it: the id of the row.
    pub id: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, …, raw.
    pub state: String,
    /// When it will be deleted.
    pub deletion: Option<Timestamp>,
    /// Its ARN.
    pub arn: Option<String>,
    /// The description by its owner.
    pub description: String,
    /// `AWS` or `CUSTOMER`, raw.
    pub manager: Option<String>,
}

impl EncryptionKey {
    /// Calls `DescribeKey`.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn of(aws: &Aws, id: String) -> Result<Self, AwsError> {
        let answer = aws.kms.describe_key().key_id(&id).send().await.map_err(failed)?;
        let Some(key) = answer.key_metadata else { return Err(AwsError::other("DescribeKey", "no KeyMetadata")) };
        Ok(Self {
            id,
            state: key.key_state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
            deletion: time(key.deletion_date.as_ref()),
            arn: key.arn,
            description: key.description.unwrap_or_default(),
            manager: key.key_manager.map(|manager| manager.as_str().to_owned()),
        })
    }
    /// Returns why nothing can be encrypted or read with it, as a phrase. `None` if it works.
    #[must_use]
    pub fn obstacle(&self) -> Option<String> {
        let until = self.deletion.map(|at| at.strftime(", to be deleted at %Y-%m-%d %H:%M UTC").to_string());
        (self.state != "Enabled").then(|| format!("is {}{}", self.state, until.unwrap_or_default()))
    }
}

impl Resource for EncryptionKey {
    const KIND: Kind = Kind::Keys;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }
    fn status(&self) -> Option<&str> {
        Some(&self.state)
    }
    fn health(&self) -> Health {
        if self.obstacle().is_some() { Health::Warning } else { Health::Ok }
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("kms", "describe-key", "key-id", &self.id))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("KeyState", &*self.state)
            .time("DeletionDate", self.deletion)
            .text("Description", &*self.description)
            .text("KeyManager", self.manager.as_deref());
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let read = async |id| Self::of(aws, id).await;
        Ok(on_demand::read_each(turn.known, looked_at(observed), observed.at, read).await)
    }
}

/// Returns the key that the thing under the cursor names.
fn looked_at(observed: &Observed) -> BTreeSet<String> {
    let subject = observed.focus.subject.as_ref();
    subject.and_then(|(kind, id)| observed.store.key_of(*kind, id)).map(str::to_owned).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_enabled_is_an_obstacle() {
        let key = |state: &str| EncryptionKey { state: state.into(), ..EncryptionKey::default() };
        let deletion = "2026-12-01T00:00:00Z".parse().ok();
        let cases = [
            (key("Enabled"), None),
            (key("Disabled"), Some("is Disabled")),
            (
                EncryptionKey { deletion, ..key("PendingDeletion") },
                Some("is PendingDeletion, to be deleted at 2026-12-01 00:00 UTC"),
            ),
        ];
        for (key, obstacle) in cases {
            assert_eq!(key.obstacle().as_deref(), obstacle);
        }
    }
}
