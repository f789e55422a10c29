//! The way to what is shown instead of a pane: `models › recommendation › Endpoint › charts`.

use crate::app::App;
use crate::view::Line;

/// Returns the way from the pane to the lineage, the charts or the log.
pub(super) fn crumbs(app: &App) -> Line {
    let mut names = vec![app.pane.title.to_owned()];
    if let Some(detail) = &app.detail {
        names.push(detail.model.clone());
        names.extend(detail.selected.last().map(|item| app.name_of(&app.here.subject(item.clone()))));
    } else if let Some(charts) = &app.open_charts {
        names.push(app.name_of(&charts.subject));
    }
    names.extend(app.open_charts.as_ref().map(|_| "charts".to_owned()));
    names.extend(app.open_log.as_ref().map(|_| "log".to_owned()));
    names.retain(|name| !name.is_empty());
    names.dedup();
    let last = names.pop().unwrap_or_default();
    names.iter().fold(Line::new(), |line, name| line.muted(name).muted(" › ")).plain(last)
}
