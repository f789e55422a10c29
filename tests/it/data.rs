//! Locations in S3, including unusual ones, and the real program's judgement of them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::SystemTime;

use jiff::{Timestamp, tz::TimeZone};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::altered::{Altered, Answer, Asked};
use crate::sagetop::Home;

const DAY: i64 = 86_400;

/// The key, the size, and the age in seconds of each object.
type Objects = Vec<(String, u64, i64)>;

/// A location that is judged: its name, its prefix with dates, its objects, and the expected judgement.
struct Case {
    name: &'static str,
    prefix: &'static str,
    objects: Objects,
    /// The newest key, without the name; `None` if none is reported.
    newest: Option<String>,
    /// The health of the data, and a part of the reasons.
    says: (&'static str, &'static str),
}

#[expect(clippy::disallowed_methods, reason = "the program asked is a process and lives in real time")]
fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap()
}

/// Formats the day this many days ago like a folder's name.
fn day(ago: i64, format: &str) -> String {
    let at = Timestamp::from_second(now().as_second() - ago * DAY).unwrap();
    TimeZone::UTC.to_datetime(at).strftime(format).to_string()
}

fn many(count: i64, key: impl Fn(i64) -> String, age: impl Fn(i64) -> i64) -> Objects {
    (0..count).map(|n| (key(n), 9, age(n))).collect()
}

/// Returns twelve objects a day for more days than a listing shows.
fn daily(format: &'static str, from: i64) -> Objects {
    many(
        330 * 12,
        move |n| format!("{}/p{:03}", day(from + n / 12, format), n % 12),
        move |n| (from + n / 12) * DAY + 600,
    )
}

fn case(
    name: &'static str,
    prefix: &'static str,
    objects: Objects,
    newest: Option<String>,
    says: (&'static str, &'static str),
) -> Case {
    Case { name, prefix, objects, newest, says }
}

const FRESH: (&str, &str) = ("ok", "");

fn cases() -> Vec<Case> {
    let mut all = fresh_cases();
    all.extend(other_cases());
    all
}

/// Returns locations with new data.
fn fresh_cases() -> Vec<Case> {
    let object = |key: &str, age: i64| (key.to_owned(), 9, age);
    let today = |format: &str| day(0, format);
    let iso = "%Y-%m-%d";
    vec![
        case(
            "hive",
            "dt={yyyy-MM-dd}/",
            vec![
                object(&format!("dt={}/p", today(iso)), 600),
                object("dt=__HIVE_DEFAULT_PARTITION__/p", 90 * DAY),
                object("dt=9999-12-31/p", 80 * DAY),
                object("dt=1970-01-01/p", 60),
            ],
            Some(format!("dt={}/p", today(iso))),
            FRESH,
        ),
        case(
            "delta",
            "{yyyy-MM-dd}/",
            vec![
                object(&format!("{}/p", today(iso)), 600),
                object("_delta_log/0.json", 5),
                object("archive/p", 9 * DAY),
            ],
            Some(format!("{}/p", today(iso))),
            FRESH,
        ),
        case("levels", "{yyyy}/{MM}/{dd}/", daily("%Y/%m/%d", 0), Some(format!("{}/p000", today("%Y/%m/%d"))), FRESH),
        case("guessed", "", daily("%Y/%m/%d", 0), Some(format!("{}/p000", today("%Y/%m/%d"))), FRESH),
        case(
            "columns",
            "year={yyyy}/month={MM}/day={dd}",
            daily("year=%Y/month=%m/day=%d", 0),
            Some(format!("{}/p000", today("year=%Y/month=%m/day=%d"))),
            FRESH,
        ),
        case("unpadded", "", daily("y=%Y/m=%-m/d=%-d", 0), Some(format!("{}/p000", today("y=%Y/m=%-m/d=%-d"))), FRESH),
    ]
}

