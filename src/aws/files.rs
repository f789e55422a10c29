//! Files that the user's settings name.

use std::io::{Error, Read};
use std::path::{Path, PathBuf};

/// Bytes of the largest file that is read: bundles of certificates have a few hundred KiB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A path that may begin with `~/`.
pub(super) fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Reads a whole file. A pipe or a device is not opened, as reading it may never end; `/dev/null` is an empty file.
///
/// # Errors
/// Those of the system; what is not a regular file, or is too large for a file of settings.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    if path == Path::new("/dev/null") {
        return Ok(Vec::new());
    }
    if !std::fs::metadata(path)?.is_file() {
        return Err(Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::other(format!("it is larger than {} MiB", LARGEST / (1024 * 1024))));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_regular_file_is_read() {
        let folder = std::env::temp_dir().join(format!("sagetop-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (file, socket) = (folder.join("config"), folder.join("socket"));
        std::fs::write(&file, "[default]").unwrap();
        assert_eq!(read(&file).unwrap(), b"[default]");
        assert_eq!(read(Path::new("/dev/null")).unwrap(), b"");
        #[cfg(unix)]
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for other in [&folder, &socket, Path::new("/dev/zero")] {
            let why = read(other).unwrap_err().to_string();
            assert!(why.contains("not a regular file") || cfg!(not(unix)), "{}: {why}", other.display());
        }
        assert_eq!(read(&folder.join("none")).unwrap_err().kind(), std::io::ErrorKind::NotFound);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
