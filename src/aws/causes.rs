//! The chain of causes of an error.

use std::error::Error;
use std::iter;

use aws_smithy_types::error::metadata::ErrorMetadata;

/// Iterates over an error and all its causes, outermost first. It also opens the error inside an I/O error.
pub(super) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(|inner| -> &(dyn Error + 'static) { inner }),
        None => error.source(),
    })
}

/// Returns the innermost cause: "connection refused" says more than "dispatch failure". For an answer of AWS, returns
/// its message.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let cause = causes(error).last().unwrap_or(error);
    match cause.downcast_ref::<ErrorMetadata>().map(|said| (said.code(), said.message())) {
        Some((Some(code), Some(message))) => format!("{code}: {message}"),
        _ => cause.to_string(),
    }
}
