use crossterm::event::KeyModifiers;
use tokio::time::sleep;

use super::*;

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn plain(code: KeyCode) -> Event {
    key(code, KeyModifiers::NONE)
}

fn char(c: char) -> Event {
    plain(KeyCode::Char(c))
}

fn paste(text: &str) -> Event {
    Event::Paste(text.to_owned())
}

/// Reads pieces, each so many milliseconds after the one before, and waits a while at the end. Returns all events in
/// order.
async fn read(pieces: &[(u64, &[u8])]) -> Vec<Event> {
    let mut bytes = Bytes::default();
    let mut events = Vec::new();
    for (pause, piece) in pieces.iter().chain(&[(10_000, b"".as_slice())]) {
        let comes = Instant::now() + Duration::from_millis(*pause);
        while let Some(due) = bytes.due().filter(|due| *due <= comes) {
            sleep(due - Instant::now()).await;
            events.extend(bytes.late(Instant::now()));
        }
        sleep(comes - Instant::now()).await;
        if !piece.is_empty() {
            events.extend(bytes.take(piece, Instant::now()));
        }
    }
    assert_eq!(bytes.due(), None, "nothing is waited for in the end");
    events
}

#[tokio::test(start_paused = true)]
async fn keys_that_come_together_are_told_apart() {
    let typed = read(&[(0, b"j\x1b[B\x1bOP\x03\r\xc3\xa9G\x1bx\x1b")]).await;
    let wanted = [
        char('j'),
        plain(KeyCode::Down),
        plain(KeyCode::F(1)),
        key(KeyCode::Char('c'), KeyModifiers::CONTROL),
        plain(KeyCode::Enter),
        char('é'),
        key(KeyCode::Char('G'), KeyModifiers::SHIFT),
        key(KeyCode::Char('x'), KeyModifiers::ALT),
        plain(KeyCode::Esc),
    ];
    assert_eq!(typed, wanted);
}

#[tokio::test(start_paused = true)]
async fn clicks_and_the_wheel_are_read_beyond_column_223() {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
    let mouse = |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let wanted = [
        mouse(MouseEventKind::Down(MouseButton::Left), 4, 2),
        mouse(MouseEventKind::Up(MouseButton::Left), 4, 2),
        mouse(MouseEventKind::ScrollDown, 299, 0),
        char('j'),
    ];
    assert_eq!(read(&[(0, b"\x1b[<0;5;3M\x1b[<0;5;3m\x1b[<65;300;1Mj")]).await, wanted);
    assert_eq!(read(&[(0, b"\x1b[<0;5"), (5, b";3M")]).await, wanted.get(..1).unwrap(), "in pieces");
}

#[tokio::test(start_paused = true)]
async fn a_key_in_pieces_is_one_key() {
    assert_eq!(read(&[(0, b"\x1b["), (900, b"A")]).await, [plain(KeyCode::Up)]);
    assert_eq!(read(&[(0, b"\xc3"), (900, b"\xa9")]).await, [char('é')]);
    assert_eq!(read(&[(0, b"\x1b"), (20, b"[B")]).await, [plain(KeyCode::Down)]);
    assert_eq!(read(&[(0, b"\x1b"), (30, b"["), (30, b"B")]).await, [plain(KeyCode::Down)]);
}

#[tokio::test(start_paused = true)]
async fn escape_is_a_key_when_nothing_follows() {
    let esc = plain(KeyCode::Esc);
    assert_eq!(read(&[(0, b"\x1b")]).await, [plain(KeyCode::Esc)]);
    assert_eq!(read(&[(0, b"\x1b"), (200, b"q")]).await, [esc.clone(), char('q')]);
    assert_eq!(read(&[(0, b"\x1b"), (200, b"[")]).await, [esc.clone(), char('[')], "a key of somebody");
    assert_eq!(read(&[(0, b"\x1b\x1b")]).await, [esc.clone(), esc.clone()]);
    assert_eq!(read(&[(0, b"\x1b\x1bq")]).await, [esc.clone(), esc.clone(), char('q')]);
    assert_eq!(read(&[(0, b"\x1b\x1b[A")]).await, [esc.clone(), plain(KeyCode::Up)]);
    assert_eq!(read(&[(0, b"\x1b\x1b\x1bOP")]).await, [esc.clone(), esc, plain(KeyCode::F(1))]);
}

