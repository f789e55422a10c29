//! A terminal's screen that can be read while the console draws on it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use sagetop::aws::Meter;

use crate::golden;

/// A screen. Clones share it.
#[derive(Clone)]
pub(super) struct Shared {
    backend: Arc<Mutex<TestBackend>>,
    /// The first frame, and the number of calls before it.
    first: Arc<OnceLock<(Buffer, u64)>>,
    meter: Meter,
}

impl Shared {
    pub(super) fn new((columns, rows): (u16, u16), meter: Meter) -> Self {
        Self { backend: Arc::new(Mutex::new(TestBackend::new(columns, rows))), first: Arc::default(), meter }
    }

    pub(super) fn first(&self) -> (Buffer, u64) {
        self.first.get().unwrap().clone()
    }

    pub(super) fn resize(&self, columns: u16, rows: u16) {
        self.lock().resize(columns, rows);
    }

    pub(super) fn buffer(&self) -> Buffer {
        self.lock().buffer().clone()
    }

    pub(super) fn text(&self) -> String {
        golden::text(&self.buffer())
    }

    fn lock(&self) -> MutexGuard<'_, TestBackend> {
        self.backend.lock().unwrap()
    }
}

impl Backend for Shared {
    type Error = Infallible;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Result<(), Infallible> {
        self.lock().draw(content)
    }
    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.lock().hide_cursor()
    }
    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.lock().show_cursor()
    }
    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.lock().get_cursor_position()
    }
    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.lock().set_cursor_position(position)
    }
    fn clear(&mut self) -> Result<(), Infallible> {
        self.lock().clear()
    }
    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.lock().clear_region(region)
    }
    fn size(&self) -> Result<Size, Infallible> {
        self.lock().size()
    }
    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.lock().window_size()
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        self.first.get_or_init(|| (self.buffer(), self.meter.usage().calls));
        self.lock().flush()
    }
}
