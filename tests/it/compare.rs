//! Two versions, runs or configurations side by side.

use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn a_version_is_compared_with_the_one_before_or_with_the_marked_one() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("3").await;
    t.to("recommendation").await;
    t.run_for("5s").await;
    t.keys("d").await;
    t.says("compared");
    t.says("recommendation/13");
    t.says("recommendation/14");
    t.says("→ ");
    t.says("same   image");
    t.keys("v").await;
    t.says("the same");
    t.never_says("same   image");
    t.keys("esc *").await;
    t.says("recommendation/14 is marked: d on another one compares both");
    t.keys("down").await;
    t.says("marked recommendation/14");
    t.keys("down d").await;
    t.says("recommendation/12");
    t.says("recommendation/14");
    t.never_says("recommendation/13");
    // The mark is taken back by the same key.
    t.keys("esc up up *").await;
    t.says("recommendation/14 is no longer marked");
    t.never_says("marked recommendation");
}

#[tokio::test(start_paused = true)]
async fn endpoints_stand_for_their_configurations() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("4").await;
    t.to("recommendation-prod").await;
    t.keys("d").await;
    t.says("diff: mark another one first with *");
    t.keys("*").await;
    t.to("recommendation-staging").await;
    t.keys("d").await;
    t.says("compared");
    t.says("AllTraffic");
}

#[tokio::test(start_paused = true)]
async fn only_two_of_a_kind_are_compared() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("3 *").await;
    t.keys("5 d").await;
    t.says("diff: compares versions, runs, configurations, training jobs, endpoints");
    t.keys("2").await;
    t.to("└ ").await;
    t.run_for("2s").await;
    t.keys("j j d").await;
    t.never_says("is marked");
}
