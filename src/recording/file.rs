//! The file of a recording: lines of JSON in gzip members, one member after the other.
//!
//! ```text
//! {"format":"sagetop-tape","version":3,"program":"0.1.0","accounts":[…],"config":"…"}
//! 8c1d5e02 {"frame":{"at":"…","number":0,"sum":0,"gap":false}}
//! 01b7a9f4 {"table":{"at":"…","account":0,"kind":"alarms","patch":{…}}}
//! 5e0c97a1 {"usage":["…",0,{…}]}
//! 33d10c2b {"event":["…",0,{…}]}
//! e3300c9b {"whole":"…"}
//! 0f3e11d7 {"table":{"at":"…","account":0,"kind":"alarms","moment":true,"patch":{…}}}
//! 9ad2be40 {"end":"…"}
//! ```
//!
//! * Each member begins with a key frame: all tables as patches of empty tables, up to `whole`. The later answers
//!   follow, each as a patch of its table. So a player begins at the last key frame before a position, and applies the
//!   lines up to the position. A key frame is written when four times its size was written since the last one. So the
//!   file is at most a quarter larger, and a jump reads at most five times the size of a key frame.
//! * A player that reaches a key frame skips it, unless the key frame says that earlier changes were left out
//!   (`gap`).
//! * `moment` marks the target of a step: the rows, or the state of the source, changed.
//! * Each line but the first begins with the CRC-32 of all lines of the member up to it, without these sums. A key
//!   frame contains its number and the last sum of the member before. So changed, removed and added lines are detected.
//! * The compressor is flushed every second. A file that is cut anywhere is readable up to the last complete line.
//!
//! Versions 1 and 2 held replies of AWS instead of tables.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Crc;
use flate2::bufread::GzDecoder;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Ending, RecordedAccount};
use crate::resources::{AccountId, Delta, KeptEvent};
use crate::view::escaped_json;

/// The name of the format.
pub(super) const FORMAT: &str = "sagetop-tape";
/// The version of the format. It grows when older programs would misread a file.
pub(super) const VERSION: u32 = 3;

/// The first bytes of a gzip member.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The maximum number of bytes of a line: a few hundred rows.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    /// The version of the program that wrote the file.
    pub(super) program: String,
    pub(super) accounts: Vec<RecordedAccount>,
    /// The active configuration, as TOML. Without it, the same tables would make another screen.
    pub(super) config: String,
}

/// The part of the header that is the same in every version.
#[derive(Deserialize)]
struct AnyHeader {
    format: String,
    version: u32,
    #[serde(default)]
    program: String,
}

/// Any other line. `P` is the patch of a table, or the type that is read in its place.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry<P> {
    /// The beginning of a key frame.
    Frame(Frame),
    /// The end of a key frame, with its time.
    Whole(Timestamp),
    /// The change of a table.
    Table(TableEntry<P>),
    /// The change of the usage of an account.
    Usage(Timestamp, AccountId, Delta),
    /// An event in an account.
    Event(Timestamp, AccountId, KeptEvent),
    /// The rows of an account were dropped, because they belonged to another account.
    Forgotten(Timestamp, AccountId),
    /// The end of a recording that was not cut.
    End(Timestamp),
}

/// A key frame.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Frame {
    pub(super) at: Timestamp,
    /// The number, counted from 0.
    pub(super) number: u64,
    /// The last sum of the member before.
    pub(super) sum: u32,
    /// Are changes since the key frame before missing?
    pub(super) gap: bool,
}

/// The change that an answer made in a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TableEntry<P> {
    pub(super) at: Timestamp,
    pub(super) account: AccountId,
    /// The name of the kind.
    pub(super) kind: String,
    /// Is this the target of a step?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) moment: bool,
    pub(super) patch: P,
}

impl<P> Entry<P> {
    /// Returns the time when the line was recorded.
    pub(super) fn at(&self) -> Timestamp {
        match self {
            Self::Frame(Frame { at, .. })
            | Self::Table(TableEntry { at, .. })
            | Self::Whole(at)
            | Self::Usage(at, ..)
            | Self::Event(at, ..)
            | Self::Forgotten(at, _)
            | Self::End(at) => *at,
        }
    }
}

/// The sum and the size of one member.
#[derive(Debug, Default)]
pub(super) struct Sum {
    crc: Crc,
    /// The number of bytes so far, not compressed.
    pub(super) bytes: u64,
}

impl Sum {
    /// Returns the sum of all lines so far.
    pub(super) fn value(&self) -> u32 {
        self.crc.sum()
    }

    /// Writes the first line of a file.
    pub(super) fn begin(&mut self, out: &mut impl Write, header: &Header) -> io::Result<()> {
        let line = self.line(header)?;
        out.write_all(&line)
    }

