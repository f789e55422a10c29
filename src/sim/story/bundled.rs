//! The stories that are part of the program.

/// The names and texts. The `demo` is the default.
pub(crate) static BUNDLED: &[(&str, &str)] = &[
    ("demo", include_str!("../stories/demo.toml")),
    ("shop", include_str!("../stories/shop.toml")),
    ("template", include_str!("../stories/template.toml")),
    ("empty", include_str!("../stories/empty.toml")),
    ("drift", include_str!("../stories/drift.toml")),
    ("ctr", include_str!("../stories/ctr.toml")),
    ("bad-container", include_str!("../stories/bad-container.toml")),
    ("only-the-log-tells", include_str!("../stories/only-the-log-tells.toml")),
    ("rollback-failed", include_str!("../stories/rollback-failed.toml")),
    ("silent-rollback", include_str!("../stories/silent-rollback.toml")),
    ("spot", include_str!("../stories/spot.toml")),
    ("gate", include_str!("../stories/gate.toml")),
    ("stale", include_str!("../stories/stale.toml")),
    ("approval-rule", include_str!("../stories/approval-rule.toml")),
    ("pinned", include_str!("../stories/pinned.toml")),
    ("nobody-paged", include_str!("../stories/nobody-paged.toml")),
    ("expired", include_str!("../stories/expired.toml")),
    ("throttled", include_str!("../stories/throttled.toml")),
    ("slow", include_str!("../stories/slow.toml")),
    ("clock", include_str!("../stories/clock.toml")),
    ("denied", include_str!("../stories/denied.toml")),
    ("garbage", include_str!("../stories/garbage.toml")),
];
