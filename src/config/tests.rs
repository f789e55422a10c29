use std::time::Duration;

use super::*;

const SAMPLE: &str = r#"
theme = "light"
keymap = "vim"
read_only = true
confirm = "confirm"
max_cost_per_day = 5

[[model]]
name      = "demand-forecast"
group     = "demand-forecast"
pipelines = ["demand-forecast-*"]
endpoints = ["demand-forecast-{stage}"]
alarms    = ["demand-*", "sev?-forecast-*"]
codepipeline = ["sagemaker-demand-forecast-deploy"]
runbook_url  = "https://runbooks.example/forecast"

[[model.data]]
kind = "s3"
uri  = "s3://lake/sales/dt={yyyy-MM-dd}/"
max_age = "26h"

[[model.metric]]
label = "MAPE"
namespace = "Retail/Models"
name = "MAPE"
dimensions = { Model = "demand-forecast" }
stat = "Average"
period = "1d"
threshold = 0.15
compare = ">"
severity = "sev2"

[[model.metric]]
label = "Silhouette"
namespace = "Retail/Models"
name = "Silhouette"
dimensions = { Model = "segmentation" }
compare = ">="
threshold = 0.6
meaning = "promote"

[[model.metric]]
label = "CTR"
source = { s3 = "package", json_path = "$.ranking.ctr.value" }
compare = "<"
threshold = 0.025
severity = "sev2"

[severity]
"arn:aws:sns:*:*:oncall-page" = "sev1"
"arn:aws:sns:*:*:ml-warn"     = "sev3"
"*" = "sev5"
"#;

fn parsed(text: &str) -> Result<Config, ConfigError> {
    Config::parse(&Source { file: "sagetop.toml".into(), text: text.into() })
}

#[test]
fn the_whole_of_it_is_read() {
    let config = parsed(SAMPLE).unwrap();
    assert_eq!((config.theme.as_deref(), config.keymap.as_deref()), (Some("light"), Some("vim")));
    assert_eq!((config.read_only, config.confirm, config.max_cost_per_day), (true, Confirm::Confirm, Some(5.0)));
    let model = &config.models[0];
    assert_eq!(model.endpoints[0].stage("demand-forecast-prod"), Some("prod"));
    assert!(model.alarms[1].matches("sev1-forecast-mape"));
    assert_eq!(model.data[0].max_age, Some(Duration::from_hours(26)));
    assert_eq!(model.metrics[0].limit, Some((Compare::Greater, 0.15)));
    assert_eq!(model.metrics[1].meaning, Meaning::Promote);
    let period = |place: usize| match &model.metrics[place].source {
        MetricSource::CloudWatch { period, .. } => *period,
        MetricSource::Package { .. } | MetricSource::Report { .. } | MetricSource::Alarm { .. } => None,
    };
    assert_eq!((period(0), period(1)), (Some(Duration::from_hours(24)), None));
    assert_eq!(model.metrics[2].source, MetricSource::Package { json_path: "$.ranking.ctr.value".into() });
    let level = |name: &str| config.severity(name).map(Severity::level);
    assert_eq!(level("arn:aws:sns:eu-west-1:1:oncall-page"), Some(1), "the first pattern counts");
    assert_eq!(level("anything"), Some(5));
    assert_eq!(parsed("").unwrap(), Config::default());
}

