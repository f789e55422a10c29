//! Alarms and people: the program shows who is notified, who is not, and what is unknown.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::Value;

use crate::altered::{Altered, Answer};
use crate::harness::Harness;
use crate::sagetop::Home;

/// Returns a quiet shop with one more alarm, which fires, and further parts for a test.
fn story(alarm: &str, more: &str) -> String {
    let watch = "watch = { name = \"ModelLatency\", endpoint = \"customer-segmentation-prod\" }\nthreshold = 1.0\n";
    format!("inherits = \"shop\"\n[[alarm]]\nname = \"segments-latency\"\n{watch}{alarm}\n{more}")
}

/// Returns the reasons about the alarms of the model.
fn reasons(dump: &Value) -> Vec<String> {
    let models = dump["models"].as_array().unwrap();
    let model = models.iter().find(|m| m["name"] == "customer-segmentation").unwrap();
    let all = model["reasons"].as_array().unwrap().iter().filter(|r| r["stage"] == "alarms");
    all.map(|r| format!("{} {}", r["health"].as_str().unwrap(), r["text"].as_str().unwrap())).collect()
}

fn refused(code: &str) -> Answer {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>not for you</Message></Error>");
    Answer::xml(403, format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"))
}

/// Returns the reasons of a story in which some operations are refused.
fn told(story: &str, denied: &'static [&str]) -> Vec<String> {
    let alter = |asked: &crate::altered::Asked| {
        denied.contains(&asked.operation.as_str()).then(|| refused("AuthorizationError"))
    };
    let account = Altered::serve(story, alter);
    let run = Home::new().run_at(&account.url, "eu-west-1", &["dump"]).ends(0);
    reasons(&run.json())
}

#[test]
fn an_alarm_that_scales_and_pages_is_not_hidden() {
    let policy =
        "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1f:resource/sagemaker/endpoint/x:policyName/out";
    let both = story(&format!("description = \"sev1\"\nactions = [\"{policy}\", \"oncall-page\"]"), "");
    assert!(told(&both, &[]).contains(&"critical segments-latency in ALARM sev1".to_owned()));
    let alone = story(&format!("description = \"sev1\"\nactions = [\"{policy}\"]"), "");
    assert!(!told(&alone, &[]).iter().any(|text| text.contains("segments-latency")));
}

#[test]
fn nobody_is_told_is_said_only_where_it_is_known() {
    let topic =
        |more: &str| story("actions = [\"team\"]", &format!("[[topic]]\nname = \"team\"\nsubscriptions = [{more}]\n"));
    let abroad = "{ protocol = \"https\", endpoint = \"https://pager.example/x\", account = \"999999999999\" }";
    let nobody = |why: &str| Some(format!("warning nobody is notified: team {why}"));
    let unknown =
        Some("unknown whether team notifies anybody is not known: ListSubscriptionsByTopic denied".to_owned());
    let by_topic: &'static [&str] = &["ListSubscriptionsByTopic"];
    let both: &'static [&str] = &["ListSubscriptionsByTopic", "GetTopicAttributes"];
    let cases: [(&str, &'static [&str], Option<String>); 8] = [
        (abroad, &[], None),
        ("", &[], nobody("has no subscription")),
        ("", &["GetTopicAttributes"], nobody("has no subscription")),
        (
            "{ protocol = \"sms\", endpoint = \"+34600111222\", deleted = true }",
            &[],
            nobody("has only deleted subscriptions"),
        ),
        ("{ protocol = \"email\", endpoint = \"a@b.example\", pending = true }", &[], nobody("waits for confirmation")),
        (abroad, by_topic, None),
        (abroad, both, unknown.clone()),
        ("", both, unknown),
    ];
    for (subscriptions, denied, expected) in cases {
        let found = told(&topic(subscriptions), denied);
        let about = found.into_iter().find(|text| text.contains("team"));
        assert_eq!(about, expected, "{subscriptions} {denied:?}");
    }
}

#[test]
fn a_topic_that_takes_nothing_from_alarms_is_told() {
    let person = "subscriptions = [{ protocol = \"email\", endpoint = \"a@b.example\" }]\n";
    let key =
        |key: &str| story("actions = [\"team\"]", &format!("[[topic]]\nname = \"team\"\nkey = \"{key}\"\n{person}"));
    let about = |story: &str| told(story, &[]).into_iter().find(|text| text.contains("nobody"));
    let encrypted = "warning nobody is notified: team is encrypted with alias/aws/sns, which alarms cannot use";
    assert_eq!(about(&key("alias/aws/sns")).as_deref(), Some(encrypted));
    assert_eq!(about(&key("alias/ours")), None);
    let missing = story("actions = [\"forgotten\"]", "");
    assert_eq!(about(&missing).as_deref(), Some("warning nobody is notified: forgotten does not exist"));
    // The topic belongs to another account. Either it lists its subscribers, or their absence is not a defect of this
    // account.
    let central = format!("[[topic]]\nname = \"central\"\naccount = \"999999999999\"\n{person}");
    let central = story("actions = [\"central\"]", &central);
    assert_eq!(about(&central), None);
    let refused = told(&central, &["ListSubscriptionsByTopic", "GetTopicAttributes"]);
    assert!(!refused.iter().any(|text| text.contains("central")), "{refused:?}");
}

#[test]
fn only_topics_that_alarms_name_are_asked_about() {
    let account = Altered::serve(&story("actions = [\"oncall-page\"]", "[[topic]]\nname = \"unused\"\n"), |_| None);
    Home::new().run_at(&account.url, "eu-west-1", &["dump"]).ends(0);
    let asked: Vec<String> = account.asked().iter().map(|a| String::from_utf8_lossy(&a.body).into_owned()).collect();
    let about = |topic: &str| asked.iter().filter(|body| body.contains("ByTopic") && body.contains(topic)).count();
    assert_eq!((about("oncall-page"), about("unused")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn actions_that_are_held_back_are_seen_wherever_the_alarm_is() {
    let window = "[[alarm]]\nname = \"segments-window\"\nthreshold = 1.0\n\
                  watch = { name = \"ModelLatency\", endpoint = \"customer-segmentation-prod\" }\n\
                  [[alarm]]\nname = \"segments-page\"\nrule = \"AT_LEAST(1, ALARM, (segments-latency, other))\"\n\
                  actions = [\"oncall-page\"]\nsuppressor = \"segments-window\"\nwait = \"60s\"\nextension = \"90s\"\n\
                  [[alarm]]\nname = \"segments-odd\"\nrule = \"TRUE AND ALARM(segments-latency)\"\nevaluation = \"EVALUATION_ERROR\"\n";
    let mut t = Harness::story(&story("", window)).size(200, 60).ready().await;
    t.to("customer-segmentation").await;
    t.says("▲ nobody is notified of");
    t.keys("5").await;
    assert!(t.line(" segments-page ").contains("▲ nobody now: segments"), "{}", t.text());
    t.to("segments-page").await;
    t.keys("enter").await;
    t.says("notifies nobody now: segments-window holds its actions back");
    t.says("▲ Alarm: until segments-window leaves ALARM,");
    t.says("segments-window; actions wait 60 s for it");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_without_data_is_not_quiet() {
    let dry = "watch = { name = \"NoSuchMetric\", endpoint = \"customer-segmentation-prod\" }\nthreshold = 1.0\n";
    let story = format!(
        "inherits = \"shop\"\n[[alarm]]\nname = \"segments-dry\"\n{dry}actions = [\"oncall-page\"]\n\
         [[alarm]]\nname = \"segments-part\"\nthreshold = 9e9\nevaluation = \"PARTIAL_DATA\"\n\
         watch = {{ name = \"Invocation4XXErrors\", endpoint = \"customer-segmentation-prod\" }}\n"
    );
    let mut t = Harness::story(&story).size(200, 60).ready().await;
    t.to("customer-segmentation").await;
    t.says("▲ no data");
    t.says("segments-dry has no data sev1");
    t.keys("5").await;
    t.to("segments-part").await;
    t.keys("enter").await;
    t.says("▲ PARTIAL_DATA: only part of the data was looked at");
}

#[tokio::test(start_paused = true)]
async fn a_muted_alarm_says_until_when_and_by_what() {
    let mut t = Harness::story("muted").size(200, 50).ready().await;
    t.keys("5").await;
    let row = t.line("P1-recommendation-ctr");
    assert!(row.contains("✗ ALARM") && row.contains("▲ muted to 07:10"), "{row}");
    t.to("P1-recommendation-ctr").await;
    t.keys("enter").await;
    t.says("nobody now: muted until 07:10 by rule release-4711");
    t.says("notifies nobody: muted until 07:10 by rule release-4711");
    t.says("release-4711  exact: MuteTargets.AlarmNames");
    t.keys("esc").await;
    t.to("P2-recommendation-latency").await;
    t.keys("enter").await;
    t.says("muted every cron(30 23 * * *)");
    t.keys("esc 0").await;
    t.to("recommendation").await;
    t.keys("enter").await;
    t.says("nobody is notified of P1-recommendation-ctr until 07:10 UTC");
}

#[tokio::test(start_paused = true)]
async fn mute_rules_that_may_not_be_read_cost_one_call_and_one_line() {
    let denied = "inherits = \"shop\"\n[[fault]]\noperation = \"ListAlarmMuteRules\"\ncode = \"AccessDenied\"\n";
    let mut t = Harness::story(denied).size(160, 40).ready().await;
    t.keys("7").await;
    assert!(t.row("mute_rules").contains("denied"), "{}", t.row("mute_rules"));
    let calls = |t: &Harness| t.sim().all_calls().get("ListAlarmMuteRules").copied().unwrap_or_default();
    let before = calls(&t);
    t.keys("0").await;
    t.run_for("20m").await;
    assert!(calls(&t) - before <= 3, "{}", calls(&t) - before);
    t.keys("5").await;
    t.to("P1-recommendation-5xx").await;
    t.keys("enter").await;
    t.says("not known: ListAlarmMuteRules denied");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_says_whom_it_tells_and_how() {
    let mut t = Harness::story("shop").size(200, 50).ready().await;
    t.keys("5").await;
    assert!(t.line("P1-recommendation-5xx").contains("oncall-page: HTTPS, Lam"), "{}", t.text());
    t.to("P1-recommendation-5xx").await;
    t.keys("enter").await;
    t.says("oncall-page: HTTPS events.pager.example.com, SMS +35…67");
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_whose_state_machine_nothing_starts_is_told() {
    let story = r#"
inherits = "failed-state-machine"
title = "A disabled rule in front of a state machine"

[[rule]]
name = "customer-segmentation-quarterly"
schedule = "cron(0 4 1 1,4,7,10 ? *)"
machine = "customer-segmentation-retrain"
enabled = false
"#;
    let mut t = Harness::story(story).size(200, 50).ready().await;
    t.to("customer-segmentation").await;
    t.keys("enter").await;
    t.says("customer-segmentation-retrain is started only by rule");
    t.says("customer-segmentation-quarterly, which is disabled");
}
