//! The mouse does what the keys do.

use std::time::Duration;

use crossterm::event::MouseEventKind;

use crate::harness::Harness;
use crate::sheets::DEMO;

#[tokio::test(start_paused = true)]
async fn a_click_goes_where_it_points() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.click("4 endpoints", 1).await;
    t.says("INSTANCES");
    t.click("STATUS", 1).await;
    t.says("STATUS ↑");
    t.click("STATUS", 1).await;
    t.says("STATUS ↓");
    t.click("recommendation-prod", 1).await;
    t.click("recommendation-prod", 2).await;
    t.never_says("INSTANCES");
    t.says("REGISTRY");
    t.keys("esc").await;
    t.click("? keys", 1).await;
    t.says("approve the selected version");
}

#[tokio::test(start_paused = true)]
async fn two_slow_clicks_open_nothing() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.click("4 endpoints", 1).await;
    t.click("recommendation-prod", 1).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    t.click("recommendation-prod", 1).await;
    t.says("INSTANCES");
}

#[tokio::test(start_paused = true)]
async fn the_wheel_moves_the_cursor_and_scrolls_a_sheet() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("4").await;
    let selected = |t: &Harness| t.text().lines().position(|line| line.contains("recommendation-prod")).unwrap();
    let before = selected(&t);
    t.wheel(MouseEventKind::ScrollDown).await;
    assert_eq!(selected(&t), before, "the list did not move, the cursor did");
    t.keys("?").await;
    let text = |t: &Harness| t.text().lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let top = text(&t);
    t.wheel(MouseEventKind::ScrollDown).await;
    assert_ne!(text(&t), top);
    t.wheel(MouseEventKind::ScrollUp).await;
    assert_eq!(text(&t), top);
}

#[tokio::test(start_paused = true)]
async fn the_wheel_never_chooses_to_send() {
    let lenient = format!("confirm = \"confirm\"\n{DEMO}");
    let mut t = Harness::story("demo").config(&lenient).size(80, 24).ready().await;
    t.to("recommendation").await;
    t.keys("a 'holds' enter").await;
    t.until("send to recommendation/14", "20s").await;
    for _ in 0..3 {
        t.wheel(MouseEventKind::ScrollDown).await;
        t.says("enter cancel");
    }
    t.keys("enter").await;
    t.says("cancelled: nothing was sent");
    assert!(t.sim().write_calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_double_click_takes_an_offer_of_the_palette() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys(":").await;
    t.keys("a l a r m s").await;
    t.click("alarms and whom they notify", 2).await;
    t.says("TELLS");
}
