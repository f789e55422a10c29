//! The file of a recording: lines of JSON inside of one gzip stream, a body after each line that announces one.
//!
//! ```text
//! {"format":"sagetop-tape","version":1,"program":"0.1.0","started":"…","config":"…"}
//! 8c1d5e02 {"scope":{"name":"prod/eu-west-1","region":"eu-west-1","label":"prod"}}
//! 01b7a9f4 {"reply":{"at":"…","scope":"prod/eu-west-1","service":"sagemaker","operation":"ListEndpoints",…,"bytes":17}}
//! {"Endpoints":[…]}
//! e3300c9b {"end":"…"}
//! ```
//!
//! Before each line but the first stands the CRC-32 of all that was written up to it and its body, without these
//! sums: what was changed, taken out or put in afterwards is found. Version 1 has no sums.
//! A reply without `bytes` is the same as the one before to the same request. What is cut off at any
//! byte is readable up to the last whole line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use bytes::Bytes;
use flate2::Crc;
use flate2::bufread::GzDecoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Scope;

/// Name of the format.
pub(super) const FORMAT: &str = "sagetop-tape";
/// Version of the format; it grows when older programs would misread a file.
pub(super) const VERSION: u32 = 2;
/// The first version with sums.
const SUMMED: u32 = 2;

/// What gzip begins with.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// No line is longer: the longest hold the questions of 500 metrics.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;
/// No body is longer.
const LONGEST_BODY: usize = 64 * 1024 * 1024;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    /// Version of the program that wrote it.
    pub(super) program: String,
    pub(super) started: Timestamp,
    /// The configuration in force, as TOML: without it the same replies make another screen.
    #[serde(default)]
    pub(super) config: String,
}

/// As much of it as is the same in every version.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u32,
    #[serde(default)]
    program: String,
}

/// Any other line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry {
    /// An account and region, before its first reply.
    Scope(Scope),
    /// A reply.
    Reply(Head),
    /// The recording was ended, not cut.
    End(Timestamp),
}

/// A reply without its body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Head {
    /// When it was there as a whole.
    pub(super) at: Timestamp,
    pub(super) scope: String,
    pub(super) service: String,
    pub(super) operation: String,
    /// What was asked.
    pub(super) key: String,
    /// The page that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) page: Option<String>,
    /// The second up to which metrics were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<i64>,
    /// HTTP status; 0 when there was no answer, and the body says why.
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    /// Length of the body that follows; absent when status, headers and body are those of the reply before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<usize>,
}

/// A line of JSON with its end.
fn line(value: &impl Serialize) -> std::io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// The sum of all that was written so far.
#[derive(Default)]
pub(super) struct Sum(Crc);

impl Sum {
    /// Writes the first line.
    pub(super) fn begin(&mut self, out: &mut impl Write, header: &Header) -> std::io::Result<()> {
        let line = line(header)?;
        self.0.update(&line);
        out.write_all(&line)
    }

    /// Writes a line and its body, if it has one.
    pub(super) fn write(&mut self, out: &mut impl Write, entry: &Entry, body: Option<&[u8]>) -> std::io::Result<()> {
        let line = line(entry)?;
        self.0.update(&line);
        self.0.update(body.unwrap_or_default());
        write!(out, "{:08x} ", self.0.sum())?;
        out.write_all(&line)?;
        body.map_or(Ok(()), |body| out.write_all(body).and_then(|()| out.write_all(b"\n")))
    }
}

/// The sum at the beginning of a line, and the line itself.
fn summed(line: &[u8]) -> Option<(u32, &[u8])> {
    let (sum, rest) = line.split_at_checked(8)?;
    let sum = u32::from_str_radix(std::str::from_utf8(sum).ok()?, 16).ok()?;
    Some((sum, rest.strip_prefix(b" ")?))
}

/// Reads a file from its beginning to its end, or to the place where it is cut.
pub(super) struct Lines {
    from: BufReader<GzDecoder<BufReader<File>>>,
    /// The sum of all that was read so far; none where the file has no sums.
    sum: Option<Crc>,
}