/// The text of a file, the line and column of its mistake, a part of the message, and a part of the hint.
const MISTAKES: &[(&str, usize, usize, &str, &str)] = &[
    ("them = \"dark\"", 1, 1, "unknown field `them`", "\"theme\""),
    ("confirm = \"typ\"", 1, 11, "unknown variant `typ`", "\"type\""),
    ("read_only = \"yes\"", 1, 13, "invalid type", ""),
    ("max_cost_per_day = -1", 1, 20, "-1 is not an amount of dollars", "no limit"),
    ("max_cost_per_day = nan", 1, 20, "NaN is not an amount", ""),
    ("theme = \"\"", 1, 9, "\"\" is not a name", ""),
    ("[[freeze]]\nname = \"a\"", 2, 8, "\"a\" has no time", "from and to"),
    ("[[freeze]]\nname = \"a\"\nfrom = \"2026-11-27\"", 2, 8, "has no time", ""),
    ("[[freeze]]\nname = \"a\"\nfrom = \"tomorrow\"\nto = \"2026-11-27\"", 3, 8, "is not a time", "2026-11-27T18:00"),
    ("[[freeze]]\nname = \"a\"\nfrom = \"2026-11-27\"\nto = \"2026-11-26\"", 4, 6, "ends before it begins", ""),
    ("[[freeze]]\nname = \"a\"\ndays = [\"friday\"]", 3, 9, "unknown variant `friday`", "\"fri\""),
    ("[[freeze]]\nname = \"a\"\ndays = []", 3, 8, "at least one day", ""),
    ("[[freeze]]\nname = \"a\"\ndays = [\"sat\"]\nhours = \"late\"", 4, 9, "are no hours", ""),
    ("[[freeze]]\nname = \"a\"\ndays = [\"sat\"]\nzone = \"Europe/Berln\"", 4, 8, "not a time zone", "Europe/Berlin"),
    ("[[freeze]]\nname = \"a\"\ndays = [\"sat\"]\naccounts = [\"prod\"]", 4, 13, "no [[account]] has the label", ""),
    (
        "[[freeze]]\nname = \"a\"\ndays = [\"sat\"]\n[[freeze]]\nname = \"a\"\ndays = [\"sun\"]",
        5,
        8,
        "another [[freeze]]",
        "",
    ),
    ("[[model]]\ngroup = \"x\"", 1, 1, "missing field `name`", ""),
    ("[[model]]\nname = \"\"", 2, 8, "\"\" is not a name", ""),
    ("[[model]]\nname = \"a\"\n[[model]]\nname = \"a\"", 4, 8, "another model \"a\" in line 2", ""),
    ("[[model]]\nname = \"a\"\nendpoint = [\"x\"]", 3, 1, "unknown field `endpoint`", "\"endpoints\""),
    ("[[model]]\nname = \"a\"\nendpoints = [\"x\", \"{env}\"]", 3, 19, "{stage}", ""),
    ("[[model]]\nname = \"a\"\nrunbook_url = \"wiki\"", 3, 15, "not a web address", "https"),
    ("[[model]]\nname = \"a\"\ndata = [{ kind = \"s3\", uri = \"lake\" }]", 3, 30, "not an S3 location", "s3://"),
    (
        "[[model]]\nname = \"a\"\ndata = [{ kind = \"s3\", uri = \"s3://b/\", max_age = \"-2h\" }]",
        3,
        51,
        "not a duration",
        "",
    ),
    ("[[model]]\nname = \"a\"\ndata = [{ kind = \"S3\", uri = \"s3://b/\" }]", 3, 18, "unknown variant `S3`", "\"s3\""),
    ("[[model]]\nname = \"a\"\n[[model.metric]]\nlabel = \"m\"", 3, 1, "the metric \"m\" has no source", "namespace"),
    (
        "[[model]]\nname = \"a\"\n[[model.metric]]\nlabel = \"m\"\nnamespace = \"n\"\nname = \"m\"\nthreshold = 1",
        7,
        13,
        "has no effect alone",
        "compare",
    ),
    (
        "[[model]]\nname = \"a\"\n[[model.metric]]\nlabel = \"m\"\ncompare = \"=>\"",
        5,
        11,
        "unknown variant `=>`",
        "\">",
    ),
    (
        "[[model]]\nname = \"a\"\n[[model.metric]]\nlabel = \"m\"\nsource = { s3 = \"package\", json_path = \"ctr\" }",
        5,
        40,
        "not a path",
        "$.",
    ),
    (
        "[[model]]\nname = \"a\"\n[[model.metric]]\nlabel = \"m\"\nnamespace = \"n\"\nname = \"m\"\nperiod = \"90s\"",
        7,
        10,
        "whole minutes",
        "1d",
    ),
    (
        "[[model]]\nname = \"a\"\n[[model.metric]]\nlabel = \"m\"\nnamespace = \"n\"\nname = \"m\"\nperiod = \"60d\"",
        7,
        10,
        "at most 31 days",
        "7d",
    ),
    (
        "[[model]]\nname = \"a\"\n[[model.metric]]\nlabel = \"m\"\nperiod = \"1d\"\n\
         source = { s3 = \"package\", json_path = \"$.ctr\" }",
        5,
        10,
        "the report of a version has no period",
        "leave out",
    ),
    ("[[model]]\nname = \"a\"\ndata = [{ kind = \"s3\", uri = \"s3://b/dt={yyyy-MM\" }]", 3, 41, "not closed", "yyyy"),
    ("[[model]]\nname = \"a\"\ndata = [{ kind = \"s3\", uri = \"s3://b/x/{YYYY}/\" }]", 3, 40, "not a date", "yyyy"),
    ("[[model]]\nname = \"a\"\ndata = [{ kind = \"s3\", uri = \"s3://b/{MM}/{yyyy}/\" }]", 3, 38, "leave out", "yyyy"),
    ("[[model]]\nname = \"a\"\ndata = [{ kind = \"s3\", uri = \"s3://b{yyyy}/x/\" }]", 3, 30, "name of a bucket", ""),
    ("[[model]]\nname = \"a\"\nfamily = \"forcast\"", 3, 10, "unknown variant `forcast`", "\"forecast\""),
    ("[[model]]\nname = \"a\"\nunit = \"percent\"", 3, 8, "unit has no effect alone", "family"),
    ("[[model]]\nname = \"a\"\nnamespace = \"N\"", 3, 13, "namespace has no effect alone", "family"),
    ("[[model]]\nname = \"a\"\nfamily = \"forecast\"\nunit = \"share\"", 4, 8, "unknown variant `share`", "fraction"),
    (
        "[[model]]\nname = \"a\"\nfamily = \"forecast\"\n[[model.metric]]\nlabel = \"MAP\"\nthreshold = 1",
        6,
        13,
        "threshold has no effect alone",
        "compare",
    ),
    ("[severity]\n\"*\" = \"high\"", 2, 7, "\"high\" is not a severity", ""),
    ("[severity]\n\"{x}\" = \"sev1\"", 2, 1, "not a pattern", ""),
];

