//! Figures as people read them.

/// With a comma after every third digit: `1,234,567`.
pub(super) fn thousands(number: impl Into<u128>) -> String {
    let number = number.into();
    let digits = number.to_string();
    if digits.len() > 12 {
        return format!("over 10^{}", digits.len() - 1);
    }
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Its first two digits, and zeros: what may be claimed for a while.
pub(super) const fn floored(number: u64) -> u64 {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    number / unit * unit
}

/// `1 state`, `2 states`.
pub(super) fn many(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { more })
}

/// A duration.
pub fn time(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let whole = std::time::Duration::from_secs_f64(seconds).as_secs();
    format!("{} min {} s", whole / 60, whole % 60)
}

/// A size.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{} B", thousands(bytes)),
        _ => format!("{} KB", thousands(bytes / 1000)),
    }
}

#[cfg(test)]
mod tests {
    use super::{floored, many, size, thousands, time};

    #[test]
    fn figures_are_readable() {
        assert_eq!([0_u64, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(thousands(1_u128 << 100), "over 10^30");
        assert_eq!(many(1, "state", "states"), "1 state");
        assert_eq!(many(0, "state", "states"), "0 states");
        assert_eq!([0.04, 59.94, 90.0, 3_601.2].map(time), ["0.0 s", "59.9 s", "1 min 30 s", "60 min 1 s"]);
        assert_eq!([0, 4096, 12_345].map(size), ["0 B", "4,096 B", "12 KB"]);
    }

    #[test]
    fn claims_are_never_above_the_figure() {
        assert_eq!(
            [0, 7, 99, 100, 129, 1_299_999, u64::MAX].map(floored),
            [0, 7, 99, 100, 120, 1_200_000, 18_000_000_000_000_000_000]
        );
    }
}
