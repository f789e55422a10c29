//! The calls of the last day that changed something, from `CloudTrail`. The rows of the changed things do not say who
//! made them.
//!
//! `CloudTrail` shows a call some minutes after it was made, and answers two lookups a second:
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>.

use aws_sdk_cloudtrail::types::{Event as SdkEvent, LookupAttribute, LookupAttributeKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, AwsError, Described, describe, failed, pages};
use crate::health::Health;
use crate::resources::convert::url_part;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Reference, Resource, Turn, arn_name, time,
};

/// The calls that are looked up. One lookup can name one call, and a lookup of all changes of an account would mostly
/// return those of other services.
const CALLS: [&str; 16] = [
    "CreateEndpoint",
    "UpdateEndpoint",
    "UpdateEndpointWeightsAndCapacities",
    "DeleteEndpoint",
    "UpdatePipeline",
    "StopPipelineExecution",
    "PutRule",
    "EnableRule",
    "DisableRule",
    "RemoveTargets",
    "UpdateSchedule",
    "PutMetricAlarm",
    "DisableAlarmActions",
    "PutAlarmMuteRule",
    "DeleteAlarmMuteRule",
    "RegisterScalableTarget",
];
/// The age of the oldest calls that are read.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// The time by which `CloudTrail` may lag behind.
const LAG: SignedDuration = SignedDuration::from_mins(15);
/// Pages of 50 calls.
const PAGES: usize = 2;

/// One call that changed something.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TrailEvent {
    /// The id of the event.
    pub id: String,
    /// The operation: `UpdateEndpoint`.
    pub call: String,
    /// The time of the call.
    pub at: Option<Timestamp>,
    /// The ARN of the caller or, if it has none, its name.
    pub caller: String,
    /// The IP address or the AWS service that the call came from.
    pub from: String,
    /// The error, if the call failed.
    pub error: Option<String>,
    /// The kind of the thing that was changed: its name in `dump`. Absent if it is not read.
    pub kind: Option<String>,
    /// The id of the thing, or its name.
    pub thing: String,
    /// The endpoint configuration that the call deployed.
    #[serde(default)]
    pub config: Option<String>,
}

impl TrailEvent {
    /// Returns the thing that was changed, if its kind is read.
    fn changed(&self) -> Option<(Kind, &str)> {
        Some((Kind::named(self.kind.as_deref()?)?, &self.thing))
    }
}

impl Resource for TrailEvent {
    const KIND: Kind = Kind::TrailEvents;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    // The kinds that show what serves and what fires come first.
    const AFTER: &'static [Kind] = &[Kind::Alarms, Kind::Packages];
    // A call that is older than a day is not undone.
    const WINDOWED: bool = true;
    const REFERENCES: &'static [&'static str] = &["thing"];
    fn id(&self) -> &str {
        &self.id
    }
    fn part_of(&self) -> Option<(Kind, &str)> {
        self.changed()
    }
    fn console(&self, region: &str) -> Option<String> {
        Some(format!("cloudtrailv2/home?region={region}#/events/{}", url_part(&self.id)))
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::new(
            "cloudtrail",
            "lookup-events",
            "lookup-attributes",
            &format!("AttributeKey=EventId,AttributeValue={}", self.id),
        ))
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let Some(at) = self.at.filter(|_| old.is_none()) else { return Vec::new() };
        let failed = self.error.as_ref().map(|error| format!(" failed: {error}"));
        let health = if failed.is_some() { Health::Warning } else { Health::Running };
        let text = format!("{} {}{}", self.call, arn_name(&self.thing), failed.unwrap_or_default());
        let caller = self.caller.rsplit(':').next().unwrap_or_default();
        let from = if self.from.is_empty() { String::new() } else { format!(" from {}", self.from) };
        vec![Event::at(at, health, text.trim_end().to_owned()).by(format!("{caller}{from}"))]
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let day = observed.at.checked_sub(BACK).unwrap_or_default();
        // After a lookup that failed, the whole day is read again, because nobody knows since when it failed.
        let whole = turn.first() || turn.known.trouble().is_some();
        let newest = turn.known.answered_at().and_then(|at| at.checked_sub(LAG).ok());
        let begin = newest.filter(|_| !whole).unwrap_or(day).max(day);
        // A service that refuses one lookup refuses all, so the first one is made alone.
        let (first, others) = CALLS.split_first().map(|(first, others)| (*first, others.to_vec())).unwrap_or_default();
        let (first, first_capped) = look_up(aws, first, begin).await?;
        let Described { found, fault } = describe(others, |call| look_up(aws, call, begin)).await;
        let capped = first_capped || found.iter().any(|(_, capped)| *capped);
        let new = first.into_iter().chain(found.into_iter().flat_map(|(rows, _)| rows)).map(from_sdk);
        let old = turn.known.rows().filter(|event| event.at.is_none_or(|at| at < day)).map(|event| event.id.clone());
        Ok(Listing::part(new.collect()).without(old.collect()).capped(capped).fault(fault))
    }
}

