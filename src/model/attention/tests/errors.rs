//! Cases of the rules of requests that fail, that were not counted, or that stopped.

use super::cases;
use crate::model::Health::{Critical, Unknown, Warning};
use crate::model::testing::{Account, HOUR, MINUTE, ago, requests, series};
use crate::resources::endpoint::Variant;
use crate::resources::metric::MetricSeries;

/// Sets the number of requests in each minute, and the shares that fail.
fn failing(a: &mut Account, count: f64, shares: [f64; 2]) {
    let endpoint = a.endpoints[0].name.clone();
    a.metrics.clear();
    a.metrics.extend(requests(&endpoint, count, shares));
}

/// Makes the endpoint one outside production, with failing requests.
fn staging(a: &mut Account, shares: [f64; 2]) {
    a.endpoints[0].name = "fraud-staging".into();
    failing(a, 60.0, shares);
}

/// Moves all metrics so that they were last read so many seconds ago.
fn read(a: &mut Account, seconds: i64) {
    for series in a.metrics.iter_mut() {
        let shift = jiff::SignedDuration::from_secs(seconds - MINUTE);
        series.until = ago(seconds).unwrap();
        series.points.iter_mut().for_each(|(at, _)| *at -= shift);
    }
}

/// Keeps the requests of those minutes, counted back from now, for which `minutes` returns true.
fn keep(a: &mut Account, minutes: fn(i64) -> bool) {
    let back = |at: jiff::Timestamp| (ago(0).unwrap().as_second() - at.as_second()) / MINUTE;
    a.metrics[0].points.retain(|(at, _)| minutes(back(*at)));
}

/// Makes the configuration go live so many seconds ago.
fn live(a: &mut Account, seconds: i64) {
    a.endpoints[0].live_since = ago(seconds);
}

