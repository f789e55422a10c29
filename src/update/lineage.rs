//! The cursor of the open lineage, and the scroll position of its properties.

use crate::app::App;
use crate::panes::lineage;

/// Moves the cursor through the open branches.
pub(super) fn step(app: &mut App, by: isize) {
    let next = app.detail.as_ref().and_then(|detail| lineage::beside(app, detail, by));
    if let (Some(path), Some(detail)) = (next, &mut app.detail) {
        detail.select(path);
    }
}

/// Limits the scroll position of the properties to their end.
pub(super) fn settle(app: &mut App) {
    let scrolled = app.detail.as_ref().filter(|detail| detail.scroll > 0);
    let most = scrolled.map(|detail| lineage::most_scroll(app, detail));
    if let (Some(most), Some(detail)) = (most, &mut app.detail) {
        detail.scroll = detail.scroll.min(most);
    }
}
