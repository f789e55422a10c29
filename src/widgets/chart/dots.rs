//! Lines of braille dots: each cell has two columns and four rows of them.

use crate::view::Tone;

/// The dots of a cell, by row and column: <https://www.unicode.org/charts/PDF/U2800.pdf>.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
/// The distance between the dots of a dotted line.
const SPARSE: i32 = 3;

/// Dots on an area of cells.
#[derive(Debug)]
pub(super) struct Dots {
    width: u16,
    height: u16,
    cells: Vec<(u8, Tone)>,
}

impl Dots {
    /// Makes an area without dots.
    pub(super) fn new(width: u16, height: u16) -> Self {
        Self { width, height, cells: vec![(0, Tone::Plain); usize::from(width) * usize::from(height)] }
    }

    /// Draws a series. Each point is a share of the height, from 0 at the bottom to 1. Neighbouring points are connected;
    /// a gap is not. What is drawn later lies above.
    pub(super) fn series(&mut self, points: &[Option<f64>], tone: Tone, dotted: bool) {
        let (columns, rows) = (i32::from(self.width) * 2, i32::from(self.height) * 4);
        let count = i32::try_from(points.len()).unwrap_or(i32::MAX).max(1);
        let mut before: Option<(i32, i32)> = None;
        for (at, point) in (0..count).zip(points) {
            let here = point.map(|share| (place(at, columns, count), row(share, rows)));
            if let Some(to) = here {
                self.line(before.unwrap_or(to), to, tone, dotted);
            }
            before = here;
        }
    }

    /// Draws a line between two dots.
    fn line(&mut self, from: (i32, i32), to: (i32, i32), tone: Tone, dotted: bool) {
        let (across, down) = (to.0 - from.0, to.1 - from.1);
        let steps = across.abs().max(down.abs());
        for step in 0..=steps {
            let part = |length: i32| if steps == 0 { 0 } else { (length * step + length.signum() * steps / 2) / steps };
            let (x, y) = (from.0 + part(across), from.1 + part(down));
            if !dotted || x % SPARSE == 0 {
                self.dot(x, y, tone);
            }
        }
    }

    fn dot(&mut self, x: i32, y: i32, tone: Tone) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        let (column, row) = (x / 2, y / 4);
        if column >= usize::from(self.width) {
            return;
        }
        let bit = BITS.get(y % 4).and_then(|row| row.get(x % 2)).copied().unwrap_or(0);
        if let Some(cell) = self.cells.get_mut(row * usize::from(self.width) + column) {
            *cell = (cell.0 | bit, tone);
        }
    }

    /// Iterates over the cells with dots: column, row, glyph and tone.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u16, u16, char, Tone)> {
        let width = usize::from(self.width).max(1);
        let drawn = self.cells.iter().enumerate().filter(|(_, (bits, _))| *bits != 0);
        drawn.filter_map(move |(at, (bits, tone))| {
            let (x, y) = (u16::try_from(at % width).ok()?, u16::try_from(at / width).ok()?);
            Some((x, y, char::from_u32(0x2800 + u32::from(*bits))?, *tone))
        })
    }
}

/// Returns the column of a point.
fn place(at: i32, columns: i32, count: i32) -> i32 {
    at * columns / count
}

/// Returns the row of a share of the height, from the top.
#[expect(clippy::cast_possible_truncation, reason = "held within a screen's height")]
fn row(share: f64, rows: i32) -> i32 {
    ((1.0 - share.clamp(0.0, 1.0)) * f64::from(rows - 1)).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(points: &[Option<f64>], dotted: bool) -> Vec<String> {
        let mut dots = Dots::new(4, 2);
        dots.series(points, Tone::Busy, dotted);
        let mut rows = vec![vec![' '; 4]; 2];
        dots.cells().for_each(|(x, y, glyph, _)| rows[usize::from(y)][usize::from(x)] = glyph);
        rows.into_iter().map(|row| row.into_iter().collect()).collect()
    }

    #[test]
    fn lines_rise_and_gaps_stay_empty() {
        let of = |points: &[f64]| points.iter().copied().map(Some).collect::<Vec<_>>();
        let rising = of(&[0.0, 0.15, 0.3, 0.43, 0.57, 0.72, 0.86, 1.0]);
        assert_eq!(drawn(&rising, false), ["  ⡠⠊", "⡠⠊  "]);
        assert_eq!(drawn(&of(&[0.0; 8]), false), ["    ", "⣀⣀⣀⣀"]);
        assert_eq!(drawn(&of(&[0.0; 8]), true), ["    ", "⡀⢀ ⡀"]);
        let gap = [Some(0.0), Some(0.0), None, None, None, None, Some(1.0), Some(1.0)];
        assert_eq!(drawn(&gap, false), ["   ⠉", "⣀   "]);
        assert_eq!(drawn(&[None; 8], false), ["    ", "    "]);
        assert_eq!(drawn(&[], false), ["    ", "    "]);
    }
}
