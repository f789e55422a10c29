//! Patterns for dates in the names of folders: `s3://lake/sales/dt={yyyy-MM-dd}/`, `year={yyyy}/month={MM}/day={dd}/`.

use std::fmt::Write as _;
use std::ops::Range;

/// The parts of a date: letters in the pattern, the fewest and most digits, and the field.
const FIELDS: [(&str, usize, usize, Field); 9] = [
    ("yyyy", 4, 4, Field::Year),
    ("MM", 2, 2, Field::Month),
    ("M", 1, 2, Field::Month),
    ("dd", 2, 2, Field::Day),
    ("d", 1, 2, Field::Day),
    ("HH", 2, 2, Field::Hour),
    ("H", 1, 2, Field::Hour),
    ("mm", 2, 2, Field::Minute),
    ("m", 1, 2, Field::Minute),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
}

/// A date with the fields that the names of folders give: year, month, day, hour, minute. Dates are compared by time,
/// in UTC, because that is what tools write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct PartialDate([Option<u16>; 5]);

impl PartialDate {
    /// Creates the date of a whole day.
    #[must_use]
    pub fn day(year: u16, month: u16, day: u16) -> Self {
        Self([Some(year), Some(month), Some(day), None, None])
    }
    /// Adds a field, unless it contradicts a known one or the result is not a date.
    fn with(mut self, field: Field, value: u16) -> Option<Self> {
        let range = match field {
            Field::Year => 2000..=9999,
            Field::Month => 1..=12,
            Field::Day => 1..=31,
            Field::Hour => 0..=23,
            Field::Minute => 0..=59,
        };
        let known = self.0.get_mut(field as usize)?;
        if !range.contains(&value) || known.is_some_and(|known| known != value) {
            return None;
        }
        *known = Some(value);
        Some(self)
    }
    /// Returns whether this date is on or before that day. A missing field counts as the first one (January, the first,
    /// midnight).
    #[must_use]
    pub fn begins_by(&self, day: Self) -> bool {
        let begin = |[year, month, day, ..]: [Option<u16>; 5]| [year, month, day].map(Option::unwrap_or_default);
        begin(self.0) <= begin(day.0)
    }
    /// Counts the known fields, from the year on.
    #[must_use]
    pub fn fields(&self) -> usize {
        self.0.iter().take_while(|field| field.is_some()).count()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Digits { letters: &'static str, least: usize, most: usize, field: Field },
}

/// The name of one folder with dates in it, such as `dt={yyyy-MM-dd}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pieces: Vec<Piece>,
}

/// An S3 location with dates in it, folder by folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The part before the first folder with a date.
    pub stem: String,
    /// The rest: folders with dates, each with the plain folders after it.
    pub levels: Vec<(Segment, String)>,
    /// Whether the last folder ends with a slash. If not, it is the start of a longer name.
    pub closed: bool,
}

/// An error in a pattern: the place, what is wrong, and a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// The range of bytes in the text.
    pub place: Range<usize>,
    /// The fault, as a sentence without a full stop.
    pub message: String,
    /// A hint for the correction.
    pub hint: &'static str,
}

const WRITE: &str = "write {yyyy-MM-dd}, or {yyyy}/{MM}/{dd}; HH is the hour";

impl Pattern {
    /// Parses a location without its `s3://bucket/`. Returns `None` if it has no date.
    ///
    /// # Errors
    /// A brace that is not closed, letters that are no part of a date, a date that does not begin with the year.
    pub fn parse(text: &str) -> Result<Option<Self>, PatternError> {
        let Some(first) = text.find(['{', '}']) else { return Ok(None) };
        let start = text.get(..first).and_then(|before| before.rfind('/')).map_or(0, |slash| slash + 1);
        let (stem, rest) = text.split_at_checked(start).unwrap_or((text, ""));
        let mut pattern = Self { stem: stem.to_owned(), levels: Vec::new(), closed: text.ends_with('/') };
        let mut known = Vec::new();
        let mut at = start;
        let folders: Vec<&str> = rest.strip_suffix('/').unwrap_or(rest).split('/').collect();
        for folder in folders {
            let segment = Segment::parse(folder, at)?;
            let place = at..at + folder.len();
            at = place.end + 1;
            if !segment.has_date() {
                if let Some((_, plain)) = pattern.levels.last_mut() {
                    plain.push_str(folder);
                    plain.push('/');
                }
                continue;
            }
            known.extend(segment.fields());
            known.sort_unstable();
            known.dedup();
            if known.iter().enumerate().any(|(place, field)| *field as usize != place) {
                let message = format!("the dates up to {folder:?} leave out the year, the month or the day");
                return Err(PatternError { place, message, hint: WRITE });
            }
            pattern.levels.push((segment, String::new()));
        }
        Ok(Some(pattern))
    }
}

