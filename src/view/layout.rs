//! The layout of the screen, for drawing and for the search at a cell.

use std::ops::Range;

use super::{Area, Cut, Footer, KeyHint, Row, Screen, Tab, Table, cut, width};

/// The areas of the parts of a screen, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The rows of the header.
    pub header: Vec<Area>,
    /// The rows of the banners.
    pub banners: Vec<Area>,
    /// The areas of the blocks. Those without room are empty.
    pub blocks: Vec<Area>,
    /// The last row.
    pub footer: Area,
}

impl Screen {
    /// Returns the areas of its parts on a screen of this size (columns, rows).
    #[must_use]
    pub fn parts(&self, size: (u16, u16)) -> Parts {
        let mut rest = Area::whole(size);
        let take = |rest: &mut Area, rows: u16| {
            let taken = rest.top(rows);
            *rest = rest.below(rows);
            taken
        };
        let header = self.header.iter().map(|_| take(&mut rest, 1)).collect();
        let banners = self.banners.iter().map(|_| take(&mut rest, 1)).collect();
        let footer = rest.below(rest.height.saturating_sub(1));
        rest.height -= footer.height;
        let blocks = self.blocks.iter().map(|block| take(&mut rest, block.height)).collect();
        Parts { header, banners, blocks, footer }
    }
}

/// The place of a tab in its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabPlace {
    /// Its cells.
    pub cells: Range<u16>,
    /// The name, cut if it has no room.
    pub name: String,
}

/// The fewest cells of a cut name that can be told from others.
const FEW: usize = 3;

/// Returns the places of the tabs in a row of this many cells. Each tab is a space, its key, a space, its name and a
/// space. If there is little room, the names are short; if there is less, those of panes that are not shown are cut, so
/// that the last tab is visible.
#[must_use]
pub fn tab_places(tabs: &[Tab], room: u16) -> Vec<TabPlace> {
    let names: Vec<&str> = tabs.iter().map(|tab| tab.name.as_str()).collect();
    let short: Vec<&str> = tabs.iter().map(|tab| tab.short).collect();
    let letters = |tab: &Tab, name: &str, most: usize| if tab.shown { width(name) } else { width(name).min(most) };
    let needed = |names: &[&str], most: usize, gap: usize| -> usize {
        tabs.iter().zip(names).map(|(tab, name)| 3 + width(&tab.key) + letters(tab, name, most) + gap).sum()
    };
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let fits = |names: &[&str], most: usize, gap: usize| needed(names, most, gap) <= room.into();
    let (names, most, gap) = if fits(&names, longest, 1) {
        (names, longest, 1)
    } else if fits(&names, longest, 0) {
        (names, longest, 0)
    } else {
        // A letter or two of a name say nothing: then the keys stand alone.
        let most = (FEW..=longest).rev().find(|most| fits(&short, *most, 0)).unwrap_or(0);
        (short, most, 0)
    };
    let mut start = 0;
    let place = |(tab, name): (&Tab, &str)| {
        let name = if tab.shown { name.to_owned() } else { cut(name, most, Cut::End) };
        let end = cells(usize::from(start) + 3 + width(&tab.key) + width(&name)).min(room);
        let place = TabPlace { cells: start..end, name };
        start = end.saturating_add(gap).min(room);
        place
    };
    tabs.iter().zip(names).map(place).collect()
}

impl Footer {
    /// Returns the keys that have room in this many cells, each with its first cell. Keys that are kept get room first,
    /// then those that work. After a key that does not fit, all others are left out, so that a shorter one does not
    /// replace it.
    #[must_use]
    pub fn places(&self, room: u16) -> Vec<(u16, &KeyHint)> {
        let cells = |key: &KeyHint| width(&key.key) + width(&key.label) + 4;
        let mut room = usize::from(room) + 3;
        let mut fits = |key: &KeyHint| {
            let left = room.checked_sub(cells(key));
            room = left.unwrap_or(room);
            left.is_some()
        };
        let mut shown: Vec<bool> = self.keys.iter().map(|key| key.kept && fits(key)).collect();
        let mut full = false;
        for works in [true, false] {
            for (key, shown) in self.keys.iter().zip(&mut shown).filter(|(key, _)| !key.kept && key.works == works) {
                full |= full || !fits(key);
                *shown = !full;
            }
        }
        let mut start = 0;
        let shown = self.keys.iter().zip(shown).filter(|(_, shown)| *shown);
        shown
            .map(|(key, _)| {
                let at = start;
                start += cells(key);
                (self::cells(at), key)
            })
            .collect()
    }
}

impl Table {
    /// Returns the number of rows of the title.
    #[must_use]
    pub fn title_rows(&self) -> u16 {
        u16::from(self.title.is_some() || self.note.is_some())
    }

    /// Returns the number of rows of the column titles.
    #[must_use]
    pub fn head_rows(&self) -> u16 {
        u16::from(self.columns.iter().any(|column| !column.title.is_empty()))
    }

    /// Returns the rows to draw in this height. They start with the first one, unless the selected one would not be
    /// visible.
    #[must_use]
    pub fn visible_rows(&self, height: u16) -> Range<usize> {
        let selected = self.rows.iter().position(|row: &Row| row.selected).unwrap_or(0);
        let start = (selected + 1).saturating_sub(usize::from(height).max(1));
        start..self.rows.len().min(start + usize::from(height))
    }
}

/// Converts a count to a number of cells, at most `u16::MAX`.
pub(super) fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
