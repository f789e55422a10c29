//! A directed graph as rows of text: nodes in columns from left to right, with lines from each node to those after it.

use super::{Align, Cut, Line};

/// A node, with the indices of the nodes before it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GraphNode {
    /// Its text, in one row.
    pub line: Line,
    /// The indices of the nodes that it comes after. An index of no node is ignored.
    pub after: Vec<usize>,
}

/// The maximum number of columns. A chain that is longer is cut by the room anyway.
const DEEPEST: usize = 64;

/// One place in a column: a node, or a line that passes through the column.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Node(usize),
    /// From a node to a node in a later column.
    Passing(usize, usize),
}

/// A place in a column, and its row.
type Placed = (Place, usize);

/// Draws a graph. Returns `None` if it needs more than `cells` in width, or has a cycle.
///
/// An edge that a longer path implies is not drawn.
#[must_use]
pub fn draw(nodes: &[GraphNode], cells: usize) -> Option<Vec<Line>> {
    let edges = reduced(nodes);
    let depth = depths(&edges)?;
    let columns = place(&edges, &depth);
    let rows = columns.iter().flatten().map(|(_, row)| row + 1).max()?;
    let mut lines = vec![Line::new(); rows];
    for (at, column) in columns.iter().enumerate() {
        let width = column.iter().filter_map(|(place, _)| Some(node(nodes, *place)?.width())).max().unwrap_or(0);
        for (row, line) in lines.iter_mut().enumerate() {
            let here = column.iter().find(|(_, own)| *own == row).map(|(place, _)| *place);
            let goes_on = here.is_some_and(|place| columns.get(at + 1).is_some_and(|next| leads(place, next, &edges)));
            let cell = match here {
                Some(Place::Passing(..)) => Line::new().muted("─".repeat(width)),
                Some(place) => {
                    let own = node(nodes, place).cloned().unwrap_or_default();
                    let rest = width.saturating_sub(own.width());
                    // The line to the next column begins behind the text.
                    if goes_on && rest > 1 { own.muted(format!(" {}", "─".repeat(rest - 1))) } else { own }
                }
                None => Line::new(),
            };
            let cell = cell.padded(width, Align::Left, Cut::End);
            *line = Line(std::mem::take(line).0.into_iter().chain(cell.0).collect());
        }
        if let Some(next) = columns.get(at + 1) {
            for (line, gap) in lines.iter_mut().zip(gap(column, next, &edges, rows)) {
                *line = std::mem::take(line).muted(gap);
            }
        }
    }
    lines.iter().all(|line| line.width() <= cells).then_some(lines)
}

fn node(nodes: &[GraphNode], place: Place) -> Option<&Line> {
    if let Place::Node(index) = place { nodes.get(index).map(|node| &node.line) } else { None }
}

/// Returns the edges into each node, without those that a longer path implies.
fn reduced(nodes: &[GraphNode]) -> Vec<Vec<usize>> {
    let known = |node: &GraphNode| node.after.iter().copied().filter(|i| *i < nodes.len()).collect::<Vec<_>>();
    let all: Vec<Vec<usize>> = nodes.iter().map(known).collect();
    let implied = |to: usize, from: usize| {
        let others = all.get(to).into_iter().flatten().filter(|other| **other != from);
        others.into_iter().any(|other| reaches(&all, *other, from))
    };
    all.iter()
        .enumerate()
        .map(|(to, after)| after.iter().copied().filter(|from| *from != to && !implied(to, *from)).collect())
        .collect()
}

/// Returns whether a node comes after another one.
fn reaches(edges: &[Vec<usize>], node: usize, before: usize) -> bool {
    let mut open = vec![node];
    let mut seen = vec![false; edges.len()];
    while let Some(node) = open.pop() {
        for from in edges.get(node).into_iter().flatten() {
            if *from == before {
                return true;
            }
            if let Some(seen) = seen.get_mut(*from).filter(|seen| !**seen) {
                *seen = true;
                open.push(*from);
            }
        }
    }
    false
}

