//! Draws a tree (lineage) with the properties of the selected node: beside it if there is room, otherwise below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::StatefulWidget;
use tui_tree_widget::{Tree as Grown, TreeItem, TreeState};

use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Align, Cut, Line, Node, Tree};

/// Draws the tree, with the selected node visible, and the properties.
pub(super) fn draw(tree: &Tree, theme: &Theme, area: Rect, buf: &mut Buffer) {
    paint::line_as(&tree.title, theme, Token::Title, paint::inset(area), buf);
    let (side, other) = tree.sides(area.into());
    grown(tree, theme, side.into(), buf);
    let Some(other) = other.map(Rect::from) else { return };
    if other.x > area.x {
        for row in other.rows() {
            paint::words("│", theme.style(Token::Border), row, buf);
        }
        facts(tree, theme, paint::skip_cells(paint::inset(other), 1), buf);
    } else {
        let lower = paint::inset(other);
        let rule = "─".repeat(lower.width.into());
        paint::words(&rule, theme.style(Token::Border), lower, buf);
        facts(tree, theme, paint::below(lower, 1), buf);
    }
}

fn grown(tree: &Tree, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let room = paint::inset(area);
    let mut items = Items::new(theme, room.width);
    let nodes = items.make(&tree.nodes);
    let Items { mut state, selected, .. } = items;
    state.select(selected.clone());
    // Each node has its own number, so that the widget can distinguish them.
    let Ok(grown) = Grown::new(&nodes) else { return };
    let grown = grown.node_closed_symbol("▸ ").node_open_symbol("▾ ").node_no_children_symbol("  ");
    // The tree is drawn in a buffer of its own, so that a deep node does not write beyond its side.
    let mut side = Buffer::empty(room);
    side.set_style(room, theme.style(Token::Screen));
    StatefulWidget::render(grown, room, &mut side, &mut state);
    for position in room.positions() {
        if let (Some(from), Some(to)) = (side.cell(position), buf.cell_mut(position)) {
            to.clone_from(from);
        }
    }
    // The bar of the selected row covers the margin, as in a table.
    let row = room.rows().find(|row| state.rendered_at(row.as_position()) == Some(selected.as_slice()));
    if let Some(row) = row.filter(|_| !selected.is_empty()) {
        buf.set_style(Rect { x: area.x, width: area.width, ..row }, theme.style(Token::Selection));
    }
}

/// The nodes in the form of the widget. Each has a number, counted from the top.
struct Items<'t> {
    theme: &'t Theme,
    cells: u16,
    /// The numbers of the nodes above the next one.
    path: Vec<usize>,
    next: usize,
    /// The path to the selected node.
    selected: Vec<usize>,
    state: TreeState<usize>,
}

impl<'t> Items<'t> {
    fn new(theme: &'t Theme, cells: u16) -> Self {
        Self { theme, cells, path: Vec::new(), next: 0, selected: Vec::new(), state: TreeState::default() }
    }
    fn make(&mut self, nodes: &[Node]) -> Vec<TreeItem<'static, usize>> {
        nodes.iter().filter_map(|node| self.item(node)).collect()
    }
    fn item(&mut self, node: &Node) -> Option<TreeItem<'static, usize>> {
        let number = self.next;
        self.next += 1;
        self.path.push(number);
        if node.selected {
            self.selected.clone_from(&self.path);
        }
        if !node.closed {
            self.state.open(self.path.clone());
        }
        let line = node.line.cut(usize::from(self.cells).saturating_sub(self.path.len() * 2), Cut::Middle);
        let children = self.make(&node.children);
        self.path.pop();
        let spans = paint::styled(&line, self.theme).spans.into_iter();
        let line: ratatui::text::Line<'static> =
            spans.map(|s| ratatui::text::Span::styled(s.content.into_owned(), s.style)).collect();
        TreeItem::new(number, line, children).ok()
    }
}

/// Draws the properties from the first one that is not scrolled away. The last row says how many are not visible.
fn facts(tree: &Tree, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let lines = tree.lay_out_facts(area.width);
    let height = usize::from(area.height);
    let all_fit = lines.len() <= height;
    let rows = if all_fit { height } else { height.saturating_sub(1) };
    let above = tree.scroll.min(lines.len().saturating_sub(rows));
    for (row, line) in area.rows().zip(lines.iter().skip(above).take(rows)) {
        paint::line(line, theme, row, buf);
    }
    let Some(last) = area.rows().next_back().filter(|_| !all_fit) else { return };
    let below = lines.len() - above - rows;
    let told = [("↑", above), ("↓", below)].into_iter().filter(|(_, rows)| *rows > 0);
    let told: Vec<String> = told.map(|(arrow, rows)| format!("{arrow} {rows} more")).collect();
    let more = Line::new().muted(told.join("  ")).plain("   ").muted(&tree.scroll_keys);
    paint::line(&more.padded(area.width.into(), Align::Left, Cut::End), theme, last, buf);
}
