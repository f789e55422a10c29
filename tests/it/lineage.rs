//! The lineage: the search for a word in it, scrolling of the facts, and keys that do nothing there.

use crate::golden;
use crate::harness::Harness;

async fn lineage(columns: u16, rows: u16) -> Harness {
    let mut t = Harness::story("demo").size(columns, rows).start().await;
    t.run_for("150s").await;
    t.to("recommendation").await;
    t.keys("enter").await;
    t
}

fn selected(t: &Harness) -> String {
    golden::selected(&t.buffer()).unwrap_or_default()
}

/// Returns the screen without its header, which shows the time.
fn body(t: &Harness) -> String {
    t.text().lines().skip(2).collect::<Vec<_>>().join("\n")
}

#[tokio::test(start_paused = true)]
async fn a_word_is_looked_for_and_its_letters_are_no_keys() {
    let mut t = lineage(120, 36).await;
    // In a list, the first letter of this word would start a pipeline.
    t.keys("/ 'run '").await;
    let first = selected(&t);
    assert!(first.contains("TRAINING  run succeeded"), "{}", t.text());
    t.says("/run    1 of ");
    t.keys("enter n").await;
    assert!(selected(&t).contains("run lytmyx"), "{}", selected(&t));
    t.says("2 of ");
    t.keys("N").await;
    assert_eq!(selected(&t), first);
    // The search wraps around at both ends.
    t.keys("N").await;
    assert_ne!(selected(&t), first);
    t.keys("n").await;
    assert_eq!(selected(&t), first);
}

#[tokio::test(start_paused = true)]
async fn what_is_found_in_a_closed_branch_is_opened() {
    let mut t = lineage(120, 60).await;
    t.to("ALARMS").await;
    t.keys("left").await;
    t.never_says("✗ P1-recommendation-ctr  ");
    t.keys("g / 'p1-recommendation-ctr' enter").await;
    assert!(selected(&t).contains("P1-recommendation-ctr"), "{}", t.text());
}

#[tokio::test(start_paused = true)]
async fn nothing_found_is_said_and_esc_goes_back() {
    let mut t = lineage(120, 36).await;
    t.keys("j j").await;
    let before = selected(&t);
    t.keys("/ 'xyzzy'").await;
    t.says("no match for \"xyzzy\"");
    assert_eq!(selected(&t), before);
    t.keys("enter n").await;
    t.says("no match for \"xyzzy\"");
    t.keys("/ 'Evaluate'").await;
    assert_ne!(selected(&t), before);
    t.keys("esc").await;
    assert_eq!(selected(&t), before);
    t.keys("n").await;
    t.says("next match: no search yet");
    t.keys("/").await;
    t.paste("Evaluate").await;
    assert!(selected(&t).contains("Evaluate"), "{}", t.text());
    // Another esc leaves the lineage, but not the program.
    t.keys("esc esc").await;
    t.says("LAST CHANGE");
}

#[tokio::test(start_paused = true)]
async fn all_facts_can_be_seen() {
    for (columns, rows) in [(80, 24), (120, 30)] {
        let mut t = lineage(columns, rows).await;
        let top = body(&t);
        t.says("K J");
        t.never_says("P2-recommendation-latency  exact");
        t.keys(&"J ".repeat(200)).await;
        let end = body(&t);
        assert!(end.contains("↑ ") && !end.contains("↓ "), "{end}");
        t.keys("K").await;
        assert_ne!(body(&t), end, "one up after many down");
        t.keys(&"K ".repeat(200)).await;
        assert_eq!(body(&t), top);
        // The facts of another thing start at the first one.
        t.keys("J J j").await;
        t.never_says("↑ ");
    }
}

#[tokio::test(start_paused = true)]
async fn esc_and_a_key_that_arrive_together_are_two_keys() {
    let mut t = lineage(120, 36).await;
    t.keys("alt-5").await;
    t.never_says("does nothing");
    t.says("TELLS");
    t.keys("? alt-4").await;
    t.never_says("does nothing");
    t.says("INSTANCES");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_does_nothing_says_why() {
    let mut t = lineage(120, 36).await;
    for (key, why) in [
        ("o", "sort: a lineage has no columns"),
        ("O", "reverse: a lineage has no columns"),
        ("Q", "Q does nothing; ? tells all keys"),
    ] {
        t.keys(key).await;
        t.says(why);
    }
    t.to("Preprocess").await;
    t.keys("enter").await;
    t.says("there is nothing below this");
    t.keys("esc").await;
    for (key, why) in [
        ("h", "left: only a lineage has branches"),
        ("J", "facts down: only the facts of a lineage"),
        ("n", "next match: only in a lineage"),
        ("esc", "back: there is nothing to go back to"),
        ("ctrl-r", "reading from AWS now"),
        ("/ 'qqq' enter enter", "open: nothing is listed here"),
    ] {
        t.keys(key).await;
        t.says(why);
    }
}

#[tokio::test(start_paused = true)]
async fn the_chart_says_what_happened_in_its_time() {
    let t = lineage(120, 36).await;
    let text = t.text();
    let axis = text.lines().find(|line| line.trim_start().starts_with("02:1") && line.contains("03:1")).unwrap();
    // v13 went live 6 minutes before the rate fell, and then alarms fired.
    assert!(axis.contains('•') && axis.contains('✗'), "{axis}");
}

#[tokio::test(start_paused = true)]
async fn a_lineage_follows_its_endpoint_into_the_model_that_it_turns_out_to_serve() {
    let mut t = Harness::story("every-endpoint").size(120, 36).start().await;
    for _ in 0..60 {
        if t.shows("search-shared") {
            break;
        }
        t.run_for("250ms").await;
    }
    t.keys("4 '/search-shared' enter enter").await;
    t.run_for("1m").await;
    assert!(!t.shows("This model is gone"), "{}", t.text());
    t.says("search-shared-prod");
}
