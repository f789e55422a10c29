//! The replay of a recorded night: it shows the same screens again.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sagetop::intents::{AccessRules, Approve, Executor, Refusal};
use sagetop::recording::Recording;

use crate::golden::{golden, selected};
use crate::harness::Harness;

/// A file that is deleted with the test.
struct File(PathBuf);

impl File {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("recording-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The time in which a change is drawn.
const DRAWN: &str = "60ms";

/// Returns the screen without header and footer, which describe the replay itself.
fn body(t: &Harness) -> String {
    let text = t.text();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(2..lines.len() - 1).unwrap().join("\n")
}

/// Returns the contents of the panes, and the cost of the calls.
async fn panes(t: &mut Harness) -> Vec<String> {
    let mut panes = Vec::new();
    for key in ["6", "7", "0"] {
        t.keys(key).await;
        let text = t.text();
        let (_, costs) = text.lines().nth(1).unwrap().split_once("api ").unwrap();
        panes.push(format!("{costs}\n{}", body(t)));
    }
    panes
}

/// Records a story, and takes the screens at some times, each so long after the previous one.
async fn night(story: &str, file: &File, moments: &[&str]) -> Vec<String> {
    let mut t = Harness::story(story).record(&file.0).start().await;
    let mut screens = Vec::new();
    for moment in moments {
        t.run_for(moment).await;
        t.run_for(DRAWN).await;
        screens.push(body(&t));
    }
    t.says("● REC");
    assert_eq!(t.recorded().trouble, None);
    screens
}

#[tokio::test(start_paused = true)]
async fn a_replay_shows_what_was_on_the_screen() {
    for (story, moments) in [("demo", &["75s", "25s", "50s"][..]), ("denied", &["70s"]), ("bad-container", &["70s"])] {
        let file = File::new();
        let screens = night(story, &file, moments).await;
        let mut t = Harness::replay(&file.0, 1.0).start().await;
        for (moment, screen) in moments.iter().zip(&screens) {
            t.run_for(moment).await;
            t.run_for(DRAWN).await;
            assert_eq!(&body(&t), screen, "{story} {moment}");
        }
    }
}

/// Sources, activity and costs are those of that time, even in the middle of a fault and after any jump.
#[tokio::test(start_paused = true)]
async fn sources_activity_and_costs_are_those_of_then() {
    for (story, moment) in [("throttled", "50s"), ("denied", "70s"), ("demo", "130s")] {
        let file = File::new();
        let mut t = Harness::story(story).record(&file.0).start().await;
        t.run_for(moment).await;
        let live = panes(&mut t).await;
        t.run_for("60s").await;
        assert_eq!(t.recorded().trouble, None);

        let mut t = Harness::replay(&file.0, 1.0).start().await;
        t.run_for(moment).await;
        assert_eq!(panes(&mut t).await, live, "{story}");
        t.keys("space").await;
        let (at, played) = (t.played().playhead.now(), panes(&mut t).await);
        t.keys("t '100%' enter").await;
        t.played().playhead.to(at);
        assert_eq!(panes(&mut t).await, played, "{story}, gone back");
        t.keys("t '0%' enter").await;
        t.played().playhead.to(at);
        assert_eq!(panes(&mut t).await, played, "{story}, gone on");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_over_a_fault_says_what_changed_both_ways() {
    let file = File::new();
    let mut t = Harness::story("expired").record(&file.0).start().await;
    t.run_for("90s").await;
    assert_eq!(t.recorded().trouble, None);
    let mut t = Harness::replay(&file.0, 1.0).start().await;
    t.keys("space t '0%' enter").await;
    let mut told = Vec::new();
    for _ in 0..60 {
        t.keys(".").await;
        told.push((t.played().playhead.now(), t.text().lines().last().unwrap().to_owned()));
        if t.played().status().ended() {
            break;
        }
    }
    t.keys(".").await;
    t.says("step: the recording ends here");
    assert!(told.len() > 5 && told.iter().any(|(_, line)| line.contains("expired")), "{told:?}");
    let moments: Vec<_> = told.iter().map(|(at, _)| *at).collect();
    for (at, line) in told.iter().rev().skip(1) {
        t.keys(",").await;
        assert_eq!((t.played().playhead.now(), t.text().lines().last().unwrap()), (*at, line.as_str()), "{moments:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_failed_then_fails_again() {
    let file = File::new();
    let mut t = Harness::story("expired").record(&file.0).start().await;
    t.until("no valid credentials", "5m").await;
    t.run_for("20s").await;
    t.until_gone("no valid credentials", "10m").await;
    t.run_for("60s").await;
    let recovered = t.recorded();
    assert_eq!(recovered.trouble, None);

    let mut t = Harness::replay(&file.0, 10.0).start().await;
    t.until("no valid credentials", "1m").await;
    t.until_gone("no valid credentials", "2m").await;
}

/// The state at a time does not depend on the way to it. What was known when a fault began is also known after a jump
/// into the middle of it, and has the same age.
#[tokio::test(start_paused = true)]
async fn the_middle_of_a_fault_is_the_same_whichever_way_one_comes() {
    for (story, moment) in [("clock", "50s"), ("expired", "55s"), ("throttled", "50s")] {
        let file = File::new();
        let screens = night(story, &file, &[moment, "90s"]).await;
        let mut t = Harness::replay(&file.0, 1.0).start().await;
        t.run_for(moment).await;
        t.keys("space").await;
        t.run_for("5s").await;
        let played = body(&t);
        assert_eq!(Some(&played), screens.first(), "{story}");
        t.keys("t '+60s' enter").await;
        t.run_for("2s").await;
        t.keys("t '-60s' enter").await;
        t.run_for("2s").await;
        assert_eq!(body(&t), played, "{story}, gone back");
    }
}

#[tokio::test(start_paused = true)]
async fn going_back_shows_what_was_and_leaves_the_cursor_where_it_is() {
    let file = File::new();
    let screens = night("demo", &file, &["63s", "120s"]).await;
    let mut t = Harness::replay(&file.0, 20.0).start().await;
    t.run_for("10s").await;
    t.says("REPLAY 23 Nov 03:13:03 / 03:13:03  20x  end");
    assert_eq!(Some(&body(&t)), screens.last(), "the same at any speed");
    assert!(t.meaning("s old").starts_with("muted"), "and no older");
    t.keys("space").await;
    t.says("pause: the recording ends here");

    t.to("fraud-screening").await;
    t.keys(", t '03:11:03' enter").await;
    t.run_for("1s").await;
    t.says("REPLAY 23 Nov 03:11:03 / 03:13:03  20x  paused");
    assert!(t.line("fraud-screening").contains("✓ v4"));
    assert!(selected(&t.buffer()).unwrap().contains("fraud-screening"));
    t.keys("g").await;
    t.to("recommendation").await;
    assert_eq!(Some(&body(&t)), screens.first());
    t.keys("6").await;
    t.never_says("recommendation was ok");
}

#[tokio::test(start_paused = true)]
async fn the_keys_move_through_it() {
    let file = File::new();
    night("demo", &file, &["200s"]).await;
    let mut t = Harness::replay(&file.0, 1.0).start().await;
    t.run_for("60s").await;
    t.keys("space").await;
    let stopped = t.played().playhead.now();
    t.run_for("60s").await;
    assert_eq!(t.played().playhead.now(), stopped);
    golden("replay", &t.buffer());

    t.keys(".").await;
    let next = t.played().playhead.now();
    assert!(next > stopped);
    t.keys(". . , ,").await;
    assert_eq!(t.played().playhead.now(), next, "a step back undoes a step");
    t.keys("> > <").await;
    t.says("  2x  paused");
    t.keys("space").await;
    t.run_for("2s").await;
    assert!(t.played().playhead.now() > next);

    t.keys("t").await;
    golden("replay_jump", &t.buffer());
    t.keys("'soon' enter").await;
    t.says("write a time such as 03:12");
    t.keys("esc t '04:00' enter").await;
    t.says("is not between 23 Nov 03:10:00");
    t.keys("esc space t '50%' enter").await;
    assert!(t.played().playhead.now().to_string().starts_with("2026-11-23T03:11:40"));
    t.keys("t '+10s' enter").await;
    assert!(t.played().playhead.now().to_string().starts_with("2026-11-23T03:11:50"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_in_a_replay() {
    let file = File::new();
    night("demo", &file, &["60s"]).await;
    let mut t = Harness::replay(&file.0, 1.0).ready().await;
    t.run_for("50s").await;
    t.to("recommendation").await;
    for key in ["a", "x", "r", "b"] {
        t.keys(key).await;
        t.says("not available in a replay");
    }
    // Below the screen the executor refuses, and below the executor nothing is connected.
    let v14 = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/recommendation/14";
    let intent = sagetop::intents::AnyIntent::from(Approve { arn: v14.into(), reason: "good".into() });
    let executor = Executor { access: AccessRules::default().into(), ..t.executor().clone() };
    let Err(Refusal::Aws(why)) = intent.plan(&executor).await else { panic!("it was planned") };
    assert!(why.never_sent, "{why}");
    let sent = executor.aws.sagemaker.update_model_package().model_package_arn(v14).send().await.unwrap_err();
    assert!(format!("{sent:?}").contains("a replay sends nothing"), "{sent:?}");
    assert!(t.journal().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_recording_that_is_cut_plays_up_to_the_cut() {
    let file = File::new();
    let screens = night("demo", &file, &["63s", "120s"]).await;
    let whole = std::fs::read(&file.0).unwrap();
    let mut reached = 0;
    // Most of the file is the first look.
    for share in 81..=100 {
        let part = File::new();
        std::fs::write(&part.0, &whole[..whole.len() * share / 100 - 1]).unwrap();
        if Recording::open(&part.0).is_ok_and(|recording| recording.end == recording.begin) {
            continue;
        }
        let mut t = Harness::replay(&part.0, 100.0).start().await;
        t.run_for("5s").await;
        t.says("100x  end");
        reached += usize::from(share < 100 && t.shows("(cut)"));
        if share == 100 {
            assert_eq!(Some(&body(&t)), screens.last(), "all that was shown is in it");
        }
    }
    assert!(reached > 5, "{reached}");
}

#[tokio::test(start_paused = true)]
async fn a_large_account_is_put_together_from_all_that_was_read() {
    let file = File::new();
    let setup = Harness::story("demo").scale("medium", std::time::Duration::from_millis(5)).record(&file.0);
    let mut t = setup.start().await;
    let mut screens = Vec::new();
    t.run_for("100s").await;
    screens.push(body(&t));
    // The number of old versions in memory depends on the place of the cursor at the start, when rows came and went.
    let uncounted =
        |t: &Harness| body(t).lines().filter(|l| !l.starts_with(" registry ")).collect::<Vec<_>>().join("\n");
    for pane in ["3", "5"] {
        t.keys(pane).await;
        screens.push(uncounted(&t));
    }
    assert_eq!(t.recorded().trouble, None);

    // The recording is played from the beginning at speed, and by a jump.
    for (speed, jump) in [(20.0, None), (1.0, Some("t '100%' enter"))] {
        let mut t = Harness::replay(&file.0, speed).start().await;
        if let Some(keys) = jump {
            t.keys(keys).await;
        }
        t.run_for("12s").await;
        let mut shown = vec![body(&t)];
        for pane in ["3", "5"] {
            t.keys(pane).await;
            shown.push(uncounted(&t));
        }
        assert_eq!(shown, screens, "at {speed}x");
    }
}

#[tokio::test(start_paused = true)]
async fn several_accounts_are_recorded_together_and_come_back_apart() {
    let file = File::new();
    let mut t = Harness::story("demo").beside("us-east-1", "shop").size(160, 36).record(&file.0).start().await;
    t.run_for("75s").await;
    t.run_for(DRAWN).await;
    let screen = body(&t);
    t.resize(80, 24).await;
    t.says("eu-west-1  DEMO  ● REC");
    assert_eq!(t.recorded().trouble, None);
    let mut t = Harness::replay(&file.0, 1.0).size(160, 36).start().await;
    t.run_for("75s").await;
    t.run_for(DRAWN).await;
    assert_eq!(body(&t), screen);
    // The header shows that it is a replay, however narrow the terminal is.
    t.keys("space").await;
    t.resize(80, 24).await;
    t.says("sagetop  eu-west-1  REPLAY 03:11:15 paused");
    t.resize(160, 36).await;
    t.keys("8").await;
    assert!(t.row("us-east-1").ends_with('–') && t.row("eu-west-1").ends_with('–'), "{}", t.text());
}
