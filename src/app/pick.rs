//! Which endpoint is meant, where a model has several and none or more than one of them is broken.

use super::{App, Effect, Modal, modal};
use crate::actions::SheetKey;
use crate::intents::Rollback;

/// Endpoints of which one is to be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The model.
    pub model: String,
    /// Its endpoints, production first.
    pub places: Vec<Place>,
    /// The place with the cursor.
    pub focus: usize,
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub endpoint: String,
    /// Its stage; empty where nothing tells.
    pub stage: String,
    /// What serves.
    pub version: String,
    /// What is wrong with it, where anything is known to be.
    pub trouble: Option<String>,
    /// The deployment under way on it.
    pub deployment: Option<String>,
}

/// A key that means something to the question.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut pick: Pick, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextChoice, NextField, PreviousChoice, PreviousField, ScrollDown, ScrollUp};
    let count = pick.places.len().max(1);
    match key {
        Confirm => {
            let endpoint = pick.places.get(pick.focus)?.endpoint.clone();
            return Some(modal::plan(app, Rollback { endpoint, to: None }.into()));
        }
        ScrollDown | NextField | NextChoice => pick.focus = (pick.focus + 1) % count,
        ScrollUp | PreviousField | PreviousChoice => pick.focus = (pick.focus + count - 1) % count,
        _ => {}
    }
    app.modal = Some(Modal::Pick(pick));
    None
}
