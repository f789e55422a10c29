mod probe;

use std::collections::BTreeSet;

use tokio::time::advance;

use super::*;
use probe::Answer::{Error, Lost, More, New, Rows};
use probe::{Answer, about, at, fast, looking, nothing, slow, swept, waiting};

#[tokio::test(start_paused = true)]
async fn turns_come_at_the_pace_of_the_cadence_and_not_all_at_the_same_moment() {
    let mut bench = fast(&[Rows], nothing());
    let pauses = bench.pauses(100).await;
    assert!(pauses[0] < 0.01, "the first at once");
    assert!(pauses[1..].iter().all(|pause| about(*pause, 15.0)), "{pauses:?}");
    let (least, most) = pauses[1..].iter().fold((99.0, 0.0), |(a, b): (f64, f64), p| (a.min(*p), b.max(*p)));
    assert!(least < 14.0 && most > 16.0, "chance is used: {least} to {most}");
    let mut bench = slow(&[Rows], nothing());
    assert!(bench.pauses(10).await[1..].iter().all(|pause| about(*pause, 60.0)));
}

#[tokio::test(start_paused = true)]
async fn failures_lengthen_the_pause_up_to_ten_minutes_and_one_answer_ends_that() {
    let lost = [Lost; 7];
    let cases: [(&str, &[Answer], [f64; 7]); 4] = [
        ("the network is lost", &lost, [30.0, 60.0, 120.0, 240.0, 480.0, 600.0, 600.0]),
        ("not allowed", &[Error("AccessDenied"); 7], [30.0, 60.0, 120.0, 240.0, 480.0, 600.0, 600.0]),
        // Whoever logs in again looks at the screen.
        ("the login has expired", &[Error("ExpiredToken"); 7], [15.0; 7]),
        // The whole service is asked less often; that counts once. Nothing else widens the pace in this test.
        ("answers again", &[Lost, Lost, Rows], [30.0, 60.0, 15.0, 15.0, 15.0, 15.0, 15.0]),
    ];
    for (what, answers, expected) in cases {
        let mut bench = fast(answers, nothing());
        let pauses = bench.pauses(8).await;
        let right = pauses[1..].iter().zip(expected).all(|(pause, expected)| about(*pause, expected));
        assert!(right, "{what}: {pauses:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_be_over_in_a_moment_is_tried_again_sooner_than_a_slow_cadence_would() {
    let mut bench = slow(&[Lost, Lost, Error("AccessDenied")], nothing());
    let pauses = bench.pauses(4).await;
    assert!(about(pauses[1], 30.0) && about(pauses[2], 60.0), "{pauses:?}");
    assert!(pauses[3] > 400.0, "a denial stays until somebody does something: {pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_throttled_is_asked_less_often_until_it_is_calm() {
    let mut bench = fast(&[Error("Throttling"), Error("Throttling"), Rows], nothing());
    let pauses = bench.pauses(3).await;
    assert!(about(pauses[1], 30.0), "twice as long: {pauses:?}");
    assert!(about(pauses[2], 60.0), "four times: {pauses:?}");
    // It is calm again, step by step.
    let pauses = bench.pauses(60).await;
    assert!(about(pauses[59], 15.0), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn somebody_who_asks_is_answered_at_once() {
    for (kinds, woken) in [(&[][..], true), (&[Kind::Alarms, Kind::Identity], true), (&[Kind::Alarms], false)] {
        let mut bench = slow(&[Rows], nothing());
        bench.turn().await;
        bench.wake.send(Wake { kinds: kinds.to_vec() }).unwrap();
        assert_eq!(bench.is_asked_within(1).await, woken, "{kinds:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_due_is_read_at_once_and_when_that_brings_nothing_only_in_its_time() {
    let mut bench = slow(&[Rows, New], nothing());
    bench.turn().await;
    bench.look(looking(&["something else"], &[], false));
    assert!(!bench.is_asked_within(10).await, "nothing is due");
    bench.look(looking(&["due"], &[], false));
    assert!(bench.is_asked_within(1).await);
    bench.network.answers(&[Rows]);
    bench.look(looking(&["due"], &[], false));
    assert!(bench.is_asked_within(1).await, "the turn before brought something");
    bench.look(looking(&["due"], &[], false));
    assert!(bench.is_asked_within(1).await, "it changed back: that is something");
    bench.look(looking(&["due"], &[], false));
    assert!(!bench.is_asked_within(10).await, "it brought nothing, however often it is due");
}

#[tokio::test(start_paused = true)]
async fn what_is_due_does_not_hurry_a_poller_that_failed() {
    let mut bench = slow(&[Error("AccessDenied")], nothing());
    bench.turn().await;
    bench.look(looking(&["due"], &[], false));
    assert!(!bench.is_asked_within(60).await);
}

#[tokio::test(start_paused = true)]
async fn what_begins_to_be_looked_at_is_asked_at_the_faster_pace_at_once() {
    let mut bench = slow(&[Rows], nothing());
    bench.turn().await;
    advance(Duration::from_secs(10)).await;
    bench.look(looking(&[], &[Kind::Identity], false));
    let (waited, _) = bench.turn().await;
    assert!(about(waited, 15.0), "{waited}");
    bench.look(looking(&[], &[], true));
    assert!(bench.pauses(3).await[1..].iter().all(|pause| about(*pause, 60.0)), "nobody looks any more");
    let mut idle = fast(&[Rows], looking(&[], &[], true));
    assert!(idle.pauses(3).await[1..].iter().all(|pause| about(*pause, 60.0)), "nobody presses a key");
}

#[tokio::test(start_paused = true)]
async fn a_kind_waits_for_what_it_hangs_on() {
    let mut bench = waiting(&[Rows], nothing());
    assert!(!bench.is_asked_within(3600).await);
    bench.another_is_answered();
    assert!(bench.is_asked_within(1).await);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_read_at_once() {
    let mut bench = slow(&[More, More, More, Rows], nothing());
    let pauses = bench.pauses(5).await;
    assert!(pauses[..4].iter().all(|pause| *pause < 0.01), "{pauses:?}");
    assert!(about(pauses[4], 60.0), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn all_of_a_long_list_is_read_every_minute_and_what_changed_in_between() {
    let mut bench = swept(&[Rows], nothing());
    let mut sweeps = Vec::new();
    for _ in 0..20 {
        let (_, table) = bench.turn().await;
        if table.rows().any(|row| row.user_id == "swept") {
            sweeps.push(bench.began.elapsed().as_secs_f64());
        }
    }
    assert!(sweeps[0] < 0.01, "the first turn reads all");
    assert!(sweeps.len() >= 4, "{sweeps:?}");
    assert!(sweeps.windows(2).all(|two| (57.0..=77.0).contains(&(two[1] - two[0]))), "{sweeps:?}");
    bench.wake.send(Wake::default()).unwrap();
    let (waited, table) = bench.turn().await;
    assert!(waited < 0.01 && table.rows().any(|row| row.user_id == "swept"), "whoever asks wants all");
}

#[tokio::test(start_paused = true)]
async fn when_the_network_is_back_a_kind_does_not_wait_for_its_time() {
    let mut bench = fast(&[Lost], nothing());
    bench.turn().await;
    advance(Duration::from_secs(2)).await;
    assert!(!bench.is_asked_within(5).await, "nobody was answered");
    bench.another_is_answered();
    let (waited, _) = bench.turn().await;
    assert!(about(waited, 7.0), "at once: {waited}");
    // It is lost again, for this kind alone perhaps.
    advance(Duration::from_secs(1)).await;
    bench.another_is_answered();
    let (waited, _) = bench.turn().await;
    assert!(about(waited, 15.0), "not at once for ever: {waited}");
}

#[tokio::test(start_paused = true)]
async fn a_turn_without_a_call_is_only_as_fresh_as_the_vital_kinds() {
    let mut bench = fast(&[Rows], nothing());
    let (_, table) = bench.turn().await;
    assert_eq!(table.answered_at(), Some(at(0.0)));
    bench.look(looking(&["nothing to ask"], &[], false));
    let (_, table) = bench.turn().await;
    assert_eq!((bench.network.calls(), table.answered_at()), (1, Some(at(0.0))), "nobody was answered since");
    bench.another_is_answered();
    let answered = at(bench.began.elapsed().as_secs_f64());
    let (_, table) = bench.turn().await;
    assert_eq!((bench.network.calls(), table.answered_at()), (1, Some(answered)));
}

#[tokio::test(start_paused = true)]
async fn a_failed_turn_keeps_the_rows_and_a_panic_is_a_failed_turn() {
    let mut bench = fast(&[New, Lost], nothing());
    bench.turn().await;
    let (_, table) = bench.turn().await;
    assert_eq!((table.len(), table.trouble().map(|why| why.kind)), (1, Some(ErrorKind::Unreachable)));
    bench.look(looking(&["panic"], &[], false));
    let (_, table) = bench.turn().await;
    assert_eq!(table.len(), 1);
    assert!(table.trouble().unwrap().message.contains("the reader is broken"), "{:?}", table.trouble());
    bench.look(nothing());
    bench.network.answers(&[Rows]);
    let (_, table) = bench.turn().await;
    assert_eq!(table.trouble(), None);
}

#[tokio::test(start_paused = true)]
async fn a_poller_ends_when_nobody_takes_what_it_reads() {
    let bench = fast(&[Rows], nothing());
    drop(bench.turns);
    bench.poller.await.unwrap();
    assert!(bench.network.calls() <= 1);
}

#[tokio::test(start_paused = true)]
async fn pollers_that_were_started_anew_speak_of_another_life_and_forget_who_asked() {
    let (observed, look) = watch::channel(Observed::default());
    let (wake, woken) = watch::channel(Wake::default());
    let (out, mut inbox) = mpsc::channel(100);
    let aws = Aws::unconnected(&crate::aws::Target::default(), "no network");
    let clock: Clock = Arc::new(|| Timestamp::UNIX_EPOCH);
    let mut pollers = Pollers::new(aws, look, woken, clock, AccountId::FIRST, out, Handle::current());
    pollers.start();
    let first = pollers.reader();
    wake.send(Wake::default()).unwrap();
    pollers.restart();
    let second = pollers.reader();
    assert_eq!(first.account, second.account);
    assert_ne!(first, second);
    let mut turns: Vec<(Reader, Kind)> = Vec::new();
    while let Ok(Some((reader, snapshot))) = tokio::time::timeout(Duration::from_secs(1), inbox.recv()).await {
        turns.push((reader, snapshot.kind()));
    }
    let kinds: BTreeSet<Kind> = turns.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds.len(), turns.len(), "each kind took one turn: {turns:?}");
    assert!(turns.iter().all(|(reader, _)| *reader == second), "{turns:?}");
    drop(observed);
}
