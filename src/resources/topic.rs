//! SNS topics: where alarms go.

use std::time::Duration;

use serde::Serialize;

use super::{Listing, Resource, Seen};
use crate::aws::{Aws, AwsError, failed, pages};

/// Pages of 100 topics (fixed by SNS).
const PAGES: usize = 30;

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Topic {
    /// ARN: the id.
    pub arn: String,
    /// Last part of the ARN.
    pub name: String,
}

impl Resource for Topic {
    const KIND: &'static str = "topics";
    const EVERY: Duration = Duration::from_mins(5);
    fn id(&self) -> &str {
        &self.arn
    }
    async fn list(aws: &Aws, _seen: &Seen) -> Result<Listing<Self>, AwsError> {
        let (arns, capped) = pages(PAGES, async |token| {
            let page = aws.sns.list_topics().set_next_token(token).send().await.map_err(failed("ListTopics"))?;
            let topics = page.topics.unwrap_or_default();
            Ok((topics.into_iter().filter_map(|t| t.topic_arn).collect::<Vec<_>>(), page.next_token))
        })
        .await?;
        let rows = arns.into_iter().map(|arn| Self { name: arn.rsplit(':').next().unwrap_or(&arn).to_owned(), arn });
        Ok(Listing::of(rows.collect()).capped(capped))
    }
}
