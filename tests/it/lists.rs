//! Lists: their order, hidden columns, alarms that notify nobody, and stages without data.

use std::time::Duration;

use tokio::time::sleep;

use crate::golden;
use crate::harness::Harness;

/// An account whose only defect is that some alarms notify nobody.
const UNHEARD: &str = "inherits = \"shop\"\n\
    [[alarm]]\nname = \"recommendation-forgotten\"\nthreshold = 9e9\n\
    watch = { name = \"Invocation4XXErrors\", endpoint = \"recommendation-prod\" }\n\
    [[alarm]]\nname = \"recommendation-switched-off\"\nthreshold = 9e9\nactions = [\"ml-warn\"]\nenabled = false\n\
    watch = { name = \"Invocation4XXErrors\", endpoint = \"recommendation-prod\" }\n\
    [[alarm]]\nname = \"recommendation-part\"\nthreshold = 9e9\n\
    watch = { name = \"Invocation4XXErrors\", endpoint = \"recommendation-prod\" }\n\
    [[alarm]]\nname = \"recommendation-whole\"\nrule = 'ALARM(\"recommendation-part\")'\nactions = [\"ml-warn\"]\n";

#[tokio::test(start_paused = true)]
async fn sorting_goes_through_the_columns_that_are_shown() {
    let mut t = Harness::story("demo").size(80, 24).ready().await;
    t.keys("4").await;
    for head in ["ENDPOINT ↑", "STATUS ↑", "LIVE ↑", "INSTANCES ↑", "5XX ↑", "P99 ↑"] {
        t.keys("o").await;
        t.says(head);
    }
    t.keys("O").await;
    t.says("P99 ↓");
    t.keys("o").await;
    t.never_says("↑");
    t.keys("O").await;
    t.says("ENDPOINT ↓");
}

