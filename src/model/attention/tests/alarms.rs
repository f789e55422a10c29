//! Cases of the rules of alarms.

use super::cases;
use crate::model::Health::{Critical, Ok, Unknown, Warning};
use crate::model::testing::{Account, DAY, HOUR, MINUTE, TOPIC, ago, alarm, composite, endpoint, subscription};
use crate::resources::alarm::Suppressor;
use crate::resources::alarm_history::AlarmTurn;

fn state(a: &mut Account, state: &str) {
    a.alarms[0].state = state.into();
}

/// Makes the alarm fire, with the severity that its owner gave it.
fn fires(a: &mut Account, tier: &str) {
    state(a, "ALARM");
    a.alarms[0].description = tier.into();
}

/// Makes the alarm watch an endpoint outside production.
fn of_staging(a: &mut Account) {
    a.endpoints.push(endpoint("fraud-staging", "fraud-prod-1"));
    a.alarms[0].dimensions[0].1 = "fraud-staging".into();
}

/// Adds a metric that is good above its threshold, according to the configuration, and a firing alarm on it.
fn promotes(a: &mut Account, operator: &str) {
    a.configure(
        "alarms = [\"auc\"]\n[[model.metric]]\nlabel = \"AUC\"\nnamespace = \"N\"\nname = \"AUC\"\ncompare = \">=\"\n\
         threshold = 0.9\nmeaning = \"promote\"",
    );
    let mut auc = alarm("auc", "ALARM");
    auc.dimensions.clear();
    (auc.namespaces, auc.watches, auc.operator) = (vec!["N".into()], "AUC".into(), Some(operator.into()));
    a.alarms.push(auc);
}

/// Adds a firing alarm on a metric of the team, with its name and description. No metric is configured.
fn says(a: &mut Account, name: &str, description: &str) {
    a.configure(&format!("alarms = [\"{name}\"]"));
    let mut alarm = alarm(name, "ALARM");
    alarm.dimensions.clear();
    (alarm.namespaces, alarm.watches, alarm.description) = (vec!["N".into()], "AUC".into(), description.into());
    a.alarms.push(alarm);
}

/// Adds state changes of the alarm, each so many minutes ago.
fn turned(a: &mut Account, turns: &[(i64, &str)]) {
    let turn = |(minutes, state): &(i64, &str)| AlarmTurn {
        id: format!("fraud-5xx {minutes}"),
        alarm: "fraud-5xx".into(),
        at: ago(minutes * MINUTE),
        state: (*state).into(),
        ..AlarmTurn::default()
    };
    a.alarm_history.extend(turns.iter().map(turn));
}

/// Makes the alarm lack data, with the severity that its owner gave it.
fn dry(a: &mut Account, tier: &str) {
    fires(a, tier);
    state(a, "INSUFFICIENT_DATA");
}

/// Removes all requests.
fn no_requests(a: &mut Account) {
    a.metrics[0].points.iter_mut().for_each(|(_, count)| *count = 0.0);
}

/// Sets the subscriptions of the topic by their ARNs.
fn listeners(a: &mut Account, arns: &[&str]) {
    a.topics[0].listeners = Some(arns.iter().map(|arn| subscription(arn)).collect());
}

/// Makes the alarm fire without any action.
fn mute(a: &mut Account) {
    fires(a, "");
    a.alarms[0].actions.clear();
}

/// Adds a firing composite alarm whose actions another alarm suppresses.
fn held_back(a: &mut Account, by: Option<&str>) {
    let mut page = composite("page", "ALARM", "ALARM(\"fraud-5xx\")");
    page.suppressor = Some(Suppressor { alarm: "window".into(), by: by.map(str::to_owned), ..Suppressor::default() });
    page.description = "sev3".into();
    a.alarms.push(page);
}