/// Returns locations with old data, without any data, or with more than is read.
fn other_cases() -> Vec<Case> {
    let object = |key: &str, age: i64| (key.to_owned(), 9, age);
    let (today, iso) = (|format: &str| day(0, format), "%Y-%m-%d");
    vec![
        case(
            "stale",
            "{yyyy}/{MM}/{dd}/",
            daily("%Y/%m/%d", 40),
            Some(format!("{}/p000", day(40, "%Y/%m/%d"))),
            ("warning", "no data for 40 d"),
        ),
        case(
            "guessed-stale",
            "",
            daily("%Y%m%d", 40),
            Some(format!("{}/p000", day(40, "%Y%m%d"))),
            ("warning", "no data for 40 d"),
        ),
        case("marker", "", vec![(String::new(), 0, 60)], None, ("critical", "no data there")),
        case(
            "empty-today",
            "dt={yyyy-MM-dd}/",
            vec![
                (format!("dt={}/", today(iso)), 0, 60),
                object(&format!("dt={}/_SUCCESS", day(1, iso)), 60),
                object(&format!("dt={}/p", day(3, iso)), 3 * DAY),
            ],
            Some(format!("dt={}/p", day(3, iso))),
            ("warning", "no data for 3 d"),
        ),
        case(
            "success",
            "",
            vec![object("_SUCCESS", 60), object("p", 9 * DAY)],
            Some("p".into()),
            ("warning", "no data for 9 d"),
        ),
        case(
            "big",
            "",
            many(4000, |n| format!("{n:06}"), |n| (4000 - n) * 600),
            Some("002999".into()),
            ("unknown", "more than 3,000 objects"),
        ),
        case("big-new", "", many(4000, |n| format!("{n:06}"), |n| n * 600), Some("000000".into()), FRESH),
        case(
            "files",
            "sales_{yyyyMMdd}.csv",
            many(90, |n| format!("sales_{}.csv", day(n, "%Y%m%d")), |n| n * DAY + 60),
            Some(format!("sales_{}.csv", today("%Y%m%d"))),
            FRESH,
        ),
    ]
}

/// Writes the configuration of all cases. Each is the data of its own model.
fn configuration(names: &[(&str, String)]) -> String {
    names.iter().fold(String::new(), |mut text, (name, uri)| {
        let _ = write!(
            text,
            "[[model]]\nname = \"{name}\"\n[[model.data]]\nkind = \"s3\"\nuri = \"{uri}\"\nmax_age = \"26h\"\n"
        );
        text
    })
}

/// A small account without data of its own.
const ACCOUNT: &str = "inherits = \"template\"\n";

fn query(asked: &Asked, name: &str) -> Option<String> {
    let pairs = asked.head.uri.query().unwrap_or_default().split('&');
    let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(&value.replace('+', " ")).decode_utf8().unwrap().into_owned())
}

/// Answers like S3 with one page of a listing.
fn listing(asked: &Asked, objects: &Objects) -> Answer {
    let (prefix, folders) = (query(asked, "prefix").unwrap_or_default(), query(asked, "delimiter").is_some());
    let after = query(asked, "continuation-token").or_else(|| query(asked, "start-after")).unwrap_or_default();
    let mut entries: BTreeSet<(String, Option<(u64, i64)>)> = BTreeSet::new();
    for (key, size, age) in objects {
        let Some(rest) = key.strip_prefix(&prefix) else { continue };
        match rest.split_once('/').filter(|_| folders) {
            Some((folder, _)) => entries.insert((format!("{prefix}{folder}/"), None)),
            None => entries.insert((key.clone(), Some((*size, *age)))),
        };
    }
    entries.retain(|(key, _)| *key > after);
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut body = format!("<ListBucketResult><IsTruncated>{}</IsTruncated>", entries.len() > 1000);
    if let Some((last, _)) = entries.iter().nth(999).filter(|_| entries.len() > 1000) {
        let _ = write!(body, "<NextContinuationToken>{last}</NextContinuationToken>");
    }
    for (key, object) in entries.iter().take(1000) {
        let key = encoded(key);
        let _ = match object {
            None => write!(body, "<CommonPrefixes><Prefix>{key}</Prefix></CommonPrefixes>"),
            Some((size, age)) => {
                let at = Timestamp::from_second(now().as_second() - age).unwrap();
                write!(
                    body,
                    "<Contents><Key>{key}</Key><LastModified>{at}</LastModified><Size>{size}</Size></Contents>"
                )
            }
        };
    }
    Answer::xml(200, body + "</ListBucketResult>")
}

