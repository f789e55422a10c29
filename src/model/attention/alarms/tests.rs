use super::*;
use crate::model::{StageKind, join};
use crate::resources::endpoint::{Endpoint, Variant};
use crate::resources::metric::MetricSeries;
use crate::resources::{Listing, Seen};

/// What is said of one alarm of a model with an endpoint in production that takes requests, and one in staging.
fn said(alarm: Alarm) -> Vec<(&'static str, Health, String)> {
    let now = Timestamp::from_second(1_000_000_000).unwrap();
    let config = "[[model]]\nname = \"fraud\"\nendpoints = [\"fraud-{stage}\"]\nalarms = [\"x\"]\n[[model.metric]]\n\
                  label = \"AUC\"\nnamespace = \"N\"\nname = \"AUC\"\ncompare = \">=\"\nthreshold = 0.9\n\
                  meaning = \"promote\"\n";
    let source = crate::config::Source { file: "x".into(), text: config.into() };
    let config = crate::config::Config::parse(&source).unwrap();
    let mut seen = Seen { at: now, wishes: crate::resources::Wishes::of(&config).into(), ..Seen::default() };
    let endpoint = |name: &str| Endpoint {
        name: name.into(),
        status: "InService".into(),
        variants: vec![Variant { name: "v".into(), ..Variant::default() }],
        guards: Some(Vec::new()),
        ..Endpoint::default()
    };
    let series = |endpoint: &str, metric: &str, value: f64| MetricSeries {
        id: MetricSeries::of_variant(endpoint, "v", metric),
        points: vec![(Timestamp::from_second(999_999_940).unwrap(), value)],
        until: now,
        ..MetricSeries::default()
    };
    let metrics = ["fraud-prod", "fraud-staging"].into_iter().flat_map(|endpoint| {
        [("Invocations", 60.0), ("Invocation5XXErrors", 0.0), ("Invocation4XXErrors", 0.0)]
            .map(|(metric, value)| series(endpoint, metric, value))
    });
    seen.store.metrics.apply(Ok(Listing::all(metrics.collect())), now);
    seen.store.endpoints.apply(Ok(Listing::all(vec![endpoint("fraud-prod"), endpoint("fraud-staging")])), now);
    seen.store.alarms.apply(Ok(Listing::all(vec![Alarm { name: "x".into(), ..alarm }])), now);
    let joined = join(&seen);
    let reasons = joined.chain("fraud").unwrap().reasons.iter().filter(|r| r.is_about(StageKind::Alarms, "x"));
    reasons.filter(|r| r.rule != "no-action").map(|r| (r.rule, r.health, r.text.clone())).collect()
}

fn watching(state: &str, endpoint: &str) -> Alarm {
    Alarm {
        state: state.into(),
        namespaces: vec!["AWS/SageMaker".into()],
        dimensions: vec![("EndpointName".into(), endpoint.into())],
        ..Alarm::default()
    }
}

#[test]
fn good_news_is_an_alarm_that_fires_on_the_promoting_side_of_its_metric() {
    let auc = |operator: &str, watches: &str| Alarm {
        state: "ALARM".into(),
        namespaces: vec!["N".into()],
        watches: watches.into(),
        operator: Some(operator.into()),
        description: "sev2".into(),
        ..Alarm::default()
    };
    for (operator, watches, health) in [
        ("GreaterThanThreshold", "AUC", Health::Ok),
        ("GreaterThanOrEqualToThreshold", "AUC", Health::Ok),
        ("LessThanThreshold", "AUC", Health::Critical),
        ("LessThanOrEqualToThreshold", "AUC", Health::Critical),
        ("GreaterThanUpperThreshold", "AUC", Health::Critical),
        ("LessThanLowerOrGreaterThanUpperThreshold", "AUC", Health::Critical),
        ("SomethingNew", "AUC", Health::Critical),
        ("GreaterThanThreshold", "Loss", Health::Critical),
        // The expression may turn it round.
        ("GreaterThanThreshold", "1 - m1, AUC", Health::Critical),
    ] {
        let said = said(auc(operator, watches));
        assert_eq!(
            said.first().map(|(rule, health, _)| (*rule, *health)),
            Some(("firing", health)),
            "{operator} {watches}"
        );
    }
}

#[test]
fn an_alarm_of_staging_says_so_and_breaks_nothing_by_itself() {
    for (endpoint, tier, health, text) in [
        ("fraud-prod", "", Health::Critical, "x in ALARM"),
        ("fraud-staging", "", Health::Warning, "x in ALARM of fraud-staging"),
        ("fraud-staging", "sev1", Health::Critical, "x in ALARM sev1 of fraud-staging"),
    ] {
        let alarm = Alarm { description: tier.into(), ..watching("ALARM", endpoint) };
        assert_eq!(said(alarm), [("firing", health, text.to_owned())]);
    }
}

