//! The lineage of one model as a tree, with the properties of the selected node.

mod attached;
mod chart;
mod graph;
mod nodes;

use std::collections::BTreeSet;

use chart::chart;
use nodes::{Branch, nodes};

use super::{chain, facts};
use crate::app::{App, Body, Detail, Item};
use crate::model::Chain;
use crate::view::{Block, Content, Id, Line, Tree};

/// The least rows of the tree above a graph.
const LEAST: u16 = 14;

/// The open lineage, which replaces the body of the pane.
pub(super) static BODY: Body =
    Body::Own(|app, rows| app.detail.as_ref().map(|detail| blocks(app, detail, rows)).unwrap_or_default());

/// Builds the tree and the properties, with a chart below if there is room and something to draw.
fn blocks(app: &App, detail: &Detail, body: u16) -> Vec<Block> {
    let Some(chain) = app.chain(&detail.model) else {
        let lines = vec![
            Line::from("This model is gone."),
            Line::new().muted(super::key_that(app, "back", "goes back").trim_start()),
        ];
        return vec![Block { height: body, content: Content::Lines { title: None, lines } }];
    };
    let selected = detail.selected.last();
    let beside = selected.filter(|_| !app.layout.zoomed);
    let shown = beside.map(|item| facts::facts(app, chain, item)).unwrap_or_default();
    let chart = if body >= 26 { beside.and_then(|item| chart(app, chain, item)) } else { None };
    let graph = beside.and_then(|item| graph::graph(app, item)).filter(|_| chart.is_none());
    // The tree keeps enough rows to move in it.
    let rows = graph.as_ref().map_or(0, |graph| u16::try_from(graph.lines.len() + 2).unwrap_or(u16::MAX));
    let graph = graph.filter(|_| body >= rows.saturating_add(LEAST));
    let below = if chart.is_some() { 9 } else { graph.as_ref().map_or(0, |_| rows) };
    let tree = Tree {
        title: chain::chain(app, chain).title,
        nodes: nodes(app, chain).into_iter().map(|branch| branch.into_node(detail, &mut Vec::new())).collect(),
        facts: shown,
        scroll: detail.scroll,
        scroll_keys: [app.keymap.key_for("facts-up"), app.keymap.key_for("facts-down")]
            .map(Option::unwrap_or_default)
            .join(" "),
    };
    let mut blocks = vec![Block { height: body - below, content: Content::Tree(tree) }];
    blocks.extend(graph.map(|graph| Block {
        height: below,
        content: Content::Lines { title: Some(graph.title), lines: graph.lines },
    }));
    blocks.extend(chart.map(|c| Block { height: below, content: Content::Chart(c) }));
    blocks
}

/// Returns the number of rows of the properties that can be scrolled away.
#[must_use]
pub fn most_scroll(app: &App, detail: &Detail) -> usize {
    let body = super::body_rows(app, &super::banners::banners(app));
    let most = blocks(app, detail, body).iter().find_map(|block| {
        let Content::Tree(tree) = &block.content else { return None };
        Some(tree.most_scroll(app.size.0, block.height))
    });
    most.unwrap_or_default()
}

/// Returns the path to the node of a thing, or to the model itself if the thing is in no branch.
#[must_use]
pub fn path_to(app: &App, chain: &Chain, item: &Item) -> Vec<Item> {
    let found = paths(&nodes(app, chain), &BTreeSet::new()).into_iter().find(|path| path.last() == Some(item));
    found.unwrap_or_else(|| vec![Item::Model(chain.name.into())])
}

/// Returns the node that is so many rows below the cursor in the open branches. `None` if that is the cursor itself.
#[must_use]
pub fn beside(app: &App, detail: &Detail, by: isize) -> Option<Vec<Item>> {
    let open = paths(&nodes(app, app.chain(&detail.model)?), &detail.closed);
    let now = open.iter().position(|p| *p == detail.selected).unwrap_or(0);
    let next = now.saturating_add_signed(by).min(open.len().saturating_sub(1));
    open.into_iter().nth(next).filter(|_| next != now)
}

/// Returns the paths of the nodes that contain the search word, beginning with a node and wrapping around to the one
/// before it. Closed branches are searched too.
#[must_use]
pub fn find_matches(app: &App, detail: &Detail, from: &[Item]) -> Vec<Vec<Item>> {
    let word = detail.search.line.text().trim().to_lowercase();
    let Some(chain) = app.chain(&detail.model).filter(|_| !word.is_empty()) else { return Vec::new() };
    let mut all = Vec::new();
    for top in &nodes(app, chain) {
        walk(top, &[], &BTreeSet::new(), &mut |node, path| all.push((path.to_vec(), says(node).contains(&word))));
    }
    let start = all.iter().position(|(path, _)| path == from).unwrap_or(0);
    all.rotate_left(start);
    all.into_iter().filter_map(|(path, has)| has.then_some(path)).collect()
}

/// Returns the text of a node in lower case: its line, and the id that the line may shorten.
fn says(branch: &Branch) -> String {
    format!("{} {}", branch.line.text(), branch.item.id()).to_lowercase()
}

/// Returns the index of the selected match, counted from the top, and the number of matches.
#[must_use]
pub fn place(app: &App, detail: &Detail) -> (Option<usize>, usize) {
    let found = find_matches(app, detail, &[]);
    (found.iter().position(|path| *path == detail.selected), found.len())
}

/// Does the tree leave something out, because it would be too long?
fn leaves_out(app: &App, detail: &Detail) -> bool {
    let nodes = app.chain(&detail.model).map(|chain| nodes(app, chain)).unwrap_or_default();
    paths(&nodes, &BTreeSet::new()).iter().any(|path| path.last() == Some(&Item::Rest))
}

/// Says that no node matches. Rows that the tree leaves out were not searched.
#[must_use]
pub fn no_match(app: &App, detail: &Detail) -> String {
    let rest = if leaves_out(app, detail) { "; what is left out here is in its pane" } else { "" };
    format!("no match for {:?} in this lineage{rest}", detail.search.line.text())
}

/// Does the selected node have branches?
#[must_use]
pub fn has_children(app: &App) -> bool {
    let Some((detail, chain)) = app.detail.as_ref().and_then(|d| Some((d, app.chain(&d.model)?))) else { return false };
    let all = paths(&nodes(app, chain), &BTreeSet::new());
    all.iter().any(|p| p.len() > detail.selected.len() && p.starts_with(&detail.selected))
}

/// Returns the path of the visible node with this id.
#[must_use]
pub fn path_of(app: &App, detail: &Detail, id: Id) -> Option<Vec<Item>> {
    let all = paths(&nodes(app, app.chain(&detail.model)?), &detail.closed);
    all.into_iter().find(|path| Id::of(path) == id)
}

/// Returns the paths of all visible nodes, from top to bottom.
fn paths(branches: &[Branch], closed: &BTreeSet<Vec<Item>>) -> Vec<Vec<Item>> {
    let mut all = Vec::new();
    for branch in branches {
        walk(branch, &[], closed, &mut |_, path| all.push(path.to_vec()));
    }
    all
}

/// Visits a node and the visible nodes below it, from top to bottom, each with its path.
fn walk(branch: &Branch, above: &[Item], closed: &BTreeSet<Vec<Item>>, visit: &mut impl FnMut(&Branch, &[Item])) {
    let path = [above, std::slice::from_ref(&branch.item)].concat();
    visit(branch, &path);
    if !closed.contains(&path) {
        for child in &branch.children {
            walk(child, &path, closed, visit);
        }
    }
}