impl Segment {
    /// Parses the name of a folder that begins at byte `at` of the whole pattern.
    fn parse(folder: &str, at: usize) -> Result<Self, PatternError> {
        let mut pieces = Vec::new();
        let (mut rest, mut at) = (folder, at);
        while let Some(open) = rest.find(['{', '}']) {
            let (text, braced) = rest.split_at_checked(open).unwrap_or((rest, ""));
            let start = at + open;
            let wrong = |message: &str, length: usize| PatternError {
                place: start..start + length,
                message: message.to_owned(),
                hint: WRITE,
            };
            let Some(inner) = braced.strip_prefix('{') else {
                return Err(wrong("this } has no {", 1));
            };
            let Some((date, after)) = inner.split_once('}') else {
                return Err(wrong("a { is not closed in the name of the folder", braced.len()));
            };
            if !text.is_empty() {
                pieces.push(Piece::Text(text.to_owned()));
            }
            pieces.extend(date_pieces(date).ok_or_else(|| {
                wrong(
                    &format!("{{{date}}} is not a date: its parts are yyyy, MM, dd, HH and mm (minutes)"),
                    date.len() + 2,
                )
            })?);
            at = start + date.len() + 2;
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// Parses a name that is a date alone, or a date after `key=`. Returns `None` if the letters are not a date.
    #[must_use]
    pub fn of_date(key: &str, date: &str) -> Option<Self> {
        let key = Some(Piece::Text(key.to_owned())).filter(|_| !key.is_empty());
        Some(Self { pieces: key.into_iter().chain(date_pieces(date)?).collect() })
    }

    fn has_date(&self) -> bool {
        self.fields().next().is_some()
    }

    fn fields(&self) -> impl Iterator<Item = Field> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Digits { field, .. } => Some(*field),
            Piece::Text(_) => None,
        })
    }

    /// Returns the text before the first date.
    #[must_use]
    pub fn head(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            Some(Piece::Digits { .. }) | None => "",
        }
    }

    /// Reads the date in a folder's name and adds it to the date of the folders above. If `open` is true, more text may
    /// follow.
    #[must_use]
    pub fn date(&self, name: &str, above: PartialDate, open: bool) -> Option<PartialDate> {
        let (mut rest, mut date) = (name, above);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Piece::Digits { least, most, field, .. } => {
                    let digits = rest.bytes().take(*most).take_while(u8::is_ascii_digit).count();
                    let (number, after) = rest.split_at_checked(digits).filter(|_| digits >= *least)?;
                    date = date.with(*field, number.parse().ok()?)?;
                    rest = after;
                }
            }
        }
        (rest.is_empty() || open).then_some(date)
    }

    /// Returns the name of the folder for a day, if names sort in the order of their dates.
    #[must_use]
    pub fn name_of(&self, day: PartialDate) -> Option<String> {
        let mut name = String::new();
        let mut last = None;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Digits { letters, least, most, field } => {
                    if least != most || last.is_some_and(|last| last > *field) {
                        return None;
                    }
                    last = Some(*field);
                    let value = day.0.get(*field as usize).copied().flatten().unwrap_or(0);
                    let _ = write!(name, "{value:0width$}", width = letters.len());
                }
            }
        }
        Some(name)
    }
}

