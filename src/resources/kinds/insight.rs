//! Ongoing insights of `DevOps` Guru: what it thinks is wrong with resources of the models.

use std::borrow::Cow;

use aws_sdk_devopsguru::types::{
    InsightType, ListInsightsOngoingStatusFilter, ListInsightsStatusFilter, ReactiveInsightSummary,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Reference, Resource, Turn, time,
};

/// Pages of 100 insights.
const PAGES: usize = 3;

/// One insight.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Insight {
    /// Its id.
    pub id: String,
    /// Its name, in AWS's words.
    pub name: String,
    /// `LOW`, `MEDIUM` or `HIGH`, raw.
    pub severity: String,
    /// `ONGOING` or `CLOSED`, raw.
    pub status: String,
    /// When the trouble began.
    pub started: Option<Timestamp>,
    /// ARNs of what it is about.
    pub resources: Vec<String>,
}

impl Resource for Insight {
    const KIND: Kind = Kind::Insights;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const NOUN: Option<&'static str> = Some("insight");
    // Only ongoing insights are listed, so one that is missing is over.
    const WINDOWED: bool = true;
    const REFERENCES: &'static [&'static str] = &["resources"];
    fn id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> Cow<'_, str> {
        (&*self.name).into()
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn health(&self) -> Health {
        if self.problem().is_some() { Health::Warning } else { Health::Ok }
    }
    fn problem(&self) -> Option<String> {
        (self.status == "ONGOING").then(|| format!("is {} ({})", self.status, self.severity))
    }
    fn since(&self) -> Option<Timestamp> {
        self.started
    }
    fn summary(&self) -> String {
        format!("{}  {} resources", self.severity, self.resources.len())
    }
    fn references(&self) -> Vec<Reference<'_>> {
        self.resources.iter().filter_map(|arn| Reference::of_arn(arn, "AssociatedResourceArns")).collect()
    }
    fn properties(&self, all: &mut Properties) {
        all.text("Name", &*self.name)
            .text("Severity", &*self.severity)
            .status("Status", &*self.status)
            .time("StartTime", self.started);
        for arn in &self.resources {
            all.text("resource", &**arn);
        }
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("devops-guru/home?region={region}#/insight/reactive/{}", self.id))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("devops-guru", "describe-insight", "id", &self.id))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let event = |at| Event::at(at, Health::Warning, format!("insight {} {}", self.name, self.severity));
        self.started.filter(|_| old.is_none()).map(event).into_iter().collect()
    }
    async fn read(aws: &Aws, _: &Observed, _: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let (rows, capped) = pages(PAGES, async |token| {
            let ongoing = ListInsightsOngoingStatusFilter::builder().r#type(InsightType::Reactive).build();
            let ongoing = ongoing.map_err(|why| AwsError::other("ListInsights", why.to_string()))?;
            let filter = ListInsightsStatusFilter::builder().ongoing(ongoing).build();
            let request = aws.devops_guru.list_insights().status_filter(filter).max_results(100);
            let page = request.set_next_token(token).send().await.map_err(failed)?;
            let rows = page.reactive_insights.unwrap_or_default().into_iter().map(from_sdk);
            Ok((rows.collect(), page.next_token))
        })
        .await?;
        Ok(Listing::all(rows).capped(capped))
    }
}

fn from_sdk(s: ReactiveInsightSummary) -> Insight {
    Insight {
        id: s.id.unwrap_or_default(),
        name: s.name.unwrap_or_default(),
        severity: s.severity.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        status: s.status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        started: s.insight_time_range.and_then(|range| time(Some(&range.start_time))),
        resources: s.associated_resource_arns.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Table;

    #[test]
    fn an_insight_belongs_to_the_models_of_its_resources() {
        let insight = Insight {
            name: "Lambda errors".into(),
            severity: "HIGH".into(),
            status: "ONGOING".into(),
            resources: vec!["arn:aws:sagemaker:eu-west-1:1:endpoint/fraud-prod".into(), "arn:aws:lambda:x".into()],
            ..Insight::default()
        };
        let named =
            |insight: &Insight| insight.references().iter().map(|r| (r.kind, r.id.to_owned())).collect::<Vec<_>>();
        assert_eq!(named(&insight), [(Kind::Endpoints, "fraud-prod".to_owned())]);
        assert_eq!((insight.problem().as_deref(), insight.health()), (Some("is ONGOING (HIGH)"), Health::Warning));
        assert_eq!(Insight { status: "CLOSED".into(), ..insight }.problem(), None);
    }

    #[test]
    fn an_insight_that_is_no_longer_listed_is_over_and_that_is_no_warning() {
        let mut table = Table::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        table.apply(Ok(Listing::all(vec![Insight { id: "AFu3k".into(), ..Insight::default() }])), at(1));
        let changes = table.apply(Ok(Listing::all(Vec::new())), at(2));
        assert!(changes.iter().all(|change| change.events.is_empty()) && table.is_empty());
    }
}