/// Looks up the calls of one operation since a time. Returns them, and whether there are more.
async fn look_up(aws: &Aws, call: &str, begin: Timestamp) -> Result<(Vec<SdkEvent>, bool), AwsError> {
    let attribute = LookupAttribute::builder().attribute_key(LookupAttributeKey::EventName).attribute_value(call);
    let attribute = attribute.build().map_err(|why| AwsError::other("LookupEvents", why.to_string()))?;
    let begin = aws_smithy_types::DateTime::from_secs(begin.as_second());
    pages(PAGES, async |token| {
        let request = aws.cloudtrail.lookup_events().lookup_attributes(attribute.clone()).start_time(begin);
        let page = request.max_results(50).set_next_token(token).send().await.map_err(failed)?;
        Ok((page.events.unwrap_or_default(), page.next_token))
    })
    .await
}

fn from_sdk(event: SdkEvent) -> TrailEvent {
    let record: Value = event.cloud_trail_event.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let text = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let caller = Some(text("/userIdentity/arn")).filter(|arn| !arn.is_empty());
    let call = event.event_name.unwrap_or_default();
    let (kind, thing) = changed_thing(&call, &record).unwrap_or_default();
    TrailEvent {
        id: event.event_id.unwrap_or_default(),
        at: time(event.event_time.as_ref()),
        caller: caller.or(event.username).unwrap_or_default(),
        from: text("/sourceIPAddress"),
        error: Some(text("/errorCode")).filter(|code| !code.is_empty()),
        kind: kind.map(|kind| kind.name().to_owned()),
        config: Some(text("/requestParameters/endpointConfigName")).filter(|name| !name.is_empty()),
        thing,
        call,
    }
}

