//! Events of AWS Health: trouble of AWS itself, and what AWS announces about this account.
//!
//! They are listed while a model is broken, or while the pane that shows them is open. The facts about them are in
//! `docs/aws.md#health`.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_sdk_health::types::{EntityFilter, Event as SdkEvent, EventFilter, EventScopeCode, EventStatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::listing::asked_lately;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Reference, Resource, Table, Turn, time,
};

/// Pages of 100 events or entities.
const PAGES: usize = 3;
/// The most events whose details one call returns.
const DETAILS: usize = 10;
/// Health's codes of the services that the account's models depend on.
const SERVICES: [&str; 6] = ["SAGEMAKER", "CLOUDWATCH", "S3", "SNS", "KMS", "IAM"];
/// The name under which it is noted that the events were listed.
const LIST: &str = "events";

/// One event that is open or announced.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HealthEvent {
    /// ARN: the id.
    pub arn: String,
    /// What it is, raw: `AWS_SAGEMAKER_OPERATIONAL_ISSUE`.
    pub code: String,
    /// Health's code of the service: `SAGEMAKER`.
    pub service: String,
    /// `issue`, `accountNotification`, `scheduledChange`, `investigation`, raw.
    pub category: String,
    /// `open` or `upcoming`, raw.
    pub status: String,
    /// The region, or `global`.
    pub region: String,
    /// When it began or will begin.
    pub started: Option<Timestamp>,
    /// When AWS changed it last.
    pub updated: Option<Timestamp>,
    /// The newest description, in AWS's words. Absent if it could not be read.
    pub description: Option<String>,
    /// ARNs or names of what it affects in this account. A public event names nothing.
    pub entities: Vec<String>,
}

impl HealthEvent {
    /// Returns whether AWS has trouble now.
    #[must_use]
    pub fn is_open_issue(&self) -> bool {
        self.status == "open" && matches!(self.category.as_str(), "issue" | "investigation")
    }

    /// Describes it in a phrase: `AWS reports trouble of SAGEMAKER in eu-west-1`.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("AWS reports trouble of {} in {}: {}", self.service, self.region, self.code)
    }
}

/// Returns the open issue that began first, if the events were listed within the last minutes.
#[must_use]
pub fn open_issue(events: &Table<HealthEvent>, now: Timestamp) -> Option<&HealthEvent> {
    let open = events.rows().filter(|event| asked_lately(events, LIST, now) && event.is_open_issue());
    open.min_by_key(|event| event.started)
}

impl Resource for HealthEvent {
    const KIND: Kind = Kind::HealthEvents;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const NOUN: Option<&'static str> = Some("health event");
    const CONCERNS_ALL: bool = true;
    // Only events that are not closed are listed.
    const WINDOWED: bool = true;
    const REFERENCES: &'static [&'static str] = &["entities"];
    fn id(&self) -> &str {
        &self.arn
    }
    fn title(&self) -> Cow<'_, str> {
        (&*self.code).into()
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn health(&self) -> Health {
        if self.is_open_issue() { Health::Warning } else { Health::Ok }
    }
    fn problem(&self) -> Option<String> {
        self.is_open_issue().then(|| format!("is {}", self.status))
    }
    fn since(&self) -> Option<Timestamp> {
        self.started
    }
    fn summary(&self) -> String {
        format!("{}  {} {}", self.category, self.service, self.region)
    }
    fn references(&self) -> Vec<Reference<'_>> {
        self.entities.iter().filter_map(|entity| Reference::of_arn(entity, "affectedEntities")).collect()
    }
    fn properties(&self, all: &mut Properties) {
        all.text("eventTypeCode", &*self.code)
            .text("eventTypeCategory", &*self.category)
            .status("statusCode", &*self.status)
            .text("service", &*self.service)
            .text("region", &*self.region)
            .time("startTime", self.started)
            .time("lastUpdatedTime", self.updated)
            .text("latestDescription", self.description.as_deref());
        for entity in &self.entities {
            all.text("affected", &**entity);
        }
    }
    fn console(&self, _: &str) -> Option<String> {
        Some(format!("health/home#/account/event-log?eventID={}", self.arn))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new("health", "describe-event-details", "event-arns", &self.arn))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let health = if self.is_open_issue() { Health::Warning } else { Health::Ok };
        let event = |at| Event::at(at, health, format!("AWS Health: {} {}", self.code, self.status));
        self.started.filter(|_| old.is_none()).map(event).into_iter().collect()
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && is_wanted(observed, known)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if !is_wanted(observed, turn.known) {
            return Ok(Listing::part(Vec::new()).capped(turn.known.capped()));
        }
        let (mut rows, capped) = list(aws).await?;
        let fault = describe_all(aws, &mut rows).await.err();
        let rows = rows.into_iter().map(|(event, _)| event).collect();
        Ok(Listing::all(rows).capped(capped).fault(fault).asked(vec![LIST.to_owned()]))
    }
}

fn is_wanted(observed: &Observed, known: &Table<HealthEvent>) -> bool {
    let focus = &observed.focus;
    (focus.broken || focus.kinds.contains(&HealthEvent::KIND)) && !asked_lately(known, LIST, observed.at)
}

