//! A tree and the properties of the selected node, and their shares of the space.

use super::text::width;
use super::{Align, Area, Cut, Id, Line, Tone, margin};

/// The least number of cells at which the properties are beside the tree and not below it.
const BESIDE: u16 = 90;

/// A tree, and the properties of the selected node.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    /// The title.
    pub title: Line,
    /// The top nodes.
    pub nodes: Vec<Node>,
    /// The properties of the selected node: label and value.
    pub facts: Vec<(String, Line)>,
    /// The number of rows of the properties that are scrolled away, at most [`Tree::most_scroll`].
    pub scroll: usize,
    /// The keys that scroll the properties, shown if not all of them are visible.
    pub scroll_keys: String,
}

/// One node of a tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// Identifies the node.
    pub id: Id,
    /// Its text.
    pub line: Line,
    /// Whether its children are hidden.
    pub closed: bool,
    /// Whether the cursor is on this node.
    pub selected: bool,
    /// Its children.
    pub children: Vec<Node>,
}

/// The shares of a tree and of the properties in an area, in cells and rows. Margins and separators are not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Whether the properties are beside the tree.
    pub beside: bool,
    /// The cells (beside) or rows (below) of the properties, including the line between them and the tree.
    pub taken: u16,
    /// The width of a property with its label, in cells.
    pub cells: u16,
    /// The rows for properties.
    pub rows: u16,
}

impl Tree {
    /// Divides an area of this many cells and rows, without the title.
    #[must_use]
    pub fn shares(&self, cells: u16, rows: u16) -> Shares {
        if cells >= BESIDE {
            let taken = cells * 2 / 5;
            let inner = taken.saturating_sub(2 * margin(taken) + 1);
            Shares { beside: true, taken, cells: inner, rows }
        } else {
            let taken = rows / 2;
            Shares { beside: false, taken, cells: cells - 2 * margin(cells), rows: taken.saturating_sub(1) }
        }
    }

    /// Returns the areas of the tree and of the properties, if there are any, with the line between the two.
    #[must_use]
    pub fn sides(&self, area: Area) -> (Area, Option<Area>) {
        let body = area.below(self.title_rows());
        if self.facts.is_empty() {
            return (body, None);
        }
        let shares = self.shares(body.width, body.height);
        if shares.beside {
            (body.left(body.width - shares.taken), Some(body.right(shares.taken)))
        } else {
            let upper = body.height - shares.taken;
            (body.top(upper), Some(body.below(upper)))
        }
    }

    /// Returns the rows of the title.
    #[must_use]
    pub fn title_rows(&self) -> u16 {
        u16::from(self.title.width() > 0)
    }

    /// Returns the properties in this many `cells`: the labels in a column, the values wrapped next to them.
    #[must_use]
    pub fn lay_out_facts(&self, cells: u16) -> Vec<Line> {
        let longest = self.facts.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
        // Values wrap and labels do not, so labels have up to half of the room.
        let labels = longest.min(usize::from(cells) / 2);
        let room = usize::from(cells).saturating_sub(labels + 2);
        let mut lines = Vec::new();
        for (label, value) in &self.facts {
            let label = Line::new().with(label, Tone::Muted).padded(labels, Align::Left, Cut::Middle).plain("  ");
            for (at, part) in value.wrap(room).into_iter().enumerate() {
                let label = if at == 0 { label.clone() } else { Line::from(" ".repeat(labels + 2)) };
                lines.push(Line(label.0.into_iter().chain(part.0).collect()));
            }
        }
        lines
    }

    /// Returns the largest useful `scroll` in an area of this many cells and rows, including the title. If not all
    /// properties are visible, the last row says so.
    #[must_use]
    pub fn most_scroll(&self, cells: u16, rows: u16) -> usize {
        let shares = self.shares(cells, rows.saturating_sub(self.title_rows()));
        let (all, rows) = (self.lay_out_facts(shares.cells).len(), usize::from(shares.rows));
        if all <= rows { 0 } else { all + 1 - rows.max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(facts: usize) -> Tree {
        let fact = |n: usize| (format!("fact {n}"), Line::from("value"));
        Tree { title: Line::from("model"), facts: (0..facts).map(fact).collect(), ..Tree::default() }
    }

    #[test]
    fn scrolling_ends_with_the_last_fact() {
        // Beside the tree there are 20 rows. One is the title, and the last one says how many more there are.
        assert_eq!(tree(19).most_scroll(120, 20), 0);
        assert_eq!(tree(20).most_scroll(120, 20), 2);
        assert_eq!(tree(50).most_scroll(120, 20), 32);
        // Below the tree there is half of the 19 rows, minus one for the line between.
        assert_eq!(tree(8).most_scroll(80, 20), 0);
        assert_eq!(tree(9).most_scroll(80, 20), 2);
        for size in [(0, 0), (1, 1), (40, 2), (300, 3)] {
            // In one cell each letter has a row.
            assert!(tree(5).most_scroll(size.0, size.1) <= 5 * "value".len(), "{size:?}");
        }
    }

    #[test]
    fn values_wrap_behind_their_label() {
        let tree = Tree { facts: vec![("arn".into(), Line::from("one two three"))], ..Tree::default() };
        let lines: Vec<String> = tree.lay_out_facts(12).iter().map(|line| line.text().trim_end().to_owned()).collect();
        assert_eq!(lines, ["arn  one two", "     three"]);
    }
}
