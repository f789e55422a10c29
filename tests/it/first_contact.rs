//! The screens of a first start: without credentials, on an empty account, and the tour.

use sagetop::aws::Renewal;

use crate::golden;
use crate::harness::Harness;

/// An account that accepts no credentials.
const REFUSED: &str = "inherits = \"shop\"\n[[fault]]\noperation = \"*\"\nstatus = 403\ncode = \"ExpiredTokenException\"\n\
    message = \"The security token included in the request is expired\"\n";

fn sso(profile: &str) -> Renewal {
    Renewal::Sso(["aws", "sso", "login", "--profile", profile].map(str::to_owned).to_vec())
}

#[tokio::test(start_paused = true)]
async fn without_credentials_the_screen_says_what_is_missing_and_what_to_run() {
    for size in [(80, 24), (120, 36)] {
        let mut t = Harness::story(REFUSED).size(size.0, size.1).config("").login(sso("retail-prod")).start().await;
        t.run_for("5s").await;
        t.says("No valid credentials: nothing of this account can be read.");
        t.says("aws sso login --profile retail-prod");
        t.says("L runs it here");
        t.says("sagetop --profile default");
        t.says("2 profiles: default, retail-prod");
        t.says("sagetop doctor");
        t.says("sagetop demo");
    }
}

#[tokio::test(start_paused = true)]
async fn the_login_has_the_terminal_and_comes_back() {
    let mut t = Harness::story("shop").login(sso("retail-prod")).ready().await;
    t.keys("L").await;
    assert_eq!(Harness::ran(), "aws sso login --profile retail-prod");
    t.run_for("61s").await;
    t.says("`aws sso login --profile retail-prod` has ended; reading from AWS now");
    let mut t = Harness::story("shop").login(sso("broken")).ready().await;
    t.keys("L").await;
    t.run_for("61s").await;
    t.says("`aws sso login --profile broken` failed: aws ended with exit status: 255");
    // If no command helps, the key names what helps.
    let mut t = Harness::story("shop").login(Renewal::Start).ready().await;
    t.keys("L").await;
    t.says("login: restart sagetop with other keys in the environment");
    let mut t = Harness::story("shop").ready().await;
    t.keys("L").await;
    t.says("login: this account needs no login");
}

#[tokio::test(start_paused = true)]
async fn an_empty_account_says_where_models_may_be() {
    let t = Harness::story("empty").config("").size(120, 36).ready().await;
    t.says("No model found in the account");
    t.says("sagetop --region REGION");
    t.says("[[model]]");
}

#[tokio::test(start_paused = true)]
async fn the_tour_takes_no_key_and_ends_by_its_steps_or_one_key() {
    let mut t = Harness::story("shop").size(120, 36).ready().await;
    t.never_says("tour 1");
    t.keys(": 'tour' enter").await;
    t.says("tour 1 of 5: down moves the cursor");
    t.keys("4").await;
    t.says("tour 1 of 5");
    t.keys("0 j").await;
    t.says("tour 2 of 5: enter opens the lineage");
    t.keys("enter").await;
    t.says("tour 3 of 5: esc goes back");
    t.keys("esc :").await;
    t.keys("esc").await;
    t.says("tour 5 of 5: ?");
    t.keys("? esc").await;
    t.never_says("tour");
    t.keys(": 'tour' enter").await;
    t.says("tour 1 of 5");
    t.keys("esc").await;
    t.never_says("tour 1");
}

#[tokio::test(start_paused = true)]
async fn times_zoom_and_wallboard_change_the_layout_and_back() {
    let mut t = Harness::story("demo").size(120, 36).ready().await;
    t.keys("D").await;
    t.says("lists show times");
    t.says("22 Nov run");
    t.keys("D").await;
    t.never_says("22 Nov run");
    t.keys("z").await;
    t.never_says("what happened");
    t.never_says("1 data");
    t.says("models  5");
    t.keys("enter").await;
    t.never_says("│");
    t.keys("esc esc").await;
    t.says("what happened");
    t.says("1 data");
    t.keys("W").await;
    t.never_says("1 data");
    t.says("esc leaves the wallboard");
    let selected = |t: &Harness| golden::selected(&t.buffer()).unwrap_or_default();
    assert!(selected(&t).contains("demand-forecasting"), "{}", t.text());
    t.keys("j").await;
    t.run_for("11s").await;
    assert!(selected(&t).contains("demand-forecasting"), "the next one that is not well: {}", t.text());
    t.keys("enter esc").await;
    t.says("esc leaves the wallboard");
    t.keys("esc").await;
    t.says("1 data");
}
