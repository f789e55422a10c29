//! A tree and the facts beside it: where they stand, and which rows they take there.

use super::text::width;
use super::{Align, Cut, Line, Tone, margin};

/// On fewer cells the facts stand below the tree.
const BESIDE: u16 = 90;

/// A tree and the facts of what is selected in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    /// Over the tree.
    pub title: Line,
    /// The top nodes.
    pub nodes: Vec<Node>,
    /// Facts of the selected thing: label and value.
    pub facts: Vec<(String, Line)>,
    /// How many rows of the facts are scrolled away; at most [`Tree::most_scroll`].
    pub scroll: usize,
    /// The keys that scroll the facts, for where not all of them are in sight.
    pub scroll_keys: String,
}

/// One node of a tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// What it says.
    pub line: Line,
    /// Is what is below it hidden?
    pub closed: bool,
    /// Is the cursor on it?
    pub selected: bool,
    /// Below it.
    pub children: Vec<Node>,
}

/// How a tree and its facts share an area, in cells and rows; margins and lines between them are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Do the facts stand beside the tree?
    pub beside: bool,
    /// Cells (beside) or rows (below) of the facts with the line that parts them from the tree.
    pub taken: u16,
    /// Cells of a fact with its label.
    pub cells: u16,
    /// Rows of facts.
    pub rows: u16,
}

impl Tree {
    /// How an area of so many cells and rows, title left out, is shared.
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

    /// Rows that the title takes.
    #[must_use]
    pub fn title_rows(&self) -> u16 {
        u16::from(self.title.width() > 0)
    }

    /// The facts in so many cells: labels in a column, values wrapped behind them.
    #[must_use]
    pub fn laid_facts(&self, cells: u16) -> Vec<Line> {
        let longest = self.facts.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
        let labels = longest.min(usize::from(cells) / 3);
        let room = usize::from(cells).saturating_sub(labels + 2);
        let mut lines = Vec::new();
        for (label, value) in &self.facts {
            let label = Line::new().with(label, Tone::Muted).padded(labels + 2, Align::Left, Cut::End);
            for (at, part) in value.wrap(room).into_iter().enumerate() {
                let label = if at == 0 { label.clone() } else { Line::from(" ".repeat(labels + 2)) };
                lines.push(Line(label.0.into_iter().chain(part.0).collect()));
            }
        }
        lines
    }

    /// How many rows of the facts can be scrolled away in an area of so many cells and rows, title included. Where not all
    /// of them are in sight the last row says so.
    #[must_use]
    pub fn most_scroll(&self, cells: u16, rows: u16) -> usize {
        let shares = self.shares(cells, rows.saturating_sub(self.title_rows()));
        let (all, rows) = (self.laid_facts(shares.cells).len(), usize::from(shares.rows));
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
        // Beside: 20 rows, one of them the title, and the last one says how many more there are.
        assert_eq!(tree(19).most_scroll(120, 20), 0);
        assert_eq!(tree(20).most_scroll(120, 20), 2);
        assert_eq!(tree(50).most_scroll(120, 20), 32);
        // Below: half of the 19 rows, and one for the line between.
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
        let lines: Vec<String> = tree.laid_facts(12).iter().map(|line| line.text().trim_end().to_owned()).collect();
        assert_eq!(lines, ["arn  one two", "     three"]);
    }
}
