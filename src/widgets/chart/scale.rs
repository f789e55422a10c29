//! Converts values to rows: a scale with round ends, and points grouped into columns.

/// The values at the bottom and the top of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    foot: f64,
    top: f64,
}

impl Scale {
    /// Returns a scale for these values. It starts at zero, unless all of them are far from it. A scale of whole numbers
    /// has a whole number in its middle, so that an axis of instances has no label such as 2.5.
    pub(super) fn of(points: &[Option<f64>], threshold: Option<f64>) -> Self {
        let values = || points.iter().flatten().copied().chain(threshold).filter(|v| v.is_finite());
        let least = values().fold(f64::INFINITY, f64::min);
        let most = values().fold(f64::NEG_INFINITY, f64::max);
        if least > most {
            return Self { foot: 0.0, top: 1.0 };
        }
        let from_zero = least >= 0.0 && least < most * 0.6;
        let room = if from_zero { most } else { most - least };
        let whole = values().all(|v| v.fract() == 0.0);
        let step = round_up(if room > 0.0 { room } else { most.abs().max(1.0) } / 5.0);
        let step = if whole { step.ceil() } else { step };
        let foot = if from_zero { 0.0 } else { (least / step).floor() * step };
        let mut top = (most / step).ceil() * step;
        if top <= foot {
            top = foot + step;
        }
        if whole && f64::midpoint(foot, top).fract() != 0.0 {
            top += 1.0;
        }
        Self { foot, top }
    }

    /// Returns the height of a value in eighths of a row, in a chart of this many rows.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held within a screen's height")]
    pub(super) fn eighths(&self, value: f64, rows: u16) -> u64 {
        let most = f64::from(rows) * 8.0;
        (self.share(value) * most).round().clamp(0.0, most) as u64
    }

    /// Returns the place of a value: 0 at the bottom, 1 at the top.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.foot) / (self.top - self.foot)
    }

    /// Two or three labels, each with its row from the top.
    pub(super) fn labels(&self, rows: u16) -> Vec<(u16, String)> {
        let middle = f64::midpoint(self.foot, self.top);
        let mut labels = vec![(0, number(self.top, self.top))];
        if rows >= 5 {
            labels.push((rows / 2, number(middle, self.top)));
        }
        if rows >= 2 {
            labels.push((rows - 1, number(self.foot, self.top)));
        }
        labels
    }
}

/// Formats a number with no more digits than its scale needs.
fn number(value: f64, top: f64) -> String {
    let shorter = [(1e9, "G"), (1e6, "M"), (1e4, "k")].into_iter().find(|(unit, _)| top.abs() >= *unit);
    let (value, unit) = match shorter {
        Some((1e4, sign)) => (value / 1e3, sign),
        Some((unit, sign)) => (value / unit, sign),
        None => (value, ""),
    };
    let digits = match value.abs().max(top.abs() / 2.0) {
        _ if value == 0.0 => 0,
        v if v >= 10.0 || value.fract() == 0.0 => 0,
        v if v >= 1.0 => 1,
        v if v >= 0.1 => 2,
        _ => 3,
    };
    let unit = if value == 0.0 { "" } else { unit };
    format!("{value:.digits$}{unit}")
}

/// Rounds up to 1, 2, 2.5 or 5 times a power of ten.
fn round_up(value: f64) -> f64 {
    let ten = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    let fit = steps.into_iter().find(|s| s * ten >= value * 0.999_999);
    fit.unwrap_or(10.0) * ten
}

/// Groups points into columns. A column shows the point that is farthest from the middle of all, so that no spike is
/// lost. It is empty where no point has a value.
pub(super) fn columns(points: &[Option<f64>], cells: usize) -> Vec<Option<f64>> {
    let count = points.len();
    if count == 0 || cells == 0 {
        return Vec::new();
    }
    let mut sorted: Vec<f64> = points.iter().flatten().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    (0..cells)
        .map(|cell| {
            let start = cell * count / cells;
            let end = ((cell + 1) * count / cells).max(start + 1);
            let part = points.get(start..end.min(count)).unwrap_or_default().iter().flatten();
            part.copied().filter(|v| v.is_finite()).max_by(|a, b| (a - middle).abs().total_cmp(&(b - middle).abs()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_round_ends() {
        let scale = |values: &[f64]| {
            let points: Vec<_> = values.iter().copied().map(Some).collect();
            let scale = Scale::of(&points, None);
            (scale.foot, scale.top)
        };
        assert_eq!(scale(&[0.3, 4.1]), (0.0, 5.0));
        assert_eq!(scale(&[300.0, 310.0]), (300.0, 310.0));
        assert_eq!(scale(&[0.0, 0.0]), (0.0, 2.0));
        assert_eq!(scale(&[2.0, 3.0]), (2.0, 4.0));
        assert_eq!(scale(&[11.0, 13.0]), (11.0, 13.0));
        assert_eq!(scale(&[0.0, 0.4]), (0.0, 0.4));
        assert_eq!(scale(&[7.0]), (6.0, 8.0));
        assert_eq!(scale(&[]), (0.0, 1.0));
        assert_eq!(scale(&[f64::NAN, f64::INFINITY]), (0.0, 1.0));
        assert_eq!(scale(&[-2.0, 2.0]), (-2.0, 2.0));
    }

    #[test]
    fn labels_are_short() {
        let labels =
            |foot, top, rows| Scale { foot, top }.labels(rows).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(labels(0.0, 6.0, 8), ["6", "3", "0"]);
        assert_eq!(labels(0.0, 0.25, 8), ["0.25", "0.12", "0"]);
        assert_eq!(labels(0.0, 50_000.0, 4), ["50k", "0"]);
        assert_eq!(labels(300.0, 310.0, 1), ["310"]);
    }

    #[test]
    fn no_spike_and_no_gap_is_lost() {
        let mut points = vec![Some(1.0); 100];
        points[57] = Some(9.0);
        let shown = columns(&points, 10);
        assert_eq!(shown[5], Some(9.0));
        assert_eq!(columns(&[None, None, Some(1.0), Some(2.0)], 2)[0], None);
        assert_eq!(columns(&[Some(1.0), Some(2.0)], 4).len(), 4);
        assert_eq!(columns(&[], 4), []);
    }
}
