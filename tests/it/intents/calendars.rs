//! A change calendar of Systems Manager as a freeze: it holds changes while it is closed, and while it is not known.

use crate::harness::Harness;

const CALENDAR: &str = "[[freeze]]\nname = \"changes\"\ncalendar = \"retail-changes\"\n";

#[cfg(not(feature = "ssm"))]
#[tokio::test(start_paused = true)]
async fn a_build_without_the_feature_holds_changes_and_says_how_to_get_it() {
    let mut t = Harness::story("governed").config(CALENDAR).size(180, 40).ready().await;
    t.says("freeze changes (calendar unknown)");
    t.to("recommendation").await;
    t.keys("r").await;
    t.says("frozen by changes, whose calendar is not known: not read: this build leaves out ssm");
    assert!(t.sim().write_calls().is_empty());
}

#[cfg(feature = "ssm")]
mod read {
    use std::time::Duration;

    use sagetop::config::{Config, Source};
    use sagetop::intents::{AccessRules, AnyIntent, Executor, Outcome, Switch, SwitchRule};
    use tokio::sync::mpsc;

    use super::{CALENDAR, Harness};

    #[tokio::test(start_paused = true)]
    async fn a_closed_calendar_holds_changes_up_to_its_next_transition() {
        let story = "inherits = \"shop\"\n[[calendar]]\nname = \"retail-changes\"\nclosed = true\nturns = \"5m\"\n";
        let mut t = Harness::story(story).config(CALENDAR).size(180, 40).ready().await;
        t.until("freeze changes until", "30s").await;
        t.to("recommendation").await;
        t.keys("r").await;
        t.says("retrain: frozen by changes until");
        t.run_for("6m").await;
        t.never_says("freeze changes");
        t.keys("r").await;
        t.never_says("frozen by changes");
    }

    #[tokio::test(start_paused = true)]
    async fn a_calendar_that_may_not_be_read_is_a_freeze_that_can_be_lifted() {
        let story = "inherits = \"governed\"\n[[fault]]\noperation = \"GetCalendarState\"\n\
                     code = \"AccessDeniedException\"\nmessage = \"no\"\n";
        let mut t = Harness::story(story).config(CALENDAR).size(180, 40).ready().await;
        t.run_for("30s").await;
        t.says("freeze changes (calendar unknown)");
        t.to("recommendation").await;
        t.keys("A").await;
        t.says("lift freeze changes");
        t.keys("enter").await;
        t.says("send changes nevertheless, for an hour");
        t.keys("'changes' tab 'INC-4711' enter").await;
        t.until("the freeze changes is lifted in this console", "5s").await;
        t.keys("r enter").await;
        t.until("This is sent in spite of the freeze changes", "30s").await;
    }

    /// The table of calendars is minutes old when the calendar closes, and the plan asks AWS.
    #[tokio::test(start_paused = true)]
    async fn a_calendar_that_closed_a_moment_ago_can_be_lifted_after_its_plan() {
        let story = "inherits = \"governed\"\n[[calendar]]\nname = \"retail-changes\"\n[[fault]]\n\
                     operation = \"GetCalendarState\"\nstatus = 200\nbody = '{\"State\": \"CLOSED\"}'\nfrom = \"25s\"\n";
        let mut t = Harness::story(story).config(CALENDAR).size(180, 40).ready().await;
        t.run_for("30s").await;
        t.never_says("freeze changes");
        t.to("recommendation").await;
        t.keys("r enter").await;
        t.until("The freeze changes, whose calendar is CLOSED is in force: this is not sent", "30s").await;
        t.keys("esc").await;
        t.run_for("5s").await;
        t.keys(": 'override-freeze' enter").await;
        t.says("The freeze changes, whose calendar is CLOSED is in force. Type its name");
        assert!(t.sim().write_calls().is_empty());
    }

    /// Makes the rules of a configuration with the calendar.
    fn rules() -> AccessRules {
        let source = Source { file: "f".into(), text: CALENDAR.into() };
        AccessRules { freezes: Config::parse(&source).unwrap().freezes, ..AccessRules::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_calendar_that_closes_after_the_plan_was_made_ends_it() {
        let story = "inherits = \"governed\"\n[[calendar]]\nname = \"retail-changes\"\nturns = \"10m\"\n";
        let t = Harness::story(story).bare();
        let executor = Executor { access: rules().into(), ..t.executor.clone() };
        let rule = "recommendation-deploy-on-decision";
        let intent = AnyIntent::from(SwitchRule { rule: rule.into(), to: Switch::Disabled });
        let plan = executor.plan(&intent).await.unwrap();
        assert!(!plan.warnings.iter().any(|warning| warning.contains("changes")), "{:?}", plan.warnings);
        tokio::time::sleep(Duration::from_mins(11)).await;
        let (tell, _told) = mpsc::channel(64);
        let Outcome::Refused(why) = executor.run(&plan, &tell).await else { panic!("it was sent") };
        assert!(why.starts_with("frozen by changes, whose calendar is CLOSED: switch-rule was not sent"), "{why}");
        assert!(t.sim.write_calls().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_calendar_that_does_not_exist_holds_changes() {
        let t = Harness::story("shop").bare();
        let executor = Executor { access: rules().into(), ..t.executor.clone() };
        let rule = "recommendation-deploy-on-decision";
        let plan = executor.plan(&SwitchRule { rule: rule.into(), to: Switch::Disabled }.into()).await.unwrap();
        assert!(plan.warnings[0].contains("whose calendar is not known: GetCalendarState"), "{:?}", plan.warnings);
        let (tell, _told) = mpsc::channel(64);
        assert!(matches!(executor.run(&plan, &tell).await, Outcome::Refused(_)));
        assert!(t.sim.write_calls().is_empty());
    }
}
