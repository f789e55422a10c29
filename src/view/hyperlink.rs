//! Addresses that the terminal can follow, carried by the cells of a frame.
//!
//! A frame is made of cells with a symbol each. The address of a cell follows its symbol in tag characters, which take
//! no room, so that a cell with another address counts as changed. Text from AWS contains no tag characters, see
//! [`harmless`](super::harmless).

/// The code of a tag character is that of the ASCII character that it stands for, plus this.
const TAGS: u32 = 0xe0000;

/// The longest address in bytes. Terminals ignore longer ones:
/// <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda#length-limits>.
const LONGEST: usize = 2_000;

/// Returns whether a text can be an address: a web page, in the characters that addresses have.
pub(super) fn is_address(text: &str) -> bool {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns the symbol of a cell with an address behind it.
#[must_use]
pub fn with_link(symbol: &str, address: &str) -> String {
    symbol.chars().chain(address.chars().filter_map(|c| char::from_u32(TAGS + u32::from(c)))).collect()
}

/// Returns the symbol of a cell without the address, and the address.
#[must_use]
pub fn link_of(symbol: &str) -> (&str, Option<String>) {
    let Some(at) = symbol.find(|c| plain(c).is_some()) else { return (symbol, None) };
    let (shown, tags) = symbol.split_at(at);
    let address: String = tags.chars().filter_map(plain).collect();
    (shown, is_address(&address).then_some(address))
}

/// Returns the character that a tag character stands for.
fn plain(tag: char) -> Option<char> {
    char::from_u32(u32::from(tag).checked_sub(TAGS)?).filter(char::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Cut, Line, Span, Tone, width};

    const PAGE: &str = "https://x.example/a?b=c&d=%1B#/e";

    #[test]
    fn an_address_takes_no_room_and_comes_back() {
        for symbol in ["h", "日", "e\u{301}", " "] {
            let cell = with_link(symbol, PAGE);
            assert_eq!(width(&cell), width(symbol), "{symbol}");
            assert_eq!(link_of(&cell), (symbol, Some(PAGE.to_owned())));
            assert_eq!(link_of(symbol), (symbol, None));
        }
        for wrong in ["javascript:x", "https://x y", "https://x\u{1b}\\", "https://é", ""] {
            assert_eq!(Span::linked("x", Tone::Plain, wrong).link(), None, "{wrong}");
        }
        assert_eq!(Span::new(with_link("h", PAGE), Tone::Plain).text(), "h", "text from AWS brings no address");
    }

    #[test]
    fn each_part_of_a_line_that_is_cut_or_wrapped_keeps_the_address() {
        let line = Line::new().muted("page ").address(PAGE);
        let linked =
            |line: &Line| line.0.iter().filter(|span| span.link() == Some(PAGE)).map(Span::text).collect::<String>();
        let rows = line.wrap(12);
        assert!(rows.len() > 2);
        assert_eq!(rows.iter().map(linked).collect::<String>(), PAGE);
        assert!(linked(&line.cut(20, Cut::Middle)).len() > 10);
        assert!(rows.iter().all(|row| row.width() <= 12));
    }
}
