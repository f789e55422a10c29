//! The commands that need no account: the policy, and what was done.

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
    assert!(listed[3].starts_with("1 lines of "), "{all:?}");
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
