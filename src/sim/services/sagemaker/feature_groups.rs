//! Feature groups, and the objects of their offline stores.

use super::listing::{Listing, TIMES};
use super::state::{Handler, State};
use crate::sim::prelude::{Account, Answer, Env, Operation, ServiceError, Span, Value, num, read, tree};

pub(super) static OPERATIONS: &[Operation<Handler>] =
    &[read("ListFeatureGroups", list), read("DescribeFeatureGroup", describe)];

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

fn list(state: &mut State, _: &mut Env, input: &Value) -> Answer {
    let status = input
        .one_of("FeatureGroupStatusEquals", &["Creating", "Created", "CreateFailed", "Deleting", "DeleteFailed"])?;
    let offline = input.one_of("OfflineStoreStatusEquals", &["Active", "Blocked", "Disabled"])?;
    let found = state.feature_groups.values().filter(|group| {
        let store = group.doc.at("OfflineStoreStatus.Status").and_then(Value::as_text);
        status.is_none_or(|wanted| group.doc.str("FeatureGroupStatus") == wanted)
            && offline.is_none_or(|wanted| store == Some(wanted))
    });
    LISTING.answer(input, found)
}

fn describe(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("FeatureGroupName")?;
    let short = name.rsplit('/').next().unwrap_or(name);
    let Some(group) = state.feature_groups.get(short) else {
        let arn = env.account.sagemaker("feature-group", short);
        return Err(ServiceError::not_found(format!(
            "Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name {arn}"
        )));
    };
    // AWS returns this token even with the last page of features, where it is empty.
    Ok(group.doc.clone().with("NextToken", ""))
}

/// Returns the S3 folder of the offline stores of a bucket, and that of one group.
pub(crate) fn offline_folder(account: &Account, bucket: &str, name: &str) -> (String, String) {
    let uri = format!("s3://{bucket}/feature-store");
    let table = name.replace('-', "_");
    let resolved = format!("{uri}/{}/sagemaker/{}/offline-store/{table}/data", account.id, account.region);
    (uri, resolved)
}

/// Puts an object of this hour into an offline store.
pub(crate) fn write_features(env: &mut Env, folder: &str) {
    let part = env.now.format("year=%Y/month=%m/day=%d/hour=%H/%Y%m%dT%H%M%SZ");
    let mark = num::hex(num::hash(&part), 16);
    env.write_object(format!("{folder}/{part}_{mark}.parquet"), 2_400_000);
}

impl State {
    /// Makes the hourly writes of feature groups that are due. A blocked offline store accepts none.
    pub(crate) fn write_due_features(&mut self, env: &mut Env) {
        let now = env.now;
        for (group, (folder, next)) in self.offline_writes.iter_mut().filter(|(_, (_, next))| *next <= now) {
            *next = *next + Span::minutes(60);
            let status = self.feature_groups.get(group).map(|record| record.doc.text_at("OfflineStoreStatus.Status"));
            if status == Some("Active") {
                write_features(env, folder);
            }
        }
    }

    /// Blocks an offline store for a reason, or unblocks it.
    pub(crate) fn set_offline_store(&mut self, env: &Env, name: &str, blocked: Option<&str>) {
        let Some(group) = self.feature_groups.get_mut(name) else { return };
        let status = if blocked.is_some() { "Blocked" } else { "Active" };
        group.doc.set("OfflineStoreStatus", tree! { "Status": status, "BlockedReason": blocked });
        group.doc.set("LastModifiedTime", env.now);
    }
}
