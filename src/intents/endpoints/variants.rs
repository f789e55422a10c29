//! What the plans about the variants of an endpoint have in common. Weights and instances go through one call, during
//! which the endpoint is `Updating`.

use std::time::Duration;

use crate::aws::Aws;
use crate::intents::{AnyIntent, Input, Question, Refusal, Selection, Values, Verdict};
use crate::resources::Kind;
use crate::resources::endpoint::{Endpoint, Variant};
use crate::resources::pipeline::Parameter;
use crate::view::Line;

/// The time after which an unchanged endpoint was not updated, because AWS starts an update within seconds.
const SETTLED: Duration = Duration::from_secs(30);

/// Splits `VARIANT=NUMBER`.
pub(super) fn variant_and<T: std::str::FromStr>(text: &str) -> Result<(String, T), String> {
    let parsed = text.split_once('=').and_then(|(name, number)| Some((name.to_owned(), number.parse().ok()?)));
    parsed.filter(|(name, _)| !name.is_empty()).ok_or_else(|| "expected VARIANT=NUMBER".to_owned())
}

/// Checks in the tables whether the variants of an endpoint can be changed now.
pub(super) fn changeable<'a>(at: &Selection<'a>) -> Result<&'a Endpoint, String> {
    let endpoints = &at.store().endpoints;
    let name = at.id_of(Kind::Endpoints).ok_or("no endpoint is selected")?;
    let endpoint = endpoints.get(name).ok_or_else(|| format!("{name} is gone"))?;
    at.recent(endpoints, name)?;
    if endpoint.status == "InService" { Ok(endpoint) } else { Err(format!("{name} is {}", endpoint.status)) }
}

/// Makes an intent from the endpoint, and from the name and the number of each variant that changes.
pub(super) type Make = fn(String, Vec<(String, String)>) -> Result<AnyIntent, String>;

/// Asks for a number of each variant. Only numbers that differ are sent.
pub(super) fn question(
    endpoint: &Endpoint,
    (title, text, kind): (&str, &'static str, &str),
    now: fn(&Variant) -> String,
    make: Make,
) -> Question {
    let before: Vec<(String, String)> = endpoint.variants.iter().map(|v| (v.name.clone(), now(v))).collect();
    let parameter = |(name, now): &(String, String)| Parameter {
        name: name.clone(),
        kind: kind.to_owned(),
        default: Some(now.clone()),
        ..Parameter::default()
    };
    let inputs = before.iter().map(|variant| Input::Parameter(parameter(variant))).collect();
    let (title, endpoint) = (format!("{title} {}", endpoint.name), endpoint.name.clone());
    let intent = move |values: &[String]| {
        let typed = before.iter().zip(values);
        let changed = typed.filter(|((_, now), value)| *now != value.trim());
        let changed: Vec<_> = changed.map(|((name, _), value)| (name.clone(), value.trim().to_owned())).collect();
        if changed.is_empty() {
            return Err("nothing differs from what is now".to_owned());
        }
        make(endpoint.clone(), changed)
    };
    Question::Values(Values { title, text: vec![Line::new().muted(text)], inputs, intent: Box::new(intent) })
}

/// Reads an endpoint whose variants can be changed now, with its tags if they can be read.
pub(super) async fn steady(aws: &Aws, name: &str) -> Result<Endpoint, Refusal> {
    let mut endpoint = Endpoint::describe(aws, name).await?;
    if endpoint.status != "InService" {
        return Err(Refusal::No(format!("{name} is {}: it can be changed when InService", endpoint.status)));
    }
    endpoint.tags = endpoint.read_tags(aws).await.ok();
    Ok(endpoint)
}

/// Returns the variant of a name that was given once.
pub(super) fn variant<'a, T>(
    endpoint: &'a Endpoint,
    given: &[(String, T)],
    name: &str,
) -> Result<&'a Variant, Refusal> {
    if given.iter().filter(|(other, _)| other == name).count() > 1 {
        return Err(Refusal::No(format!("{name} is given twice")));
    }
    let known = || endpoint.variants.iter().map(|v| v.name.as_str()).collect::<Vec<_>>().join(", ");
    let missing = || Refusal::No(format!("{} has no variant {name}; it has: {}", endpoint.name, known()));
    endpoint.variants.iter().find(|variant| variant.name == name).ok_or_else(missing)
}

/// Judges an update: the endpoint must be in service and have what was wanted.
pub(super) fn verdict(now: &Endpoint, reached: bool, waited: Duration) -> Verdict {
    let why = now.failure.as_deref().unwrap_or("AWS gave no reason");
    match now.status.as_str() {
        "InService" if reached => Verdict::Done(format!("{} is InService with what was wanted", now.name)),
        "InService" if waited < SETTLED => Verdict::Pending("InService, not started yet".to_owned()),
        "InService" => Verdict::Failed(format!("{} is InService without what was wanted: {why}", now.name)),
        "Failed" | "OutOfService" | "UpdateRollbackFailed" => {
            Verdict::Failed(format!("{} is {}: {why}", now.name, now.status))
        }
        status => Verdict::Pending(status.to_owned()),
    }
}