impl Lines {
    /// The header, and the lines after it.
    ///
    /// # Errors
    /// A sentence: what is wrong with the file.
    pub(super) fn open(path: &Path) -> Result<(Header, Self), String> {
        let wrong = |what: &str| format!("{} {what}", path.display());
        let unreadable = |e: std::io::Error| wrong(&format!("cannot be read: {e}"));
        if std::fs::metadata(path).map_err(unreadable)?.is_file() {
            Self::begin(File::open(path).map_err(unreadable)?, &wrong)
        } else {
            // Opening a pipe would wait for ever.
            Err(wrong("is not a regular file"))
        }
    }

    fn begin(file: File, wrong: &dyn Fn(&str) -> String) -> Result<(Header, Self), String> {
        let unreadable = |e: std::io::Error| wrong(&format!("cannot be read: {e}"));
        let mut file = BufReader::new(file);
        let start = file.fill_buf().map_err(unreadable)?;
        if !start.iter().zip(MAGIC).all(|(byte, wanted)| *byte == wanted) {
            return Err(wrong("is not a recording of sagetop"));
        }
        let mut lines = Self { from: BufReader::new(GzDecoder::new(file)), sum: None };
        let first = lines.line().ok().flatten().ok_or_else(|| wrong("holds nothing: it was cut at once"))?;
        let kind: Kind = serde_json::from_slice(&first)
            .map_err(|_| wrong("is not a recording of sagetop: its first line is no header"))?;
        if kind.format != FORMAT {
            return Err(wrong(&format!("is not a recording of sagetop but a {:?}", kind.format)));
        }
        if kind.version > VERSION {
            return Err(wrong(&format!(
                "was recorded by sagetop {} in format {}; this version reads formats up to {VERSION}",
                kind.program, kind.version
            )));
        }
        let header = serde_json::from_slice(&first).map_err(|e| wrong(&format!("has a damaged header: {e}")))?;
        lines.sum = (kind.version >= SUMMED).then(Crc::new);
        lines.add(&first);
        lines.add(b"\n");
        Ok((header, lines))
    }

    /// The next line, and its body if it has one; `None` at the end of the file.
    ///
    /// # Errors
    /// What is wrong from here on.
    pub(super) fn entry(&mut self) -> Result<Option<(Entry, Option<Bytes>)>, String> {
        let Some(line) = self.line()? else { return Ok(None) };
        let damaged = || "a damaged line".to_owned();
        let (sum, line) = match self.sum {
            Some(_) => summed(&line).map(|(sum, line)| (Some(sum), line)).ok_or_else(damaged)?,
            None => (None, line.as_slice()),
        };
        self.add(line);
        self.add(b"\n");
        let entry: Entry = serde_json::from_slice(line).map_err(|_| damaged())?;
        let body = match &entry {
            Entry::Reply(Head { bytes: Some(length), .. }) => Some(self.body(*length)?),
            Entry::Reply(_) | Entry::Scope(_) | Entry::End(_) => None,
        };
        self.add(body.as_deref().unwrap_or_default());
        if sum != self.sum.as_ref().map(Crc::sum) {
            return Err("what was changed after it was recorded".to_owned());
        }
        Ok(Some((entry, body)))
    }

    fn add(&mut self, bytes: &[u8]) {
        if let Some(sum) = &mut self.sum {
            sum.update(bytes);
        }
    }

    fn body(&mut self, length: usize) -> Result<Bytes, String> {
        if length > LONGEST_BODY {
            return Err("a reply that is too long".to_owned());
        }
        let mut body = Vec::new();
        let wanted = length as u64 + 1;
        self.from.by_ref().take(wanted).read_to_end(&mut body).map_err(|e| e.to_string())?;
        if body.len() as u64 != wanted || body.pop() != Some(b'\n') {
            return Err("a reply that is cut".to_owned());
        }
        Ok(body.into())
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, String> {
        let mut line = Vec::new();
        self.from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
        match line.pop() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) => Err("a line that is cut".to_owned()),
        }
    }
}
