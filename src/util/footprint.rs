//! Estimates how much memory a value takes, for tests that it stays bounded.

use std::fmt::{Debug, Write};

/// The length of `value`'s debug text, in bytes. It grows with everything that is kept, and no collection can
/// be left out by mistake. Spare capacity does not count.
pub fn footprint(value: &impl Debug) -> usize {
    struct Length(usize);
    impl Write for Length {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    let mut length = Length(0);
    write!(length, "{value:?}").expect("a length can be counted");
    length.0
}