fn asks_for(asked: &Asked, bucket: &str) -> bool {
    asked.head.uri.path().trim_matches('/') == bucket && asked.head.method == "GET"
}

fn model<'a>(dump: &'a Value, name: &str) -> &'a Value {
    dump["models"].as_array().unwrap().iter().find(|model| model["name"] == name).unwrap()
}

fn dataset<'a>(dump: &'a Value, uri: &str) -> &'a Value {
    let all = dump["resources"]["datasets"].as_array().unwrap();
    all.iter().find(|row| row["uri"] == uri).unwrap_or(&Value::Null)
}

fn source<'a>(dump: &'a Value, name: &str) -> &'a Value {
    dump["sources"].as_array().unwrap().iter().find(|source| source["name"] == name).unwrap()
}

/// Returns the `dump` of an account with altered answers.
fn dump(account: &Altered, config: &str) -> Value {
    let home = Home::new();
    let file = home.write("test.toml", config);
    let arguments = ["dump", "--config", file.to_str().unwrap()];
    let run = home.run_at(&account.url, "eu-west-1", &arguments);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn the_newest_data_is_that_of_the_newest_date_and_what_was_cut_is_not_called_fresh() {
    let all = cases();
    let uri = |case: &Case| format!("s3://lake/{}/{}", case.name, case.prefix);
    let names: Vec<(&str, String)> = all.iter().map(|case| (case.name, uri(case))).collect();
    let objects: Objects = all
        .iter()
        .flat_map(|c| c.objects.iter().map(move |(key, size, age)| (format!("{}/{key}", c.name), *size, *age)))
        .collect();
    let account = Altered::serve(ACCOUNT, move |asked| asks_for(asked, "lake").then(|| listing(asked, &objects)));
    let dump = dump(&account, &configuration(&names));
    for case in &all {
        let (row, model) = (dataset(&dump, &uri(case)), model(&dump, case.name));
        let newest = case.newest.as_ref().map(|key| format!("{}/{key}", case.name));
        assert_eq!(row["newest_key"].as_str(), newest.as_deref(), "{}: {row}", case.name);
        let (health, says) = case.says;
        assert!(model["reasons"].to_string().contains(says), "{}: {model}", case.name);
        let stage = model["stages"]["data"]["state"].as_str();
        assert_eq!(stage.map(|s| if s == "warning" { "warning" } else { s }), Some(health), "{}: {model}", case.name);
    }
    let most = account.asked().iter().filter(|asked| asks_for(asked, "lake")).count();
    assert!(most < all.len() * 20, "{most} calls");
}

#[test]
fn one_odd_location_does_not_hide_the_others() {
    let point = "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/lake-ap/sales/";
    let regions = "s3://arn:aws:s3::123456789012:accesspoint/m0.mrap/sales/";
    let names = [
        ("good", "s3://lake/sales/".to_owned()),
        ("point", point.to_owned()),
        ("regions", regions.to_owned()),
        ("upper", "s3://My_Lake/sales/".to_owned()),
        ("broken", "s3://broken/sales/".to_owned()),
        ("denied", "s3://denied/sales/".to_owned()),
        ("page", "s3://page/sales/".to_owned()),
        ("busy", "s3://busy/sales/".to_owned()),
    ];
    let account = Altered::serve(ACCOUNT, |asked| {
        let good = vec![("sales/p".to_owned(), 9, 600)];
        let error = |status, code: &str| {
            Answer::xml(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
        };
        match asked.head.uri.path().trim_matches('/') {
            _ if asked.head.method != "GET" || asked.head.uri.query().is_some_and(|q| q.contains("versioning")) => None,
            "lake" => Some(listing(asked, &good)),
            "My_Lake" => Some(error(400, "InvalidBucketName")),
            "broken" => Some(Answer::xml(200, "<ListBucketResult><Contents>")),
            "denied" => Some(error(403, "AccessDenied")),
            "page" => Some(Answer::xml(500, "<html>sorry</html>")),
            "busy" => Some(error(503, "ServiceUnavailable")),
            _ => None,
        }
    });
    let dump = dump(&account, &configuration(&names));
    assert_eq!(source(&dump, "datasets")["state"], "fresh", "{}", source(&dump, "datasets"));
    assert_eq!(model(&dump, "good")["stages"]["data"]["state"], "ok");
    for (uri, says) in [
        (point, "not at the endpoint URL"),
        (regions, "SigV4A"),
        ("s3://My_Lake/sales/", "InvalidBucketName"),
        ("s3://broken/sales/", "ListObjectsV2"),
        ("s3://denied/sales/", "AccessDenied"),
        ("s3://page/sales/", "ListObjectsV2"),
        ("s3://busy/sales/", "ServiceUnavailable"),
    ] {
        let problem = dataset(&dump, uri)["problem"].as_str().unwrap_or_default();
        assert!(problem.contains(says), "{uri}: {problem:?}");
        let name = &names.iter().find(|(_, named)| named == uri).unwrap().0;
        assert_eq!(model(&dump, name)["stages"]["data"]["state"], "unknown", "{name}");
    }
}

/// Returns the region for which a request is signed.
fn signed_for(asked: &Asked) -> String {
    let header = asked.head.headers.get("authorization").unwrap().to_str().unwrap();
    header.split('/').nth(2).unwrap_or_default().to_owned()
}

#[test]
fn a_bucket_of_another_region_is_read_there() {
    let told: [(&str, u16, &str); 3] = [
        ("header", 301, "<Error><Code>PermanentRedirect</Code><Message>must be addressed elsewhere</Message></Error>"),
        (
            "element",
            400,
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'eu-west-1' is wrong; expecting \
             'us-west-2'</Message><Region>us-west-2</Region></Error>",
        ),
        ("asked", 307, "<Error><Code>TemporaryRedirect</Code><Message>soon</Message></Error>"),
    ];
    let names: Vec<(&str, String)> = ["header", "element", "asked", "nowhere"]
        .into_iter()
        .map(|name| (name, format!("s3://{name}/sales/")))
        .collect();
    let account = Altered::serve(ACCOUNT, move |asked| {
        let bucket = asked.head.uri.path().trim_matches('/').to_owned();
        let region = || vec![("x-amz-bucket-region", "us-west-2".to_owned())];
        let elsewhere = |status, body: &str, headers| {
            Some(Answer::Whole { status, headers, body: body.as_bytes().to_vec().into() })
        };
        if bucket == "nowhere" {
            return elsewhere(301, told[0].2, region());
        }
        let (name, status, body) = told.iter().find(|(name, ..)| *name == bucket)?;
        match (signed_for(asked).as_str(), *name) {
            ("us-west-2", _) if asked.head.uri.query().is_some_and(|q| q.contains("versioning")) => {
                Some(Answer::xml(200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"))
            }
            ("us-west-2", _) => Some(listing(asked, &vec![("sales/p".to_owned(), 9, 600)])),
            (_, "asked") if asked.head.method == "HEAD" => elsewhere(301, "", region()),
            (_, "header") => elsewhere(*status, body, region()),
            _ => Some(Answer::xml(*status, *body)),
        }
    });
    let dump = dump(&account, &configuration(&names));
    for name in ["header", "element", "asked"] {
        assert_eq!(model(&dump, name)["stages"]["data"]["state"], "ok", "{name}");
        assert_eq!(dataset(&dump, &format!("s3://{name}/sales/"))["versioning"], "Enabled", "{name}");
    }
    let problem = dataset(&dump, "s3://nowhere/sales/")["problem"].as_str().unwrap_or_default();
    assert!(problem.contains("us-west-2"), "{problem}");
}
