//! stub
use crate::{theme::Theme, view};
use ratatui::{buffer::Buffer, layout::Rect};
pub(super) fn draw(_: &view::Chart, _: &Theme, _: Rect, _: &mut Buffer) {}
