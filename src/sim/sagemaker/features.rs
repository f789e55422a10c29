//! Feature groups.

use super::super::fault::Fault;
use super::super::num;
use super::super::time::Span;
use super::super::wire::{Value, tree};
use super::super::world::World;
use super::listing::{Listing, TIMES};
use super::{Operation, read};

pub(super) static OPERATIONS: &[Operation] = &[read("ListFeatureGroups", list), read("DescribeFeatureGroup", describe)];

const LISTING: Listing = Listing {
    out: "FeatureGroupSummaries",
    summary: &["FeatureGroupName", "FeatureGroupArn", "CreationTime", "FeatureGroupStatus", "OfflineStoreStatus"],
    sort: &[
        ("Name", "FeatureGroupName"),
        ("FeatureGroupStatus", "FeatureGroupStatus"),
        ("OfflineStoreStatus", "OfflineStoreStatus.Status"),
        ("CreationTime", "CreationTime"),
    ],
    by: "CreationTime",
    descending: true,
    status: None,
    late: false,
    times: TIMES,
};

fn list(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let status = input
        .one_of("FeatureGroupStatusEquals", &["Creating", "Created", "CreateFailed", "Deleting", "DeleteFailed"])?;
    let offline = input.one_of("OfflineStoreStatusEquals", &["Active", "Blocked", "Disabled"])?;
    let found = world.features.values().filter(|group| {
        let store = group.doc.at("OfflineStoreStatus.Status").and_then(Value::as_text);
        status.is_none_or(|wanted| group.doc.str("FeatureGroupStatus") == wanted)
            && offline.is_none_or(|wanted| store == Some(wanted))
    });
    LISTING.answer(input, found)
}

fn describe(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("FeatureGroupName")?;
    let short = name.rsplit('/').next().unwrap_or(name);
    let Some(group) = world.features.get(short) else {
        let arn = world.home.sagemaker("feature-group", short);
        return Err(Fault::not_found(format!(
            "Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name {arn}"
        )));
    };
    // AWS gives this token even on the last page of features, where it is empty.
    Ok(group.doc.clone().with("NextToken", ""))
}

impl World {
    /// The S3 folder of an offline store.
    pub(crate) fn offline_folder(&self, bucket: &str, name: &str) -> (String, String) {
        let uri = format!("s3://{bucket}/feature-store");
        let table = name.replace('-', "_");
        let resolved = format!("{uri}/{}/sagemaker/{}/offline-store/{table}/data", self.home.account, self.home.region);
        (uri, resolved)
    }

    /// Puts an object of this hour into an offline store.
    pub(crate) fn put_features(&mut self, folder: &str) {
        let part = self.now.format("year=%Y/month=%m/day=%d/hour=%H/%Y%m%dT%H%M%SZ");
        let mark = num::hex(num::hash(&part), 16);
        self.put_sized(&format!("{folder}/{part}_{mark}.parquet"), 2_400_000);
    }

    /// The hourly writes of feature groups that are due; a blocked offline store takes nothing.
    pub(crate) fn write_features(&mut self) {
        let now = self.now;
        let due: Vec<(String, String)> = self
            .written
            .iter_mut()
            .filter(|(_, (_, next))| *next <= now)
            .map(|(group, (folder, next))| {
                *next = *next + Span::minutes(60);
                (group.clone(), folder.clone())
            })
            .collect();
        for (group, folder) in due {
            let status = self.features.get(&group).and_then(|record| record.doc.get("OfflineStoreStatus"));
            if status.is_some_and(|status| status.str("Status") == "Active") {
                self.put_features(&folder);
            }
        }
    }

    /// Blocks or frees an offline store.
    pub(crate) fn set_offline(&mut self, name: &str, blocked: Option<&str>) {
        let Some(group) = self.features.get_mut(name) else { return };
        let status = if blocked.is_some() { "Blocked" } else { "Active" };
        group.doc.set("OfflineStoreStatus", tree! { "Status": status, "BlockedReason": blocked });
        group.doc.set("LastModifiedTime", self.now);
    }
}
