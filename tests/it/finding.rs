//! A filter narrows a list, and so does the choice of rows with a problem.

use ratatui::style::Modifier;

use crate::golden;
use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn a_filter_looks_at_what_is_shown_and_says_how_many_rows_it_keeps() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("5 / 'ALARM'").await;
    t.says("3 of 14");
    t.never_says("P2-recommendation-latency");
    t.says("enter keeps, esc clears, !not ~regex ?letters column:text");
    t.keys("enter").await;
    t.says(" /ALARM");
    // A hidden column counts where its name is typed.
    t.keys("esc / 'why:threshold'").await;
    t.never_says("No row matches");
    t.keys("esc 4 / 'status:~^in !?stg'").await;
    t.says("recommendation-prod");
    t.never_says("recommendation-staging");
}

#[tokio::test(start_paused = true)]
async fn what_matches_is_marked() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("4 / 'fraud' enter").await;
    let buffer = t.buffer();
    let (column, row) = golden::place(&buffer, "fraud-screening").unwrap();
    let marked = |cell: u16| buffer.cell((column + cell, row)).unwrap().modifier.contains(Modifier::UNDERLINED);
    assert!((0..5).all(marked) && !marked(5), "{}", t.text());
}

#[tokio::test(start_paused = true)]
async fn a_mistake_in_a_regular_expression_leaves_the_list() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("4 / '~fraud' '('").await;
    t.says("/~fraud(   ~fraud(: ");
    t.says("the list stays");
    t.says("2 of 9");
    t.says("fraud-screening");
    // It is not kept with its mistake.
    t.keys("enter").await;
    t.says("the list stays");
    t.keys("')' enter").await;
    t.never_says("the list stays");
    t.says("/~fraud()");
}

#[tokio::test(start_paused = true)]
async fn rows_without_a_problem_can_be_left_out_of_every_list() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    for (key, kept, gone) in
        [("0", "demand-forecasting", "fraud-"), ("4", "demand-forecasting-prod", "fraud-"), ("5", "ALARM", "P2-fraud")]
    {
        t.keys(key).await;
        t.says(gone);
        t.keys("!").await;
        t.says("problems only");
        t.says(kept);
        t.never_says(gone);
        t.keys("!").await;
        t.never_says("problems only");
    }
    // It stays with its list, and the same key that clears a filter ends it.
    t.keys("4 ! / 'recomm' enter 5").await;
    t.never_says("problems only");
    t.keys("4").await;
    t.says("problems only  /recomm");
    t.keys("esc").await;
    t.never_says("/recomm");
    t.says("problems only");
    t.keys("esc").await;
    t.never_says("problems only");
    t.says("endpoints");
}

#[tokio::test(start_paused = true)]
async fn a_list_without_problems_says_so() {
    let mut t = Harness::story("shop").size(120, 36).ready().await;
    t.keys("1 / 'nothing-here' enter !").await;
    t.says("No row with a problem matches \"nothing-here\".");
    t.keys("esc").await;
    t.says("problems only");
    t.never_says("nothing-here");
    // Going to a row that is left out shows all rows again.
    t.keys("4 ! : 'fraud-screening' down enter").await;
    t.run_for("1s").await;
    t.says("fraud-screening");
}
