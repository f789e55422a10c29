//! What the screen shows, as data: the panes make it, the widgets draw it.
//!
//! Nothing here knows a colour, a terminal or AWS. Text that came from AWS is
//! made harmless when it becomes a [`Span`], so no later stage can forget to.

mod columns;
mod fact;
mod flow;
mod line;
mod sheet;
mod text;
mod tree;

use std::hash::{DefaultHasher, Hash, Hasher as _};

pub use columns::{margin, widths};
pub use fact::Fact;
pub use line::{Line, Span, Spans};
pub use sheet::{Laid, Look};
pub(crate) use text::is_hidden;
pub use text::{Align, Cut, cut, escaped, harmless, simple, width};
pub use tree::{Node, Shares, Tree};

/// Columns and rows: on fewer of either nothing can be read.
pub const LEAST_SIZE: (u16, u16) = (40, 8);

/// Can anything be read in a terminal of this size, in columns and rows?
#[must_use]
pub fn is_readable((columns, rows): (u16, u16)) -> bool {
    columns >= LEAST_SIZE.0 && rows >= LEAST_SIZE.1
}

/// What a piece of text means; the theme says how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    /// Ordinary text.
    #[default]
    Plain,
    /// Structure, labels, stale values.
    Muted,
    /// The one fact that matters in its place.
    Strong,
    /// Healthy.
    Good,
    /// Something is under way.
    Busy,
    /// Degraded, or somebody should look.
    Warn,
    /// Broken.
    Bad,
}

/// The whole screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Screen {
    /// One or two rows at the top: `(left, right)` each, cut on the left side first.
    pub header: Vec<(Line, Line)>,
    /// Something the operator must know now (expired credentials, a lost network); one row each.
    pub banners: Vec<Line>,
    /// From top to bottom; the heights add up to what is left between header and footer.
    pub blocks: Vec<Block>,
    /// The last row.
    pub footer: Footer,
    /// A sheet over everything.
    pub sheet: Option<Sheet>,
}

/// The last row: the keys that matter now, or what the operator is typing, or what just happened.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Footer {
    /// What just happened, or an input line; takes the place of the keys when there is one.
    pub message: Option<Line>,
    /// Cell of the cursor within `message`, when the operator is typing.
    pub cursor: Option<usize>,
    /// The keys that matter now.
    pub keys: Vec<FooterKey>,
}

/// A key in the last row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FooterKey {
    /// The key as the operator presses it.
    pub key: String,
    /// What it does.
    pub label: String,
    /// Does it do anything here? Otherwise it is drawn muted.
    pub works: bool,
    /// Where not all keys have room: does this one come before the others?
    pub kept: bool,
}

/// A part of the screen with its height in rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Rows it takes, title included.
    pub height: u16,
    /// What is in it.
    pub content: Content,
}

/// What a block can hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The names of the panes, with the one that is shown.
    Tabs(Vec<Tab>),
    /// Rows and columns.
    Table(Table),
    /// One model's way, drawn.
    Chain(Chain),
    /// Lines of text under an optional title.
    Lines {
        /// Over the lines; none takes no row.
        title: Option<Line>,
        /// As many as fit are drawn.
        lines: Vec<Line>,
    },
    /// A tree (lineage), with the facts of the selected thing beside it.
    Tree(Tree),
    /// A value over time.
    Chart(Chart),
}

/// One entry of the tab row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Key that opens it, as the operator would type it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Is it the one that is shown?
    pub shown: bool,
    /// The worst state in it.
    pub tone: Tone,
}

/// How wide a column is. Widths do not depend on the rows, so nothing jumps when data arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// So many cells.
    Cells(u16),
    /// A share of what is left, at least so many cells.
    Fill {
        /// Its share among the filling columns.
        share: u16,
        /// Never less than this.
        min: u16,
    },
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Over the column.
    pub title: &'static str,
    /// How wide.
    pub width: Width,
    /// Numbers right, words left.
    pub align: Align,
    /// Where a text that does not fit loses its cells.
    pub cut: Cut,
}

/// Names a thing on the screen, for whoever asks what stands somewhere. Equal things have equal ids; more is not known of it
/// here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Id(u64);

