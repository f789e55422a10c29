//! A tree (lineage) with the facts of what is selected in it: beside it where there
//! is room, below it where there is not.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{StatefulWidget, Widget as _};
use tui_tree_widget::{Tree as Grown, TreeItem, TreeState};

use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Align, Cut, Line, Node, Tone, Tree, width};

/// Narrower than this, facts go below the tree.
const BESIDE: u16 = 90;

/// Draws the tree with the selected node in sight, and the facts.
pub(super) fn draw(tree: &Tree, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut body = area;
    if tree.title.width() > 0 {
        paint::line_as(&tree.title, theme, Token::Title, paint::inset(area), buf);
        body = paint::below(area, 1);
    }
    if tree.facts.is_empty() {
        grown(tree, theme, body, buf);
        return;
    }
    if body.width >= BESIDE {
        let beside = body.width * 2 / 5;
        let left = Rect { width: body.width - beside, ..body };
        grown(tree, theme, left, buf);
        let right = paint::from_right(body, beside.into());
        for row in right.rows() {
            paint::words("│", theme.style(Token::Border), row, buf);
        }
        facts(tree, theme, paint::behind(paint::inset(right), 1), buf);
    } else {
        let below = body.height / 2;
        let upper = Rect { height: body.height - below, ..body };
        grown(tree, theme, upper, buf);
        let lower = paint::inset(paint::below(body, upper.height));
        let rule = "─".repeat(lower.width.into());
        paint::words(&rule, theme.style(Token::Border), lower, buf);
        facts(tree, theme, paint::below(lower, 1), buf);
    }
}

fn grown(tree: &Tree, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let room = paint::inset(area);
    let mut state = TreeState::default();
    open(&tree.nodes, &mut Vec::new(), &tree.closed, &mut state);
    state.select(tree.selected.clone());
    let items: Vec<TreeItem<'_, String>> =
        tree.nodes.iter().filter_map(|node| item(node, 1, theme, room.width)).collect();
    // Nodes that cannot be told apart are a mistake of the caller's; it shows as an empty tree.
    let Ok(grown) = Grown::new(&items) else {
        return;
    };
    let grown = grown.node_closed_symbol("▸ ").node_open_symbol("▾ ").node_no_children_symbol("  ");
    // Drawn apart: a deep node must not write beyond its side.
    let mut side = Buffer::empty(room);
    side.set_style(room, theme.style(Token::Screen));
    StatefulWidget::render(grown, room, &mut side, &mut state);
    for position in room.positions() {
        if let (Some(from), Some(to)) = (side.cell(position), buf.cell_mut(position)) {
            to.clone_from(from);
        }
    }
    // The bar reaches over the margin, as in a table.
    let selected = room.rows().find(|row| state.rendered_at(row.as_position()) == Some(tree.selected.as_slice()));
    if let Some(row) = selected.filter(|_| !tree.selected.is_empty()) {
        buf.set_style(Rect { x: area.x, width: area.width, ..row }, theme.style(Token::Selection));
    }
}

/// Opens every node that is not closed.
fn open(nodes: &[Node], path: &mut Vec<String>, closed: &[Vec<String>], state: &mut TreeState<String>) {
    for node in nodes {
        path.push(node.id.clone());
        if !closed.contains(path) {
            state.open(path.clone());
        }
        open(&node.children, path, closed, state);
        path.pop();
    }
}

fn item<'a>(node: &'a Node, depth: usize, theme: &Theme, cells: u16) -> Option<TreeItem<'a, String>> {
    let children = node.children.iter().filter_map(|child| item(child, depth + 1, theme, cells)).collect();
    let line = node.line.cut(usize::from(cells).saturating_sub(depth * 2), Cut::Middle);
    let spans = paint::styled(&line, theme).spans.into_iter();
    let line: ratatui::text::Line<'a> =
        spans.map(|s| ratatui::text::Span::styled(s.content.into_owned(), s.style)).collect();
    TreeItem::new(node.id.clone(), line, children).ok()
}

/// Labels in a column, values wrapped behind them.
fn facts(tree: &Tree, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let longest = tree.facts.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
    let labels = longest.min(usize::from(area.width) / 3);
    let room = usize::from(area.width).saturating_sub(labels + 2);
    let mut lines = Vec::new();
    for (label, value) in tree.facts.iter().skip(tree.scroll) {
        let label = Line::new().with(label, Tone::Muted).padded(labels + 2, Align::Left, Cut::End);
        for (at, part) in value.wrap(room).into_iter().enumerate() {
            let label = if at == 0 { label.clone() } else { Line::from(" ".repeat(labels + 2)) };
            lines.push(Line(label.0.into_iter().chain(part.0).collect()));
        }
    }
    let all = lines.len();
    for (row, line) in area.rows().zip(&lines) {
        paint::styled(line, theme).render(row, buf);
    }
    let height = usize::from(area.height);
    if all > height
        && let Some(last) = area.rows().next_back()
    {
        let more = Line::new().muted(format!("↓ {} more", all - height + 1));
        buf.set_style(last, theme.style(Token::Screen));
        paint::line(&more.padded(area.width.into(), Align::Left, Cut::End), theme, last, buf);
    }
}