/// Splits `yyyy-MM-dd` into its parts. Returns `None` if a piece is neither a part of a date nor a separator.
fn date_pieces(text: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = rest.chars().take_while(|c| *c == first).count();
        if let Some((letters, least, most, field)) =
            FIELDS.iter().find(|(letters, ..)| letters.len() == run && letters.starts_with(first))
        {
            pieces.push(Piece::Digits { letters, least: *least, most: *most, field: *field });
            rest = rest.get(run..)?;
        } else if matches!(first, '-' | '_' | '.' | ':' | ' ' | 'T' | '=') {
            pieces.push(Piece::Text(first.to_string()));
            rest = rest.get(1..)?;
        } else {
            return None;
        }
    }
    (!pieces.is_empty()).then_some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(pattern: &str, name: &str) -> Option<PartialDate> {
        Pattern::parse(pattern).unwrap().unwrap().levels[0].0.date(name, PartialDate::default(), false)
    }

    #[test]
    fn folders_are_dates_or_they_are_not() {
        let day = Some(PartialDate::day(2026, 11, 29));
        for (pattern, name, wanted) in [
            ("dt={yyyy-MM-dd}/", "dt=2026-11-29", day),
            ("{yyyyMMdd}/", "20261129", day),
            ("{yyyy}_{M}_{d}/", "2026_11_29", day),
            ("d-{dd-MM-yyyy}/", "d-29-11-2026", day),
            ("dt={yyyy-MM-dd}/", "dt=__HIVE_DEFAULT_PARTITION__", None),
            ("dt={yyyy-MM-dd}/", "dt=2026-13-01", None),
            ("dt={yyyy-MM-dd}/", "dt=1999-12-31", None),
            ("{yyyy-MM-dd}/", "archive", None),
            ("{yyyy-MM-dd}/", "2026-11-29-old", None),
            ("{yyyy-MM-dd}/", "２０２６-11-29", None),
        ] {
            assert_eq!(date(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_is_read_level_by_level() {
        let pattern = Pattern::parse("sales/year={yyyy}/month={MM}/raw/day={dd}/eu/").unwrap().unwrap();
        assert_eq!((pattern.stem.as_str(), pattern.levels.len(), pattern.closed), ("sales/", 3, true));
        let after: Vec<&str> = pattern.levels.iter().map(|(_, after)| after.as_str()).collect();
        assert_eq!(after, ["", "raw/", "eu/"]);
        let year = pattern.levels[0].0.date("year=2026", PartialDate::default(), false).unwrap();
        assert_eq!(pattern.levels[1].0.date("month=11", year, false).map(|date| date.fields()), Some(2));
        assert_eq!(Pattern::parse("sales/plain/"), Ok(None));
        let file = Pattern::parse("sales/{yyyy-MM-dd}.csv").unwrap().unwrap();
        assert!(!file.closed);
        assert_eq!(
            file.levels[0].0.date("2026-11-29.csv.gz", PartialDate::default(), true).map(|d| d.fields()),
            Some(3)
        );
    }

    #[test]
    fn names_that_sort_as_their_dates_can_be_begun_at_one() {
        let day = PartialDate::day(2026, 1, 9);
        let name = |pattern: &str| Pattern::parse(pattern).unwrap().unwrap().levels[0].0.name_of(day);
        assert_eq!(name("dt={yyyy-MM-dd}/").as_deref(), Some("dt=2026-01-09"));
        assert_eq!(name("{yyyyMMddHH}/").as_deref(), Some("2026010900"));
        assert_eq!(name("{dd-MM-yyyy}/"), None);
        assert_eq!(name("{yyyy}-{M}/"), None);
    }

    #[test]
    fn what_is_no_pattern_is_told_with_its_place() {
        for (text, place, says) in [
            ("sales/dt={yyyy-MM-dd/", 9..20, "not closed"),
            ("sales/dt=yyyy}/", 13..14, "this } has no {"),
            ("sales/{}/", 6..8, "is not a date"),
            ("sales/{YYYY-MM-DD}/", 6..18, "is not a date"),
            ("sales/{yyyy-mm-dd}/", 6..18, "leave out"),
            ("sales/{MM}/{yyyy}/", 6..10, "leave out"),
            ("sales/{yyyy}/{dd}/", 13..17, "leave out"),
            ("sales/{date}/", 6..12, "is not a date"),
        ] {
            let error = Pattern::parse(text).unwrap_err();
            assert_eq!(error.place, place, "{text}: {error:?}");
            assert!(error.message.contains(says), "{text}: {error:?}");
        }
    }
}
