//! A recording of a single look, with the final state of all tables.

use crate::app::EventLog;
use crate::recording::{AccountState, Recorder};
use crate::resources::{AccountId, Store};

use super::Look;

/// Records the look at each account, with the events of the last day that the rows reveal.
pub fn record(recorder: &Recorder, looks: &[Look]) {
    let state = |look: &Look| {
        let (mut log, mut read) = (EventLog::default(), Store::default());
        for (kind, table) in look.store().tables() {
            // A row that cannot be written is missing in the recording as well.
            let _ = table.patches(&mut |patch| {
                let snapshot = read.patch(kind, patch, look.observed.at)?;
                log.add_changes(AccountId::FIRST, read.apply(snapshot));
                Ok(())
            });
        }
        AccountState { store: read, events: log.keep(AccountId::FIRST), usage: look.aws.meter.usage() }
    };
    recorder.key_frame(looks.iter().map(state).collect());
}
