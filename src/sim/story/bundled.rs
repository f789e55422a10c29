//! The stories that come with the program.

/// Names and texts; `demo` is what people meet first.
pub(crate) static BUNDLED: &[(&str, &str)] = &[
    ("demo", include_str!("../stories/demo.toml")),
    ("empty", include_str!("../stories/empty.toml")),
];
