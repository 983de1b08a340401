//! How much memory a value takes, about, for tests that it stays bounded.

use std::fmt::{Debug, Write};

/// The length of the debug text of `value`, in bytes: it grows with everything that is kept, and no collection can be
/// left out of it by mistake. Spare room in collections does not count.
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
