//! The ten questions of triage, asked in a night with several causes at once. Each is answered at 80 columns with few
//! keys and in few seconds.

use crate::harness::Harness;

/// A night on which clicks fell after a deployment, an alarm is muted, scaling is capped, data is late, a rule is
/// disabled, and a version waits.
const NIGHT: &str = r#"
inherits = "ctr"

[[add]]
model = "recommendation"
versions = [{ age = "3h", status = "PendingManualApproval", quality = { ndcg = 0.416, ctr_offline = 0.0319 } }]

[[mute]]
name = "release-4711"
description = "Release 4711 of the shop"
alarms = ["P1-recommendation-ctr", "recommendation-broken"]
from = "-2h"
lasts = "6h"
by = "li"
age = "2h5m"

[[rule]]
name = "demand-forecasting-monthly"
description = "Retrains on the first of the month"
schedule = "cron(0 3 1 * ? *)"
runs = "demand-forecasting-build"
enabled = false

[[data]]
uri = "s3://retail-data-lake/sales/"
newest = "52h"
days = 21

[[add]]
model = "fraud-screening"
[add.scaling.prod]
least = 2
most = 3
target = 400.0

[[effect]]
metric = "Invocations"
endpoint = "fraud-screening-prod"
to = 1900.0
over = "5m"
from = "-30m"

[[effect]]
metric = "InvocationsPerInstance"
endpoint = "fraud-screening-prod"
to = 1900.0
over = "5m"
from = "-30m"
"#;

/// A question: the row of the list of models where it is asked, the keys that are pressed there, and what the screen
/// says then.
struct Question {
    asks: &'static str,
    of: &'static str,
    keys: &'static str,
    says: &'static [&'static str],
}

const QUESTIONS: &[Question] = &[
    Question {
        asks: "Is something broken now? Which model, since when?",
        of: "",
        keys: "",
        says: &["✗ recommendation ", "CTR 1.", "▲ demand-forecasting "],
    },
    Question { asks: "Which version serves, since when?", of: "", keys: "", says: &["v13", "min live"] },
    Question {
        asks: "What changed just before?",
        of: "recommendation",
        keys: "",
        says: &["after v13 went live", "v13 deployed to recommendation-prod"],
    },
    Question { asks: "Is a deployment or a rollback running?", of: "recommendation", keys: "", says: &["min live"] },
    Question {
        asks: "Is it capacity?",
        of: "fraud-screening",
        keys: "",
        says: &["needs more than its maximum of 3 instances"],
    },
    Question { asks: "Is it data or drift?", of: "demand-forecasting", keys: "", says: &["DATA ▲ no data for 2 d"] },
    Question {
        asks: "What is the last known good version, and can it be deployed?",
        of: "recommendation",
        keys: "b",
        says: &["Roll back recommendation-prod to v12", "Type recommendation-prod to send"],
    },
    Question {
        asks: "Who was told? Is anything muted?",
        of: "",
        keys: "5",
        says: &["▲ muted to 07:10", "ml-warn: Lambda, mail"],
    },
    Question { asks: "What waits for me?", of: "", keys: "i", says: &["v14 pending approval"] },
    Question {
        asks: "What fails in the back?",
        of: "",
        keys: "i",
        says: &["nothing starts demand-forecasting-build: rule de"],
    },
];

/// What changed before is asked about the trouble of the headline, also where an old run failed.
#[tokio::test(start_paused = true)]
async fn what_changed_before_is_asked_of_the_trouble_of_the_headline() {
    for (story, said) in [
        ("no-capacity", "scaling AlarmHigh ALARM"),
        ("pinned", "scaling AlarmHigh ALARM"),
        ("stale", "Nothing that was read changed in that hour."),
        ("drift", "P3-demand-forecasting-drift ALARM"),
    ] {
        let mut t = Harness::story(story).size(120, 36).ready().await;
        t.run_for(SECONDS).await;
        t.keys("g C").await;
        t.says("what changed before ");
        t.says(said);
        // The sheet is about the hour before, and the old run is days away.
        t.never_says("before  run ");
    }
}

/// The seconds after which the answers are there, of the account's time.
const SECONDS: &str = "20s";

#[tokio::test(start_paused = true)]
async fn the_ten_questions_of_triage_are_answered_with_one_key_after_the_cursor_is_there() {
    for Question { asks, of, keys, says } in QUESTIONS {
        let mut t = Harness::story(NIGHT).size(80, 24).ready().await;
        t.run_for(SECONDS).await;
        if !of.is_empty() {
            t.to(of).await;
        }
        t.keys(keys).await;
        t.run_for("2s").await;
        for text in *says {
            assert!(t.shows(text), "{asks} {text:?}\n{}", t.text());
        }
    }
}
