//! The three intents from the key to the end state: what the simulated account became, not what we think of it.

use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn look() {
    let mut t = Harness::story("demo").size(120, 36).start().await;
    println!("{}", t.text());
    t.run_for("3s").await;
    println!("{}", t.text());
    t.run_for("100s").await;
    println!("{}", t.text());
    t.keys("b").await;
    println!("{}", t.text());
    t.keys("esc a 'good' enter").await;
    println!("{}", t.text());
    println!("{}", t.executor().aws.meter.usage().calls);
}
