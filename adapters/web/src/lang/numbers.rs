//! Numbers and sizes as each language writes them.

use omnicraft_core::card;

use super::Lang;

impl Lang {
    /// `1,762` or `1 762`, with a space that does not break.
    pub(crate) fn number(self, number: u64) -> String {
        let separator = match self {
            Self::En => ',',
            Self::Ru => '\u{a0}',
        };
        let digits = number.to_string();
        let mut grouped = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// Bytes as people read them: `4.2 MB` or `4,2 МБ`.
    pub(crate) fn size(self, bytes: u64) -> String {
        let size = card::size(bytes);
        match self {
            Self::En => size,
            Self::Ru => {
                let (number, unit) = size.split_once(' ').unwrap_or((&size, ""));
                let unit = match unit {
                    "KB" => "КБ",
                    "MB" => "МБ",
                    "GB" => "ГБ",
                    "TB" => "ТБ",
                    _ => "байт",
                };
                format!("{}\u{a0}{unit}", number.replace('.', ","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_numbers_its_own_way() {
        assert_eq!([0, 999, 1762, 1_234_567].map(|number| Lang::En.number(number)), ["0", "999", "1,762", "1,234,567"]);
        assert_eq!(Lang::Ru.number(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(Lang::En.size(4_200_000), "4.2 MB");
        assert_eq!([7, 4_200_000].map(|bytes| Lang::Ru.size(bytes)), ["7\u{a0}байт", "4,2\u{a0}МБ"]);
    }
}
