//! Calls that fail, hang or get nonsense as answer. The rows stay with their age, the screen describes the failure,
//! keys work, and the console recovers by itself.

use crate::harness::Harness;

/// Returns the demo account with some faults.
fn demo_with(faults: &str) -> String {
    format!("inherits = \"demo\"\n{faults}")
}

/// No call is ever answered.
const SILENCE: &str = "[[fault]]\noperation = \"*\"\nlatency = \"2h\"\n";

#[tokio::test(start_paused = true)]
async fn the_first_frame_comes_before_the_first_answer() {
    let mut t = Harness::story(&demo_with(SILENCE)).start().await;
    let (first, calls) = t.first_frame();
    assert_eq!(calls, 0, "nothing was asked before there was something to look at");
    assert!(first.contains("sagetop  DEMO"), "{first}");
    assert!(first.contains("asking AWS…"), "{first}");
    t.run_for("5s").await;
    t.says("asking AWS…");
}

#[tokio::test(start_paused = true)]
async fn keys_are_answered_while_calls_hang() {
    let mut t = Harness::story(&demo_with(SILENCE)).start().await;
    t.run_for("2s").await;
    for (key, text) in [
        ("4", "◌ endpoints not read yet"),
        ("?", "open the selected row"),
        ("esc", "not read yet"),
        ("/", "esc clears"),
    ] {
        t.press(key).await;
        t.says(text);
    }
    t.press("esc q").await;
    t.ended().await;
}

#[tokio::test(start_paused = true)]
async fn an_account_that_never_answers_is_told_to_be_out_of_reach() {
    let mut t = Harness::story(&demo_with(SILENCE)).start().await;
    t.run_for("40s").await;
    t.says("AWS cannot be reached");
    t.says("check the network");
    let told = t.meaning("AWS cannot be reached");
    assert!(told.contains("bad"), "{told}");
    t.never_says("✓");
}

#[tokio::test(start_paused = true)]
async fn slow_answers_are_waited_for() {
    let slow = demo_with("[[fault]]\noperation = \"*\"\nlatency = \"12s\"\n");
    let mut t = Harness::story(&slow).start().await;
    t.run_for("5s").await;
    t.says("asking AWS…");
    t.until("fraud-screening", "2m").await;
    t.until("p99", "5m").await;
    t.never_says("AWS cannot be reached");
}

