//! The contents of the screen as data: panes make it, widgets draw it.
//!
//! This module does not depend on colours, on a terminal or on AWS. Text from AWS is sanitised when it becomes a
//! [`Span`], so that no later stage can forget it.

mod area;
mod columns;
mod fact;
mod flow;
mod graph;
mod hit;
mod hyperlink;
mod json;
mod layout;
mod line;
mod line_chart;
mod sheet;
mod text;
mod tree;

use std::hash::{DefaultHasher, Hash, Hasher as _};

pub use area::Area;
pub use columns::{margin, widths};
pub use fact::Fact;
pub use graph::{GraphNode, draw};
pub use hit::{Hit, hit};
pub use hyperlink::{link_of, with_link};
pub use json::{EscapedJson, escaped_json};
pub use layout::{Parts, TabPlace, tab_places};
pub use line::{Line, Span, Spans};
pub use line_chart::{ChartGrid, ChartSeries, LineChart};
pub use sheet::{LaidOutRow, RowStyle, sheet_room};
pub(crate) use text::is_hidden;
pub use text::{Align, Cut, cut, escaped, harmless, one_line, simple, width};
pub use tree::{Node, Shares, Tree};

/// The smallest usable terminal, in columns and rows.
pub const LEAST_SIZE: (u16, u16) = (40, 8);

/// Returns whether a terminal of this size, in columns and rows, is large enough.
#[must_use]
pub fn is_readable((columns, rows): (u16, u16)) -> bool {
    columns >= LEAST_SIZE.0 && rows >= LEAST_SIZE.1
}

/// The meaning of a piece of text. The theme decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    /// Ordinary text.
    #[default]
    Plain,
    /// Structure, labels, stale values.
    Muted,
    /// The most important fact in its place.
    Strong,
    /// Something healthy.
    Good,
    /// Something is in progress.
    Busy,
    /// Something degraded, or something that needs attention.
    Warn,
    /// Something broken.
    Bad,
}

/// The whole screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Screen {
    /// One or two rows at the top, each `(left, right)`. If both do not fit, the left one is cut.
    pub header: Vec<(Line, Line)>,
    /// The urgent facts for the operator, such as expired credentials or a lost network. One row each.
    pub banners: Vec<Line>,
    /// The blocks from top to bottom. Their heights add up to the space between header and footer.
    pub blocks: Vec<Block>,
    /// The last row.
    pub footer: Footer,
    /// The sheet above everything else.
    pub sheet: Option<Sheet>,
}

/// The last row: the keys that are useful now, the line that the operator types, or a message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Footer {
    /// A message or an input line. It replaces the keys.
    pub message: Option<Line>,
    /// The cell of the cursor within `message`, while the operator types.
    pub cursor: Option<usize>,
    /// The keys that are useful now.
    pub keys: Vec<KeyHint>,
}

/// A key and its effect, in the last row or in the frame of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyHint {
    /// The key as the operator presses it.
    pub key: String,
    /// The effect, in a word or two.
    pub label: String,
    /// The name of its action, as in keymaps.
    pub action: String,
    /// Whether the key works here. Otherwise it is drawn muted.
    pub works: bool,
    /// Whether the key is kept if there is not enough room for all keys.
    pub kept: bool,
}

impl KeyHint {
    /// Returns the cells of the key and its label, with the space between them.
    #[must_use]
    pub fn width(&self) -> u16 {
        layout::cells(width(&self.key) + 1 + width(&self.label))
    }
}

/// A part of the screen with its height in rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The height in rows, including the title.
    pub height: u16,
    /// Its contents.
    pub content: Content,
}

/// The contents of a block.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The names of the panes.
    Tabs(Vec<Tab>),
    /// Rows and columns.
    Table(Table),
    /// The chain of one model.
    Chain(Chain),
    /// Lines of text under an optional title.
    Lines {
        /// The title. If there is none, the lines begin in the first row.
        title: Option<Line>,
        /// The lines. As many as fit are drawn.
        lines: Vec<Line>,
    },
    /// A tree (lineage), with the properties of the selected node beside it.
    Tree(Tree),
    /// A value over time.
    Chart(Chart),
    /// Charts of several series.
    Charts(ChartGrid),
}

/// One entry of the tab row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Key that opens it, as the operator would type it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its name where there is little room.
    pub short: &'static str,
    /// The pane that it opens.
    pub pane: &'static str,
    /// Whether this pane is shown.
    pub shown: bool,
}

/// The width of a column. Widths do not depend on the rows, so that columns do not move when data arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A fixed number of cells.
    Cells(u16),
    /// A share of the remaining cells, with a minimum.
    Fill {
        /// Its share, relative to the other columns of this kind.
        share: u16,
        /// The minimum in cells.
        min: u16,
    },
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The title of the column.
    pub title: &'static str,
    /// Its width.
    pub width: Width,
    /// The alignment: numbers right, words left.
    pub align: Align,
    /// The place at which a text that does not fit is cut.
    pub cut: Cut,
}

