//! The open charts: two rows about them, and as many charts as have room. A narrow or low screen has a table instead.

mod draw;
mod endpoint;
mod find;
mod limits;
mod plan;
mod state;
mod table;
mod values;

use crate::app::{App, Body, ChartsView};
use crate::view::{self, Block, ChartGrid, Content, Line};
use draw::Drawing;
pub(crate) use find::planned;
pub(crate) use state::values_at_cursor;
pub(crate) use values::{key, stored};

/// The open charts, which replace the body of the pane.
pub(super) static BODY: Body =
    Body::Own(|app, rows| app.open_charts.as_ref().map(|view| blocks(app, view, rows)).unwrap_or_default());

/// The number of rows about the charts.
const ABOUT: u16 = 2;
/// The fewest cells of a chart that can be read.
const NARROW: u16 = 36;
/// The fewest rows of a chart that can be read: a title, four rows of points, and the axis.
const LOW: u16 = 6;
/// The rows of a chart from which more columns are not needed.
const HIGH: u16 = 7;
/// The cells between charts that are beside each other.
const GAP: u16 = 2;
/// The most charts beside each other.
const MOST_COLUMNS: u16 = 3;

fn blocks(app: &App, view: &ChartsView, body: u16) -> Vec<Block> {
    let planned = planned(app, &view.subject, view.window);
    let height = body.saturating_sub(ABOUT);
    let (about, content) = match &planned {
        Ok(planned) => {
            let about = vec![state::title(app, view, &planned.about), state::state(app, view, planned)];
            let size = (app.size.0 - 2 * view::margin(app.size.0), height);
            let grid = Grid::of(planned.charts.len(), size, view);
            let columns = grid.as_ref().map_or(1, |grid| grid.columns);
            let drawing = Drawing::new(app, view, planned, usize::from((size.0 + GAP) / columns - GAP));
            let content = match grid {
                Some(grid) => {
                    Content::Charts(ChartGrid { columns: grid.columns, charts: drawing.charts(grid.shown()) })
                }
                None => Content::Table(table::table(app, view, planned)),
            };
            (about, content)
        }
        Err(why) => {
            let about = vec![state::title(app, view, "nothing"), Line::new()];
            (about, Content::Lines { title: None, lines: vec![Line::from(why.as_str())] })
        }
    };
    let about = Block { height: ABOUT, content: Content::Lines { title: None, lines: about } };
    vec![about, Block { height, content }]
}

/// The arrangement of charts.
#[derive(Debug, PartialEq)]
struct Grid {
    columns: u16,
    rows: u16,
    first: usize,
    count: usize,
}

impl Grid {
    /// Arranges charts on this many cells and rows, so that the selected one is visible: in as few columns as leave them
    /// high enough. `None` if they could not be read.
    fn of(count: usize, (width, height): (u16, u16), view: &ChartsView) -> Option<Self> {
        if width < NARROW || height < LOW || count == 0 {
            return None;
        }
        let selected = view.selected.min(count - 1);
        if view.zoomed {
            return Some(Self { columns: 1, rows: 1, first: selected, count: selected + 1 });
        }
        let most = (width / NARROW).clamp(1, MOST_COLUMNS);
        let all = u16::try_from(count).unwrap_or(u16::MAX);
        let high = |columns: &u16| height / all.div_ceil(*columns) >= HIGH;
        let columns = (1..=most).find(high).unwrap_or(most).min(all);
        let rows = all.div_ceil(columns).min(height / LOW);
        let row = selected / usize::from(columns);
        let first = (row + 1).saturating_sub(rows.into()) * usize::from(columns);
        Some(Self { columns, rows, first, count })
    }

    /// Returns the indexes of the charts that are shown.
    fn shown(&self) -> std::ops::Range<usize> {
        let cells = usize::from(self.columns) * usize::from(self.rows);
        self.first..(self.first + cells).min(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Item, Subject};
    use crate::charts::{Comparison, Window};
    use crate::resources::AccountId;

    #[test]
    fn charts_use_the_room_and_the_selected_one_is_visible() {
        let subject = Subject { account: AccountId::FIRST, item: Item::Account };
        let mut view = ChartsView::new(subject, Window::Day, Comparison::None);
        for (size, selected, expected) in [
            ((78, 19), 0, Some((2, 0..6))),
            ((78, 13), 5, Some((2, 2..6))),
            ((118, 31), 0, Some((2, 0..7))),
            ((198, 45), 0, Some((2, 0..7))),
            ((198, 20), 0, Some((3, 0..7))),
            ((50, 40), 0, Some((1, 0..6))),
            ((30, 40), 0, None),
            ((78, 5), 0, None),
        ] {
            view.selected = selected;
            let grid = Grid::of(7, size, &view);
            assert_eq!(grid.map(|grid| (grid.columns, grid.shown())), expected, "{size:?}");
        }
        view.zoomed = true;
        view.selected = 3;
        assert_eq!(Grid::of(7, (78, 19), &view).map(|grid| grid.shown()), Some(3..4));
        assert_eq!(Grid::of(0, (78, 19), &view), None);
    }
}