#[tokio::test(start_paused = true)]
async fn a_column_that_sorts_and_is_hidden_is_named_in_the_title() {
    let mut t = Harness::story("demo").ready().await;
    t.keys("4 o o o o o O").await;
    t.says("REQ/MIN ↓");
    t.never_says("by REQ/MIN");
    t.resize(80, 24).await;
    t.says("by REQ/MIN ↓");
    t.keys("o").await;
    t.never_says("by REQ/MIN");
    t.says("5XX ↑");
    // The list of models has a title only if it is sorted.
    t.resize(120, 36).await;
    t.keys("0 o o o").await;
    t.says("DATA ↑");
    let rows = t.text().lines().count();
    t.resize(80, 24).await;
    t.says("by DATA ↑");
    t.says("price-elast");
    t.resize(120, 36).await;
    t.never_says("by DATA");
    assert_eq!(t.text().lines().count(), rows);
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_tells_nobody_says_so_before_it_fires() {
    let mut t = Harness::story(UNHEARD).size(200, 50).ready().await;
    t.keys("5").await;
    for (alarm, tells) in [
        ("recommendation-forgotten", "▲ nobody"),
        ("recommendation-switched-off", "▲ nobody"),
        ("recommendation-part", "via recommendation-whole"),
        ("recommendation-whole", "ml-warn"),
        ("recommendation-prod-Endpoint500Errors", "rolls back recommendation-prod"),
    ] {
        let screen = t.text();
        let row = screen.lines().find(|line| line.split_whitespace().nth(2) == Some(alarm));
        assert!(row.is_some_and(|row| row.contains(tells)), "{alarm}, {tells}:\n{screen}");
    }
    t.to("recommendation-switched-off").await;
    t.keys("enter").await;
    t.says("▲ nobody: its actions are switched off");
    assert!(t.line("recommendation-forgotten").contains("notifies nobody"), "{}", t.line("recommendation-forgotten"));
    // The fact is worth knowing, but makes nothing unhealthy.
    t.keys("esc 0").await;
    assert!(t.row("▲ recommendation").contains("failed 8 d"), "{}", t.row("▲ recommendation"));
    t.to("▲ recommendation").await;
    t.says("alarms quiet");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_pipeline_is_a_hop_with_its_console() {
    let mut t = Harness::story("demo").size(200, 50).ready().await;
    t.to("recommendation").await;
    t.keys("enter").await;
    t.to("recommendation-deploy  CodePipeline").await;
    t.says("✓ Source ✓ DeployStaging ✓ DeployProd");
    t.says("https://eu-west-1.console.aws.amazon.com/codesuite/");
    t.says("config: [[model]] codepipeline");
}

/// Presses one key at this interval, in milliseconds, on a list of models. Returns the longest time for which the drawn
/// model was not the one under the cursor.
async fn furthest_behind(pause: u64) -> u64 {
    let mut t = Harness::story("shop").size(200, 50).scale("medium", Duration::ZERO).ready().await;
    t.keys("g").await;
    let (mut behind, mut furthest) = (0, 0);
    for millisecond in 0..400 {
        if millisecond % pause == 0 {
            t.press("j").await;
        } else {
            sleep(Duration::from_millis(1)).await;
        }
        let selected = golden::selected(&t.buffer()).unwrap_or_default();
        let name = selected.split_whitespace().nth(1).unwrap_or("no row is selected").to_owned();
        let drawn = t.text().lines().any(|line| line.trim_start().starts_with(&format!("{name}  ")));
        behind = if drawn { 0 } else { behind + 1 };
        furthest = furthest.max(behind);
    }
    furthest
}

#[tokio::test(start_paused = true)]
async fn what_is_drawn_of_a_model_is_never_long_behind_the_cursor() {
    assert_eq!(furthest_behind(200).await, 25, "one key: the next frame");
    let ran = furthest_behind(10).await;
    assert!((25..=60).contains(&ran), "keys without end: {ran} ms");
}

#[tokio::test(start_paused = true)]
async fn what_a_source_says_is_read_in_full() {
    let denied = "inherits = \"demo\"\n[[fault]]\noperation = \"ListTopics\"\nstatus = 403\ncode = \"AuthorizationError\"\n\
                  message = \"User: arn:aws:iam::1:user/ana is not authorized to perform: SNS:ListTopics on resource: \
                  arn:aws:sns:eu-west-1:1:* because no identity-based policy allows it\"\n";
    let mut t = Harness::story(denied).size(80, 24).start().await;
    t.run_for("30s").await;
    t.keys("7").await;
    t.to("topics").await;
    t.never_says("identity-based");
    t.keys("enter").await;
    t.says("ListTopics: denied (AuthorizationError)");
    t.says("no identity-based policy allows it");
    t.says("What to do: ask for this IAM action");
    t.says("asked every 10 min, again in ");
    t.keys("enter g").await;
    t.never_says("What to do");
    t.keys("enter").await;
    t.says("fresh: read");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_models_that_is_longer_than_the_screen_says_so() {
    let mut t = Harness::story("demo").scale("medium", Duration::ZERO).size(80, 24).start().await;
    t.run_for("20s").await;
    t.says("models 1–11 of 35");
    t.keys("G").await;
    t.says("models 25–35 of 35");
    t.resize(80, 60).await;
    t.never_says("models 1");
}

#[tokio::test(start_paused = true)]
async fn a_filter_is_edited_where_its_cursor_is() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("4 / 'recomend' left left left left 'm' enter").await;
    t.says("endpoints  2 of 9  /recommend");
    t.keys("/ ctrl-u").await;
    t.paste("fraud").await;
    t.keys("home 'x' end backspace").await;
    t.says("/xfrau   0 of 9   enter keeps, esc clears");
    // As in sheets, the key that quits the program first drops the typed text.
    t.keys("ctrl-c").await;
    t.never_says("/xfrau");
    t.says("fraud-screening");
    t.keys("/ 'fr' backspace backspace backspace").await;
    t.never_says("enter keeps");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_comes_first_among_data_and_the_highest_tier_among_alarms() {
    let mut t = Harness::story("stale").size(120, 36).ready().await;
    t.run_for("20s").await;
    t.keys("1").await;
    let signs = |t: &Harness| -> Vec<char> {
        let screen = t.text();
        let signs = screen.lines().filter_map(|line| line.trim_start().chars().next());
        signs.filter(|sign| ['✗', '▲', '◌', '✓'].contains(sign)).collect()
    };
    let found = signs(&t);
    let mut worst_first = found.clone();
    worst_first.sort_by_key(|sign| ['✗', '▲', '◌', '✓'].iter().position(|known| known == sign));
    assert!(found.contains(&'▲') && found.contains(&'✓'), "{}", t.text());
    assert_eq!(found, worst_first, "{}", t.text());
    let mut t = Harness::story("ctr").size(140, 40).ready().await;
    t.run_for("20s").await;
    t.keys("5").await;
    let screen = t.text();
    let firing: Vec<&str> =
        screen.lines().filter(|line| line.contains("✗ ALARM") || line.contains("▲ ALARM")).collect();
    let tiers: Vec<&str> =
        firing.iter().filter_map(|line| line.split_whitespace().find(|word| word.starts_with("sev"))).collect();
    assert!(tiers.is_sorted() && tiers.len() > 1, "{screen}");
}

#[tokio::test(start_paused = true)]
async fn a_pane_without_rows_does_not_lose_the_selected_model() {
    let mut t = Harness::story("ctr").size(120, 36).ready().await;
    t.run_for("20s").await;
    t.keys("0 i").await;
    t.says("Nothing to approve");
    t.keys("3").await;
    let selected = golden::selected(&t.buffer()).unwrap_or_default();
    assert!(selected.contains("recommendation"), "{selected}");
}

#[tokio::test(start_paused = true)]
async fn a_look_at_the_activity_does_not_lose_the_selected_model() {
    let mut t = Harness::story("ctr").size(120, 36).ready().await;
    t.run_for("20s").await;
    for (keys, whose) in [("0 j 6 3", "demand-forecasting"), ("0 home j j 6 3", "customer-segmentation")] {
        t.keys(keys).await;
        let selected = golden::selected(&t.buffer()).unwrap_or_default();
        assert!(selected.contains(whose), "{keys}: {selected}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_under_way_is_the_state_of_the_training() {
    let mut t = Harness::story("stale").size(120, 36).ready().await;
    t.run_for("20s").await;
    let row = t.line("9 min run started");
    assert!(row.contains("◐ ") && !row.contains("failed 12 d"), "{row}");
}