#[test]
fn a_grave_alarm_without_data_is_unknown_or_degraded() {
    for (endpoint, tier, missing, health) in [
        // Requests come in, so there should be data.
        ("fraud-prod", "sev1", "missing", Some(Health::Warning)),
        ("fraud-prod", "sev2", "notBreaching", Some(Health::Warning)),
        ("fraud-prod", "sev3", "missing", None),
        ("fraud-prod", "", "breaching", None),
        ("elsewhere", "sev1", "missing", Some(Health::Unknown)),
        ("elsewhere", "sev1", "ignore", Some(Health::Unknown)),
        ("elsewhere", "sev1", "breaching", Some(Health::Warning)),
        ("fraud-staging", "sev1", "breaching", Some(Health::Unknown)),
    ] {
        let alarm = Alarm {
            description: tier.into(),
            missing: Some(missing.into()),
            ..watching("INSUFFICIENT_DATA", endpoint)
        };
        let found = said(alarm).first().map(|(_, health, _)| *health);
        assert_eq!(found, health, "{endpoint} {tier} {missing}");
    }
}

#[test]
fn only_alarms_with_data_are_quiet() {
    let alarm = |state: &str, evaluation: Option<&str>| {
        Seems::of(&Alarm { state: state.into(), evaluation: evaluation.map(str::to_owned), ..Alarm::default() })
    };
    let (ok, dry) = (alarm("OK", None), alarm("INSUFFICIENT_DATA", None));
    let (partial, odd) = (alarm("OK", Some("PARTIAL_DATA")), alarm("SOMETHING_NEW", None));
    let cases: [(&[Seems], &str); 9] = [
        (&[], "no alarm watches it"),
        (&[ok], "1 alarm quiet"),
        (&[ok, ok, ok], "3 alarms quiet"),
        (&[dry], "1 alarm without data"),
        (&[ok, dry, ok], "1 of 3 without data"),
        (&[dry, dry], "2 of 2 without data"),
        (&[ok, partial, dry], "1 of 3 without data, 1 of 3 with part of the data"),
        (&[ok, odd], "1 of 2 in no known state"),
        // One that fires may be good news: then nothing is worse.
        (&[ok, alarm("ALARM", None)], "1 of 2 in ALARM"),
    ];
    for (states, text) in cases {
        assert_eq!(states_in_words(states), text);
    }
}

/// How many minutes ago an alarm turned, and into which state.
type Turns<'a> = &'a [(i64, &'a str)];

#[test]
fn an_alarm_that_flaps_is_told_while_it_is_well() {
    use crate::resources::alarm_history::AlarmTurn;
    let now = Timestamp::from_second(1_000_000_000).unwrap();
    let turn = |(place, &(minutes, state)): (usize, &(i64, &str))| {
        let at = now.checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap();
        AlarmTurn { id: place.to_string(), alarm: "x".into(), at: Some(at), state: state.into(), reason: String::new() }
    };
    let told = |state: &str, turns: &[(i64, &str)]| {
        let source =
            crate::config::Source { file: "x".into(), text: "[[model]]\nname = \"m\"\nalarms = [\"x\"]".into() };
        let config = crate::config::Config::parse(&source).unwrap();
        let mut seen = Seen { at: now, wishes: crate::resources::Wishes::of(&config).into(), ..Seen::default() };
        let alarm = Alarm { name: "x".into(), state: state.into(), ..Alarm::default() };
        seen.store.alarms.apply(Ok(Listing::all(vec![alarm])), now);
        let turns = turns.iter().enumerate().map(turn).collect();
        seen.store.alarm_history.apply(Ok(Listing::all(turns)), now);
        let joined = join(&seen);
        let mut reasons = joined.chain("m").unwrap().reasons.iter();
        reasons.find(|reason| reason.rule == "flapping").map(|reason| (reason.health, reason.text.clone()))
    };
    let often = [(50, "ALARM"), (40, "OK"), (30, "ALARM"), (20, "OK"), (10, "ALARM"), (5, "OK")];
    let flaps = (Health::Warning, "x fired 3 times in an hour".to_owned());
    let cases: [(&str, Turns<'_>, Option<_>); 5] = [
        ("OK", &often, Some(flaps.clone())),
        ("INSUFFICIENT_DATA", &often, Some(flaps)),
        ("ALARM", &often, None),
        ("OK", &often[2..], None),
        ("OK", &[(90, "ALARM"), (30, "ALARM"), (20, "ALARM")], None),
    ];
    for (state, turns, wanted) in cases {
        assert_eq!(told(state, turns), wanted, "{state} {turns:?}");
    }
}
