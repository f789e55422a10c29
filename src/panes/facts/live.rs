//! A version beside the one that serves: the changed rows, and the names of the rest.

use super::{Fact, fact};
use crate::app::App;
use crate::model::{Chain, Pair, beside_live};
use crate::view::{Cut, Line, Tone, cut};

/// The longest text of a value in cells. The beginnings and ends of images and locations tell them apart.
const LONGEST: usize = 40;

/// Returns what differs from the version that serves. Empty for that version itself.
pub(super) fn beside(app: &App, chain: &Chain, package: &str) -> Vec<Fact> {
    let Some(compared) = beside_live(&app.here.observed, chain, package) else { return Vec::new() };
    let live = compared.live.version.map_or_else(|| compared.live.label(), |version| format!("v{version}"));
    let mut facts = vec![fact("beside", format!("{live}, which serves {}", compared.endpoint))];
    facts.extend(compared.changed.iter().map(changed));
    facts.push(fact("same", compared.same.join(", ")));
    if !compared.trained {
        let unknown =
            Line::new().with("◌ parameters and data: the training job of one version is not known", Tone::Muted);
        facts.push(("not known".to_owned(), unknown));
    }
    facts
}

fn changed(pair: &Pair) -> Fact {
    let skip = common(&pair.live, &pair.candidate);
    let line = Line::new().plain(format!("{} ", shown(&pair.live, skip))).muted("→ ");
    (pair.what.clone(), line.with(shown(&pair.candidate, skip), Tone::Strong))
}

/// Returns the number of characters of the folders with which both texts begin, if that is long enough to be left out.
fn common(a: &str, b: &str) -> usize {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    let folders = same.enumerate().filter(|(_, (character, _))| *character == '/').map(|(place, _)| place + 1);
    folders.last().filter(|count| *count > LONGEST / 2).unwrap_or_default()
}

/// Returns a text without its first characters, short enough for a fact.
fn shown(text: &str, skip: usize) -> String {
    let rest: String = text.chars().skip(skip).collect();
    match (rest.is_empty(), skip) {
        (true, _) => "–".to_owned(),
        (false, 0) => cut(&rest, LONGEST, Cut::Middle),
        (false, _) => cut(&format!("…{rest}"), LONGEST, Cut::Middle),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_begin_alike_are_told_apart_by_their_ends() {
        let run = |id: &str| format!("s3://retail-ml-artifacts/demand-forecasting/{id}/preprocess/train");
        let cases = [
            (
                run("7xuuzh5bqtlj"),
                run("aztkimk5mmgq"),
                "…7xuuzh5bqtlj/preprocess/train → …aztkimk5mmgq/preprocess/train",
            ),
            ("6".to_owned(), "8".to_owned(), "6 → 8"),
            (String::new(), "1a2b".to_owned(), "– → 1a2b"),
            ("a/b".to_owned(), "a/c".to_owned(), "a/b → a/c"),
        ];
        for (live, candidate, told) in cases {
            let (_, line) = changed(&Pair { what: "data".into(), live, candidate });
            assert_eq!(line.text(), told);
        }
    }
}
