//! A fact in a box: a text that may be cut, and a text that may not.

use super::{Cut, Line, Stage};

/// One fact of a stage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fact {
    /// The text that is cut if there is no room.
    text: Line,
    /// The text after it, which is never cut, because half a number would be wrong.
    kept: Line,
    /// The place at which the text is cut.
    cut: Cut,
    /// Has the text a second row, if one is too narrow?
    wraps: bool,
}

impl From<Line> for Fact {
    fn from(text: Line) -> Self {
        Self { text, kept: Line::new(), cut: Cut::End, wraps: false }
    }
}

impl Fact {
    /// Creates a fact from a name, which is cut in its middle, and a value.
    #[must_use]
    pub fn named(name: Line, kept: Line) -> Self {
        Self { text: name, kept, cut: Cut::Middle, wraps: false }
    }

    /// Creates a fact from a sentence that nobody may miss. It has two rows if it needs them.
    #[must_use]
    pub fn sentence(text: Line) -> Self {
        Self { wraps: true, ..Self::from(text) }
    }

    /// Returns the rows of the fact in a box of `room` cells.
    fn rows(&self, room: usize) -> Vec<Line> {
        if !self.wraps {
            return vec![self.fit(room)];
        }
        let mut rows = self.text.wrap(room);
        if let Some(second) = rows.get_mut(1..).and_then(|rest| (rest.len() > 1).then(|| rest.first_mut())?) {
            *second = second.clone().plain("…").cut(room, Cut::End);
        }
        rows.truncate(2);
        rows
    }

    /// Returns the fact in at most `room` cells.
    #[must_use]
    pub fn fit(&self, room: usize) -> Line {
        let mut line = self.text.cut(room.saturating_sub(self.kept.width()), self.cut);
        line.0.extend(self.kept.0.iter().cloned());
        line.cut(room, Cut::End)
    }

    /// Returns the whole fact.
    #[must_use]
    pub fn whole(&self) -> Line {
        self.fit(usize::MAX)
    }
}

/// The most rows that the state of a stage takes in its box, so that some are left for facts.
const MOST: usize = 3;

impl Stage {
    /// Returns the state and the age on one line.
    #[must_use]
    pub fn aged(&self) -> Line {
        let mut line = self.state.clone();
        line.0.extend(self.age.0.iter().cloned());
        line
    }

    /// Returns the lines of a box of `room` cells: the state, wrapped if necessary, then the facts. The age is left out
    /// if the state would need another row for it.
    #[must_use]
    pub fn lines(&self, room: usize) -> Vec<Line> {
        let mut rows = self.state.wrap(room);
        if let Some(last) = rows.get_mut(MOST - 1..).and_then(|rest| (rest.len() > 1).then(|| rest.first_mut())?) {
            *last = last.clone().plain("…").cut(room, Cut::End);
        }
        rows.truncate(MOST);
        if let Some(last) = rows.last_mut().filter(|last| last.width() + self.age.width() <= room) {
            last.0.extend(self.age.0.iter().cloned());
        }
        rows.extend(self.facts.iter().flat_map(|fact| fact.rows(room)));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Tone;

    #[test]
    fn a_name_gives_way_to_what_is_said_of_it() {
        let fact = Fact::named(Line::from("ctr_offline"), Line::from(" 0.0311"));
        assert_eq!(fact.whole().text(), "ctr_offline 0.0311");
        assert_eq!(fact.fit(17).text(), "ctr_of…ine 0.0311");
        assert_eq!(fact.fit(4).text(), " 0.…", "nothing is wider than its box");
    }

    #[test]
    fn a_sentence_has_two_rows_in_a_narrow_box() {
        let text = |room| {
            let facts =
                vec![Fact::sentence(Line::from("→ nobody (oncall-page unconfirmed)")), Line::from("6 of 6").into()];
            let stage = Stage { state: Line::from("✗ CTR"), facts, ..Stage::default() };
            stage.lines(room).iter().map(Line::text).collect::<Vec<_>>()
        };
        assert_eq!(text(40), ["✗ CTR", "→ nobody (oncall-page unconfirmed)", "6 of 6"]);
        assert_eq!(text(19), ["✗ CTR", "→ nobody", "  (oncall-page…", "6 of 6"]);
    }

    #[test]
    fn a_state_is_whole_in_a_narrow_box_and_its_age_gives_way() {
        let stage = |state: &str| Stage {
            state: Line::new().with("✗ ", Tone::Bad).with(state, Tone::Bad),
            age: Line::from(" 23 d"),
            facts: vec![Line::from("6 of 6 instances").into()],
            ..Stage::default()
        };
        let text = |state: &str, room| stage(state).lines(room).iter().map(Line::text).collect::<Vec<_>>();
        assert_eq!(text("v12 live", 17), ["✗ v12 live 23 d", "6 of 6 instances"]);
        assert_eq!(text("v12 approved", 17), ["✗ v12 approved", "6 of 6 instances"]);
        assert_eq!(text("CTR offline of v12", 17), ["✗ CTR offline of", "  v12 23 d", "6 of 6 instances"]);
        let long = text("failed at Train: ClientError: Failed to invoke", 17);
        assert_eq!(long, ["✗ failed at", "  Train:", "  ClientError:…", "6 of 6 instances"]);
    }
}
