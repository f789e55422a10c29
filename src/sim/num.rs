//! Conversions between number types, in one place, with explicit rounding.

use std::fmt::Write as _;

/// Converts a count to a float. It is exact below 2^53, and no count here is larger.
#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds stay below 2^53")]
pub(crate) fn float(whole: i64) -> f64 {
    whole as f64
}

/// Converts a size to a float.
pub(crate) fn sized(size: usize) -> f64 {
    float(i64::try_from(size).unwrap_or(i64::MAX))
}

/// Rounds to the nearest integer. Saturates, and converts NaN to zero.
#[expect(clippy::cast_possible_truncation, reason = "float to int casts saturate")]
pub(crate) fn whole(value: f64) -> i64 {
    value.round() as i64
}

/// Converts a size to AWS's integer type.
pub(crate) fn count(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// Mixes a 64-bit value (`SplitMix64`): the same input always gives the same output.
pub(crate) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Returns a mixed value of some text (FNV-1a, then mixed).
pub(crate) fn hash(text: &str) -> u64 {
    let folded = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
    mix(folded)
}

/// Converts a mixed value to a float in 0..1.
pub(crate) fn unit(x: u64) -> f64 {
    float(i64::try_from(x >> 12).unwrap_or(0)) / float(1 << 52)
}

/// Rounds to this many decimals, for values that people read.
pub(crate) fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

/// Returns lower-case hexadecimal text of this length, derived from a seed.
pub(crate) fn hex(seed: u64, length: usize) -> String {
    let mut out = String::with_capacity(length + 16);
    let mut x = seed;
    while out.len() < length {
        x = mix(x);
        let _ = write!(out, "{x:016x}");
    }
    out.truncate(length);
    out
}

/// Returns text in the form of a UUID, derived from a seed.
pub(crate) fn uuid(seed: u64) -> String {
    let hex = hex(seed, 32);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("");
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Returns lower-case letters and digits of this length, like AWS's generated ids.
pub(crate) fn id(seed: u64, length: usize) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut x = seed;
    (0..length)
        .map(|_| {
            x = mix(x);
            let at = usize::try_from(x % 32).unwrap_or(0);
            LETTERS.get(at).copied().map_or('a', char::from)
        })
        .collect()
}