cases! {
    Alarms "firing":
    "it is well" |_| {} => [];
    "nobody gave it a tier: what the service measures in production breaks it" |a| fires(a, "")
        => [(Critical, "fraud-5xx in ALARM", Some(HOUR))];
    "nobody gave it a tier, and it watches a metric of the team" |a| {
        fires(a, "");
        a.alarms[0].namespaces = vec!["Shop".into()];
    } => [(Warning, "fraud-5xx in ALARM", Some(HOUR))];
    "nobody gave it a tier, and it guards deployments" |a| {
        fires(a, "");
        a.endpoints[0].guards = Some(vec!["fraud-5xx".into()]);
    } => [(Warning, "fraud-5xx in ALARM", Some(HOUR))];
    "sev1" |a| fires(a, "sev1") => [(Critical, "fraud-5xx in ALARM sev1", Some(HOUR))];
    "sev2" |a| fires(a, "sev2") => [(Critical, "fraud-5xx in ALARM sev2", Some(HOUR))];
    "sev3" |a| fires(a, "sev3") => [(Warning, "fraud-5xx in ALARM sev3", Some(HOUR))];
    "in staging" |a| { fires(a, ""); of_staging(a) }
        => [(Warning, "fraud-5xx in ALARM of fraud-staging", Some(HOUR))];
    "in staging, and somebody says that it is severe" |a| { fires(a, "sev1"); of_staging(a) }
        => [(Critical, "fraud-5xx in ALARM sev1 of fraud-staging", Some(HOUR))];
    "the configuration gives it a tier" |a| {
        fires(a, "sev1");
        a.config = "[severity]\n\"fraud-*\" = \"sev4\"".into();
    } => [(Warning, "fraud-5xx in ALARM sev4", Some(HOUR))];
    "one of auto scaling" |a| {
        fires(a, "");
        a.alarms[0].actions = vec!["arn:aws:autoscaling:eu-west-1:1:scalingPolicy:x".into()];
    } => [];
    "good news" |a| promotes(a, "GreaterThanThreshold") => [(Ok, "auc: good enough to promote", Some(HOUR))];
    "good news from the line on" |a| promotes(a, "GreaterThanOrEqualToThreshold")
        => [(Ok, "auc: good enough to promote", Some(HOUR))];
    "the same metric on its bad side" |a| promotes(a, "LessThanThreshold")
        => [(Warning, "auc in ALARM", Some(HOUR))];
    "a band has no good side" |a| promotes(a, "GreaterThanUpperThreshold")
        => [(Warning, "auc in ALARM", Some(HOUR))];
    "an operator that is not known here" |a| promotes(a, "SomethingNew") => [(Warning, "auc in ALARM", Some(HOUR))];
    "another metric" |a| { promotes(a, "GreaterThanThreshold"); a.alarms[1].watches = "Loss".into() }
        => [(Warning, "auc in ALARM", Some(HOUR))];
    "an expression may turn it round" |a| { promotes(a, "GreaterThanThreshold"); a.alarms[1].watches = "1 - m1, AUC".into() }
        => [(Warning, "auc in ALARM", Some(HOUR))];

    "its description says that it is good news" |a| says(a, "auc", "Good news: AUC is at least 0.9")
        => [(Ok, "auc: good enough to promote", Some(HOUR))];
    "it says what can be done" |a| says(a, "auc", "v2 is ready to promote")
        => [(Ok, "auc: good enough to promote", Some(HOUR))];
    "its name says it" |a| says(a, "auc-promote", "") => [(Ok, "auc-promote: good enough to promote", Some(HOUR))];
    "it says the opposite" |a| says(a, "auc", "Do not promote: AUC is low") => [(Warning, "auc in ALARM", Some(HOUR))];
    "a promotion that failed" |a| says(a, "failed-to-promote", "")
        => [(Warning, "failed-to-promote in ALARM", Some(HOUR))];
    "only a part of a word" |a| says(a, "promoted-items", "Clicks on promoted items")
        => [(Warning, "promoted-items in ALARM", Some(HOUR))];
    "it says so and pages" |a| says(a, "auc", "sev1 good news") => [(Critical, "auc in ALARM sev1", Some(HOUR))];
    "what AWS measures is no good news" |a| fires(a, "good news") => [(Critical, "fraud-5xx in ALARM", Some(HOUR))];
    "the configuration knows better" |a| {
        promotes(a, "LessThanThreshold");
        a.alarms[1].description = "Good news".into();
    } => [(Warning, "auc in ALARM", Some(HOUR))];

    Alarms "flapping":
    "it never fired" |_| {} => [];
    "three times in an hour" |a| turned(a, &[(60, "ALARM"), (40, "OK"), (30, "ALARM"), (20, "OK"), (10, "ALARM")])
        => [(Warning, "fraud-5xx fired 3 times in an hour", Some(HOUR))];
    "the first is older than an hour" |a| turned(a, &[(61, "ALARM"), (30, "ALARM"), (10, "ALARM")]) => [];
    "twice" |a| turned(a, &[(30, "ALARM"), (10, "ALARM")]) => [];
    "it fires now" |a| { state(a, "ALARM"); turned(a, &[(30, "ALARM"), (20, "ALARM"), (10, "ALARM")]) } => [];
    "it has no data now" |a| {
        state(a, "INSUFFICIENT_DATA");
        turned(a, &[(30, "ALARM"), (20, "ALARM"), (10, "ALARM")]);
    } => [(Warning, "fraud-5xx fired 3 times in an hour", Some(HOUR))];
    "with its tier" |a| {
        a.alarms[0].description = "sev2".into();
        turned(a, &[(30, "ALARM"), (20, "ALARM"), (10, "ALARM")]);
    } => [(Warning, "fraud-5xx fired 3 times in an hour sev2", Some(HOUR))];

    Alarms "without-data":
    "it has data" |a| a.alarms[0].description = "sev1".into() => [];
    "requests come in, so there should be data" |a| dry(a, "sev1")
        => [(Warning, "fraud-5xx has no data sev1", Some(HOUR))];
    "no request comes in" |a| { dry(a, "sev2"); no_requests(a) }
        => [(Unknown, "fraud-5xx has no data sev2", Some(HOUR))];
    "no request comes in, but missing data counts as a breach" |a| {
        dry(a, "sev1");
        no_requests(a);
        a.alarms[0].missing = Some("breaching".into());
    } => [(Warning, "fraud-5xx has no data sev1", Some(HOUR))];
    "missing data counts as well" |a| {
        dry(a, "sev1");
        no_requests(a);
        a.alarms[0].missing = Some("notBreaching".into());
    } => [(Unknown, "fraud-5xx has no data sev1", Some(HOUR))];
    "whether requests come in was not read" |a| { dry(a, "sev1"); a.metrics.never_read() }
        => [(Unknown, "fraud-5xx has no data sev1", Some(HOUR))];
    "in staging" |a| { dry(a, "sev1"); of_staging(a); a.alarms[0].missing = Some("breaching".into()) }
        => [(Unknown, "fraud-5xx has no data sev1 of fraud-staging", Some(HOUR))];
    "one that would not break the model" |a| dry(a, "sev3") => [];
    "one without a tier" |a| dry(a, "") => [];
    "AWS could not evaluate it: that is said elsewhere" |a| {
        dry(a, "sev1");
        a.alarms[0].evaluation = Some("EVALUATION_FAILURE".into());
    } => [];

    Alarms "nobody-told":
    "somebody listens" |_| {} => [];
    "nobody does" |a| listeners(a, &[]) => [(Warning, "nobody is notified: page has no subscription", None)];
    "whoever should has not confirmed it" |a| listeners(a, &["PendingConfirmation"])
        => [(Warning, "nobody is notified: page waits for confirmation", None)];
    "all were deleted" |a| listeners(a, &["Deleted"])
        => [(Warning, "nobody is notified: page has only deleted subscriptions", None)];
    "the topic is not there" |a| a.topics[0].gone = true => [(Warning, "nobody is notified: page does not exist", None)];
    "the topic was not asked for" |a| a.topics[0].listeners = None => [];
    "who listens is denied" |a| {
        a.topics[0].listeners = None;
        a.topics[0].problem = Some("ListSubscriptionsByTopic denied".into());
    } => [(Unknown, "whether page notifies anybody is not known: ListSubscriptionsByTopic denied", None)];
    "topics are denied" |a| a.topics.denied()
        => [(Unknown, "whether page notifies anybody is not known: Call denied", None)];
    "topics are denied, and it is another account's" |a| {
        a.topics.denied();
        a.identity[0].account = "999999999999".into();
    } => [];
    "topics were never read" |a| a.topics.never_read() => [];
    "topics are denied, but this account's own list has somebody" |a| {
        a.topics.denied();
        a.subscriptions.push(subscription(&format!("{TOPIC}:1")));
    } => [];

    Alarms "no-action":
    "it is well and calls nothing" |a| { mute(a); state(a, "OK") } => [];
    "it fires and calls nothing" |a| mute(a) => [(Warning, "nobody is notified of fraud-5xx: it has no action", Some(HOUR))];
    "its actions are switched off" |a| { fires(a, ""); a.alarms[0].actions_enabled = false }
        => [(Warning, "nobody is notified of fraud-5xx: its actions are switched off", Some(HOUR))];
    "it fires and calls somebody" |a| fires(a, "") => [];
    "it guards deployments" |a| { mute(a); a.endpoints[0].guards = Some(vec!["fraud-5xx".into()]) } => [];
    "whether it guards deployments was not read" |a| { mute(a); a.endpoints[0].guards = None } => [];
    "a composite alarm speaks for it" |a| { mute(a); a.alarms.push(composite("page", "ALARM", "ALARM(\"fraud-5xx\")")) }
        => [];
    "the composite alarm does not fire" |a| {
        mute(a);
        a.alarms.push(composite("page", "OK", "ALARM(\"fraud-5xx\") AND ALARM(\"x\")"));
    } => [(Warning, "nobody is notified of fraud-5xx now: page does not fire", Some(HOUR))];
    "the composite alarm has not had the time to fire" |a| {
        mute(a);
        a.alarms[0].since = ago(2 * MINUTE);
        a.alarms.push(composite("page", "OK", "ALARM(\"fraud-5xx\") AND ALARM(\"x\")"));
    } => [];
    "the rule of the composite alarm cannot be read" |a| {
        mute(a);
        a.alarms.push(composite("page", "ALARM", "MOST(\"fraud-5xx\")"));
    } => [(Unknown, "whether fraud-5xx notifies anybody is not known: the rule of page cannot be read", Some(HOUR))];
    "good news needs nobody" |a| { promotes(a, "GreaterThanThreshold"); a.alarms[1].actions.clear() } => [];

    Alarms "suppressed":
    "nothing is held back" |a| held_back(a, None) => [];
    "another alarm holds it back" |a| held_back(a, Some("Alarm"))
        => [(Warning, "nobody is notified of page now: window holds its actions back", Some(HOUR))];
    "it does not fire" |a| { held_back(a, Some("Alarm")); a.alarms[1].state = "OK".into() } => [];
    "another composite alarm speaks for it" |a| {
        held_back(a, Some("Alarm"));
        a.alarms.push(composite("all", "ALARM", "ALARM(\"page\")"));
    } => [];

    Alarms "unevaluated":
    "it was evaluated" |_| {} => [];
    "AWS could not" |a| a.alarms[0].evaluation = Some("EVALUATION_FAILURE".into())
        => [(Unknown, "fraud-5xx is not evaluated: EVALUATION_FAILURE", Some(HOUR))];
    "a word that is not known here" |a| a.alarms[0].evaluation = Some("SOMETHING_NEW".into())
        => [(Unknown, "fraud-5xx is not evaluated: SOMETHING_NEW", Some(HOUR))];
    "part of the data is some evaluation" |a| a.alarms[0].evaluation = Some("PARTIAL_DATA".into()) => [];
    "it fires: that is worse" |a| { state(a, "ALARM"); a.alarms[0].evaluation = Some("EVALUATION_FAILURE".into()) }
        => [];

    Alarms "source":
    "alarms were read" |_| {} => [];
    "alarms were never read" |a| a.alarms.never_read() => [(Unknown, "not read yet", None)];
    "alarms are denied" |a| a.alarms.denied() => [(Unknown, "Call denied", None)];
    "alarms were read, and then denied" |a| a.alarms.stale() => [];
    "no alarm watches it" |a| a.alarms.clear() => [];
    "none of its alarms is among the first that were read" |a| { a.alarms.clear(); a.alarms.partly_read() }
        => [(Unknown, "not read yet", None)];
    "which alarms watch it is not known before endpoints were read" |a| { a.alarms.clear(); a.endpoints.never_read() }
        => [(Unknown, "not read yet", None)];
}

#[test]
fn the_summary_tells_when_the_newest_alarm_turned() {
    let mut account = Account::healthy();
    account.alarms.push(alarm("fraud-4xx", "OK"));
    account.alarms[1].since = ago(DAY);
    let joined = account.join();
    let stage = joined.chain("fraud").unwrap().stage(crate::model::StageKind::Alarms).unwrap();
    assert_eq!((stage.summary.as_str(), stage.since), ("2 alarms quiet", ago(HOUR)));
}
