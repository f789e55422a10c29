//! The file of the findings that were marked as seen, one for each account and region.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::app::Seen;
use crate::disk;

/// The most marks that are kept: the newest.
const KEPT: usize = 1_000;

/// The file of one account and region.
#[derive(Debug, Clone)]
pub struct SeenFile {
    path: PathBuf,
}

impl SeenFile {
    /// Returns the file in the folder for `name`: a profile, an account or a URL, and a region.
    #[must_use]
    pub fn of(folder: &Path, name: &str) -> Self {
        let harmless = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '_' };
        let file: String = name.chars().map(harmless).collect();
        Self { path: folder.join(format!("{file}.json")) }
    }
    /// Reads the marks. A file that cannot be read has none: at worst, something is in the inbox again.
    #[must_use]
    pub fn read(&self) -> Vec<Seen> {
        let text = disk::read(&self.path).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
    /// Writes the marks.
    ///
    /// # Errors
    /// Those of the system.
    pub fn write(&self, marks: &[Seen]) -> io::Result<()> {
        let mut newest: Vec<&Seen> = marks.iter().collect();
        newest.sort_by_key(|mark| std::cmp::Reverse(mark.since));
        newest.truncate(KEPT);
        let text = serde_json::to_vec(&newest)?;
        disk::replace(&self.path, |mut file| file.write_all(&text))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_next_run_knows_what_was_seen_in_its_own_account() {
        let folder = std::env::temp_dir().join(format!("sagetop-seen-{}", std::process::id()));
        let mark = |about: &str, second: i64| Seen {
            about: about.into(),
            since: jiff::Timestamp::from_second(second).unwrap(),
        };
        let (own, other) = (SeenFile::of(&folder, "prod@eu-west-1"), SeenFile::of(&folder, "prod@us-east-1"));
        assert!(own.read().is_empty());
        own.write(&[mark("a", 1), mark("b", 2)]).unwrap();
        assert_eq!((own.read(), other.read()), (vec![mark("b", 2), mark("a", 1)], vec![]));
        let many: Vec<Seen> = (0..2_000).map(|second| mark("a", second)).collect();
        own.write(&many).unwrap();
        assert_eq!((own.read().len(), own.read()[0].clone()), (KEPT, mark("a", 1_999)));
        fs::write(&own.path, "not JSON").unwrap();
        assert!(own.read().is_empty());
        fs::remove_dir_all(&folder).unwrap();
    }
}
