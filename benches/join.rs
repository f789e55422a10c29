//! What a join and a message cost, in accounts of three sizes: `cargo bench --bench join`.

#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]

#[path = "../tests/it/fleet.rs"]
mod fleet;

use crossterm::event::{KeyCode, KeyEvent};
use divan::Bencher;
use sagetop::app::{Account, App, Msg};
use sagetop::assets::Assets;
use sagetop::update::{NAMES, TABLES};
use sagetop::{model, panes};

/// Endpoints of a team, of a company, of a fleet (10,000, with 12,000 versions).
const SIZES: [usize; 3] = [50, 200, FLEET];
const FLEET: usize = 10_000;
/// The panes that must not notice how large the account is.
const PANES: [&str; 2] = ["home", "endpoints"];

fn main() {
    divan::main();
}

/// A console on an account, with the cursor in the middle of a pane.
fn console(endpoints: usize, pane: &str) -> App {
    let keymap = Assets::default().keymap("default", NAMES).unwrap();
    let mut app = App::new(TABLES, Account::new(fleet::seen(endpoints, 0)), Vec::new(), keymap);
    app.size = (160, 50);
    app.go(TABLES.panes.iter().find(|known| known.name == pane).unwrap());
    let middle = app.list_mut().ids.len() / 2;
    app.list_mut().put(middle);
    app.update(Msg::Tick(fleet::now()));
    app
}

/// What the console waits for: the models, and what is looked up in them.
#[divan::bench(args = SIZES)]
fn join(bencher: Bencher, endpoints: usize) {
    let seen = fleet::seen(endpoints, 0);
    bencher.bench_local(|| model::join(&seen));
}

/// Were all versions of a fleet held, a hundred thousand, instead of those that serve and the newest.
#[divan::bench(args = [18])]
fn versions(bencher: Bencher, before: usize) {
    let seen = fleet::seen(FLEET, before);
    bencher.bench_local(|| model::join(&seen));
}

/// Down and up again, so that each press moves the cursor.
#[divan::bench(args = PANES)]
fn key(bencher: Bencher, pane: &str) {
    let mut app = console(FLEET, pane);
    let mut keys = [KeyCode::Down, KeyCode::Up].into_iter().cycle();
    bencher.bench_local(|| app.update(Msg::Key(KeyEvent::from(keys.next().unwrap()))));
}

#[divan::bench(args = PANES)]
fn tick(bencher: Bencher, pane: &str) {
    let mut app = console(FLEET, pane);
    bencher.bench_local(|| app.update(Msg::Tick(fleet::now())));
}

#[divan::bench(args = PANES)]
fn screen(bencher: Bencher, pane: &str) {
    let app = console(FLEET, pane);
    bencher.bench_local(|| panes::screen(&app));
}