/// Lists the events, each with whether it concerns this account alone.
async fn list(aws: &Aws) -> Result<(Vec<(HealthEvent, bool)>, bool), AwsError> {
    pages(PAGES, async |token| {
        let filter = EventFilter::builder()
            .set_services(Some(SERVICES.map(str::to_owned).to_vec()))
            .regions(&aws.region)
            .regions("global")
            .event_status_codes(EventStatusCode::Open)
            .event_status_codes(EventStatusCode::Upcoming)
            .build();
        let request = aws.health.describe_events().filter(filter).max_results(100).set_next_token(token);
        let page = request.send().await.map_err(failed)?;
        let own = |event: &SdkEvent| event.event_scope_code == Some(EventScopeCode::AccountSpecific);
        let rows = page.events.unwrap_or_default().into_iter().map(|event| (own(&event), event));
        Ok((rows.filter_map(|(own, event)| Some((from_sdk(event)?, own))).collect(), page.next_token))
    })
    .await
}

/// Adds the descriptions of events, and what those of this account affect.
async fn describe_all(aws: &Aws, rows: &mut [(HealthEvent, bool)]) -> Result<(), AwsError> {
    for part in rows.chunks_mut(DETAILS) {
        let arns = part.iter().map(|(event, _)| event.arn.clone()).collect();
        let found = aws.health.describe_event_details().set_event_arns(Some(arns)).send().await.map_err(failed)?;
        let details = found.successful_set.unwrap_or_default().into_iter();
        let mut texts: HashMap<String, String> =
            details.filter_map(|d| Some((d.event?.arn?, d.event_description?.latest_description?))).collect();
        for (event, _) in part.iter_mut() {
            event.description = texts.remove(&event.arn);
        }
        let own: Vec<String> = part.iter().filter(|(_, own)| *own).map(|(event, _)| event.arn.clone()).collect();
        if own.is_empty() {
            continue;
        }
        for (arn, entity) in entities(aws, own).await? {
            if let Some((event, _)) = part.iter_mut().find(|(event, _)| event.arn == arn) {
                event.entities.push(entity);
            }
        }
    }
    Ok(())
}

/// Returns what events affect, each with the ARN of its event.
async fn entities(aws: &Aws, events: Vec<String>) -> Result<Vec<(String, String)>, AwsError> {
    let (found, _) = pages(PAGES, async |token| {
        let filter = EntityFilter::builder().set_event_arns(Some(events.clone())).build();
        let filter = filter.map_err(|why| AwsError::other("DescribeAffectedEntities", why.to_string()))?;
        let request = aws.health.describe_affected_entities().filter(filter).max_results(100);
        let page = request.set_next_token(token).send().await.map_err(failed)?;
        let found = page.entities.unwrap_or_default().into_iter();
        Ok((found.filter_map(|e| Some((e.event_arn?, e.entity_value?))).collect(), page.next_token))
    })
    .await?;
    Ok(found)
}

fn from_sdk(s: SdkEvent) -> Option<HealthEvent> {
    Some(HealthEvent {
        arn: s.arn?,
        code: s.event_type_code.unwrap_or_default(),
        service: s.service.unwrap_or_default(),
        category: s.event_type_category.map(|c| c.as_str().to_owned()).unwrap_or_default(),
        status: s.status_code.map(|c| c.as_str().to_owned()).unwrap_or_default(),
        region: s.region.unwrap_or_default(),
        started: time(s.start_time.as_ref()),
        updated: time(s.last_updated_time.as_ref()),
        description: None,
        entities: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(arn: &str, category: &str, status: &str, second: i64) -> HealthEvent {
        HealthEvent {
            arn: arn.into(),
            category: category.into(),
            status: status.into(),
            started: Timestamp::from_second(second).ok(),
            ..HealthEvent::default()
        }
    }

    #[test]
    fn only_trouble_that_lasts_and_was_read_lately_is_told() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let later = event("later", "issue", "open", 50);
        let cases = [
            (vec![event("change", "scheduledChange", "open", 10)], None),
            (vec![event("announced", "issue", "upcoming", 10)], None),
            (vec![event("now", "issue", "open", 10)], Some("now")),
            (vec![later.clone(), event("earlier", "investigation", "open", 10)], Some("earlier")),
            (vec![event("unknown", "catastrophe", "open", 10)], None),
            (Vec::new(), None),
        ];
        for (rows, expected) in cases {
            let mut table = Table::default();
            table.apply(Ok(Listing::all(rows.clone()).asked(vec![LIST.to_owned()])), at(100));
            assert_eq!(open_issue(&table, at(160)).map(|event| &*event.arn), expected, "{rows:?}");
            assert_eq!(open_issue(&table, at(3600)), None, "an old answer says nothing: {rows:?}");
        }
    }

    #[test]
    fn an_event_belongs_to_the_models_of_what_it_affects() {
        let entities = vec!["arn:aws:sagemaker:eu-west-1:1:endpoint/fraud-prod".to_owned(), "i-0123".to_owned()];
        let event = HealthEvent { entities, ..event("x", "issue", "open", 1) };
        let named: Vec<_> = event.references().iter().map(|r| (r.kind, r.id.to_owned())).collect();
        assert_eq!(named, [(Kind::Endpoints, "fraud-prod".to_owned())]);
    }
}
