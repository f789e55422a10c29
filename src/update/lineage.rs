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

/// Shows the model to which the selected thing belongs now, if the model of the lineage is gone: an endpoint is a model of
/// its own until it is known what it serves.
fn follow(app: &mut App) {
    let Some(detail) = app.detail.as_ref().filter(|detail| app.chain(&detail.model).is_none()) else { return };
    let moved = detail.selected.iter().rev().find_map(|item| {
        let chain = app.here.chain_of(item)?;
        Some((chain.name.to_owned(), lineage::path_to(app, chain, item)))
    });
    if let (Some((model, path)), Some(detail)) = (moved, &mut app.detail) {
        detail.model = model;
        detail.select(path);
    }
}

/// Follows the selected thing into another model, and limits the scroll position of the properties to their end.
pub(super) fn settle(app: &mut App) {
    follow(app);
    let scrolled = app.detail.as_ref().filter(|detail| detail.scroll > 0);
    let most = scrolled.map(|detail| lineage::most_scroll(app, detail));
    if let (Some(most), Some(detail)) = (most, &mut app.detail) {
        detail.scroll = detail.scroll.min(most);
    }
}
