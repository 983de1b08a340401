//! Shared by all fuzz targets, including those of `tests/wire`. An input is bytes; a target is a function
//! that panics if something is wrong.
//!
//! In an ordinary test, a target gets the corpus in `tests/fuzz/TARGET`, then random mutations of it: a few
//! by default, for a time given by `BOLERO_RANDOM_TEST_TIME_MS`, or a number given by
//! `BOLERO_RANDOM_ITERATIONS`.

use bolero::generator::bolero_generator::driver::Driver;
use bolero::{TargetLocation, ValueGenerator};
use std::fmt;
use std::fs;
use std::path::PathBuf;

/// The number of mutated inputs in an ordinary test: a fraction of a second in a debug build.
const ITERATIONS: usize = 100;

/// The longest mutated input, in bytes.
const MAX_LEN: usize = 8_192;

/// Runs `check` with the inputs of the target `name`.
pub fn target(name: &'static str, check: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(name);
    let target = bolero::test(TargetLocation {
        package_name: env!("CARGO_PKG_NAME"),
        manifest_dir: env!("CARGO_MANIFEST_DIR"),
        module_path: module_path!(),
        file: file!(),
        line: line!(),
        item_path: name,
        test_name: Some(name.to_owned()),
    });
    let corpus = read(&folder);
    for (path, input) in &corpus {
        let shown = Shown(path);
        check(input);
        std::mem::forget(shown);
    }
    let mut target =
        target.with_generator(Changed { corpus: corpus.into_iter().map(|(_, input)| input).collect() });
    if std::env::var_os("BOLERO_RANDOM_TEST_TIME_MS").is_none() {
        target = target.with_iterations(ITERATIONS);
    }
    target.for_each(move |input: &Input| check(&input.0));
}

/// Shows the corpus file on which a target panicked.
struct Shown<'a>(&'a PathBuf);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        eprintln!("the input is {}", self.0.display());
    }
}

fn read(folder: &PathBuf) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.expect("a folder can be read").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let input = fs::read(&path).expect("a file of the corpus can be read");
        (path, input)
    };
    paths.into_iter().map(read).collect()
}

/// An input, shown in hexadecimal; `xxd -r -p` turns that into a corpus file.
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Generates inputs by mutating the corpus.
struct Changed {
    corpus: Vec<Vec<u8>>,
}

impl ValueGenerator for Changed {
    type Output = Input;

    fn generate<D: Driver>(&self, driver: &mut D) -> Option<Input> {
        let mut input = self.one(driver)?;
        for _ in 0..driver.produce::<u8>()? % 8 {
            self.change(&mut input, driver)?;
        }
        input.truncate(MAX_LEN);
        Some(Input(input))
    }
}

impl Changed {
    fn one<D: Driver>(&self, driver: &mut D) -> Option<Vec<u8>> {
        if self.corpus.is_empty() || driver.produce::<u8>()? < 8 {
            return bytes(usize::from(driver.produce::<u16>()? % 512), driver);
        }
        let index = driver.produce::<u32>()? as usize % self.corpus.len();
        Some(self.corpus[index].clone())
    }

    fn change<D: Driver>(&self, input: &mut Vec<u8>, driver: &mut D) -> Option<()> {
        let at = driver.produce::<u32>()? as usize % (input.len() + 1);
        let length = usize::from(driver.produce::<u8>()?) + 1;
        let end = (at + length).min(input.len());
        match driver.produce::<u8>()? % 8 {
            0 => {
                let bit = 1 << (driver.produce::<u8>()? % 8);
                input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
            }
            1 => {
                let value = driver.produce::<u8>()?;
                input.iter_mut().skip(at).take(1).for_each(|byte| *byte = value);
            }
            2 => {
                // Limits and lengths: the extremes of one, two, four and eight bytes.
                const ENDS: [u64; 10] =
                    [0, 1, 0x7f, 0xfc, 0xfd, 0xffff, 0x7fff_ffff, 0xffff_ffff, u64::MAX >> 1, u64::MAX];
                let value = ENDS[usize::from(driver.produce::<u8>()?) % ENDS.len()].to_le_bytes();
                let width = 1 << (driver.produce::<u8>()? % 4);
                input.iter_mut().skip(at).zip(&value[..width]).for_each(|(byte, value)| *byte = *value);
            }
            3 => drop(input.drain(at..end)),
            4 => {
                let copy = input[at..end].to_vec();
                input.splice(at..at, copy);
            }
            5 => {
                let new = bytes(length.min(16), driver)?;
                input.splice(at..at, new);
            }
            6 => {
                let other = self.one(driver)?;
                let from = driver.produce::<u32>()? as usize % (other.len() + 1);
                input.splice(at.., other[from..].iter().copied());
            }
            _ => input.truncate(at),
        }
        Some(())
    }
}

fn bytes<D: Driver>(length: usize, driver: &mut D) -> Option<Vec<u8>> {
    (0..length).map(|_| driver.produce::<u8>()).collect()
}
