//! The edges of a chain. Few of them are ever looked at: they are kept small, and put in order when they are.

use serde::{Serialize, Serializer};

use super::{Confidence, StageKind};

/// One edge: what it joins, how sure it is, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link<Id> {
    /// ARN, S3 URI or name of what comes before.
    pub from: Id,
    /// ARN, S3 URI or name of what follows.
    pub to: Id,
    /// How sure.
    pub confidence: Confidence,
    /// The field that says so.
    pub rule: &'static str,
    /// The stage that it leads into (or stays within).
    #[serde(skip)]
    pub into: StageKind,
    /// Does it cross from the stage before?
    #[serde(skip)]
    pub crossing: bool,
}

/// A part of the text that all edges of a chain share: where it begins and ends.
type Part = (usize, usize);

/// The edges of a chain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Links {
    text: String,
    found: Vec<Link<Part>>,
}

impl Links {
    /// Keeps edges as they were found. One that follows another often shares an end with it: that is kept once.
    pub(super) fn of(links: &[Link<&str>]) -> Self {
        let (mut pieces, mut length) = (Vec::with_capacity(links.len() + 1), 0);
        let mut known: [(&str, Part); 2] = [("", (0, 0)); 2];
        let mut found = Vec::with_capacity(links.len());
        for &Link { from, to, confidence, rule, into, crossing } in links {
            known = [from, to].map(|end| {
                if let Some(same) = known.iter().find(|(text, _)| std::ptr::eq(*text, end)) {
                    return *same;
                }
                pieces.push(end);
                let begin = length;
                length += end.len();
                (end, (begin, length))
            });
            let [(_, from), (_, to)] = known;
            found.push(Link { from, to, confidence, rule, into, crossing });
        }
        Self { text: pieces.concat(), found }
    }
    /// Each edge once, in their order.
    #[must_use]
    pub fn all(&self) -> Vec<Link<&str>> {
        let mut all: Vec<_> = self.found().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
    /// The edges as they were found, one maybe twice.
    pub fn found(&self) -> impl Iterator<Item = Link<&str>> {
        let text = |(begin, end): Part| self.text.get(begin..end).unwrap_or_default();
        self.found.iter().map(move |&Link { from, to, confidence, rule, into, crossing }| {
            let (from, to) = (text(from), text(to));
            Link { from, to, confidence, rule, into, crossing }
        })
    }
}

impl Serialize for Links {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_told_once_and_in_order() {
        let link = |from, to| Link {
            from,
            to,
            confidence: Confidence::Exact,
            rule: "",
            into: StageKind::Alarms,
            crossing: true,
        };
        let topic = "topic";
        let links = [link("b", topic), link(topic, "mail"), link(topic, "chat"), link("a", "b"), link("b", topic)];
        let kept = Links::of(&links);
        assert_eq!(kept.all(), [link("a", "b"), link("b", topic), link(topic, "chat"), link(topic, "mail")]);
        assert_eq!(kept.found().collect::<Vec<_>>(), links);
    }
}