cases! {
    Endpoint "errors":
    "none fails" |_| {} => [];
    "as many fail as may" |a| failing(a, 60.0, [0.005, 0.05]) => [];
    "a little more than may" |a| failing(a, 60.0, [0.0051, 0.0])
        => [(Warning, "fraud-prod: 5XX 0.51 %", None)];
    "as many as degrade it" |a| failing(a, 60.0, [0.02, 0.0]) => [(Warning, "fraud-prod: 5XX 2 %", None)];
    "more than that break it" |a| failing(a, 60.0, [0.021, 0.0]) => [(Critical, "fraud-prod: 5XX 2.1 %", None)];
    "of 20 requests in five minutes" |a| failing(a, 4.0, [0.1, 0.0]) => [(Critical, "fraud-prod: 5XX 10 %", None)];
    "of fewer than 20" |a| failing(a, 3.0, [0.1, 0.0]) => [(Warning, "fraud-prod: 5XX 10 %", None)];
    "more are refused than may" |a| failing(a, 60.0, [0.0, 0.06]) => [(Warning, "fraud-prod: 4XX 6 %", None)];
    "so many are refused that it is broken" |a| failing(a, 60.0, [0.0, 0.26])
        => [(Critical, "fraud-prod: 4XX 26 %", None)];
    "both" |a| failing(a, 60.0, [0.03, 0.06])
        => [(Critical, "fraud-prod: 5XX 3 %", None), (Warning, "fraud-prod: 4XX 6 %", None)];
    "since ten minutes" |a| {
        a.metrics[1] = series(&a.metrics[1].id, &[(60, 0.0), (10, 0.5)]);
    } => [(Critical, "fraud-prod: 5XX 50 %", Some(10 * MINUTE))];
    "the newest minutes are well again" |a| {
        a.metrics[1] = series(&a.metrics[1].id, &[(60, 0.5), (6, 0.0)]);
    } => [];
    "no request came in" |a| failing(a, 0.0, [0.5, 0.5]) => [];
    "one that customers do not see" |a| staging(a, [0.6, 0.0]) => [(Warning, "fraud-staging: 5XX 60 %", None)];
    "read too long ago" |a| { failing(a, 60.0, [0.5, 0.0]); read(a, 10 * MINUTE + 1) } => [];
    "all that failed was what served before" |a| { failing(a, 60.0, [0.5, 0.0]); live(a, 30) } => [];
    "what serves now fails since it went live" |a| {
        a.metrics[1] = series(&a.metrics[1].id, &[(60, 0.0), (20, 0.5)]);
        live(a, 10 * MINUTE);
    } => [(Critical, "fraud-prod: 5XX 50 %", Some(10 * MINUTE))];
    "half of it was not read" |a| { failing(a, 60.0, [0.5, 0.0]); a.metrics.remove(2); } => [];

    Endpoint "errors-unread":
    "it was read" |_| {} => [];
    "as old as it may be" |a| read(a, 10 * MINUTE) => [];
    "a second older" |a| read(a, 10 * MINUTE + 1)
        => [(Unknown, "fraud-prod: errors were last read 10 min ago", None)];
    "nothing was read yet" |a| a.metrics.never_read() => [(Unknown, "fraud-prod: errors not read yet", None)];
    "metrics are denied" |a| a.metrics.denied() => [(Unknown, "fraud-prod: errors not read: Call denied", None)];
    "what a day may cost is used up" |a| { a.metrics.clear(); a.metrics.capped() }
        => [(Unknown, "fraud-prod: errors not read: max_cost_per_day is used up", None)];
    "one metric of it was refused" |a| a.metrics[2].problem = Some("no such metric".into())
        => [(Unknown, "fraud-prod: errors not read: no such metric", None)];
    "one metric of it is missing" |a| drop(a.metrics.remove(2)) => [(Unknown, "fraud-prod: errors not read yet", None)];
    "nothing of what serves now was read" |a| live(a, 30)
        => [(Unknown, "fraud-prod: errors not measured since v1 went live", None)];
    "one that customers do not see" |a| { staging(a, [0.0; 2]); a.metrics.never_read() } => [];
    "it does not serve" |a| { a.endpoints[0].status = "Creating".into(); a.metrics.never_read() } => [];
    "it has no variant" |a| { a.endpoints[0].variants.clear(); a.metrics.never_read() } => [];

    Endpoint "no-requests":
    "they come" |_| {} => [];
    "for ten minutes none came" |a| keep(a, |back| back > 11)
        => [(Warning, "fraud-prod: no requests, usually 60/min", Some(11 * MINUTE))];
    "for nine minutes none came" |a| keep(a, |back| back > 10) => [];
    "they came for 20 minutes before" |a| keep(a, |back| (12..32).contains(&back))
        => [(Warning, "fraud-prod: no requests, usually 60/min", Some(11 * MINUTE))];
    "they came for 19 minutes before: too few to know" |a| keep(a, |back| (12..31).contains(&back)) => [];
    "they came in nine of ten minutes" |a| keep(a, |back| (12..62).contains(&back) && back % 11 != 0)
        => [(Warning, "fraud-prod: no requests, usually 60/min", Some(11 * MINUTE))];
    "they came in a little less" |a| keep(a, |back| (12..62).contains(&back) && back % 10 != 5) => [];
    "they came now and then" |a| keep(a, |back| back > 11 && back % 3 == 0) => [];
    "minutes without a request have a zero" |a| {
        a.metrics[0].points.iter_mut().rev().take(10).for_each(|(_, count)| *count = 0.0);
    } => [(Warning, "fraud-prod: no requests, usually 60/min", Some(11 * MINUTE))];
    "none ever came" |a| a.metrics[0].points.clear() => [];
    "read too long ago" |a| { keep(a, |back| back > 11); read(a, 10 * MINUTE + 1) } => [];
    "the configuration went live since" |a| { keep(a, |back| back > 11); live(a, 5 * MINUTE) } => [];
    "of another variant it is not known" |a| {
        keep(a, |back| back > 11);
        let variant = a.endpoints[0].variants[0].clone();
        a.endpoints[0].variants.push(Variant { name: "B".into(), ..variant });
    } => [];
    "all go to another variant" |a| {
        keep(a, |back| back > 11);
        let variant = a.endpoints[0].variants[0].clone();
        a.endpoints[0].variants.push(Variant { name: "B".into(), ..variant });
        let id = MetricSeries::of_variant("fraud-prod", "B", "Invocations");
        a.metrics.push(series(&id, &[(11, 60.0)]));
    } => [];
    "one that customers do not see" |a| { staging(a, [0.0; 2]); keep(a, |back| back > 11) } => [];
}

#[test]
fn the_configuration_says_how_often_errors_are_read() {
    let of = |every: &str| {
        let mut account = Account::healthy();
        account.config = format!("measure_every = \"{every}\"");
        read(&mut account, HOUR);
        super::found(&account, crate::model::StageKind::Endpoint, "errors-unread").len()
    };
    assert_eq!((of("10m"), of("1h")), (1, 0));
}