#[test]
fn mistakes_have_a_place_and_a_way_on() {
    for (text, line, column, message, hint) in MISTAKES {
        let error = parsed(text).expect_err(text);
        assert_eq!((error.line, error.column), (*line, *column), "{error}");
        assert!(error.message.contains(message), "{error}");
        assert!(error.hint.clone().unwrap_or_default().contains(hint), "{error}");
    }
}

#[test]
fn a_family_brings_metrics_that_can_be_changed_one_by_one() {
    let of = |text: &str| parsed(&format!("[[model]]\nname = \"web\"\n{text}")).unwrap().models.remove(0).metrics;
    let short = |metrics: &[Metric]| -> Vec<String> {
        let each = metrics.iter().map(|metric| {
            let limit = metric.limit.map(|(compare, limit)| format!(" {} {limit}", compare.sign())).unwrap_or_default();
            let place = match &metric.source {
                MetricSource::CloudWatch { namespace, name, dimensions, stat, .. } => {
                    format!("{namespace} {name} {dimensions:?} {stat}")
                }
                MetricSource::Package { json_path } => json_path.clone(),
                MetricSource::Report { uri, json_path, .. } => format!("{uri} {json_path}"),
                MetricSource::Alarm { name } => name.clone(),
            };
            format!("{}{limit}: {place}", metric.label)
        });
        each.collect()
    };
    assert_eq!(
        short(&of("family = \"recommendation\"")),
        [
            "CTR % < 2.5: Retail/Models CTR {\"Model\": \"web\"} Average",
            "Conversion %: Retail/Models ConversionRate {\"Model\": \"web\"} Average",
        ]
    );
    let changed =
        of("family = \"forecast\"\nunit = \"fraction\"\nnamespace = \"Acme\"\ndimensions = { App = \"web\" }\n\
         [[model.metric]]\nlabel = \"rmse %\"\nthreshold = 60\nstat = \"Maximum\"\n\
         [[model.metric]]\nlabel = \"AUC\"\nsource = { s3 = \"package\", json_path = \"$.auc\" }");
    assert_eq!(
        short(&changed),
        [
            "MAPE > 0.15: Acme MAPE {\"App\": \"web\"} Average",
            "rmse % > 60: Acme RMSE {\"App\": \"web\"} Maximum",
            "AUC: $.auc",
        ]
    );
    let report = of("family = \"recommendation\"\n[[model.metric]]\nlabel = \"CTR\"\n\
         source = { s3 = \"package\", json_path = \"$.ctr\" }");
    assert_eq!(short(&report)[0], "CTR: $.ctr", "the bound of another unit does not hold");
    assert_eq!(of("family = \"segmentation\"")[0].meaning, Meaning::Promote);
}