    /// Writes any other line.
    pub(super) fn write<P: Serialize>(&mut self, out: &mut impl Write, entry: &Entry<P>) -> io::Result<()> {
        let line = self.line(entry)?;
        write!(out, "{:08x} ", self.value())?;
        out.write_all(&line)
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<Vec<u8>> {
        let mut line = escaped_json(value)?;
        line.push(b'\n');
        self.crc.update(&line);
        self.bytes += line.len() as u64;
        Ok(line)
    }
}

/// The lines of a file, from its beginning or from a key frame on.
pub(super) struct Lines {
    /// The member that is read. Absent at the end of the file.
    member: Option<BufReader<GzDecoder<BufReader<File>>>>,
    sum: Crc,
    /// The first byte of the member.
    offset: u64,
}

impl Lines {
    /// Reads from the beginning of a file: its header, and the lines after it.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file.
    pub(super) fn open(path: &Path) -> Result<(Header, Self), String> {
        let wrong = |what: &str| format!("{} {what}", path.display());
        let unreadable = |e: io::Error| wrong(&format!("cannot be read: {e}"));
        if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
            // Opening a pipe would wait forever.
            return Err(wrong("is not a regular file"));
        }
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        let start = file.fill_buf().map_err(unreadable)?;
        if !start.iter().zip(MAGIC).all(|(byte, magic)| *byte == magic) {
            return Err(wrong("is not a recording of sagetop"));
        }
        let mut lines = Self::new(file, 0);
        let first = match lines.line() {
            Ok(Some(first)) => first,
            Err(error) if ending(&error) == Ending::Damaged => return Err(wrong("is damaged at its beginning")),
            Ok(None) | Err(_) => return Err(wrong("holds nothing: it was cut at its beginning")),
        };
        let AnyHeader { format, version, program } = serde_json::from_slice(&first)
            .map_err(|_| wrong("is not a recording of sagetop: its first line is no header"))?;
        if format != FORMAT {
            return Err(wrong(&format!("is not a recording of sagetop but a {format:?}")));
        }
        if version != VERSION {
            let way = if version < VERSION { "or record anew" } else { "or with a newer one" };
            return Err(wrong(&format!(
                "was recorded by sagetop {program} in format {version}, and this program plays format {VERSION} only; \
                 play it with the program that recorded it, {way}"
            )));
        }
        let header = serde_json::from_slice(&first).map_err(|e| wrong(&format!("has a damaged header: {e}")))?;
        lines.add(&first);
        Ok((header, lines))
    }

    /// Reads from the member that begins at this byte.
    ///
    /// # Errors
    /// The errors of the system.
    pub(super) fn from_member(path: &Path, offset: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut lines = Self::new(BufReader::new(file), offset);
        if offset == 0 {
            // The header was read before, but it is part of the sum.
            let header = lines.line().ok().flatten().unwrap_or_default();
            lines.add(&header);
        }
        Ok(lines)
    }

    fn new(file: BufReader<File>, offset: u64) -> Self {
        Self { member: Some(BufReader::new(GzDecoder::new(file))), sum: Crc::new(), offset }
    }

    /// Returns the first byte of the current member.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the sum of all lines of the member so far.
    pub(super) fn sum(&self) -> u32 {
        self.sum.sum()
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// The way in which the file ends, if nothing more can be read. A complete file returned [`Entry::End`] before.
    pub(super) fn entry<P: DeserializeOwned>(&mut self) -> Result<Entry<P>, Ending> {
        let line = match self.line().map_err(|e| ending(&e))? {
            Some(line) => line,
            None => self.next_member()?,
        };
        let (sum, line) = summed(&line).ok_or(Ending::Damaged)?;
        self.add(line);
        if sum != self.sum.sum() {
            return Err(Ending::Damaged);
        }
        serde_json::from_slice(line).map_err(|_| Ending::Damaged)
    }

    /// Goes to the next member and reads its first line.
    fn next_member(&mut self) -> Result<Vec<u8>, Ending> {
        let member = self.member.take().ok_or(Ending::Cut)?;
        let mut file = member.into_inner().into_inner();
        if file.fill_buf().map_err(|e| ending(&e))?.is_empty() {
            return Err(Ending::Cut);
        }
        let offset = file.stream_position().map_err(|e| ending(&e))?;
        *self = Self::new(file, offset);
        self.line().map_err(|e| ending(&e))?.ok_or(Ending::Cut)
    }

    fn add(&mut self, line: &[u8]) {
        self.sum.update(line);
        self.sum.update(b"\n");
    }

    /// Reads a line without its end. `None` at the end of the member.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(member) = &mut self.member else { return Ok(None) };
        let mut line = Vec::new();
        member.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        match line.pop() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) if line.len() as u64 >= LONGEST_LINE - 1 => Err(io::Error::other("a line that is too long")),
            Some(_) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Returns the ending of a file that cannot be read any further.
fn ending(error: &io::Error) -> Ending {
    if error.kind() == io::ErrorKind::UnexpectedEof { Ending::Cut } else { Ending::Damaged }
}

/// Splits a line into its sum and the rest.
fn summed(line: &[u8]) -> Option<(u32, &[u8])> {
    let (sum, rest) = line.split_at_checked(8)?;
    let sum = u32::from_str_radix(std::str::from_utf8(sum).ok()?, 16).ok()?;
    Some((sum, rest.strip_prefix(b" ")?))
}
