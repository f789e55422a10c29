//! scratch
use crate::harness::Harness;

#[tokio::test(start_paused = true)]
async fn peek() {
    let Ok(all) = std::env::var("PEEK") else { return };
    for one in all.split(';') {
        let mut parts = one.trim().splitn(4, ' ');
        let (story, size, time, keys) =
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap_or(""));
        let (w, h) = size.split_once('x').unwrap();
        let mut t = Harness::story(story).size(w.parse().unwrap(), h.parse().unwrap()).ready().await;
        t.run_for(time).await;
        if !keys.is_empty() {
            t.keys(keys).await;
            t.run_for("3s").await;
        }
        println!("=== {one}\n{}", t.text());
    }
}
