//! Feature groups: the data of a model that reads features.

use aws_sdk_sagemaker::operation::describe_feature_group::DescribeFeatureGroupOutput;
use aws_sdk_sagemaker::types::{
    FeatureGroupSortBy, FeatureGroupSortOrder, FeatureGroupSummary, ResourceType, SearchRecord,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, DescribedEach, Query, describe_each, failed, pages};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Resource, Turn, console, time,
};

/// The part of a location that only offline stores have.
const STORE: &str = "/offline-store/";
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

impl FeatureGroup {
    /// Returns whether it could not be made, or its offline store is not written.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_blocked() || self.status.contains("Failed")
    }
    /// Returns whether its offline store is blocked.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.offline_status.as_deref() == Some("Blocked")
    }
    /// Returns whether a location may lie in its offline store, whose place was not read: the folder below
    /// `offline-store` has its name, and perhaps the time of its creation.
    #[must_use]
    pub fn may_store_at(&self, uri: &str) -> bool {
        let plain = |text: &str| text.replace('_', "-").to_ascii_lowercase();
        let folder = |(_, rest): (&str, &str)| plain(rest.split('/').next().unwrap_or_default());
        let Some(folder) = uri.split_once(STORE).filter(|_| self.offline_uri.is_none()).map(folder) else {
            return false;
        };
        let is_time = |text: &str| text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit());
        let rest = folder.strip_prefix(&plain(&self.name));
        rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-').is_some_and(is_time))
    }
    /// Returns whether a location lies in an offline store, whichever it is.
    #[must_use]
    pub fn is_store(uri: &str) -> bool {
        uri.contains(STORE)
    }
    /// Adds what only a description says, from the row that was described before.
    fn completed_by(self, known: &Self) -> Self {
        let (offline_status, blocked) = match self.offline_status {
            Some(status) => (Some(status), self.blocked),
            None => (known.offline_status.clone(), known.blocked.clone()),
        };
        Self { offline_status, blocked, status: self.status, ..known.clone() }
    }
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
        // A group that could not be described still exists. The list says how it is, the known row the rest.
        found.extend(missed.into_iter().map(|(listed, _)| match turn.known.get(&listed.name) {
            Some(known) => listed.completed_by(known),
            None => listed,
        }));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, uri: Option<&str>) -> FeatureGroup {
        FeatureGroup { name: name.into(), offline_uri: uri.map(str::to_owned), ..FeatureGroup::default() }
    }

    #[test]
    fn a_store_whose_place_is_not_known_is_found_by_its_name() {
        let place = |folder: &str| format!("s3://b/1/sagemaker/eu-west-1/offline-store/{folder}/data");
        for (name, folder, found) in [
            ("customer-profile", "customer_profile", true),
            ("customer-profile", "customer-profile-1612345678", true),
            ("customer-profile", "customer-profile-eu", false),
            ("customer-profile", "customer-profile-eu-1612345678", false),
            ("customer", "customer-profile", false),
            ("customer", "customer-2", false),
            ("customer-profile", "customer", false),
        ] {
            assert_eq!(group(name, None).may_store_at(&place(folder)), found, "{name} {folder}");
        }
        assert!(!group("sales", None).may_store_at("s3://lake/sales/"), "it is no offline store");
        assert!(!group("sales", Some("s3://b/x")).may_store_at(&place("sales")), "its place is known");
    }

    #[test]
    fn a_group_that_cannot_be_described_any_more_is_as_the_list_says() {
        let known =
            FeatureGroup { offline_status: Some("Active".into()), online: true, ..group("sales", Some("s3://b/x")) };
        let blocked = FeatureGroup {
            offline_status: Some("Blocked".into()),
            blocked: Some("Access denied".into()),
            status: "Created".into(),
            ..group("sales", None)
        };
        let row = blocked.clone().completed_by(&known);
        assert!(row.is_blocked() && row.online && row.offline_uri == known.offline_uri, "{row:?}");
        let listed = FeatureGroup { status: "Created".into(), ..group("sales", None) };
        assert!(listed.completed_by(&row).is_blocked(), "the list does not tell");
    }
}
