//! The last look of a run, saved on disk. The next run draws it at once with its age, before the first call returns.
//!
//! It holds what the tables hold, so it contains no credential, no token and no address of a person. A file that cannot
//! be read, was changed, or belongs to another account is moved aside with a message and never used.
//!
//! Its lines are JSON: a header, the tables kind by kind, and the events. The last line is the CRC-32 of those before
//! it.

use std::fs;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, Crc, CrcWriter};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::disk;
use crate::resources::{KeptEvent, Kind, Patch, Store};
use crate::view::EscapedJson;

/// The version of the format. It is raised when older programs can no longer read a new file, or newer programs an old
/// one.
const VERSION: u32 = 3;

/// The most bytes of a file, unpacked. The file of a fleet's account has some ten MiB.
const LARGEST: u64 = 128 * 1024 * 1024;

/// The number of bytes of the last line.
const SUM: usize = 9;

/// The file of one account and region.
#[derive(Debug, Clone)]
pub struct Snapshot {
    path: PathBuf,
    /// The name of the account and region whose last look it is.
    name: String,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    name: String,
    at: Timestamp,
}

/// The lines between the first and the last one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    /// A table of this kind, or a part of it.
    Table(String, Patch),
    /// An event.
    Event(KeptEvent),
}

/// The part of the first line that is the same in every version.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

const FORMAT: &str = "sagetop snapshot";

/// The result of reading the file of an earlier run.
#[derive(Debug)]
pub enum Found {
    /// The tables of that run, and the events that it knew.
    Tables(Box<Store>, Vec<KeptEvent>),
    /// There is no file of an earlier run.
    Nothing,
    /// A file that cannot be used. The sentence says why, and where the file is now.
    SetAside(String),
}

impl Snapshot {
    /// Returns the file in the folder for the last look of `name`: a profile, an account or a URL, and a region.
    #[must_use]
    pub fn of(folder: &Path, name: &str) -> Self {
        let harmless = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '_' };
        let file: String = name.chars().map(harmless).collect();
        Self { path: folder.join(format!("{file}.json.gz")), name: name.to_owned() }
    }

    /// Reads the file. A file that cannot be read is moved out of the way, so that it is reported only once and never
    /// lost.
    #[must_use]
    pub fn read(&self) -> Found {
        match fs::metadata(&self.path) {
            // Opening a pipe could wait for ever.
            Ok(found) if !found.is_file() => return self.set_aside("it is not a regular file"),
            Ok(_) | Err(_) => {}
        }
        let file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
            Err(error) => return self.set_aside(&format!("it cannot be opened ({error})")),
        };
        self.parse(file).unwrap_or_else(|why| self.set_aside(&why))
    }

    /// Reads the tables of a file, if they are of this account.
    ///
    /// # Errors
    /// The reason why they cannot be used.
    fn parse(&self, file: fs::File) -> Result<Found, String> {
        let (header, store, news) = contents(file)?;
        if header.name != self.name {
            return Err("it is of another account".to_owned());
        }
        Ok(Found::Tables(Box::new(store.saved()), news))
    }

    /// Moves the file out of the way and returns the message that says why.
    #[must_use]
    pub fn set_aside(&self, why: &str) -> Found {
        let place = disk::set_aside(&self.path, "gz.unusable");
        Found::SetAside(format!("the snapshot of the last run was not used: {why}; it is kept in {place}"))
    }

    /// Replaces the file in one step, so that a reader sees the old file or the new one. Only this user can read it.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn write(&self, store: &Store, news: &[KeptEvent], at: Timestamp) -> io::Result<()> {
        disk::replace(&self.path, |file| self.write_to(file, store, news, at))
    }

    fn write_to(&self, file: &fs::File, store: &Store, news: &[KeptEvent], at: Timestamp) -> io::Result<()> {
        let packed = GzEncoder::new(BufWriter::new(file), Compression::fast());
        let mut summed = CrcWriter::new(packed);
        let header = Header { format: FORMAT.to_owned(), version: VERSION, name: self.name.clone(), at };
        write_line(&mut summed, &header)?;
        // The tables are written line by line, because a copy of all of them would take as much memory as they do.
        for (kind, table) in store.tables() {
            table.patches(&mut |patch| write_line(&mut summed, &Line::Table(kind.name().to_owned(), patch)))?;
        }
        for event in news {
            write_line(&mut summed, &Line::Event(event.clone()))?;
        }
        let sum = summed.crc().sum();
        let mut packed = summed.into_inner();
        writeln!(packed, "{sum:08x}")?;
        packed.finish()?.flush()
    }
}

/// Iterates over the tables of the snapshots in the folder, and reads one at a time. Those that cannot be read are left
/// where they are.
pub fn all_tables(folder: &Path) -> impl Iterator<Item = Store> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let snapshots = files.filter(|path| path.extension().is_some_and(|end| end == "gz") && path.is_file());
    snapshots.filter_map(|path| contents(fs::File::open(path).ok()?).ok()).map(|(_, store, _)| store)
}

