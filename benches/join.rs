//! Benchmarks of a join and of a message, in accounts of three sizes: `cargo bench --bench join`.

#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]

#[path = "../tests/it/fleet.rs"]
mod fleet;

use crossterm::event::{KeyCode, KeyEvent};
use divan::Bencher;
use sagetop::app::{Account, App, Msg};
use sagetop::assets::Assets;
use sagetop::update::{NAMES, TABLES};
use sagetop::{model, panes};

/// The numbers of endpoints of a team, a company and a fleet (10,000, with 12,000 versions).
const SIZES: [usize; 3] = [50, 200, FLEET];
const FLEET: usize = 10_000;
/// The panes whose speed must not depend on the size of the account.
const PANES: [&str; 2] = ["home", "endpoints"];

fn main() {
    divan::main();
}

/// Returns a console on an account, with the cursor in the middle of a pane.
fn console(endpoints: usize, pane: &str) -> App {
    let keymap = Assets::default().keymap("default", NAMES).unwrap();
    let mut app = App::new(TABLES, Account::new(fleet::observed(endpoints, 0)), Vec::new(), keymap);
    app.size = (160, 50);
    app.go(TABLES.panes.iter().find(|known| known.name == pane).unwrap());
    let middle = app.list_mut().ids.len() / 2;
    app.list_mut().put(middle);
    app.update(Msg::Tick(fleet::now()));
    app
}

/// Joins the models and builds the lookup tables, which the console waits for.
#[divan::bench(args = SIZES)]
fn join(bencher: Bencher, endpoints: usize) {
    let observed = fleet::observed(endpoints, 0);
    bencher.bench_local(|| model::join(&observed));
}

/// Measures a join if all hundred thousand versions of a fleet were kept, and not only the serving and the newest ones.
#[divan::bench(args = [18])]
fn versions(bencher: Bencher, before: usize) {
    let observed = fleet::observed(FLEET, before);
    bencher.bench_local(|| model::join(&observed));
}

/// Presses down and up in turn, so that each press moves the cursor.
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
