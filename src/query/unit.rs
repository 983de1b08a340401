//! Units of figures, and parsing of figures with units.

/// The longest number, in characters.
const MAX_NUMBER: usize = 40;

/// The unit of a figure. Queries compare figures in the base unit, the first in each list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// sat/vB.
    FeeRate,
    /// sat.
    Amount,
    /// vB.
    VirtualSize,
    /// WU.
    Weight,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    ByteRate,
    /// Seconds.
    Time,
    /// Percent.
    Share,
    /// A bare number.
    Count,
}

impl Unit {
    /// The unit's spellings, each with its number of base units; the base unit comes first.
    const fn suffixes(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::FeeRate => &[("sat/vB", 1.0), ("sat/kvB", 1e-3), ("BTC/kvB", 1e5)],
            Self::Amount => &[("sat", 1.0), ("BTC", 1e8), ("mBTC", 1e5)],
            Self::VirtualSize => &[("vB", 1.0), ("kvB", 1e3), ("MvB", 1e6)],
            Self::Weight => &[("WU", 1.0), ("kWU", 1e3), ("MWU", 1e6)],
            Self::Bytes => &[("B", 1.0), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9)],
            Self::ByteRate => &[("B/s", 1.0), ("kB/s", 1e3), ("MB/s", 1e6)],
            Self::Time => &[("s", 1.0), ("ms", 1e-3), ("m", 60.0), ("h", 3_600.0), ("d", 86_400.0)],
            Self::Share => &[("%", 1.0)],
            Self::Count => &[("", 1.0), ("k", 1e3), ("M", 1e6)],
        }
    }

    /// The base unit, which is assumed for a number without a unit.
    pub const fn name(self) -> &'static str {
        self.suffixes()[0].0
    }

    /// The unit's spellings.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.suffixes().iter().map(|(name, _)| *name).filter(|name| !name.is_empty())
    }

    /// Reads a number with or without a unit, ignoring case; times may have several: `1h30m`.
    ///
    /// # Errors
    ///
    /// One line with what is allowed.
    pub fn read(self, text: &str) -> Result<f64, String> {
        self.parse(text).filter(|value| value.is_finite()).ok_or_else(|| {
            let names: Vec<_> = self.names().collect();
            match self {
                Self::Time => "must be a time such as 500ms, 30s, 1m or 1h30m".to_owned(),
                Self::Count => "must be a number such as 3, 1.5k or 2M".to_owned(),
                _ => format!("must be a number, in {} unless followed by {}", self.name(), names.join(", ")),
            }
        })
    }

    fn parse(self, text: &str) -> Option<f64> {
        if text.len() > MAX_NUMBER {
            return None;
        }
        let (sign, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (-1.0, rest),
            None => (1.0, text),
        };
        let mut sum = 0.0;
        let mut parts = 0;
        while !rest.is_empty() {
            let end = rest.find(|letter| !is_of_number(letter)).unwrap_or(rest.len());
            let number: f64 = rest[..end].replace('_', "").parse().ok()?;
            rest = &rest[end..];
            let end = rest.find(is_of_number).unwrap_or(rest.len());
            sum += number * self.factor(&rest[..end])?;
            rest = &rest[end..];
            parts += 1;
        }
        (parts == 1 || (parts > 1 && self == Self::Time)).then_some(sign * sum)
    }

    /// The number of base units in the unit spelled `name`.
    fn factor(self, name: &str) -> Option<f64> {
        let suffixes = self.suffixes();
        if name.is_empty() {
            return Some(suffixes[0].1);
        }
        // Case is ignored unless it distinguishes two units.
        let exact = suffixes.iter().find(|(known, _)| *known == name);
        let found = exact.or_else(|| suffixes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
        found.map(|(_, factor)| *factor)
    }
}

fn is_of_number(letter: char) -> bool {
    letter.is_ascii_digit() || letter == '.' || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_base_unit_unless_they_have_one() {
        for (unit, text, expected) in [
            (Unit::Amount, "1_000", 1_000.0),
            (Unit::Amount, "10btc", 1e9),
            (Unit::Amount, "0.5BTC", 5e7),
            (Unit::FeeRate, "20sat/vb", 20.0),
            (Unit::FeeRate, "1500sat/kvB", 1.5),
            (Unit::VirtualSize, "1.5kvB", 1_500.0),
            (Unit::Time, "1m", 60.0),
            (Unit::Time, "1h30m", 5_400.0),
            (Unit::Time, "-10s", -10.0),
            (Unit::Time, "250ms", 0.25),
            (Unit::Share, "50%", 50.0),
            (Unit::Count, "1.5k", 1_500.0),
        ] {
            assert_eq!(unit.read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_what_is_allowed() {
        let endless = "9".repeat(400);
        for (unit, text) in [
            (Unit::Amount, ""),
            (Unit::Amount, "btc"),
            (Unit::Amount, "1vB"),
            (Unit::Amount, "1btc2sat"),
            (Unit::Amount, "--1"),
            (Unit::Amount, "1.2.3"),
            (Unit::Amount, "NaN"),
            (Unit::Amount, "inf"),
            (Unit::Amount, &endless),
            (Unit::Time, "5 m"),
            (Unit::Count, "3s"),
            (Unit::Share, "-"),
        ] {
            assert!(unit.read(text).unwrap_err().starts_with("must be"), "{text}");
        }
    }
}
