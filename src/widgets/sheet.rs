//! stub
use crate::{theme::Theme, view};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
pub(super) fn draw(_: &view::Sheet, _: &Theme, _: Rect, _: &mut Buffer) -> Option<Position> {
    None
}
