//! The commands that need no account: the policy, the schemas, and what was done.

use crate::sagetop::Home;

#[test]
fn a_policy_is_printed_for_reading_for_everything_and_for_one_change() {
    let home = Home::new();
    let actions = |arguments: &[&str]| {
        let policy = home.run(arguments, &[]).ends(0).json();
        let statements = policy["Statement"].as_array().unwrap().clone();
        let listed = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap().clone());
        listed.map(|action| action.as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    let reading = actions(&["policy", "--read-only"]);
    let operator = actions(&["policy", "--operator"]);
    let one = actions(&["policy", "--for", "switch-rule"]);
    assert!(!reading.iter().any(|action| action == "sagemaker:UpdateEndpoint"));
    assert!(reading.iter().all(|action| operator.contains(action)) && operator.len() > reading.len() + 15);
    assert_eq!(one, ["events:DescribeRule", "events:ListTargetsByRule", "events:EnableRule", "events:DisableRule"]);
    home.run(&["policy", "--for", "nothing"], &[]).ends(2).says("there are approve, reject");
    home.run(&["policy", "--for", "approve", "--format", "terraform"], &[]).ends(0).says("aws_iam_policy_document");
}

#[test]
fn the_schema_of_each_kind_of_file_is_printed() {
    let home = Home::new();
    for (of, setting) in [("config", "max_cost_per_day"), ("theme", "palette"), ("keymap", "keys"), ("story", "drill")]
    {
        let schema = home.run(&["schema", of], &[]).ends(0).json();
        assert!(schema["properties"][setting]["description"].is_string(), "{of} {setting}");
        assert_eq!(schema["additionalProperties"], false, "{of}");
    }
    home.run(&["schema", "recording"], &[]).ends(2).says("possible values: config, theme, keymap, story");
}

#[test]
fn what_was_done_is_listed_filtered_and_exported() {
    let home = Home::new();
    home.run(&["journal"], &[]).ends(0);
    let line = |at: &str, id: &str, event: &str, intent: &str, message: &str| {
        let identity = "arn:aws:sts::1:assumed-role/oncall/ana";
        let line = serde_json::json!({"at": at, "id": id, "event": event, "intent": intent, "target": "web",
            "identity": identity, "region": "eu-west-1", "message": message});
        line.to_string()
    };
    let lines = [
        line("2026-11-23T03:12:00Z", "a", "confirmed", "rollback", "Roll back web"),
        line("2026-11-23T03:12:01Z", "b", "confirmed", "shift-traffic", "Shift"),
        line("2026-11-23T03:20:00Z", "a", "done", "rollback", "web is InService on web-v1"),
        line("2026-11-24T03:12:00Z", "c", "refused", "approve", "read-only"),
        "damaged".to_owned(),
    ];
    home.write("state/sagetop/journal.jsonl", &lines.join("\n"));
    let all = home.run(&["journal"], &[]).ends(0);
    let listed: Vec<&str> = all.out.lines().collect();
    assert!(listed[0].starts_with("2026-11-23 03:12:00  done     rollback           web  eu-west-1"), "{all:?}");
    assert!(listed[0].ends_with("oncall/ana  web is InService on web-v1"), "{all:?}");
    assert!(listed[1].contains("open     shift-traffic"), "{all:?}");
    assert!(listed[3].starts_with("not readable: 1 line of "), "{all:?}");
    let ids = |arguments: &[&str]| {
        let found = home.run(&[&["journal", "--json"], arguments].concat(), &[]).ends(0).json();
        let ids = found["intents"].as_array().unwrap().iter().map(|intent| intent["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<String>>()
    };
    assert_eq!(ids(&[]), ["a", "b", "c"]);
    assert_eq!(ids(&["--outcome", "open"]), ["b"]);
    assert_eq!(ids(&["--intent", "approve"]), ["c"]);
    assert_eq!(ids(&["--since", "2026-11-24T00:00:00Z", "--target", "web"]), ["c"]);
    assert!(ids(&["--target", "other"]).is_empty());
    home.run(&["journal", "--since", "yesterday"], &[]).ends(2).says("write a time such as");
}

#[test]
fn a_change_is_told_as_one_document_with_the_same_answers_and_exit_codes() {
    const RULE: &str = "recommendation-deploy-on-decision";
    let home = Home::new();
    let change = |arguments: &[&str]| {
        let all = [&["--demo", "switch-rule", RULE, "disabled", "--json"], arguments].concat();
        home.run(&all, &[])
    };
    let planned = change(&["--plan-only"]).ends(0);
    let document = planned.json();
    assert_eq!((&document["schema"], &document["outcome"]), (&1.into(), &"planned".into()));
    assert_eq!(document["intent"], "switch-rule");
    assert_eq!(document["region"], "eu-west-1");
    let plan = &document["plan"];
    assert_eq!(plan["target"], RULE);
    assert_eq!(plan["differences"][0]["what"], "State");
    assert_eq!(plan["calls"][0]["call"], "events:DisableRule");
    assert_eq!(plan["calls"][0]["parameters"]["Name"], RULE);
    assert!(plan["calls"][0]["command"].as_str().unwrap().starts_with("aws events disable-rule"));
    assert!(planned.err.contains("Sends  events:DisableRule"), "the text is on standard error: {planned:?}");
    let journal = || {
        let text = std::fs::read_to_string(home.path("state/sagetop/demo-journal.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<serde_json::Value>>()
    };
    assert!(journal().is_empty());

    let unconfirmed = change(&["--yes", "another"]).ends(1).json();
    assert_eq!((&unconfirmed["outcome"], &unconfirmed["sent"]), (&"not_confirmed".into(), &serde_json::json!([])));
    let done = change(&["--yes", RULE]).ends(0).json();
    assert_eq!((&done["outcome"], &done["sent"][0]["call"]), (&"done".into(), &"events:DisableRule".into()));
    assert!(done["sent"][0]["request_id"].is_string() && done["message"].as_str().unwrap().contains(RULE));
    assert_eq!((&journal()[0]["id"], &journal()[0]["event"]), (&done["plan"]["id"], &"confirmed".into()));
    let refused = home.run(&["--demo", "switch-rule", "none", "disabled", "--json", "--yes", "none"], &[]).ends(1);
    let refused = refused.json();
    assert_eq!((&refused["outcome"], &refused["plan"]), (&"refused".into(), &serde_json::Value::Null));
    assert!(!refused["message"].as_str().unwrap().is_empty());
    let freeze = "[[freeze]]\nname = \"sale\"\nfrom = \"2020-01-01\"\nto = \"2099-01-01\"\n";
    let freeze = home.write("freeze.toml", freeze);
    let freeze = freeze.to_str().unwrap();
    let frozen = change(&["--config", freeze, "--yes", RULE]).ends(1).json();
    let message = frozen["message"].as_str().unwrap();
    assert!(message.starts_with("frozen by sale until Thu 1 Jan 00:00 UTC: switch-rule was not sent"), "{message}");
    assert_eq!(
        frozen["plan"]["warnings"][0],
        "The freeze sale until Thu 1 Jan 00:00 UTC is in force: this is not sent."
    );
    let lifted = change(&["--config", freeze, "--yes", RULE, "--override-freeze", "sale"]).ends(0).json();
    assert_eq!(lifted["outcome"], "done");
    let journalled = journal();
    let lifted: Vec<_> = journalled.iter().filter(|line| line["id"] == lifted["plan"]["id"]).collect();
    assert!(lifted[0]["message"].as_str().unwrap().contains("in spite of the freeze sale"), "{lifted:?}");
    let read_only = change(&["--yes", RULE, "--read-only"]).ends(1).json();
    assert!(read_only["message"].as_str().unwrap().starts_with("read-only: switch-rule was not sent"));
}
