//! A freeze of the configuration: nothing is sent in it, until somebody lifts it on purpose.

use jiff::Timestamp;
use sagetop::intents::{AccessRules, AnyIntent, Executor, Outcome, Switch, SwitchRule};
use sagetop::journal::Event;
use tokio::sync::mpsc;

use crate::harness::Harness;

const SALE: &str = "[[freeze]]\nname = \"Black Friday\"\nfrom = \"2020-01-01\"\nto = \"2099-01-04T08:00\"\n";
const PAST: &str = "[[freeze]]\nname = \"past\"\nfrom = \"2020-01-01\"\nto = \"2020-01-02\"\n";
const RULE: &str = "recommendation-deploy-on-decision";

#[tokio::test(start_paused = true)]
async fn a_freeze_greys_every_change_until_its_name_is_typed() {
    let mut t = Harness::story("demo").config(SALE).size(120, 40).ready().await;
    t.says("freeze Black Friday until 01-04 08:00");
    t.to("recommendation").await;
    t.keys("a").await;
    t.says("approve: frozen by Black Friday until Sun 4 Jan 08:00 UTC");
    t.keys("A").await;
    t.says("lift freeze Black Friday");
    assert!(t.line("approve ").contains("frozen by Black Friday"));
    t.keys("enter").await;
    t.says("Type its name");
    t.keys("'Friday' tab 'INC-4711' enter").await;
    t.says("type Black Friday to lift the freeze");
    assert!(t.journal().is_empty());
    t.keys("shift-tab ctrl-u 'Black Friday' tab ctrl-u enter").await;
    t.says("a reason is required");
    t.keys("'INC-4711' enter").await;
    t.until("the freeze Black Friday is lifted in this console", "5s").await;
    t.says("freeze Black Friday lifted until");
    let lifted = t.journal().remove(0);
    assert_eq!((lifted.event, lifted.intent.as_str()), (Event::Done, "override-freeze"));
    assert_eq!((lifted.target.as_str(), lifted.message.as_str()), ("Black Friday", "INC-4711"));

    t.keys("a").await;
    t.keys("'CTR holds' enter").await;
    t.says("This is sent in spite of the freeze Black Friday");
    t.keys("'recommendation/14' enter").await;
    t.until("recommendation/14 is Approved", "20s").await;
    assert!(t.journal()[1].message.ends_with("; in spite of the freeze Black Friday until Sun 4 Jan 08:00 UTC"));
}

#[tokio::test(start_paused = true)]
async fn a_freeze_that_begins_after_the_plan_was_made_ends_it() {
    let t = Harness::story("demo").bare();
    let config = sagetop::config::Source { file: "f".into(), text: format!("{PAST}{SALE}") };
    let freezes = sagetop::config::Config::parse(&config).unwrap().freezes;
    let intent = AnyIntent::from(SwitchRule { rule: RULE.into(), to: Switch::Disabled });
    let plan = intent.plan(&t.executor).await.unwrap();
    let access = AccessRules { freezes, ..AccessRules::default() };
    let frozen = Executor { access: access.into(), ..t.executor.clone() };
    let (tell, _told) = mpsc::channel(64);
    let Outcome::Refused(why) = frozen.run(&plan, &tell).await else { panic!("it was sent") };
    assert!(why.starts_with("frozen by Black Friday until") && why.contains("was not sent"), "{why}");
    assert!(t.sim.write_calls().is_empty());
    let lifted = Executor { lifted: [("Black Friday".to_owned(), Timestamp::MAX)].into(), ..frozen };
    assert!(matches!(lifted.run(&plan, &tell).await, Outcome::Done(_)));
}

#[tokio::test(start_paused = true)]
async fn a_freeze_that_is_over_is_not_told() {
    let mut t = Harness::story("demo").config(PAST).ready().await;
    t.never_says("freeze");
    t.to("recommendation").await;
    t.keys("a").await;
    t.says("Approve recommendation/14");
}

#[tokio::test(start_paused = true)]
async fn a_freeze_of_all_days_of_the_week_says_that_it_has_no_end() {
    let days = "days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]";
    let config = format!("[[freeze]]\nname = \"stop\"\n{days}\n");
    let mut t = Harness::story("demo").config(&config).size(120, 40).ready().await;
    t.says("freeze stop");
    t.never_says("freeze stop until");
    t.to("recommendation").await;
    t.keys("a").await;
    t.says("approve: frozen by stop without an end");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_changes_something_does_not_run_in_a_freeze() {
    let commands = "[[command]]\nname = \"drain\"\nargs = [\"true\"]\nchanges = true\nkey = \"ctrl-e\"\n";
    let mut t = Harness::story("demo").config(&format!("{commands}{SALE}")).size(140, 40).ready().await;
    t.keys("ctrl-e").await;
    t.says("drain: frozen by Black Friday until");
}