/// The bytes of a paste never act as keys, however they are cut.
#[tokio::test(start_paused = true)]
async fn what_is_pasted_is_no_key_however_it_is_cut() {
    let whole: &[u8] = b"\x1b[200~qr\x1b[31m\na\x1b\x1b[20\x1b[201~j";
    let wanted = [paste("qr\x1b[31m\na\x1b\x1b[20"), char('j')];
    for cut in 0..whole.len() {
        for pause in [0, 1, 10, 30, 300] {
            let found = read(&[(0, &whole[..cut]), (pause, &whole[cut..])]).await;
            // If the first byte comes long before the rest, it also acts as the key `esc`. Nothing else does.
            let found = found.strip_prefix(&[plain(KeyCode::Esc)]).filter(|_| cut == 1).unwrap_or(&found);
            assert_eq!(found, wanted, "cut at {cut}, {pause} ms");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn escape_before_a_paste_is_a_key_and_the_paste_is_none() {
    let wanted = [plain(KeyCode::Esc), paste("q")];
    assert_eq!(read(&[(0, b"\x1b\x1b[200~q\x1b[201~")]).await, wanted);
    for gap in [1, 5, 10, 20, 50, 100, 1_000] {
        assert_eq!(read(&[(0, b"\x1b"), (gap, b"\x1b[200~q\x1b[201~")]).await, wanted, "{gap} ms");
        let split = read(&[(0, b"\x1b"), (gap, b"[200~q\x1b[201~")]).await;
        assert_eq!(split.last(), Some(&paste("q")), "{gap} ms");
        assert!(!split.contains(&char('q')), "{gap} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_paste_that_never_ends_gives_the_keys_back() {
    assert_eq!(read(&[(0, b"\x1b[200~never"), (100, b" ends"), (501, b"q")]).await, [paste("never ends"), char('q')]);
    // If the end of a paste was lost, keys that are pressed again and again work after a while.
    let keys: Vec<(u64, &[u8])> = vec![(100, b"j"); 60];
    let hammered = read(&[&[(0, b"\x1b[200~".as_slice())], keys.as_slice()].concat()).await;
    assert!(matches!(hammered.first(), Some(Event::Paste(text)) if text.len() == 49), "{hammered:?}");
    assert_eq!(hammered.iter().filter(|event| **event == char('j')).count(), 11);
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_a_paste_that_stalled_is_no_key() {
    let rest = b"quit\nroll back\napprove\n\x1b[201~";
    let found = read(&[(0, b"\x1b[200~one"), (2_000, rest), (100, b"j")]).await;
    assert_eq!(found, [paste("one"), paste("quit\nroll back\napprove\n"), char('j')]);
    // After a longer time many bytes at once are keys again, for example from an arrow key that is held down.
    let held = read(&[(0, b"\x1b[200~one"), (20_000, &b"\x1b[B".repeat(10))]).await;
    assert_eq!(held.len(), 11, "{held:?}");
}

/// A short rest is recognised by the end of the paste, however that end is cut.
#[tokio::test(start_paused = true)]
async fn a_short_rest_of_a_stalled_paste_is_no_key() {
    let rest: &[u8] = b"b\ny\x1b[201~";
    for cut in 4..=rest.len() {
        let found = read(&[(0, b"\x1b[200~one"), (600, &rest[..cut]), (100, &rest[cut..]), (100, b"j")]).await;
        assert_eq!(found, [paste("one"), paste("b\ny"), char('j')], "cut at {cut}");
    }
    // A key that was begun before belongs to the rest as well.
    let found = read(&[(0, b"\x1b[200~one"), (600, b"\x1b"), (20, b"b\ny\x1b[201~"), (100, b"j")]).await;
    assert_eq!(found, [paste("one"), paste("\x1bb\ny"), char('j')]);
    let ended = read(&[(0, b"\x1b[200~one"), (600, b"b\x1b[201~"), (100, b"b\ry")]).await;
    assert_eq!(ended[2..], [char('b'), key(KeyCode::Enter, KeyModifiers::NONE), char('y')], "the paste is over");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_stalled_paste_is_no_key_wherever_it_stalled() {
    let whole = b"\x1b[200~one\x1b[201~";
    for cut in 9..whole.len() {
        let found = read(&[(0, &whole[..cut]), (600, &whole[cut..]), (100, b"j")]).await;
        assert_eq!(found, [paste("one"), char('j')], "cut at {cut}");
    }
}

#[tokio::test(start_paused = true)]
async fn keys_work_while_the_end_of_a_paste_is_still_to_come() {
    let stalled: (u64, &[u8]) = (0, b"\x1b[200~one");
    assert_eq!(read(&[stalled, (600, b"\x1b"), (600, b"q")]).await[1..], [plain(KeyCode::Esc), char('q')]);
    assert_eq!(read(&[stalled, (600, b"\x1b[A"), (50, b"y")]).await[1..], [plain(KeyCode::Up), char('y')]);
    assert_eq!(
        read(&[stalled, (600, b"\x1b[200~two and more of it\x1b[201~")]).await[1..],
        [paste("two and more of it")]
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_paste_is_whole_while_its_bytes_keep_coming() {
    let line = "quit\n".repeat(4);
    for (pieces, pause, piece) in [(40, 300, line.as_str()), (8_000, 1, "y")] {
        let mut reads: Vec<(u64, &[u8])> = vec![(0, b"\x1b[200~")];
        reads.extend(vec![(pause, piece.as_bytes()); pieces]);
        reads.extend([(pause, b"\x1b[201~".as_slice()), (100, b"j")]);
        assert_eq!(read(&reads).await, [paste(&piece.repeat(pieces)), char('j')], "{piece:?} every {pause} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_too_long_of_a_paste_is_dropped_and_is_no_key() {
    let long = "x".repeat(300_000);
    let found = read(&[(0, format!("\x1b[200~{long}\x1b[201~j").as_bytes())]).await;
    assert_eq!(found, [paste(&"x".repeat(LONGEST_PASTE)), char('j')]);
}

#[tokio::test(start_paused = true)]
async fn what_means_nothing_is_left_out_and_the_rest_goes_on() {
    assert_eq!(read(&[(0, b"\xff\x1b[999zj")]).await.last(), Some(&char('j')));
    assert_eq!(read(&[(0, b"\x1b[201~j")]).await, [char('j')], "an end without a beginning");
    for nowhere in ["\x1b[<0;0;0Mj", "\x1b[<0;5;00mj", "\x1b[<35;0;7Mj", "\x1b[32;0;1Mj"] {
        assert_eq!(read(&[(0, nowhere.as_bytes())]).await, [char('j')], "columns and rows begin at 1: {nowhere:?}");
    }
    // No key is that long. Later keys still work.
    let endless = format!("\x1b[{}", "1;".repeat(100));
    assert_eq!(read(&[(0, endless.as_bytes()), (100, b"\x1b[A"), (100, b"j")]).await.last(), Some(&char('j')));
}