impl Id {
    /// The id of a thing.
    #[must_use]
    pub fn of(thing: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        thing.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub id: Id,
    /// One line a column.
    pub cells: Vec<Line>,
    /// Is the cursor here?
    pub selected: bool,
    /// Did it change a moment ago?
    pub changed: bool,
}

/// Rows and columns; only the rows that fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Over the table: its name, counts, filter; none takes no row.
    pub title: Option<Line>,
    /// On the right of the title: freshness, caps, errors.
    pub note: Option<Line>,
    /// The columns.
    pub columns: Vec<Column>,
    /// Which column sorts, and whether the largest comes first.
    pub sorted: Option<(usize, bool)>,
    /// The rows that fit.
    pub rows: Vec<Row>,
    /// Place of the first of `rows` among all, and how many there are: `(first, all)`.
    pub place: (usize, usize),
    /// Shown instead of rows when there are none: why, and what would fill it.
    pub empty: Vec<Line>,
}

/// One model's way: boxes with arrows where there is room, a strip where there is not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain {
    /// The model and its worst fact.
    pub title: Line,
    /// Data, training, registry, endpoint, alarms.
    pub stages: Vec<Stage>,
    /// Between stage `n` and `n + 1`.
    pub arrows: Vec<Arrow>,
}

/// One box of the chain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stage {
    /// `DATA`, `TRAINING`, `REGISTRY`, `ENDPOINT prod`, `ALARMS`.
    pub title: String,
    /// How the box is drawn.
    pub tone: Tone,
    /// Glyph and word and the one fact that matters, for the strip and the first rows of the box.
    pub state: Line,
    /// How long; behind the state where there is room.
    pub age: Line,
    /// Further facts, most important first.
    pub facts: Vec<Fact>,
    /// Is the cursor on it?
    pub selected: bool,
}

/// How sure a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arrow {
    /// An ARN or name inside an API reply, or the user's own configuration.
    #[default]
    Exact,
    /// A unique equality of an S3 URI, a digest or a name pattern.
    Derived,
    /// A heuristic.
    Guess,
    /// Nothing links the two.
    Missing,
}

/// A value over time, newest last. `None` is a gap: no data is not zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// What is drawn, with its unit.
    pub title: Line,
    /// One value a minute, in the unit of the title.
    pub points: Vec<Option<f64>>,
    /// A line across, and how it reads.
    pub threshold: Option<(f64, String)>,
    /// Glyphs on the time axis (a deployment, an alarm), each below the point of its index.
    pub marks: Vec<(usize, Span)>,
    /// Label of the oldest and of the newest point.
    pub ends: (String, String),
    /// How the last value stands.
    pub tone: Tone,
}

/// A sheet over the screen: help, palette, form, plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// In its frame.
    pub title: Line,
    /// Colours the frame: a plan that writes is not plain.
    pub tone: Tone,
    /// Wished width in cells, frame included; the screen may give less.
    pub width: u16,
    /// The content; lines that are too long are wrapped between words.
    pub rows: Vec<SheetRow>,
    /// Rows below the content that are always in sight: the question that the content is about.
    pub pinned: Vec<SheetRow>,
    /// Which of `rows` must be visible (the selected item, the field with the cursor).
    pub focus: Option<usize>,
    /// How many drawn rows (after wrapping) are scrolled away when nothing has the focus;
    /// at most [`Sheet::most_scroll`].
    pub scroll: usize,
    /// In the lower frame: the keys that work here.
    pub keys: Vec<(String, String)>,
}

/// One row of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetRow {
    /// Text, wrapped.
    Text(Line),
    /// Columns of text that share their left edges with the neighbouring `Columns` rows.
    Columns(Vec<Line>),
    /// A line across.
    Rule,
    /// Something to choose.
    Item {
        /// What it says.
        line: Line,
        /// On the right: key or reason.
        note: Line,
        /// Is the cursor here?
        selected: bool,
    },
    /// Something to fill in.
    Field {
        /// Before the value.
        label: String,
        /// What has been typed.
        value: String,
        /// Cell of the cursor in the value, when it has the focus.
        cursor: Option<usize>,
        /// After the value: the default, the choices, or what is wrong with it.
        hint: Line,
    },
}
