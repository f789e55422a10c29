//! Cases of the file: the data that it never contains, its permissions, and the part that remains when it is cut or
//! damaged.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::*;

pub(super) fn unpacked(place: &Place) -> String {
    let mut text = String::new();
    MultiGzDecoder::new(std::fs::File::open(&place.0).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// Changes the text of a recording, with correct sums.
pub(super) fn changed(place: &Place, change: impl Fn(String) -> String) -> Place {
    let text: String = unpacked(place).lines().map(|line| strip(line).to_owned() + "\n").collect();
    let mut crc = flate2::Crc::new();
    let line = |line: &str| {
        crc.update(line.as_bytes());
        crc.update(b"\n");
        if line.contains("\"format\"") { format!("{line}\n") } else { format!("{:08x} {line}\n", crc.sum()) }
    };
    let other = Place::new();
    write(&other, &change(text).lines().map(line).collect::<String>());
    other
}

/// Removes the sum from a line.
fn strip(line: &str) -> &str {
    line.find(" {").map_or(line, |end| line.get(end + 1..).unwrap())
}

fn repacked(text: &str) -> Result<Recording, String> {
    let other = Place::new();
    write(&other, text);
    Recording::open(&other.0)
}

fn write(place: &Place, text: &str) {
    let mut file = GzEncoder::new(std::fs::File::create(&place.0).unwrap(), Compression::fast());
    file.write_all(text.as_bytes()).unwrap();
    file.finish().unwrap();
}

#[test]
fn nothing_secret_is_in_the_file() {
    let place = Place::new();
    night(&place);
    let text = unpacked(&place);
    assert!(!text.contains("S3CR3T"), "{text}");
    let recording = Recording::open(&place.0).unwrap();
    assert_eq!(recording.accounts[1].stand_in, Some(StandIn::Url("http://redacted@host".into())));
    assert!(recording.config.starts_with("# a comment\n"));
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_it_and_nothing_is_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    night(&place);
    assert_eq!(std::fs::metadata(&place.0).unwrap().permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&place.0).unwrap();
    let create = |path: &std::path::Path| Recorder::create(path, "", &[account("prod")], || at(0)).unwrap_err();
    let again = create(&place.0);
    assert!(again.contains("is there already"), "{again}");
    assert_eq!(std::fs::read(&place.0).unwrap(), before);
    let nowhere = create(&place.0.join("x/y"));
    assert!(nowhere.contains("cannot be written") || nowhere.contains("no folder"), "{nowhere}");
    let nowhere = create(&std::env::temp_dir().join("sagetop-no-such-folder/recording"));
    assert!(nowhere.contains("there is no folder") && nowhere.contains("sagetop-no-such-folder"), "{nowhere}");
}

#[test]
fn a_recording_cut_at_any_byte_plays_up_to_the_cut() {
    let place = Place::new();
    let known = night(&place);
    let file = std::fs::read(&place.0).unwrap();
    let (mut ends, mut refused) = (Vec::new(), 0);
    for cut in (0..file.len()).filter(|cut| cut % 97 == 0 || cut + 30 > file.len()) {
        let part = Place::new();
        std::fs::write(&part.0, &file[..cut]).unwrap();
        match Recording::open(&part.0) {
            Ok(recording) => {
                // The last bytes are a checksum and a length. Without them, all lines can still be read.
                let whole = recording.ending == Ending::Whole;
                assert!(recording.ending == Ending::Cut || whole && cut > file.len() - 10, "{cut}");
                let end = recording.end;
                assert!(recording.after(end).is_none() && recording.before(end) < Some(end));
                ends.push(end);
                if cut % 10 == 0 {
                    let mut accounts = Vec::new();
                    take(&mut accounts, Player::new(Arc::new(recording)).seek(end));
                    let (_, expected) = known.iter().rfind(|(second, _)| at(*second) < end).unwrap_or(&known[0]);
                    // A part of the last second may be missing, but everything before it is there.
                    assert!(end == at(0) || accounts.len() == expected.len());
                }
            }
            Err(why) => {
                assert!(why.contains("holds nothing") || why.contains("holds no tables: it was cut"), "{cut}: {why}");
                refused += 1;
            }
        }
    }
    assert!(ends.is_sorted(), "the more of it there is, the further it plays");
    assert!(ends.iter().collect::<BTreeSet<_>>().len() > 20, "{ends:?}");
    assert!(refused < 20, "{refused}");
}

#[test]
fn a_damaged_recording_is_played_up_to_the_damage_and_never_panics() {
    let place = Place::new();
    let known = night(&place);
    let file = std::fs::read(&place.0).unwrap();
    let mut chance = fastrand::Rng::with_seed(3);
    let mut damaged = 0;
    for _ in 0..60 {
        let mut bytes = file.clone();
        let bit = chance.usize(..bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let part = Place::new();
        std::fs::write(&part.0, bytes).unwrap();
        let Ok(recording) = Recording::open(&part.0) else { continue };
        damaged += usize::from(recording.ending == Ending::Damaged);
        let (end, mut accounts) = (recording.end, Vec::new());
        take(&mut accounts, Player::new(Arc::new(recording)).seek(end));
        // All lines that are played are lines that were recorded.
        let shown: Vec<String> = accounts.iter().map(shown).collect();
        let second = known.iter().find(|(second, _)| at(*second) == end);
        assert!(second.is_none_or(|(_, expected)| expected.len() == shown.len()));
    }
    assert!(damaged > 40, "{damaged}");
}

#[test]
fn what_was_changed_after_it_was_recorded_is_not_played() {
    let place = Place::new();
    let mut night = Night::begin(&place, 1);
    for second in 1..20 {
        night.at(second).groups(0, Ok(Listing::all(groups("a b", &second.to_string()))));
    }
    night.end();
    let text = unpacked(&place);
    assert_eq!(repacked(&text).unwrap().ending, Ending::Whole);
    let late = repacked(&text.replace("\"status\":\"15\"", "\"status\":\"51\"")).unwrap();
    assert_eq!((late.ending, late.end), (Ending::Damaged, at(14)));
    let line = |n: usize| text.lines().nth(n).unwrap().to_owned() + "\n";
    let taken_out = repacked(&text.replacen(&line(8), "", 1)).unwrap();
    assert_eq!(taken_out.ending, Ending::Damaged);
    for early in [
        repacked(&text.replacen("\"config\":\"", "\"config\":\"# x", 1)),
        repacked(&text.replacen("eu-west-1", "eu-west-2", 1)),
        repacked(&text.replacen(&line(1), "", 1)),
    ] {
        let told = early.unwrap_err();
        assert!(told.contains("damaged, or was changed after it was recorded"), "{told}");
    }
}

#[test]
fn a_part_that_was_taken_out_is_missed() {
    let place = Place::new();
    let mut night = Night::begin(&place, 1);
    for second in 1..30 {
        night.at(second).groups(0, Ok(Listing::all(groups("a b", &second.to_string()))));
        if second % 10 == 0 {
            night.frame();
        }
    }
    night.end();
    let file = std::fs::read(&place.0).unwrap();
    let members: Vec<usize> =
        file.windows(4).enumerate().filter(|(_, w)| *w == [0x1f, 0x8b, 8, 0]).map(|(at, _)| at).collect();
    let [_, second, third, ..] = members.as_slice() else { panic!("{members:?}") };
    let other = Place::new();
    std::fs::write(&other.0, [&file[..*second], &file[*third..]].concat()).unwrap();
    let recording = Recording::open(&other.0).unwrap();
    assert_eq!((recording.ending, recording.end), (Ending::Damaged, at(10)));
}

/// Returns the error message about a file with this text.
fn told(text: &str, compressed: bool) -> String {
    let place = Place::new();
    if compressed {
        write(&place, text);
    } else {
        std::fs::write(&place.0, text).unwrap();
    }
    Recording::open(&place.0).unwrap_err()
}

#[test]
fn what_is_no_recording_is_told() {
    let missing = Recording::open(std::path::Path::new("/no/such/recording")).unwrap_err();
    assert!(missing.contains("/no/such/recording cannot be read"), "{missing}");
    assert!(told("", false).contains("holds nothing"));
    assert!(told("garbage, and not little of it", false).contains("is not a recording of sagetop"));
    assert!(told("{}\n", true).contains("first line is no header"));
    assert!(told("{\"format\":\"tar\",\"version\":1}\n", true).contains("but a \"tar\""));
    let newer = told("{\"format\":\"sagetop-tape\",\"version\":7,\"program\":\"3.1\",\"more\":1}\n", true);
    assert!(newer.contains("recorded by sagetop 3.1 in format 7") && newer.contains("or with a newer one"), "{newer}");
    for version in [1, 2] {
        let header = format!(r#"{{"format":"sagetop-tape","version":{version},"program":"0.1.0","started":"2026"}}"#);
        let older = told(&format!("{header}\n"), true);
        assert!(older.contains(&format!("in format {version},")) && older.contains("record anew"), "{older}");
    }
    let header = r#"{"format":"sagetop-tape","version":3,"program":"0.1.0","accounts":[],"config":""}"#;
    assert!(told(&format!("{header}\n"), true).contains("holds no tables"));
    assert!(told(&format!("{header}\n{{\"table\":{{}}}}\n"), true).contains("damaged"));
}

#[test]
fn a_killed_console_leaves_what_it_flushed() {
    let place = Place::new();
    let mut night = Night::begin(&place, 1);
    night.at(10).groups(0, Ok(Listing::all(groups("a b", "x"))));
    let begun = night.recorder.status().bytes;
    while night.recorder.status().bytes <= begun {
        std::thread::yield_now();
    }
    std::mem::forget(night.recorder);
    let recording = Recording::open(&place.0).unwrap();
    assert_eq!(recording.ending, Ending::Cut);
    // The key frame was flushed at once, and the rest within a second.
    assert!(recording.end == at(10) || recording.end == at(0));
}