#[tokio::test(start_paused = true)]
async fn a_half_minute_of_silence_leaves_the_rows_and_passes() {
    let pause = demo_with("[[fault]]\noperation = \"*\"\nlatency = \"40s\"\nfrom = \"30s\"\nto = \"90s\"\n");
    let mut t = Harness::story(&pause).ready().await;
    t.until("AWS cannot be reached", "2m").await;
    t.says("fraud-screening");
    t.says("▲ demand-fore");
    t.keys("4").await;
    t.says("fraud-screening-prod");
    t.until("endpoints unreachable", "1m").await;
    t.until_gone("AWS cannot be reached", "5m").await;
    t.never_says("unreachable");
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_are_told_once_and_picked_up_again() {
    let mut t = Harness::story("expired").ready().await;
    t.until("no valid credentials: ", "60s").await;
    t.says("log in again");
    assert!(t.meaning("no valid credentials: ").contains("bad"), "{}", t.meaning("no valid credentials: "));
    assert_eq!(t.text().matches("log in again").count(), 1);
    t.says("fraud-screening");
    let before = t.line(" old");
    t.run_for("20s").await;
    assert_ne!(t.line(" old"), before, "the rows stay, and their age grows");
    t.keys("7").await;
    assert!(t.row("endpoints").contains("expired"), "{}", t.row("endpoints"));
    t.until_gone("no valid credentials: ", "5m").await;
    t.until_gone("expired", "5m").await;
    t.keys("0").await;
    t.until("✗ recommendation", "2m").await;
}

/// Nobody logs in for an hour; the first read after the login works again.
#[tokio::test(start_paused = true)]
async fn a_login_is_picked_up_as_soon_after_an_hour_as_after_a_minute() {
    let hour = "[[fault]]\noperation = \"*\"\ncode = \"ExpiredTokenException\"\nmessage = \"expired\"\nfrom = \"20s\"\nto = \"1h\"\n";
    let mut t = Harness::story(&demo_with(hour)).ready().await;
    t.run_for("1800s").await;
    let before: u64 = t.sim().all_calls().values().sum();
    t.run_for("600s").await;
    let asked = t.sim().all_calls().values().sum::<u64>() - before;
    assert!(asked < 300, "as often as while all is well, and not every kind all the time: {asked} in ten minutes");
    t.run_for("1190s").await;
    t.says("no valid credentials: ");
    t.says("fraud-screening");
    t.until_gone("no valid credentials: ", "30s").await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_is_told_as_that_and_not_as_a_login() {
    let mut t = Harness::story("clock").ready().await;
    t.until("this machine's clock is off by 20 min (fast): set the clock", "60s").await;
    t.never_says("log in again");
    t.says("fraud-screening");
    t.keys("7").await;
    t.run_for("15s").await;
    assert!(t.row("endpoints").contains("skewed"), "{}", t.row("endpoints"));
    t.until_gone("clock is off", "5m").await;
    t.until_gone("skewed", "5m").await;
}

#[tokio::test(start_paused = true)]
async fn half_a_minute_for_every_answer_is_waited_for_and_asked_no_more_often() {
    let mut t = Harness::story("slow").ready().await;
    t.run_for("40s").await;
    let before = listings(&t);
    t.run_for("2m").await;
    assert!(listings(&t) - before <= 2 * 120 / 30, "one at a time: {}", listings(&t) - before);
    t.never_says("AWS cannot be reached");
    t.keys("4").await;
    t.says("fraud-screening-prod");
    t.keys("0").await;
    // Events in this time are seen late.
    t.until("✗ recommendation", "5m").await;
}

#[tokio::test(start_paused = true)]
async fn one_throttled_answer_does_not_cost_a_turn_of_a_slow_lane() {
    let story = demo_with(
        "[[fault]]\noperation = \"ListModelPackageGroups\"\ncode = \"ThrottlingException\"\nmessage = \"Rate exceeded\"\n\
         from = \"0s\"\nto = \"5s\"\n",
    );
    let mut t = Harness::story(&story).ready().await;
    t.keys("7").await;
    assert!(t.row("model_package_groups").contains("throttled"), "{}", t.row("model_package_groups"));
    t.run_for("2m").await;
    assert!(t.row("model_package_groups").contains("fresh"), "{}", t.row("model_package_groups"));
}

fn listings(t: &Harness) -> u64 {
    t.sim().calls("ListEndpoints") + t.sim().calls("DescribeAlarms")
}

#[tokio::test(start_paused = true)]
async fn throttling_slows_the_polling_down() {
    let mut t = Harness::story("throttled").ready().await;
    t.until("× slower)", "60s").await;
    t.says("fraud-screening");
    // This measures from twenty seconds into the fault to its end. There must be fewer calls than in twenty good
    // seconds.
    t.run_for("10s").await;
    let before = listings(&t);
    t.run_for("30s").await;
    let during = listings(&t) - before;
    assert!(during <= 8, "{during} calls in half a minute of throttling");
    t.until("✗ recommendation", "5m").await;
    t.keys("7").await;
    t.until_gone("ThrottlingException", "12m").await;
}

#[tokio::test(start_paused = true)]
async fn throttling_ends_a_minute_after_it_ended_whoever_asked_meanwhile() {
    let throttled = "[[fault]]\noperation = \"List*\"\ncode = \"ThrottlingException\"\nmessage = \"Rate exceeded\"\n\
                     from = \"30s\"\nto = \"150s\"\n";
    let mut t = Harness::story(&demo_with(throttled)).ready().await;
    t.keys("7").await;
    t.until("ListEndpoints: throttled", "2m").await;
    // An operator in a hurry presses the key often.
    for _ in 0..12 {
        t.keys("ctrl-r").await;
        t.run_for("5s").await;
    }
    t.run_for("70s").await;
    // This is a calm minute, and one turn of the slow lane.
    t.run_for("130s").await;
    t.never_says("× slower");
    for source in ["endpoints", "pipelines", "model_package_groups"] {
        assert!(t.row(source).contains("fresh"), "{}", t.row(source));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_denied_is_told_where_it_is_missing_and_nowhere_else() {
    let mut t = Harness::story("denied").ready().await;
    t.run_for("20s").await;
    t.says("fraud-screening");
    t.keys("5").await;
    t.says("denied");
    t.says("P1-recommendation-ctr");
    t.keys("4").await;
    t.never_says("endpoint denied");
    t.says("recommendation-prod");
    t.keys("7").await;
    let row = t.row("topics");
    assert!(row.contains("denied"), "{row}");
    assert!(row.contains("ListTopics: denied (Authoriz"), "{row}");
    let row = t.row("endpoints");
    assert!(row.contains("fresh"), "the others are read: {row}");
}

#[tokio::test(start_paused = true)]
async fn answers_without_sense_are_an_error_of_their_source_alone() {
    let mut t = Harness::story("garbage").ready().await;
    t.run_for("30s").await;
    t.says("fraud-screening");
    t.keys("7").await;
    for (source, state) in
        [("topics", "error"), ("pipelines", "unreachable"), ("endpoints", "fresh"), ("subscriptions", "fresh")]
    {
        let row = t.row(source);
        assert!(row.contains(state), "{row}");
    }
    assert!(t.row("training_jobs").contains("45+"), "a list without an end: {}", t.row("training_jobs"));
}

#[tokio::test(start_paused = true)]
async fn every_call_may_fail_at_first() {
    let late = demo_with("[[fault]]\noperation = \"*\"\ncode = \"InternalFailure\"\nstatus = 500\nto = \"20s\"\n");
    let mut t = Harness::story(&late).ready().await;
    t.never_says("fraud-screening");
    t.keys("7").await;
    t.says("InternalFailure");
    t.keys("0").await;
    t.until("fraud-screening", "5m").await;
    t.until("✗ recommendation", "5m").await;
}

#[tokio::test(start_paused = true)]
async fn asking_again_at_once_ends_the_wait() {
    let late = demo_with("[[fault]]\noperation = \"*\"\ncode = \"InternalFailure\"\nstatus = 500\nto = \"100s\"\n");
    let mut t = Harness::story(&late).ready().await;
    t.run_for("100s").await;
    t.never_says("fraud-screening");
    t.keys("ctrl-r").await;
    t.run_for("1s").await;
    t.says("fraud-screening");
}

#[tokio::test(start_paused = true)]
async fn an_empty_account_says_what_would_fill_it() {
    let mut t = Harness::story("empty").ready().await;
    for pane in ["1", "2", "3", "4", "5"] {
        t.keys(pane).await;
        assert!(t.text().lines().skip(4).any(|line| line.trim().len() > 20), "pane {pane} is bare:\n{}", t.text());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_terminal_ends_the_loop() {
    let mut t = Harness::story("demo").ready().await;
    t.hang_up().await;
}

#[tokio::test(start_paused = true)]
async fn any_size_is_drawn() {
    let mut t = Harness::story("demo").ready().await;
    t.to("recommendation").await;
    t.keys("b enter").await;
    for (columns, rows) in [(200, 60), (40, 10), (1, 1), (3, 2), (80, 24), (20, 40), (0, 0), (120, 36)] {
        t.resize(columns, rows).await;
    }
    t.says("Type recommendation-prod to send");
    t.keys("esc enter").await;
    for (columns, rows) in [(200, 60), (40, 10), (1, 1), (80, 24)] {
        t.resize(columns, rows).await;
    }
    t.says("sagetop");
}

#[tokio::test(start_paused = true)]
async fn who_has_nothing_to_ask_is_no_younger_than_what_was_answered() {
    let lost = "inherits = \"shop\"\n[[fault]]\noperation = \"*\"\nfrom = \"30s\"\ncode = \"ExpiredTokenException\"\n\
                message = \"expired\"\n";
    let mut t = Harness::story(lost).size(120, 36).ready().await;
    t.run_for("5m").await;
    t.keys("7").await;
    let sources: Vec<String> =
        t.text().lines().skip_while(|l| !l.contains("SOURCE")).skip(1).take(17).map(str::to_owned).collect();
    assert!(sources.iter().any(|row| row.contains("expired")), "{sources:#?}");
    for row in sources {
        let words: Vec<&str> = row.split_whitespace().collect();
        assert!(["min", "h"].contains(&words[4]) && words[3] != "1", "{row}");
    }
}

/// A healthy shop that cannot be reached for some minutes.
const AWAY: &str = "inherits = \"shop\"\n[[fault]]\noperation = \"*\"\nstatus = 503\ncode = \"ServiceUnavailable\"\n\
                    message = \"Service Unavailable\"\nfrom = \"70s\"\nto = \"8m\"\n";

#[tokio::test(start_paused = true)]
async fn what_was_well_is_unknown_when_it_was_not_read_for_long() {
    let mut t = Harness::story(AWAY).start().await;
    t.run_for("60s").await;
    let (first, last) = ("▲ demand-forecasting", "fraud-screening");
    assert!(t.line(last).starts_with(" ✓ fraud-screening") && t.line(last).contains("✓ v4"), "{}", t.line(last));
    t.run_for("70s").await;
    assert!(t.line(last).starts_with(" ✓"), "two turns are no long time: {}", t.line(last));
    t.run_for("90s").await;
    let row = t.line(last);
    assert!(row.starts_with(" ◌ fraud-screening") && row.contains("◌ v4"), "the words stay: {row}");
    assert!(t.line(first).starts_with(" ▲"), "what was bad is told as it was: {}", t.line(first));
    t.says("◌ 3 unknown");
    t.never_says(" ok ");
    t.to(last).await;
    t.says("all well 3 min ago");
    t.resize(80, 24).await;
    assert!(t.line(last).contains("ok 3 min ago"), "{}", t.text());
    // The connection returns by itself.
    t.run_for("6m").await;
    assert!(t.line(last).starts_with(" ✓"), "{}", t.text());
    t.never_says("ago");
}

#[tokio::test(start_paused = true)]
async fn alarms_that_are_denied_are_unknown_and_told_above_all() {
    let denied = "[[fault]]\noperation = \"DescribeAlarms\"\nstatus = 403\ncode = \"AccessDenied\"\n\
                  message = \"User: arn:aws:iam::1:user/ana is not authorized to perform: cloudwatch:DescribeAlarms\"\n";
    let mut t = Harness::story(&demo_with(denied)).start().await;
    t.run_for("30s").await;
    t.says("alarms cannot be read: ask for this IAM action");
    let row = t.line("fraud-screening");
    assert!(row.starts_with(" ◌"), "{row}");
    t.never_says("access denied");
}

#[tokio::test(start_paused = true)]
async fn what_is_still_to_be_read_is_neither_nothing_nor_well() {
    let late = demo_with("[[fault]]\noperation = \"*\"\nlatency = \"900ms\"\n");
    let mut t = Harness::story(&late).start().await;
    t.run_for("100ms").await;
    let column = |t: &Harness, head: &str, row: &str| {
        let (text, row) = (t.text(), t.line(row));
        let heads = text.lines().find(|line| line.contains("TRAINING")).unwrap_or_default().to_owned();
        let before = heads.split(head).next().unwrap_or_default().chars().count();
        row.chars().nth(before).unwrap_or(' ')
    };
    let mut observed = String::new();
    for _ in 0..120 {
        t.run_for("100ms").await;
        if t.text().contains("demand-forecasting ") {
            let (data, training) =
                (column(&t, "DATA", "demand-forecasting "), column(&t, "TRAINING", "demand-forecasting "));
            assert!(data != '–', "data is there and was not read yet: {}", t.text());
            assert!(!['–', '✓'].contains(&training), "its last run left nothing: {}", t.text());
            observed.push(training);
        }
    }
    assert!(observed.starts_with('◌') && observed.ends_with('▲'), "{observed}");
}

#[tokio::test(start_paused = true)]
async fn a_location_that_is_denied_has_no_size() {
    let mut t = Harness::story("denied").size(120, 36).ready().await;
    t.run_for("1m").await;
    t.keys("1 down enter").await;
    t.says("ListObjectsV2: denied");
    assert!(!t.shows("0 B"), "{}", t.text());
}
