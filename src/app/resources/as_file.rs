//! The file of `--asn-file`.

use crate::address::AsDatabase;
use crate::app::invalid::InvalidValue;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest file to read, in bytes. All vendors' files are below 100 MB.
const MAX_SIZE: u64 = 256 << 20;

/// Reads the file into memory.
///
/// # Errors
/// One line with the path, and why it is no database of autonomous systems.
pub fn load(path: &Path) -> Result<AsDatabase, InvalidValue> {
    let wrong = |why: String| {
        InvalidValue::new("asn_file", format!("invalid --asn-file \"{}\": {why}", path.display()))
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    file.take(MAX_SIZE + 1).read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(wrong(format!("must have at most {} MiB", MAX_SIZE >> 20)));
    }
    AsDatabase::of_bytes(bytes).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::as_database_bytes;

    #[test]
    fn a_wrong_file_is_named_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let error = |name: &str| load(&folder.path().join(name)).unwrap_err().message;
        assert!(error("none").contains("none\": No such file"), "{}", error("none"));
        std::fs::write(folder.path().join("text"), "no database").unwrap();
        assert!(error("text").contains("text\": not a maxminddb file: "), "{}", error("text"));
        assert!(error("text").starts_with("invalid --asn-file \""));
        assert_eq!(error("text").lines().count(), 1);
        std::fs::write(folder.path().join("good"), as_database_bytes("Test-ASN", "Example")).unwrap();
        assert!(load(&folder.path().join("good")).is_ok());
    }
}