/// Returns the column of each node: one more than that of the last node before it. `None` if there is a cycle.
fn depths(edges: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut depth = vec![0; edges.len()];
    for _ in 0..=edges.len().min(DEEPEST) {
        let deeper: Vec<usize> = edges
            .iter()
            .map(|after| after.iter().filter_map(|from| depth.get(*from)).map(|d| d + 1).max().unwrap_or(0))
            .collect();
        if deeper == depth {
            return Some(depth);
        }
        depth = deeper;
    }
    None
}

/// Gives each node and each passing line a row in its column, near the rows of what comes before it.
fn place(edges: &[Vec<usize>], depth: &[usize]) -> Vec<Vec<Placed>> {
    let last = depth.iter().copied().max().unwrap_or(0);
    let mut columns: Vec<Vec<Placed>> = Vec::new();
    for at in 0..=last {
        let mut wanted: Vec<(usize, Place)> = Vec::new();
        for (to, after) in edges.iter().enumerate() {
            let deep = depth.get(to).copied().unwrap_or(0);
            if deep == at {
                let rows = after.iter().filter_map(|from| row_of(columns.last()?, *from, to));
                wanted.push((rows.min().unwrap_or(0), Place::Node(to)));
            }
            for from in after.iter().filter(|from| deep > at && depth.get(**from).is_some_and(|d| *d < at)) {
                let row = columns.last().and_then(|before| row_of(before, *from, to)).unwrap_or(0);
                wanted.push((row, Place::Passing(*from, to)));
            }
        }
        wanted.sort_by_key(|(row, _)| *row);
        let mut free = 0;
        let placed = wanted.into_iter().map(|(row, place)| {
            let row = row.max(free);
            free = row + 1;
            (place, row)
        });
        columns.push(placed.collect());
    }
    columns
}

/// Returns the row in which the line from a node to another one leaves a column.
fn row_of(column: &[Placed], from: usize, to: usize) -> Option<usize> {
    let own = |place: Place| place == Place::Node(from) || place == Place::Passing(from, to);
    column.iter().find(|(place, _)| own(*place)).map(|(_, row)| *row)
}

/// Returns whether a place leads to any place of the next column.
fn leads(place: Place, next: &[Placed], edges: &[Vec<usize>]) -> bool {
    next.iter().any(|(other, _)| joined(place, *other, edges))
}

fn joined(from: Place, to: Place, edges: &[Vec<usize>]) -> bool {
    match (from, to) {
        (Place::Node(from), Place::Node(to)) => edges.get(to).is_some_and(|after| after.contains(&from)),
        (Place::Node(from), Place::Passing(start, _)) => from == start,
        (Place::Passing(_, end), Place::Node(to)) => end == to,
        (Place::Passing(a, b), Place::Passing(c, d)) => (a, b) == (c, d),
    }
}

/// The directions in which a cell of a gap has lines.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each direction")]
struct Lines {
    up: bool,
    down: bool,
    left: bool,
    right: bool,
}

impl Lines {
    fn glyph(self) -> char {
        match (self.up, self.down, self.left, self.right) {
            (false, false, false, false) => ' ',
            (false, false, ..) => '─',
            (true, true, false, false) => '│',
            (true, true, false, true) => '├',
            (true, true, true, false) => '┤',
            (true, true, true, true) => '┼',
            (false, true, true, true) => '┬',
            (true, false, true, true) => '┴',
            (false, true, _, true) => '┌',
            (false, true, _, false) => '┐',
            (true, false, _, true) => '└',
            (true, false, _, false) => '┘',
        }
    }
}

/// Draws the lines between two columns, one text for each row. Each source that changes its row has a lane of its own.
fn gap(column: &[Placed], next: &[Placed], edges: &[Vec<usize>], rows: usize) -> Vec<String> {
    let targets = |place: Place| next.iter().filter(move |(to, _)| joined(place, *to, edges)).map(|(_, row)| *row);
    let bent: Vec<usize> =
        column.iter().filter(|(place, row)| targets(*place).any(|to| to != *row)).map(|(_, row)| *row).collect();
    let width = bent.len() + 2;
    let mut cells = vec![vec![Lines::default(); width]; rows];
    for (place, row) in column {
        let lane = bent.iter().position(|own| own == row).map_or(0, |lane| lane + 1);
        for to in targets(*place) {
            connect(&mut cells, (*row, to), lane, width);
        }
    }
    let ends: Vec<(usize, bool)> = next
        .iter()
        .filter(|(to, _)| column.iter().any(|(from, _)| joined(*from, *to, edges)))
        .map(|(to, row)| (*row, matches!(to, Place::Node(_))))
        .collect();
    cells
        .into_iter()
        .enumerate()
        .map(|(row, cells)| {
            let line: String = cells.into_iter().map(Lines::glyph).collect();
            let end = match ends.iter().find(|(own, _)| *own == row) {
                Some((_, true)) => "▶ ",
                Some((_, false)) => "──",
                None => "  ",
            };
            let passes = |(place, own): &Placed| *own == row && matches!(place, Place::Passing(..));
            let start = if column.iter().any(passes) { '─' } else { ' ' };
            format!("{start}{line}{end}")
        })
        .collect()
}

