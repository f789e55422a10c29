//! The identity of the caller, from `sts:GetCallerIdentity`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed};
use crate::resources::{AwsCommand, Cadence, Kind, Listing, Observed, Properties, Resource, Turn, page_of_arn};

/// The identity behind the credentials; one row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// ARN of the user or the assumed role.
    pub arn: String,
    /// AWS's unique id.
    pub user_id: String,
}

impl Identity {
    /// Returns the part that a colleague would recognise: `oncall/ana` of `arn:aws:sts::…:assumed-role/oncall/ana`.
    #[must_use]
    pub fn short(&self) -> &str {
        let name = self.arn.rsplit(':').next().unwrap_or(&self.arn);
        name.strip_prefix("assumed-role/").or_else(|| name.strip_prefix("user/")).unwrap_or(name)
    }
}

impl Identity {
    /// Asks who calls. Every region gives the same answer.
    ///
    /// # Errors
    /// When AWS does not answer, or accepts no credentials.
    pub async fn of_caller(aws: &Aws) -> Result<Self, AwsError> {
        let me = aws.sts.get_caller_identity().send().await.map_err(failed)?;
        Ok(Self {
            account: me.account.unwrap_or_default(),
            arn: me.arn.unwrap_or_default(),
            user_id: me.user_id.unwrap_or_default(),
        })
    }
}

impl Resource for Identity {
    const KIND: Kind = Kind::Identity;
    const CADENCE: Cadence = Cadence::Rare;
    fn id(&self) -> &str {
        &self.arn
    }
    fn title(&self) -> Cow<'_, str> {
        self.short().into()
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        page_of_arn(region, &self.arn)
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand { service: "sts", operation: "get-caller-identity", options: Vec::new() })
    }
    fn properties(&self, all: &mut Properties) {
        all.text("Account", &*self.account).text("UserId", &*self.user_id);
    }
    async fn read(aws: &Aws, _seen: &Observed, _turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        Ok(Listing::all(vec![Self::of_caller(aws).await?]))
    }
}
