//! Reads files that the user names: whole, up to a limit, and never a pipe that does not end. Writes new files.

use std::fs::{self, File};
use std::io::{Error, Read, Result, Write as _};
use std::path::{Path, PathBuf};

/// The largest settings file that is read, in bytes. Bundles of certificates have a few hundred KiB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Reads a settings file: a configuration, a theme, certificates. A pipe or a device is not opened, as reading it may
/// never end. `/dev/null` counts as an empty file.
///
/// # Errors
/// Those of the system; a file that is not regular, or has more than 16 MiB.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    if path == Path::new("/dev/null") {
        return Ok(Vec::new());
    }
    if !fs::metadata(path)?.is_file() {
        return Err(Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    read_all(File::open(path)?, LARGEST, &mut bytes)?;
    Ok(bytes)
}

/// Reads a settings file as text.
///
/// # Errors
/// Those of [`read`]; a file that is not UTF-8, with the line of the first invalid byte.
pub fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read(path)?).map_err(|wrong| {
        let good = wrong.as_bytes().get(..wrong.utf8_error().valid_up_to()).unwrap_or_default();
        let line = good.split(|byte| *byte == b'\n').count();
        Error::other(format!("line {line} is not UTF-8"))
    })
}

/// Reads a stream to its end, up to `most` bytes: a compressed file may unpack to any size.
///
/// # Errors
/// Those of the system; a stream of more than `most` bytes.
pub fn read_all(from: impl Read, most: u64, into: &mut Vec<u8>) -> Result<()> {
    let read = from.take(most.saturating_add(1)).read_to_end(into)?;
    if read as u64 > most {
        return Err(Error::other(format!("it is larger than {} MiB", most / (1024 * 1024))));
    }
    Ok(())
}

/// The most files of one name. The next one gets a number.
const MOST_OF_A_NAME: usize = 100;

/// Writes a new file into a folder, which is made if it does not exist, and returns its path. Only its owner may read it.
/// Where there is a file of this name already, the new one gets a number: nothing is overwritten.
///
/// # Errors
/// Those of the system; too many files of this name.
pub fn write_new(folder: &Path, stem: &str, extension: &str, bytes: &[u8]) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let folder = std::path::absolute(folder)?;
    for number in 1..=MOST_OF_A_NAME {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{stem}{number}.{extension}"));
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = match options.open(&path) {
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => continue,
            opened => opened?,
        };
        let written = file.write_all(bytes);
        if written.is_err() {
            // Half a file would be taken for a whole one.
            let _ = fs::remove_file(&path);
        }
        return written.map(|()| path);
    }
    Err(Error::other(format!("there are {MOST_OF_A_NAME} files {stem}*.{extension} already")))
}

/// Replaces a file in one step, so that a reader sees the old file or the new one. Only its owner may read it. The folder
/// is made if it does not exist. Several programs may do this at the same time; the last one counts.
///
/// # Errors
/// Those of the system, and those of `fill`, which writes the contents.
pub fn replace(path: &Path, fill: impl FnOnce(&File) -> Result<()>) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    fill(&options.open(&draft)?)?;
    fs::rename(&draft, path)
}

/// Moves a file that cannot be used out of the way, so that nothing is lost and it is told once. Returns the place where it
/// is now.
#[must_use]
pub fn set_aside(path: &Path, extension: &str) -> String {
    let aside = path.with_extension(extension);
    let moved = fs::rename(path, &aside);
    moved.map_or_else(|why| format!("{} ({why})", path.display()), |()| aside.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_overwritten_and_a_folder_is_made() {
        let folder = std::env::temp_dir().join(format!("sagetop-new-{}/a/b", std::process::id()));
        let write = |text: &str| write_new(&folder, "x", "csv", text.as_bytes());
        let paths: Vec<_> = ["one", "two", "three"].into_iter().map(|text| write(text).unwrap()).collect();
        let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["x.csv", "x-2.csv", "x-3.csv"]);
        assert_eq!(fs::read_to_string(&paths[0]).unwrap(), "one");
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt as _, symlink};
            assert_eq!(fs::metadata(&paths[1]).unwrap().permissions().mode() & 0o777, 0o600);
            symlink("/nonexistent/target", folder.join("y.csv")).unwrap();
            let other = write_new(&folder, "y", "csv", b"x").unwrap();
            assert_eq!(other.file_name().unwrap(), "y-2.csv", "a link is not followed");
        }
        assert!(write_new(Path::new("/proc/none"), "x", "csv", b"").is_err());
        fs::remove_dir_all(folder.ancestors().nth(2).unwrap()).unwrap();
    }

    #[test]
    fn only_a_regular_file_of_some_size_is_read() {
        let folder = std::env::temp_dir().join(format!("sagetop-disk-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, socket, large) = (folder.join("config"), folder.join("socket"), folder.join("large"));
        fs::write(&file, "[default]").unwrap();
        assert_eq!(read(&file).unwrap(), b"[default]");
        assert_eq!(read(Path::new("/dev/null")).unwrap(), b"");
        #[cfg(unix)]
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for other in [&folder, &socket, Path::new("/dev/zero")] {
            let why = read(other).unwrap_err().to_string();
            assert!(why.contains("not a regular file") || cfg!(not(unix)), "{}: {why}", other.display());
        }
        // A sparse file takes no space on the disk.
        File::create(&large).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(read(&large).unwrap_err().to_string(), "it is larger than 16 MiB");
        fs::write(&file, b"a\nb\n\xff").unwrap();
        assert_eq!(read_text(&file).unwrap_err().to_string(), "line 3 is not UTF-8");
        assert_eq!(read(&folder.join("none")).unwrap_err().kind(), std::io::ErrorKind::NotFound);
        fs::remove_dir_all(&folder).unwrap();
    }
}
