//! Feature groups: the data of a model that reads features.

use aws_sdk_sagemaker::operation::describe_feature_group::DescribeFeatureGroupOutput;
use aws_sdk_sagemaker::types::{
    FeatureGroupSortBy, FeatureGroupSortOrder, FeatureGroupSummary, ResourceType, SearchRecord,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Resource, Turn, console, time};
use crate::aws::{Aws, AwsError, DescribedEach, Query, describe_each, failed, pages};
use crate::health::Health;

/// Pages of 100 groups.
const PAGES: usize = 10;

/// One feature group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FeatureGroup {
    /// Unique in account and region.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `Created`, `CreateFailed`, …, raw.
    pub status: String,
    /// Offline store: `Active`, `Blocked`, …, raw.
    pub offline_status: Option<String>,
    /// The reason why the offline store is blocked.
    pub blocked: Option<String>,
    /// The location to which the offline store writes.
    pub offline_uri: Option<String>,
    /// Whether there is an online store.
    pub online: bool,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Last change.
    pub modified: Option<Timestamp>,
}

impl Resource for FeatureGroup {
    const KIND: Kind = Kind::FeatureGroups;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn status(&self) -> Option<&str> {
        Some(self.offline_status.as_deref().unwrap_or(&self.status))
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(console::studio(region))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-feature-group", "feature-group-name", &self.name))
    }
    fn properties(&self, all: &mut Properties) {
        all.status("FeatureGroupStatus", &*self.status)
            .status("OfflineStoreStatus", self.offline_status.as_deref())
            .text("BlockedReason", self.blocked.as_deref())
            .text("online store", if self.online { "on" } else { "off" })
            .text("offline store", self.offline_uri.as_deref())
            .time("CreationTime", self.created)
            .time("LastModifiedTime", self.modified);
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let Some(old) = old.filter(|old| old.offline_status != self.offline_status) else { return Vec::new() };
        let word = |group: &Self| group.offline_status.clone().unwrap_or_else(|| "gone".to_owned());
        let (was, is) = (word(old), word(self));
        let text = format!("feature group {}: offline store {was} → {is}", self.name);
        vec![Event::observed(Health::of_status(&is), text)]
    }
    async fn read(aws: &Aws, _seen: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if let Some((records, next)) =
            aws.search(&Query::changed(ResourceType::FeatureGroup), None, PAGES, |_| false).await?
        {
            return Ok(Listing::all(records.into_iter().filter_map(from_record).collect()).capped(next.is_some()));
        }
        let (listed, capped) = list_all(aws).await?;
        let DescribedEach { mut found, missed, shared } = describe_each(listed, async |listed: Self| {
            let request = aws.sagemaker.describe_feature_group().feature_group_name(listed.name);
            request.send().await.map(from_description).map_err(failed)
        })
        .await;
        let listing = match shared {
            Some(why) if found.is_empty() => return Err(why),
            // Groups that were not described stay as they were.
            Some(_) => Listing::part,
            None => Listing::all,
        };
        let first = missed.first().map(|(_, why)| why.clone());
        // A group that could not be described still exists. Its known row is kept, or the row of the list.
        found.extend(missed.into_iter().map(|(listed, _)| turn.known.get(&listed.name).cloned().unwrap_or(listed)));
        Ok(listing(found).capped(capped).fault(shared.or(first)))
    }
}

async fn list_all(aws: &Aws) -> Result<(Vec<FeatureGroup>, bool), AwsError> {
    pages(PAGES, async |token| {
        let request = aws.sagemaker.list_feature_groups().max_results(100).set_next_token(token);
        let request = request.sort_by(FeatureGroupSortBy::CreationTime).sort_order(FeatureGroupSortOrder::Descending);
        let page = request.send().await.map_err(failed)?;
        let groups = page.feature_group_summaries.unwrap_or_default();
        Ok((groups.into_iter().map(from_summary).collect(), page.next_token))
    })
    .await
}

fn from_summary(s: FeatureGroupSummary) -> FeatureGroup {
    let offline = s.offline_store_status.as_ref();
    FeatureGroup {
        offline_status: offline.and_then(|o| o.status.as_ref()).map(|status| status.as_str().to_owned()),
        blocked: offline.and_then(|o| o.blocked_reason.clone()),
        status: s.feature_group_status.as_ref().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        created: time(s.creation_time.as_ref()),
        name: s.feature_group_name.unwrap_or_default(),
        arn: s.feature_group_arn.unwrap_or_default(),
        ..FeatureGroup::default()
    }
}

/// The index and the description have the same fields, in two types.
macro_rules! feature_group {
    ($d:expr) => {{
        let d = $d;
        let offline = d.offline_store_config().and_then(|c| c.s3_storage_config());
        let offline_uri = offline.and_then(|s| s.resolved_output_s3_uri.clone().or(s.s3_uri.clone()));
        let status = d.offline_store_status.as_ref();
        FeatureGroup {
            offline_uri,
            offline_status: status.and_then(|s| s.status.as_ref()).map(|s| s.as_str().to_owned()),
            blocked: status.and_then(|s| s.blocked_reason.clone()),
            online: d.online_store_config().is_some_and(|c| c.enable_online_store != Some(false)),
            status: d.feature_group_status.as_ref().map(|s| s.as_str().to_owned()).unwrap_or_default(),
            created: time(d.creation_time.as_ref()),
            modified: time(d.last_modified_time.as_ref()),
            name: d.feature_group_name.unwrap_or_default(),
            arn: d.feature_group_arn.unwrap_or_default(),
        }
    }};
}

fn from_description(d: DescribeFeatureGroupOutput) -> FeatureGroup {
    feature_group!(d)
}

fn from_record(record: SearchRecord) -> Option<FeatureGroup> {
    Some(feature_group!(record.feature_group?))
}
