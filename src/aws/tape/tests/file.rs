//! The file: what is never in it, who can read it, and what is left of it when it is cut or damaged.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::*;

fn whole(place: &Place) -> Vec<u8> {
    let mut whole = Vec::new();
    GzDecoder::new(std::fs::File::open(&place.0).unwrap()).read_to_end(&mut whole).unwrap();
    whole
}

#[tokio::test(start_paused = true)]
async fn nothing_secret_is_in_the_file() {
    let place = Place::new();
    record(&place, three_lists(), true).await;
    let text = String::from_utf8(whole(&place)).unwrap();
    for secret in ["S3CR3T", "AKIA", "0badc0de", "IQoJ", "Signature", "cookie", "authorization", "AssumeRole", "Update"]
    {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
    assert_eq!(text.matches("\"bytes\":").count(), 3, "what is the same again is not written again:\n{text}");
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn only_its_owner_reads_it_and_nothing_is_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    record(&place, three_lists(), true).await;
    assert_eq!(std::fs::metadata(&place.0).unwrap().permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&place.0).unwrap();
    let again = Recorder::create(&place.0, "", || at(0)).unwrap_err();
    assert!(again.contains("is there already"), "{again}");
    assert_eq!(std::fs::read(&place.0).unwrap(), before);
    let nowhere = Recorder::create(&place.0.join("x/y"), "", || at(0)).unwrap_err();
    assert!(nowhere.contains("cannot be written") || nowhere.contains("no folder"), "{nowhere}");
    let folder = std::env::temp_dir().join("sagetop-no-such-folder/tape");
    let nowhere = Recorder::create(&folder, "", || at(0)).unwrap_err();
    assert!(nowhere.contains("there is no folder") && nowhere.contains("sagetop-no-such-folder"), "{nowhere}");
}

#[tokio::test(start_paused = true)]
async fn a_tape_cut_at_any_byte_plays_up_to_the_cut() {
    let place = Place::new();
    let mut calls = three_lists();
    // What is random does not compress: replies lie far apart in the file.
    let bodies: Vec<String> = (0..30)
        .map(|n| {
            let mut chance = fastrand::Rng::with_seed(n);
            let noise: String = (0..60).map(|_| chance.alphanumeric()).collect();
            format!(r#"{{"Endpoints":[{{"EndpointName":"e{n}-{noise}"}}]}}"#)
        })
        .collect();
    let more = bodies
        .iter()
        .zip(100..)
        .map(|(body, n)| (10 * n, json("ListEndpoints", r#"{"MaxResults":100}"#), Ok(body.as_str())));
    calls.extend(more);
    record(&place, calls, true).await;
    let file = std::fs::read(&place.0).unwrap();
    let (mut ends, mut refused) = (Vec::new(), 0);
    for cut in 0..file.len() {
        let part = Place::new();
        std::fs::write(&part.0, &file[..cut]).unwrap();
        match Reel::open(&part.0) {
            Ok(reel) => {
                // Without its last bytes, a checksum and a length, it is whole to a reader that stops at the end mark.
                assert!(reel.cut.is_some() || reel.end == at(1290), "{cut}");
                assert!(reel.after(reel.end).is_none() && reel.before(reel.end) < Some(reel.end));
                ends.push(reel.end);
            }
            Err(why) => {
                assert!(why.contains("holds nothing") || why.contains("holds no reply"), "{cut}: {why}");
                refused += 1;
            }
        }
    }
    assert!(ends.is_sorted(), "the more of it there is, the further it plays");
    let distinct: std::collections::BTreeSet<Timestamp> = ends.iter().copied().collect();
    assert!(distinct.len() > 25, "{distinct:?}");
    assert!(refused < file.len() / 4, "{refused} of {}", file.len());
}

#[tokio::test(start_paused = true)]
async fn a_damaged_tape_never_panics() {
    let place = Place::new();
    record(&place, three_lists(), true).await;
    let file = std::fs::read(&place.0).unwrap();
    let mut chance = fastrand::Rng::with_seed(3);
    for _ in 0..500 {
        let mut damaged = file.clone();
        for _ in 0..chance.usize(1..4) {
            let place = chance.usize(0..damaged.len());
            damaged[place] = chance.u8(..);
        }
        let part = Place::new();
        std::fs::write(&part.0, damaged).unwrap();
        let _ = Reel::open(&part.0);
    }
}

/// The recording with something else in its text, packed anew.
fn changed(place: &Place, change: impl Fn(String) -> String) -> Result<Reel, String> {
    let text = change(String::from_utf8(whole(place)).unwrap());
    let other = Place::new();
    let mut file = GzEncoder::new(std::fs::File::create(&other.0).unwrap(), Compression::fast());
    file.write_all(text.as_bytes()).unwrap();
    file.finish().unwrap();
    Reel::open(&other.0)
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_after_it_was_recorded_is_not_played() {
    let place = Place::new();
    record(&place, three_lists(), true).await;
    assert_eq!(changed(&place, |text| text).unwrap().cut, None);
    let line = |text: &str, n: usize| text.lines().nth(n).unwrap().to_owned() + "\n";
    // The end of the last reply, of the header, and of a line that is taken out: all before a change is played.
    let at_the_end = changed(&place, |text| text.replace("{\"end\":\"2026", "{\"end\":\"2027")).unwrap();
    assert_eq!(at_the_end.cut.as_deref(), Some("what was changed after it was recorded"));
    for damaged in [
        changed(&place, |text| text.replacen("\"config\":\"", "\"config\":\"# x", 1)),
        changed(&place, |text| text.replacen(&line(&text, 1), "", 1)),
        changed(&place, |text| text.replacen("eu-west-1", "eu-west-2", 1)),
    ] {
        let told = damaged.map_or_else(|why| why, |reel| reel.cut.unwrap_or_default());
        assert!(told.contains("changed after it was recorded"), "{told}");
    }
}

/// What is said about a file with this text.
fn told(text: &str, compressed: bool) -> String {
    let place = Place::new();
    if compressed {
        let mut file = GzEncoder::new(std::fs::File::create(&place.0).unwrap(), Compression::fast());
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap();
    } else {
        std::fs::write(&place.0, text).unwrap();
    }
    Reel::open(&place.0).unwrap_err()
}

#[test]
fn what_is_no_recording_is_told() {
    let missing = Reel::open(std::path::Path::new("/no/such/tape")).unwrap_err();
    assert!(missing.contains("/no/such/tape cannot be read"), "{missing}");
    assert!(told("", false).contains("holds nothing"));
    assert!(told("garbage, and not little of it", false).contains("is not a recording of sagetop"));
    assert!(told("{}\n", true).contains("first line is no header"));
    assert!(told("{\"format\":\"tar\",\"version\":1}\n", true).contains("but a \"tar\""));
    let newer = told("{\"format\":\"sagetop-tape\",\"version\":7,\"program\":\"3.1\",\"more\":1}\n", true);
    assert!(newer.contains("recorded by sagetop 3.1 in format 7") && newer.contains("up to 2"), "{newer}");
    let header = r#"{"format":"sagetop-tape","version":1,"program":"0.1.0","started":"2026-11-23T03:10:00Z"}"#;
    assert!(told(&format!("{header}\n"), true).contains("holds no reply"));
    assert!(told(&format!("{header}\n{{\"reply\":{{}}}}\n"), true).contains("a damaged line"));
}

#[tokio::test]
async fn a_killed_console_leaves_what_it_flushed() {
    let place = Place::new();
    record(&place, three_lists(), false).await;
    let reel = Reel::open(&place.0).unwrap();
    assert!(reel.cut.is_some());
    assert_eq!(reel.end, at(60), "what was told as recorded can be read");
}