/// Returns the thing that a call changed: its kind, if that is read, and its id or name.
fn changed_thing(call: &str, record: &Value) -> Option<(Option<Kind>, String)> {
    let parameter = |name: &str| record.get("requestParameters")?.get(name)?.as_str();
    let named = |name: &str, kind| parameter(name).map(|id| (Some(kind), id.to_owned()));
    let execution = || {
        let pipeline = Reference::of_arn(parameter("pipelineExecutionArn")?, "")?;
        Some((Some(pipeline.kind), pipeline.id.to_owned()))
    };
    let scaled = || Some((Some(Kind::Endpoints), parameter("resourceId")?.split('/').nth(1)?.to_owned()));
    let alarms = || {
        let all = record.pointer("/requestParameters/alarmNames")?.as_array()?;
        Some((Some(Kind::Alarms), all.first()?.as_str()?.to_owned()))
    };
    let of_events = || match call {
        #[cfg(feature = "eventbridge")]
        "PutRule" | "EnableRule" | "DisableRule" => named("name", Kind::EventRules),
        #[cfg(feature = "eventbridge")]
        "RemoveTargets" => named("rule", Kind::EventRules),
        "PutAlarmMuteRule" => named("name", Kind::MuteRules),
        "DeleteAlarmMuteRule" => named("alarmMuteRuleName", Kind::MuteRules),
        #[cfg(feature = "scheduler")]
        "UpdateSchedule" => {
            let group = parameter("groupName").unwrap_or("default");
            parameter("name").map(|name| (Some(Kind::Schedules), format!("{group}/{name}")))
        }
        _ => parameter("name").or_else(|| parameter("rule")).map(|name| (None, name.to_owned())),
    };
    named("endpointName", Kind::Endpoints)
        .or_else(|| named("pipelineName", Kind::Pipelines))
        .or_else(execution)
        .or_else(|| named("alarmName", Kind::Alarms))
        .or_else(alarms)
        .or_else(scaled)
        .or_else(of_events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(call: &str, parameters: &Value, error: Option<&str>) -> TrailEvent {
        let record = json!({"userIdentity": {"arn": "arn:aws:sts::1:assumed-role/ml/ana"}, "sourceIPAddress": "10.0.0.1",
            "errorCode": error, "requestParameters": parameters});
        let at = aws_smithy_types::DateTime::from_secs(7);
        let event = SdkEvent::builder().event_id("1").event_name(call).event_time(at);
        from_sdk(event.cloud_trail_event(record.to_string()).build())
    }

    #[test]
    fn a_call_says_what_it_changed_and_who_made_it() {
        let run = "arn:aws:sagemaker:eu-west-1:1:pipeline/fraud-build/execution/x1";
        let cases = [
            ("UpdateEndpoint", json!({"endpointName": "fraud"}), Some((Kind::Endpoints, "fraud"))),
            ("StopPipelineExecution", json!({"pipelineExecutionArn": run}), Some((Kind::Pipelines, "fraud-build"))),
            ("DisableRule", json!({"name": "weekly"}), Some((Kind::EventRules, "weekly"))),
            ("RemoveTargets", json!({"rule": "weekly"}), Some((Kind::EventRules, "weekly"))),
            ("UpdateSchedule", json!({"name": "weekly"}), Some((Kind::Schedules, "default/weekly"))),
            ("PutMetricAlarm", json!({"alarmName": "p99"}), Some((Kind::Alarms, "p99"))),
            ("PutAlarmMuteRule", json!({"name": "release"}), Some((Kind::MuteRules, "release"))),
            ("DeleteAlarmMuteRule", json!({"alarmMuteRuleName": "release"}), Some((Kind::MuteRules, "release"))),
            ("DisableAlarmActions", json!({"alarmNames": ["p99", "p50"]}), Some((Kind::Alarms, "p99"))),
            (
                "RegisterScalableTarget",
                json!({"resourceId": "endpoint/fraud/variant/AllTraffic"}),
                Some((Kind::Endpoints, "fraud")),
            ),
            ("SomethingNew", json!({"name": "x"}), None),
            ("UpdateEndpoint", json!(null), None),
        ];
        for (call, parameters, expected) in cases {
            assert_eq!(event(call, &parameters, None).part_of(), expected, "{call} {parameters}");
        }
        let told = |error| event("DisableRule", &json!({"name": "weekly"}), error).events(None).remove(0);
        let expected = Event { by: "assumed-role/ml/ana from 10.0.0.1".into(), ..told(None) };
        assert_eq!((told(None).text.as_str(), told(None)), ("DisableRule weekly", expected));
        let refused = told(Some("AccessDenied"));
        assert_eq!(
            (refused.text.as_str(), refused.health),
            ("DisableRule weekly failed: AccessDenied", Health::Warning)
        );
        assert!(from_sdk(SdkEvent::builder().cloud_trail_event("not JSON").build()).events(None).is_empty());
    }
}
