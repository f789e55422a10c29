//! Tests of the fields that stories may have, and of the place of a mistake.

use super::*;

#[test]
fn bundled_stories_read() {
    for (name, text) in BUNDLED {
        let story = Story::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!story.title.is_empty(), "{name} has no title");
    }
}

#[test]
fn errors_have_a_place() {
    let text = "title = \"x\"\n[[topic]]\nname = \"a\"\ncolour = \"red\"\n";
    let error = Story::parse(text).unwrap_err();
    let span = error.span().unwrap();
    assert!(text.get(span.start..).unwrap().starts_with("colour"));
    assert!(error.to_string().contains("line 4"), "{error}");
    let error = Story::parse("[[data]]\nuri = \"s3://a/\"\nnewest = \"soon\"\n").unwrap_err();
    assert!(error.to_string().contains("line 3") && error.to_string().contains("soon"), "{error}");
}

#[test]
fn wrong_names_have_a_place() {
    for (text, place) in [
        ("title = \"x\"\ninherits = \"shpo\"\n", "\"shpo\""),
        ("inherits = \"shop\"\n[[add]]\nmodel = \"nobody\"\n", "\"nobody\""),
    ] {
        let error = Story::parse(text).unwrap_err();
        assert_eq!(text.get(error.span().unwrap()), Some(place), "{error}");
        assert!(error.to_string().contains("there are"), "{error}");
    }
}