#[test]
fn a_named_file_must_be_there() {
    let error = Config::read(Some(Path::new("/nowhere/sagetop.toml"))).unwrap_err();
    assert_eq!(error.to_string().lines().count(), 2);
    assert!(error.to_string().contains("--> /nowhere/sagetop.toml"), "{error}");
}

#[test]
fn accounts_have_a_name_a_way_in_and_manners() {
    let text = "[[account]]\nlabel = \"prod\"\nrole_arn = \"arn:aws:iam::123456789012:role/sagetop\"\n\
                regions = [\"eu-west-1\", \"us-east-1\"]\naccess = \"read-only\"\ncolour = \"red\"\n\
                [[account]]\nprofile = \"staging\"\n[[model]]\nname = \"web\"\naccounts = [\"prod\"]\n";
    let config = parsed(text).unwrap();
    let [prod, staging] = config.accounts.as_slice() else { panic!("{:?}", config.accounts) };
    assert_eq!((prod.label.as_deref(), prod.access, prod.colour), (Some("prod"), Access::ReadOnly, Colour::Red));
    assert_eq!(prod.regions, ["eu-west-1", "us-east-1"]);
    assert_eq!(
        (staging.profile.as_deref(), staging.access, staging.regions.len()),
        (Some("staging"), Access::ReadWrite, 0)
    );
    assert_eq!(config.models[0].accounts, ["prod"]);
    for (text, line, says) in [
        ("[[account]]\nrole_arn = \"arn:aws:iam::1:user/ana\"", 2, "not the ARN of a role"),
        ("[[account]]\nlabel = \"a\"\n[[account]]\nlabel = \"a\"", 4, "another [[account]] has"),
        ("[[account]]\nregions = [\"eu west\"]", 2, "not a region"),
        ("[[account]]\naccess = \"none\"", 2, "read-write"),
        ("[[account]]\ncolour = \"mauve\"", 2, "yellow"),
        ("[[account]]\nprofiles = \"a\"", 2, "profile"),
        ("[[model]]\nname = \"web\"\naccounts = [\"prod\"]", 3, "no [[account]] has the label"),
    ] {
        let error = parsed(text).unwrap_err().to_string();
        assert!(error.contains(&format!("sagetop.toml:{line}:")) && error.contains(says), "{text}: {error}");
    }
}

const DAY: Duration = Duration::from_hours(24);

#[test]
fn a_source_of_drift_is_a_metric_a_report_or_an_alarm() {
    let of = |text: &str| parsed(&format!("[[model]]\nname = \"web\"\n[[model.metric]]\nlabel = \"PSI\"\n{text}"));
    let source = |text: &str| of(text).map(|config| config.models[0].metrics[0].source.clone());
    let report = "source = { s3 = \"s3://lake/psi.json\", json_path = \"$.psi\" }";
    assert_eq!(
        source(&format!("role = \"drift\"\n{report}")).unwrap(),
        MetricSource::Report { uri: "s3://lake/psi.json".into(), json_path: "$.psi".into(), period: DAY }
    );
    for (written, period) in [("7d", 7 * DAY), ("15m", Duration::from_mins(15)), ("31d", 31 * DAY)] {
        let source = source(&format!("role = \"drift\"\nperiod = \"{written}\"\n{report}")).unwrap();
        assert!(matches!(source, MetricSource::Report { period: own, .. } if own == period), "{source:?}");
    }
    assert_eq!(source("role = \"drift\"\nalarm = \"psi\"").unwrap(), MetricSource::Alarm { name: "psi".into() });
    let wrong = [
        (report.to_owned(), "a report at a fixed place has no effect alone"),
        ("alarm = \"psi\"".to_owned(), "alarm has no effect alone"),
        (format!("role = \"drift\"\nalarm = \"psi\"\n{report}"), "a metric is an alarm or has a source, not both"),
        ("role = \"drift\"\nalarm = \"psi\"\nthreshold = 1.0".to_owned(), "an alarm has a threshold of its own"),
        (
            "role = \"drift\"\nsource = { s3 = \"lake\", json_path = \"$.psi\" }".to_owned(),
            "is not a place of a report",
        ),
        (format!("role = \"drift\"\nperiod = \"14m\"\n{report}"), "the period of a report is at least 15 minutes"),
        (format!("role = \"drift\"\nperiod = \"32d\"\n{report}"), "a period is whole minutes, at most 31 days"),
    ];
    for (text, why) in wrong {
        let error = of(&text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}