/// Adds the line from a row at the left, along a lane, to a row at the right.
fn connect(cells: &mut [Vec<Lines>], (from, to): (usize, usize), lane: usize, width: usize) {
    let mut set = |row: usize, at: usize, change: &dyn Fn(&mut Lines)| {
        if let Some(cell) = cells.get_mut(row).and_then(|row| row.get_mut(at)) {
            change(cell);
        }
    };
    for at in 0..width {
        let before = at <= lane;
        if at == lane {
            set(from, at, &|cell| cell.left = true);
            set(to, at, &|cell| cell.right = true);
        } else {
            set(if before { from } else { to }, at, &|cell| (cell.left, cell.right) = (true, true));
        }
    }
    let (upper, lower) = (from.min(to), from.max(to));
    for row in upper..lower {
        set(row, lane, &|cell| cell.down = true);
        set(row + 1, lane, &|cell| cell.up = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nodes with the letters before them, and the rows that are drawn.
    type Case = (&'static [(&'static str, &'static str)], &'static [&'static str]);

    /// Draws nodes that are named by a letter, each with the letters before it.
    fn drawn(nodes: &[(&str, &str)], cells: usize) -> Option<Vec<String>> {
        let index = |letter: char| nodes.iter().position(|(name, _)| name.starts_with(letter));
        let nodes: Vec<GraphNode> = nodes
            .iter()
            .map(|(name, after)| GraphNode {
                line: Line::from(*name),
                after: after.chars().filter_map(index).collect(),
            })
            .collect();
        Some(draw(&nodes, cells)?.iter().map(|line| line.text().trim_end().to_owned()).collect())
    }

    #[test]
    fn steps_are_drawn_in_order_with_their_branches() {
        let cases: [Case; 6] = [
            (&[("a", "")], &["a"]),
            (&[("a", ""), ("b", "a"), ("c", "b")], &["a ──▶ b ──▶ c"]),
            (&[("a", ""), ("b", "a"), ("c", "a"), ("d", "bc")], &["a ─┬─▶ b ─┬─▶ d", "   └─▶ c ─┘"]),
            // A longer path implies the edge from a to c.
            (&[("a", ""), ("b", "a"), ("c", "ab")], &["a ──▶ b ──▶ c"]),
            (&[("a", ""), ("b", "")], &["a", "b"]),
            (&[("a", ""), ("b", "a"), ("c", "b"), ("d", "ac"), ("e", "a")], &["a ─┬─▶ b ──▶ c ──▶ d", "   └─▶ e"]),
        ];
        for (nodes, expected) in cases {
            assert_eq!(drawn(nodes, 80).unwrap(), expected, "{nodes:?}");
        }
    }

    #[test]
    fn a_line_passes_the_columns_between() {
        let nodes = [("a", ""), ("x", ""), ("b", "a"), ("c", "b"), ("d", "cx")];
        let expected = ["a ──▶ b ──▶ c ─┬─▶ d", "x ─────────────┘"];
        assert_eq!(drawn(&nodes, 80).unwrap(), expected);
    }

    #[test]
    fn what_does_not_fit_or_has_no_order_is_not_drawn() {
        assert_eq!(drawn(&[("a", ""), ("b", "a")], 6), None);
        assert_eq!(drawn(&[("a", "b"), ("b", "a")], 80), None, "a cycle");
        assert_eq!(drawn(&[], 80), None);
        assert!(drawn(&[("a", "a")], 80).is_some(), "a node does not wait for itself");
    }
}
