//! Sheets: their scrolling, their pinned rows, and the keys that they name.

use crate::harness::Harness;

/// The configuration of the simulated account.
pub(crate) const DEMO: &str = include_str!("../../src/demo.toml");

/// Returns the screen without its header, which shows the time.
fn body(t: &Harness) -> String {
    t.text().lines().skip(2).collect::<Vec<_>>().join("\n")
}

/// Presses a key several times, and returns the screen.
async fn times(t: &mut Harness, key: &str, count: usize) -> String {
    t.keys(&vec![key; count].join(" ")).await;
    body(t)
}

#[tokio::test(start_paused = true)]
async fn the_help_stops_at_its_end_and_comes_back_at_once() {
    let mut t = Harness::story("demo").size(80, 24).ready().await;
    t.keys("?").await;
    let top = body(&t);
    for (down, up) in [("down", "up"), ("page-down", "page-up")] {
        let end = times(&mut t, down, 180).await;
        t.says("✓ ok   ▲ degraded");
        let before = times(&mut t, up, 1).await;
        assert_ne!(before, end, "one {up} after many {down}");
        assert_eq!(times(&mut t, up, 180).await, top);
    }
    for (bottom, first) in [("G", "g"), ("end", "home")] {
        t.keys(bottom).await;
        t.says("✓ ok   ▲ degraded");
        t.keys(first).await;
        assert_eq!(body(&t), top, "{first}");
    }
    t.keys("tab shift-tab c").await;
    assert_eq!(body(&t), top, "no key of something else scrolls or closes it");
    // Scrolled rows come back when there is room for them.
    t.keys("G").await;
    t.resize(120, 160).await;
    t.says("approve the selected version");
    t.never_says("↑");
    t.keys("q").await;
    t.never_says("approve the selected version");
}

#[tokio::test(start_paused = true)]
async fn the_help_is_filtered_as_it_is_typed() {
    let mut t = Harness::story("demo").size(80, 24).ready().await;
    t.keys("? / 'alarms'").await;
    t.says("alarms and whom they notify");
    t.never_says("approve the selected version");
    t.keys("enter").await;
    t.says("alarms and whom they notify");
    t.keys("/ ctrl-u 'qqq'").await;
    t.says("no match for \"qqq\"");
    t.keys("esc").await;
    t.says("approve the selected version");
    t.paste("alarms").await;
    t.says("there is no input field");
    t.keys("/").await;
    t.paste("alarms").await;
    t.never_says("approve the selected version");
    t.keys("enter q").await;
    t.never_says("alarms and whom they notify");
}

#[tokio::test(start_paused = true)]
async fn the_question_of_a_plan_is_always_in_sight() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 36)] {
        let mut t = Harness::story("demo").size(columns, rows).start().await;
        t.run_for("150s").await;
        t.to("✗ recommendation").await;
        t.keys("b").await;
        t.until("Type recommendation-prod", "20s").await;
        t.keys("enter").await;
        t.says("to send; nothing");
        t.keys("'recomm'").await;
        t.says("recomm");
        let first = body(&t);
        let end = times(&mut t, "page-down", 30).await;
        t.says("Type recommendation-prod");
        if rows < 36 {
            assert_ne!(first, end);
            assert_ne!(times(&mut t, "page-up", 1).await, end, "{columns}×{rows}");
        }
        assert_eq!(times(&mut t, "up", 90).await, first, "{columns}×{rows}");
        t.keys("ctrl-u 'recommendation-prod' enter").await;
        t.until_gone("Type recommendation-prod", "1s").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_a_key_confirms_says_which_and_does_it() {
    let lenient = format!("confirm = \"confirm\"\n{DEMO}");
    let mut t = Harness::story("demo").config(&lenient).size(80, 24).ready().await;
    t.to("recommendation").await;
    t.keys("a 'holds' enter").await;
    t.until("send to recommendation/14", "20s").await;
    t.says("enter cancel");
    t.says("down to send");
    t.keys("enter").await;
    t.says("cancelled: nothing was sent");
    assert!(t.sim().write_calls().is_empty());

    t.keys("a 'holds' enter").await;
    t.until("send to recommendation/14", "20s").await;
    t.keys("down").await;
    t.says("enter send");
    t.keys("enter").await;
    t.until("recommendation/14 is Approved", "20s").await;
}

#[tokio::test(start_paused = true)]
async fn sheets_name_the_keys_of_the_keymap() {
    let vim = format!("keymap = \"vim\"\n{DEMO}");
    let mut t = Harness::story("demo").config(&vim).size(120, 36).ready().await;
    t.to("recommendation").await;
    t.keys("b enter").await;
    t.until("Type recommendation-prod", "20s").await;
    t.says("ctrl-y copy call");
    t.keys("ctrl-y").await;
    t.says("copied the aws command");
    t.keys("esc ? G g g").await;
    t.says("approve the selected version");
}

#[tokio::test(start_paused = true)]
async fn what_a_source_says_at_length_is_scrolled_to_its_end() {
    let story =
        "inherits = \"demo\"\n[[fault]]\noperation = \"ListTopics\"\nstatus = 403\ncode = \"AuthorizationError\"\n";
    let message = format!("message = \"first {} last\"\n", "and so on, ".repeat(200));
    let mut t = Harness::story(&(story.to_owned() + &message)).size(80, 24).start().await;
    t.run_for("30s").await;
    t.keys("7").await;
    t.to("topics").await;
    t.keys("enter").await;
    t.says("first and so on");
    t.says("more");
    let end = times(&mut t, "page-down", 40).await;
    assert_ne!(times(&mut t, "up", 1).await, end);
    t.keys("enter").await;
    t.never_says("and so on");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_not_answered() {
    for size in [(39, 24), (80, 7), (1, 1)] {
        let mut t = Harness::story("demo").ready().await;
        t.to("recommendation").await;
        t.keys("b enter").await;
        t.says("Type recommendation-prod to send");
        t.resize(size.0, size.1).await;
        t.keys("'recommendation-prod' enter").await;
        t.run_for("10s").await;
        assert!(t.sim().write_calls().is_empty(), "{size:?}");
        t.resize(120, 36).await;
        t.says("Type recommendation-prod to send");
    }
}
