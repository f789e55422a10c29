//! The drill of a story, told beside a simulated account that is served.

use std::io::{self, Write};
use std::time::Duration;

use tokio::time::sleep;

use crate::fmt;
use crate::sim::Sim;

/// Prints the task of the story, and when it is done. It never ends.
pub async fn announce_drill(sim: &Sim) {
    // The reader of the address may have closed the pipe since; the account is served all the same.
    let print = |text: String| drop(io::stdout().write_all(text.as_bytes()));
    if let Some(drill) = sim.drill() {
        print(format!("drill: {}\n", drill.task));
    }
    while let Some(drill) = sim.drill() {
        if let Some(after) = drill.fixed_after {
            print(format!("drill: done after {}. {}\n", fmt::span(after), drill.fix));
            break;
        }
        sleep(Duration::from_secs(1)).await;
    }
    std::future::pending::<()>().await;
}
