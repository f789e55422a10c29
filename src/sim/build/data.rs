//! Buckets, data, feature groups, topics.

use std::collections::BTreeMap;

use crate::sim::prelude::{Record, Span, Value, num, tree};
use crate::sim::services::s3::Bucket;
use crate::sim::services::sagemaker::{offline_folder, write_features};
use crate::sim::services::sns;
use crate::sim::story::{Data, FeatureGroup, Story, Topic};
use crate::sim::world::World;

const DAY: Span = Span::minutes(24 * 60);
const HOUR: Span = Span::minutes(60);
/// The age below which a feature group still gets a new record every hour.
const ALIVE: Span = Span::minutes(4 * 60);

impl World {
    pub(super) fn build_data(&mut self, story: &Story) {
        for bucket in &story.buckets {
            let created = self.env.start - bucket.age;
            let versioning = bucket.versioned.then(|| "Enabled".to_owned());
            let (copy, key, objects) = (bucket.copy.clone(), bucket.key.clone(), BTreeMap::new());
            self.s3.buckets.insert(bucket.name.clone(), Bucket { created, versioning, objects, copy, key });
        }
        story.data.iter().for_each(|data| self.build_folder(data));
        story.feature_groups.iter().for_each(|group| self.build_features(group));
        story.topics.iter().for_each(|topic| self.build_topic(topic));
    }

    /// Builds one sub-folder a day. The newest is as old as the story says.
    fn build_folder(&mut self, data: &Data) {
        let folder = data.uri.trim_end_matches('/');
        for day in 0..i64::from(data.days.min(400)) {
            let age = Span(data.newest.0 + DAY.0 * day);
            for file in 0..i64::from(data.files.clamp(1, 100)) {
                let age = Span(age.0 + Span::minutes(3).0 * (i64::from(data.files) - 1 - file));
                self.ago(age, |world| {
                    let name = world.env.now.format("dt=%Y-%m-%d");
                    let grain = num::hash(&format!("{folder}{name}{file}"));
                    let size = num::whole(num::float(data.size) * (0.9 + 0.2 * num::unit(grain)));
                    let uri = format!("{folder}/{name}/part-{file:05}-{}.snappy.parquet", num::hex(grain, 8));
                    world.env.write_object(uri, size);
                });
            }
        }
    }

    fn build_features(&mut self, group: &FeatureGroup) {
        let created = self.env.start - group.age;
        let arn = self.env.account.sagemaker("feature-group", &group.name);
        let mut features = vec![
            tree! { "FeatureName": group.record.as_str(), "FeatureType": "String" },
            tree! { "FeatureName": group.event_time.as_str(), "FeatureType": "Fractional" },
        ];
        features.extend(group.features.iter().map(|(name, kind)| tree! { "FeatureName": name, "FeatureType": kind }));
        let touched = group.newest.map_or(created, |age| self.env.start - age);
        let mut doc = tree! {
            "FeatureGroupArn": arn,
            "FeatureGroupName": group.name.as_str(),
            "RecordIdentifierFeatureName": group.record.as_str(),
            "EventTimeFeatureName": group.event_time.as_str(),
            "FeatureDefinitions": features,
            "CreationTime": created,
            "LastModifiedTime": touched,
            "OnlineStoreConfig": group.online.then(|| tree! { "EnableOnlineStore": true, "StorageType": "Standard" }),
            "RoleArn": self.env.account.role("feature-store"),
            "FeatureGroupStatus": "Created",
            "LastUpdateStatus": tree! { "Status": "Successful" },
            "Description": Some(group.description.as_str()).filter(|text| !text.is_empty()),
            "OnlineStoreTotalSizeBytes": group.online.then_some(734_003_200),
        };
        if let Some(bucket) = &group.bucket {
            let (uri, resolved) = offline_folder(&self.env.account, bucket, &group.name);
            let table = format!("{}_{}", group.name.replace('-', "_"), created.0 / 1000);
            doc.set("OfflineStoreConfig", tree! {
                "S3StorageConfig": tree! { "S3Uri": uri, "ResolvedOutputS3Uri": resolved.as_str() },
                "DisableGlueTableCreation": false,
                "DataCatalogConfig": tree! { "TableName": table, "Catalog": "AwsDataCatalog", "Database": "sagemaker_featurestore" },
                "TableFormat": "Glue",
            });
            let status = if group.blocked.is_some() { "Blocked" } else { "Active" };
            doc.set("OfflineStoreStatus", tree! { "Status": status, "BlockedReason": group.blocked.as_deref() });
            let newest = group.newest.unwrap_or(Span::minutes(30));
            for hour in 0..24 {
                self.ago(Span(newest.0 + HOUR.0 * hour), |world| write_features(&mut world.env, &resolved));
            }
            if newest.0 < ALIVE.0 {
                let next = Span(HOUR.0 - newest.0 % HOUR.0);
                self.sagemaker.offline_writes.insert(group.name.clone(), (resolved, self.env.start + next));
            }
        }
        self.sagemaker.feature_groups.insert(group.name.clone(), Record::new(&group.name, created, doc));
    }

    fn build_topic(&mut self, topic: &Topic) {
        let owner = topic.account.clone().unwrap_or_else(|| self.env.account.id.clone());
        let arn = format!("arn:aws:sns:{}:{owner}:{}", self.env.account.region, topic.name);
        for (key, value) in &topic.tags {
            self.env.tags.add(&arn, key, value);
        }
        for subscription in &topic.subscriptions {
            let id = num::uuid(num::hash(&format!("{arn}{}", subscription.endpoint)));
            self.sns.subscriptions.push(sns::Subscription {
                topic: arn.clone(),
                protocol: subscription.protocol.clone(),
                endpoint: subscription.endpoint.clone(),
                arn: match (subscription.pending, subscription.deleted) {
                    (true, _) => "PendingConfirmation".to_owned(),
                    (false, true) => "Deleted".to_owned(),
                    (false, false) => format!("{arn}:{id}"),
                },
                owner: subscription.account.clone().unwrap_or_else(|| self.env.account.id.clone()),
            });
        }
        let topic_of = |arn| sns::Topic { arn, owner, display: topic.display.clone(), key: topic.key.clone() };
        self.sns.topics.insert(topic.name.clone(), topic_of(arn));
    }

    /// Returns the ARN of an action in a story: that of a topic, or an ARN as it is.
    pub(super) fn action_arn(&self, name: &str) -> Value {
        Value::from(if name.starts_with("arn:") { name.to_owned() } else { self.sns.arn(&self.env, name) })
    }
}
