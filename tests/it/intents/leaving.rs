//! Leaving and stopping the program while a call is being sent.

use sagetop::journal::Event;
use sagetop::runtime::Input;

use crate::harness::Harness;

const WAITS: &str = "waiting for 1 call that is being sent; q again quits at once";

/// Starts a console that has just sent a rollback, which AWS answers after twenty seconds.
async fn sending() -> Harness {
    let story = "inherits = \"demo\"\n[[fault]]\noperation = \"UpdateEndpoint\"\nlatency = \"20s\"\n";
    let mut t = Harness::story(story).ready().await;
    t.to("recommendation").await;
    t.keys("b enter 'recommendation-prod' enter").await;
    t.run_for("2s").await;
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending]);
    t
}

#[tokio::test(start_paused = true)]
async fn leaving_waits_for_the_answer_says_so_and_answers_keys() {
    let mut t = sending().await;
    t.keys("q").await;
    t.says(WAITS);
    t.keys("j ?").await;
    t.says(WAITS);
    t.keys("esc /").await;
    t.says(WAITS);
    t.run_for("20s").await;
    t.ended().await;
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Sent]);
}

#[tokio::test(start_paused = true)]
async fn who_insists_leaves_at_once() {
    let mut t = sending().await;
    t.keys("q q").await;
    t.ended().await;
    for first in ["q", ""] {
        let mut t = sending().await;
        t.keys(first).await;
        t.tell(Input::Leave).await;
        if first.is_empty() {
            t.says(WAITS);
            t.tell(Input::Leave).await;
        }
        t.ended().await;
    }
}

#[tokio::test(start_paused = true)]
async fn leaving_does_not_wait_for_the_end_state() {
    let mut t = sending().await;
    t.run_for("20s").await;
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Sent]);
    t.keys("q").await;
    t.ended().await;
    let mut t = Harness::story("demo").ready().await;
    t.tell(Input::Leave).await;
    t.ended().await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_terminal_waits_for_the_answer_unless_a_signal_says_to_leave() {
    let mut t = sending().await;
    t.tell(Input::Gone).await;
    t.run_for("20s").await;
    t.ended().await;
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Sent]);
    let mut t = sending().await;
    t.tell(Input::Gone).await;
    t.tell(Input::Leave).await;
    t.ended().await;
}

#[tokio::test(start_paused = true)]
async fn the_program_is_not_stopped_while_a_call_is_being_sent() {
    let mut t = sending().await;
    t.keys("ctrl-z").await;
    t.says("not stopped: 1 call is being sent; try again when AWS has answered");
    t.keys("j / ctrl-z").await;
    t.says("not stopped: 1 call is being sent");
    t.run_for("20s").await;
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Sent], "it was not stopped for an hour");
}

#[tokio::test(start_paused = true)]
async fn the_screen_is_taken_over_once_after_a_stop() {
    let mut t = Harness::story("demo").ready().await;
    let before = Harness::taken_over();
    t.keys("ctrl-z").await;
    t.run_for("1h").await;
    // The same signal arrives as input as well.
    t.tell(Input::GoesOn).await;
    assert_eq!(Harness::taken_over(), before);
    t.run_for("1s").await;
    t.tell(Input::GoesOn).await;
    assert_eq!(Harness::taken_over(), before + 1, "a stop from outside");
}

#[tokio::test(start_paused = true)]
async fn leaving_counts_the_calls_that_are_left_and_sends_them_all() {
    let story = "inherits = \"demo\"\n[[fault]]\noperation = \"CreateEndpointConfig\"\nlatency = \"20s\"\n";
    let mut t = Harness::story(story).ready().await;
    t.to("demand-fore").await;
    t.keys("b 'demand-forecasting-prod' enter").await;
    t.run_for("2s").await;
    t.keys("q").await;
    t.says("waiting for 2 calls that are being sent");
    t.run_for("20s").await;
    t.ended().await;
    assert_eq!(t.sim().calls("UpdateEndpoint"), 1);
    assert_eq!(t.events().last(), Some(&Event::Sent));
}

/// The search for the effect of a call without an answer belongs to the sending of it.
#[tokio::test(start_paused = true)]
async fn leaving_waits_until_it_is_known_whether_a_lost_call_was_taken() {
    let story = "inherits = \"demo\"\n[[fault]]\noperation = \"UpdateEndpoint\"\nstatus = 502\nbody = \"no\"\n";
    let mut t = Harness::story(story).ready().await;
    t.to("recommendation").await;
    t.keys("b enter 'recommendation-prod' enter q").await;
    t.says("waiting for 1 call that is being sent");
    t.run_for("1m").await;
    t.ended().await;
    assert_eq!(t.events(), [Event::Confirmed, Event::Sending, Event::Error, Event::Failed]);
}