/// An identifier of a thing on the screen, for example for mouse clicks. Equal things have equal ids; this module knows
/// nothing else about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Id(u64);

impl Id {
    /// Returns the id of a thing.
    #[must_use]
    pub fn of(thing: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        thing.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// Returns its number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The thing that the row shows.
    pub id: Id,
    /// One line per column.
    pub cells: Vec<Line>,
    /// Whether the cursor is on this row.
    pub selected: bool,
    /// Whether the row has just changed.
    pub changed: bool,
}

/// A table with the rows that fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The title: name, counts and filter. If there is none, the column titles are in the first row.
    pub title: Option<Line>,
    /// The text at the right of the title: freshness, caps and errors.
    pub note: Option<Line>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The index of the column that sorts the rows, and whether the largest comes first.
    pub sorted: Option<(usize, bool)>,
    /// The rows that fit.
    pub rows: Vec<Row>,
    /// The index of the first row of `rows` among all rows, and the number of all rows.
    pub place: (usize, usize),
    /// The text that replaces missing rows: the reason, and how to get rows.
    pub empty: Vec<Line>,
}

/// The chain of one model: boxes with arrows if there is room, otherwise a strip.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain {
    /// The name of the model and its worst fact.
    pub title: Line,
    /// The stages: data, training, registry, endpoint, alarms.
    pub stages: Vec<Stage>,
    /// The link between stage `n` and stage `n + 1`.
    pub arrows: Vec<Arrow>,
}

/// One box of the chain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stage {
    /// The title: `DATA`, `TRAINING`, `REGISTRY`, `ENDPOINT prod`, `ALARMS`.
    pub title: String,
    /// The meaning of its state, which colours the box.
    pub tone: Tone,
    /// The glyph, the word and the most important fact, for the strip and the first rows of the box.
    pub state: Line,
    /// The time since when the stage is in this state. It follows the state if there is room.
    pub age: Line,
    /// Further facts, the most important first.
    pub facts: Vec<Fact>,
    /// Whether the cursor is on this stage.
    pub selected: bool,
}

/// The confidence of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arrow {
    /// The link is an ARN or a name in a reply of AWS, or is in the user's configuration.
    #[default]
    Exact,
    /// The link is a pair of equal values, such as an S3 URI, a digest or a name pattern.
    Derived,
    /// The link comes from a heuristic.
    Guess,
    /// Nothing links the two stages.
    Missing,
    /// One of the two stages was not read, so a link is not known.
    Unknown,
}

/// A value over time, the newest last. `None` is a gap, and not zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// The title with the unit.
    pub title: Line,
    /// One value per minute, in the unit of the title.
    pub points: Vec<Option<f64>>,
    /// The value of the threshold line, and its label.
    pub threshold: Option<(f64, String)>,
    /// Glyphs below the time axis, such as a deployment or an alarm, each with the index of its point.
    pub marks: Vec<(usize, Span)>,
    /// The labels of the oldest and the newest point.
    pub ends: (String, String),
    /// The meaning of the last value.
    pub tone: Tone,
}

/// A sheet above the screen: help, palette, form or plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// The title in its frame.
    pub title: Line,
    /// The meaning that colours the frame: a plan that writes is not plain.
    pub tone: Tone,
    /// The preferred width in cells, including the frame. The screen may be narrower.
    pub width: u16,
    /// The contents. Lines that are too long are wrapped between words.
    pub rows: Vec<SheetRow>,
    /// The rows below the contents, which are always visible, for example a question.
    pub pinned: Vec<SheetRow>,
    /// The row that must be visible: the selected item, or the field with the cursor.
    pub focus: Option<usize>,
    /// The number of rows (after wrapping) that are scrolled away if nothing has the focus, at most
    /// [`Sheet::most_scroll`].
    pub scroll: usize,
    /// The keys that work here, shown in the lower frame.
    pub keys: Vec<KeyHint>,
    /// The rows at the top of the screen that it leaves visible, if it has room below them.
    pub below: u16,
}

/// One row of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetRow {
    /// Text, which is wrapped.
    Text(Line),
    /// Columns of text. Neighbouring `Columns` rows share their left edges.
    Columns(Vec<Line>),
    /// A horizontal line.
    Rule,
    /// An item to choose.
    Item {
        /// Its text.
        line: Line,
        /// The text at the right: a key or a reason.
        note: Line,
        /// Whether the cursor is on this item.
        selected: bool,
    },
    /// A field to fill in.
    Field {
        /// The label before the value.
        label: String,
        /// The text that was typed.
        value: String,
        /// The cell of the cursor in the value, if the field has the focus.
        cursor: Option<usize>,
        /// The hint after the value: the default, the choices, or an error.
        hint: Line,
    },
}