/// Reads a file.
///
/// # Errors
/// The reason why it cannot be used.
fn contents(file: fs::File) -> Result<(Header, Store, Vec<KeptEvent>), String> {
    let mut text = Vec::new();
    let unpacked = disk::read_all(GzDecoder::new(BufReader::new(file)), LARGEST, &mut text);
    unpacked.map_err(|error| format!("it cannot be read ({error})"))?;
    let unreadable = |error: serde_json::Error| format!("it cannot be read ({error})");
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Version { version } = serde_json::from_slice(first).map_err(unreadable)?;
    if version != VERSION {
        return Err(format!("it is of version {version}, this program reads {VERSION}"));
    }
    let (all, last) = text.split_at(text.len().saturating_sub(SUM));
    let mut sum = Crc::new();
    sum.update(all);
    if last != format!("{:08x}\n", sum.sum()).as_bytes() {
        return Err("it was changed after it was written".to_owned());
    }
    let header: Header = serde_json::from_slice(first).map_err(unreadable)?;
    if header.format != FORMAT {
        return Err("it is no snapshot".to_owned());
    }
    let (mut store, mut news) = (Store::default(), Vec::new());
    for line in all.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line).map_err(unreadable)? {
            Line::Table(kind, patch) => {
                // A program with more features has kinds that this one does not know.
                let Some(kind) = Kind::named(&kind) else { continue };
                store.patch(kind, patch, header.at).map_err(unreadable)?;
            }
            Line::Event(event) => news.push(event),
        }
    }
    Ok((header, store, news))
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(EscapedJson(&mut *out), line)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::resources::Listing;
    use crate::resources::identity::Identity;

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("sagetop-snapshot-{}-{name}", std::process::id()))
    }

    fn store() -> Store {
        let mut store = Store::default();
        let me = Identity { account: "123456789012".into(), arn: "arn:x".into(), user_id: "u".into() };
        store.identity.apply(Ok(Listing::all(vec![me])), Timestamp::from_second(7).unwrap());
        store
    }

    #[test]
    fn what_was_written_is_read_with_its_age_and_by_nobody_else() {
        let snapshot = Snapshot::of(&folder("round"), "retail/../eu-west-1");
        assert!(matches!(snapshot.read(), Found::Nothing));
        let news: Vec<KeptEvent> =
            serde_json::from_str(r#"[{"at":"2026-11-23T03:10:00Z","event":{"at":null,"health":"critical","text":"a ALARM","by":""},"subject":"alarms=a"}]"#).unwrap();
        snapshot.write(&store(), &news, Timestamp::from_second(9).unwrap()).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&snapshot.path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let Found::Tables(read, known) = snapshot.read() else { panic!("not read") };
        assert_eq!((read.identity.len(), read.identity.source().state), (1, "saved"));
        assert_eq!(known, news, "and what happened is known");
        assert_eq!(read.identity.read_at("arn:x"), Timestamp::from_second(7).ok());
        assert_eq!(read.endpoints.source().state, "waiting", "what was never read is not saved");
        fs::remove_dir_all(folder("round")).unwrap();
    }

    #[test]
    fn what_cannot_be_used_is_set_aside_and_told_once() {
        let snapshot = Snapshot::of(&folder("broken"), "x");
        snapshot.write(&store(), &[], Timestamp::UNIX_EPOCH).unwrap();
        let whole = fs::read(&snapshot.path).unwrap();
        let mut newer = Vec::new();
        let text = "{\"format\":\"sagetop snapshot\",\"version\":99,\"at\":\"2026-11-23T03:10:00Z\",\"tables\":{}}";
        GzEncoder::new(&mut newer, Compression::fast()).write_all(text.as_bytes()).unwrap();
        let cut = whole.get(..whole.len() / 2).unwrap().to_vec();
        let mut changed = Vec::new();
        let mut text = String::new();
        GzDecoder::new(&whole[..]).read_to_string(&mut text).unwrap();
        let mut again = GzEncoder::new(&mut changed, Compression::fast());
        again.write_all(text.replace("123456789012", "123456789013").as_bytes()).unwrap();
        again.finish().unwrap();
        for (bytes, why) in [
            (cut, "cannot be read"),
            (b"PNG".to_vec(), "cannot be read"),
            (newer, "version 99"),
            (changed, "was changed after it was written"),
        ] {
            fs::write(&snapshot.path, &bytes).unwrap();
            let Found::SetAside(told) = snapshot.read() else { panic!("used: {why}") };
            assert!(told.contains(why), "{told}");
            assert!(matches!(snapshot.read(), Found::Nothing));
            assert_eq!(fs::read(snapshot.path.with_extension("gz.unusable")).unwrap(), bytes, "nothing is lost");
        }
        fs::remove_dir_all(folder("broken")).unwrap();
    }
}
