//! SNS topics: where alarms go.

use serde::{Deserialize, Serialize};

use super::{Lane, Listing, Resource, Seen, Turn};
use crate::aws::{Aws, AwsError, failed, pages};

/// Pages of 100 topics (fixed by SNS).
const PAGES: usize = 30;

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Topic {
    /// ARN: the id.
    pub arn: String,
    /// Last part of the ARN.
    pub name: String,
}

impl Resource for Topic {
    const KIND: &'static str = "topics";
    const SERVICE: &'static str = "sns";
    const LANE: Lane = Lane::Rare;
    const OPTIONAL: bool = true;
    fn id(&self) -> &str {
        &self.arn
    }
    async fn read(aws: &Aws, _seen: &Seen, _turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let (arns, capped) = pages(PAGES, async |token| {
            let page = aws.sns.list_topics().set_next_token(token).send().await.map_err(failed("ListTopics"))?;
            let topics = page.topics.unwrap_or_default();
            Ok((topics.into_iter().filter_map(|t| t.topic_arn).collect::<Vec<_>>(), page.next_token))
        })
        .await?;
        let rows = arns.into_iter().map(|arn| Self { name: arn.rsplit(':').next().unwrap_or(&arn).to_owned(), arn });
        Ok(Listing::all(rows.collect()).capped(capped))
    }
}
