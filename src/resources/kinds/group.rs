//! Model package groups: one for each model that is registered.

use aws_sdk_sagemaker::types::{ModelPackageGroupSortBy, SortOrder};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Resource, Turn, console, time,
};

/// Pages of 100 groups.
const PAGES: usize = 50;

/// One group of versions: the identity of a model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModelPackageGroup {
    /// Unique in account and region.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// The description by its owner.
    pub description: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// `Completed`, …, raw.
    pub status: String,
}

impl Resource for ModelPackageGroup {
    const KIND: Kind = Kind::Groups;
    const CADENCE: Cadence = Cadence::Rare;
    fn id(&self) -> &str {
        &self.name
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(console::studio(region))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("list-model-packages", "model-package-group-name", &self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("ModelPackageGroupStatus", &*self.status)
            .time("CreationTime", self.created)
            .text("description", &*self.description);
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let created = |at| Event::at(at, Health::Running, format!("model package group {} created", self.name));
        self.created.filter(|_| old.is_none()).map(created).into_iter().collect()
    }
    async fn read(aws: &Aws, _seen: &Observed, _turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let (summaries, capped) = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_model_package_groups().max_results(100).set_next_token(token);
            let request = request.sort_by(ModelPackageGroupSortBy::CreationTime).sort_order(SortOrder::Descending);
            let page = request.send().await.map_err(failed)?;
            Ok((page.model_package_group_summary_list.unwrap_or_default(), page.next_token))
        })
        .await?;
        let rows = summaries.into_iter().map(|s| Self {
            status: s.model_package_group_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
            created: time(s.creation_time.as_ref()),
            name: s.model_package_group_name.unwrap_or_default(),
            arn: s.model_package_group_arn.unwrap_or_default(),
            description: s.model_package_group_description.unwrap_or_default(),
        });
        Ok(Listing::all(rows.collect()).capped(capped))
    }
}
