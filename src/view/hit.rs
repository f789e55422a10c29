//! The search for the element at a cell of the screen, for the mouse.

use super::{Area, Content, Id, Node, Screen, Sheet, SheetRow, Table, Tree, is_readable, tab_places};

/// The element at a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// The tab of this pane.
    Tab(&'static str),
    /// The title of a column: its index among the visible columns.
    Head(usize),
    /// A row of a list.
    Row(Id),
    /// A node of a tree.
    Node(Id),
    /// An item or a field of the open sheet.
    SheetRow {
        /// The index among the rows of the contents or, if `pinned`, among the rows below them.
        place: usize,
        /// Whether it is one of the rows below the contents.
        pinned: bool,
    },
    /// A key of the last row: the name of its action.
    Key(String),
}

/// Finds the element at a cell (column, row) of a screen of this size. While a sheet is open, only the sheet and the
/// keys of the last row can be hit.
#[must_use]
pub fn hit(screen: &Screen, size: (u16, u16), at: (u16, u16)) -> Option<Hit> {
    if !is_readable(size) {
        return None;
    }
    let parts = screen.parts(size);
    if let Some(sheet) = screen.sheet.as_ref().filter(|sheet| sheet.area(size).contains(at)) {
        return in_sheet(sheet, sheet.area(size), at);
    }
    if parts.footer.contains(at) {
        return in_footer(screen, parts.footer.inset(), at);
    }
    let blocks = screen.blocks.iter().zip(parts.blocks);
    let (block, area) = blocks.into_iter().find(|(_, area)| screen.sheet.is_none() && area.contains(at))?;
    match &block.content {
        Content::Tabs(tabs) => {
            let places = tab_places(tabs, area.width);
            let (tab, _) = tabs.iter().zip(places).find(|(_, place)| place.cells.contains(&(at.0 - area.x)))?;
            Some(Hit::Tab(tab.pane))
        }
        Content::Table(table) => in_table(table, area, at),
        Content::Tree(tree) => in_tree(tree, area, at),
        Content::Chain(_) | Content::Lines { .. } | Content::Chart(_) | Content::Charts(_) => None,
    }
}

fn in_footer(screen: &Screen, row: Area, at: (u16, u16)) -> Option<Hit> {
    if screen.footer.message.is_some() {
        return None;
    }
    let key = screen.footer.places(row.width).into_iter().find(|(start, key)| {
        // The gap after a key belongs to no key.
        row.behind(*start).left(key.width()).contains(at)
    });
    key.map(|(_, key)| Hit::Key(key.action.clone()))
}

fn in_table(table: &Table, area: Area, at: (u16, u16)) -> Option<Hit> {
    let heads = area.below(table.title_rows());
    let rows = heads.below(table.head_rows());
    if heads.top(table.head_rows()).contains(at) {
        let mut rest = heads.inset();
        for (place, (cells, gap)) in table.widths(rest.width).into_iter().enumerate() {
            if rest.left(cells).contains(at) {
                return Some(Hit::Head(place));
            }
            rest = rest.behind(cells + gap);
        }
    }
    let place = usize::from(at.1.checked_sub(rows.y)?);
    let row = table.rows.get(table.visible_rows(rows.height))?.get(place)?;
    Some(Hit::Row(row.id))
}

fn in_tree(tree: &Tree, area: Area, at: (u16, u16)) -> Option<Hit> {
    let (side, _) = tree.sides(area);
    if !side.contains(at) {
        return None;
    }
    let mut nodes = Vec::new();
    tree.nodes.iter().for_each(|node| list_visible(node, &mut nodes));
    let selected = nodes.iter().position(|node| node.selected).unwrap_or(0);
    let first = (selected + 1).saturating_sub(side.height.into());
    nodes.get(first + usize::from(at.1 - side.y)).map(|node| Hit::Node(node.id))
}

/// Lists a node and its visible descendants, from top to bottom.
fn list_visible<'a>(node: &'a Node, into: &mut Vec<&'a Node>) {
    into.push(node);
    if !node.closed {
        node.children.iter().for_each(|child| list_visible(child, into));
    }
}

fn in_sheet(sheet: &Sheet, area: Area, at: (u16, u16)) -> Option<Hit> {
    let inner = area.below(1).top(area.height.saturating_sub(2)).behind(1).left(area.width.saturating_sub(2));
    let (laid, pinned) = sheet.lay_out_in_frame(area.width);
    let height = usize::from(inner.height).saturating_sub(pinned.len());
    let row = usize::from(at.1.checked_sub(inner.y).filter(|_| inner.contains(at))?);
    let first = sheet.first(&laid, height);
    let (place, pinned) = match row.checked_sub(height.min(laid.len() - first)) {
        None => (laid.get(first + row)?.row, false),
        Some(row) => (pinned.get(row)?.row, true),
    };
    let rows = if pinned { &sheet.pinned } else { &sheet.rows };
    let acts = rows.get(place).is_some_and(|row| matches!(row, SheetRow::Item { .. } | SheetRow::Field { .. }));
    acts.then_some(Hit::SheetRow { place, pinned })
}

#[cfg(test)]
mod tests;
