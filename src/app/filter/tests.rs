use super::*;
use crate::view::{Line, Tone};

const COLUMNS: [&str; 4] = ["MODEL", "STATUS", "LAST CHANGE", "ARN"];

fn row(texts: [&str; 4]) -> Vec<Cell> {
    let [model, status, change, arn] = texts;
    let status = Line::new().with("✗ ", Tone::Bad).with(status, Tone::Bad);
    let status = Cell { health: crate::model::Health::Critical, signed: true, ..Cell::of_line(status) };
    [model, change, arn].map(|text| Cell::of_line(Line::from(text))).into_iter().enumerate().fold(
        Vec::new(),
        |mut cells, (place, cell)| {
            cells.push(cell);
            if place == 0 {
                cells.push(status.clone());
            }
            cells
        },
    )
}

/// Returns the names of the kept models. The column ARN is hidden.
fn kept(text: &str) -> Vec<String> {
    let rows = [
        row(["recommendation-prod", "InService", "2 h ago", "arn:aws:sagemaker:eu:1:endpoint/ALARM-one"]),
        row(["Fraud-screening", "Failed", "3 d ago", "arn:aws:sagemaker:eu:1:endpoint/ALARM-two"]),
        row(["größe-prognose", "Updating", "v12 (new)", "s3://bucket/ALARM"]),
    ];
    let filter = Filter::parse(text, &COLUMNS, &[]).unwrap();
    rows.iter().filter(|row| filter.keeps("", row, &[0, 1, 2])).map(|row| row[0].words()).collect()
}

#[test]
fn a_word_of_any_kind_keeps_the_rows_that_it_describes() {
    let (all, none) = (["recommendation-prod", "Fraud-screening", "größe-prognose"], [""; 0]);
    let cases: &[(&str, &[&str])] = &[
        (" ", &all),
        ("prod", &all[..1]),
        ("fraud", &all[1..2]),
        ("Fraud", &all[1..2]),
        ("FRAUD", &none),
        ("GRÖSSE", &none),
        ("größe", &all[2..]),
        ("ago !fail", &all[..1]),
        ("fraud prod", &none),
        // Hidden cells count only where the word names their column.
        ("alarm", &none),
        ("arn:alarm", &all),
        ("arn:ALARM-one", &all[..1]),
        ("s3://bucket", &none),
        // A regular expression is about one cell, without its sign.
        ("~^in", &all[..1]),
        ("~^rec.*prod$", &all[..1]),
        ("~(in|up)", &all),
        ("~^(In|Up)", &[all[0], all[2]]),
        ("~\\S+\\s\\(NEW", &none),
        ("~\\S+\\s\\(new", &all[2..]),
        ("!~prod", &[all[1], all[2]]),
        ("?rcmd", &all[..1]),
        ("?rcdm", &none),
        ("?gprö", &none),
        ("?grpr", &all[2..]),
        ("!?rcmd", &[all[1], all[2]]),
        ("status:fail", &all[1..2]),
        ("st:~^(fail|upd)", &[all[1], all[2]]),
        ("last-change:h", &all[..1]),
        ("!status:fail", &[all[0], all[2]]),
        ("status:?iv", &all[..1]),
        // Not typed yet.
        ("status:", &all),
        ("!status:", &all),
        // A column that does not exist, or a sign alone, is an ordinary word.
        ("s:fail", &none),
        ("nothing:fail", &none),
        ("~", &none),
        ("!", &none),
        ("?", &none),
    ];
    for (text, rows) in cases {
        assert_eq!(kept(text), *rows, "{text}");
    }
}

#[test]
fn a_mistake_is_told_in_words() {
    for (text, said) in [("prod ~[a", "~[a"), ("~(", "~("), ("!status:~a{3", "~a{3"), ("~(a{999}){999}{999}", "size")] {
        let why = Filter::parse(text, &COLUMNS, &[]).unwrap_err();
        assert!(why.contains(said) && !why.contains('\n'), "{text}: {why}");
    }
}

#[test]
fn marks_are_where_the_words_are() {
    let marked = |text: &str, place: usize| {
        let cells = row(["recommendation-prod", "InService", "2 h ago", "arn:x"]);
        let filter = Filter::parse(text, &COLUMNS, &[]).unwrap();
        let text = cells[place].line.text();
        filter
            .marks(place, &cells[place])
            .into_iter()
            .map(|range| text.get(range).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(marked("o", 0), ["o", "o", "o"]);
    assert_eq!(marked("in", 1), ["In"], "behind the sign");
    assert_eq!(marked("?rcp", 0), ["r", "c", "p"]);
    assert_eq!(marked("~[cm]+", 0), ["c", "mm"]);
    assert_eq!(marked("status:in", 0), [""; 0]);
    assert_eq!(marked("!in", 1), [""; 0]);
    assert_eq!(marked("~x*", 0), [""; 0], "nothing is no match to show");
}

#[test]
fn words_are_of_the_row_or_of_its_account() {
    let rows = [("shop", "recommender v3"), ("shop-test", "Recommender v4"), ("lab eu-west-1", "shop-front v1")];
    let names = rows.map(|(account, _)| account);
    let kept = |text: &str| {
        let filter = Filter::parse(text, &["MODEL"], &names).unwrap();
        let kept = rows.iter().filter(|(account, row)| filter.keeps(account, &[Cell::of_line(Line::from(*row))], &[0]));
        kept.map(|(account, _)| *account).collect::<Vec<_>>()
    };
    assert_eq!(kept(" "), names);
    assert_eq!(kept("recomm"), ["shop", "shop-test"]);
    assert_eq!(kept("recomm !v3"), ["shop-test"]);
    assert_eq!(kept("shop"), ["lab eu-west-1"], "the account is no part of the row unless it shows it");
    assert_eq!(kept("@shop"), ["shop"], "an account that is called so");
    assert_eq!(kept("@sho"), ["shop", "shop-test"], "while it is typed");
    assert_eq!(kept("!@Shop"), ["shop-test", "lab eu-west-1"]);
    assert_eq!(kept(&of_account("lab eu-west-1")), ["lab eu-west-1"]);
}
