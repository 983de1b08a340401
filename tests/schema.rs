//! The `.proto` files and the Rust in the program are the same schema, and it stays compatible with itself.
//!
//! `UPDATE_SCHEMA=1 cargo test --test schema` regenerates the Rust code, and adds new fields to the list of
//! those that must stay.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use prost_build::Config;
use protox::prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use protox::prost_reflect::prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorSet};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const FILES: [&str; 3] =
    ["mempulse/v1/event.proto", "mempulse/v1/recording.proto", "mempulse/v1/sensor.proto"];

/// What version 1 contains and must always contain, one line per field and value.
const PROMISED: &str = "tests/schema/v1.txt";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_file() -> PathBuf {
    root().join("proto/mempulse/v1/mempulse.v1.rs")
}

fn is_updating() -> bool {
    std::env::var_os("UPDATE_SCHEMA").is_some()
}

fn descriptors() -> FileDescriptorSet {
    protox::compile(FILES, [root().join("proto")]).expect("the schema is valid")
}

/// One line for each field and each value: `Event.time_us = 1: uint64`.
fn lines(files: &FileDescriptorSet) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for file in &files.file {
        for message in &file.message_type {
            lines.extend(fields(message));
        }
        for values in &file.enum_type {
            lines.extend(of_enum(values));
        }
    }
    lines
}

fn fields(message: &DescriptorProto) -> Vec<String> {
    let oneofs: Vec<&str> = message.oneof_decl.iter().map(prost_name).collect();
    let field = |field: &protox::prost_reflect::prost_types::FieldDescriptorProto| {
        let kind = match field.r#type() {
            Type::Message | Type::Enum => field.type_name().trim_start_matches(".mempulse.v1.").to_owned(),
            scalar => format!("{scalar:?}").to_lowercase(),
        };
        let place = match (field.proto3_optional(), field.oneof_index) {
            (true, _) => "optional ".to_owned(),
            (false, Some(index)) => format!("{} of ", oneofs[usize::try_from(index).unwrap()]),
            (false, None) if field.label() == Label::Repeated => "repeated ".to_owned(),
            (false, None) => String::new(),
        };
        format!("{}.{} = {}: {place}{kind}", message.name(), field.name(), field.number())
    };
    assert!(message.nested_type.is_empty() && message.enum_type.is_empty(), "nested types are not listed");
    message.field.iter().map(field).collect()
}

fn prost_name(oneof: &protox::prost_reflect::prost_types::OneofDescriptorProto) -> &str {
    oneof.name()
}

fn of_enum(values: &EnumDescriptorProto) -> Vec<String> {
    let value = |value: &protox::prost_reflect::prost_types::EnumValueDescriptorProto| {
        format!("{}.{} = {}", values.name(), value.name(), value.number())
    };
    values.value.iter().map(value).collect()
}

/// Promises that no longer hold.
fn broken(promised: &str, lines: &BTreeSet<String>) -> Vec<String> {
    promised.lines().filter(|line| !lines.contains(*line)).map(str::to_owned).collect()
}

#[test]
fn the_rust_of_the_schema_is_that_of_the_proto_files() {
    let target = tempfile::tempdir().unwrap();
    let mut config = Config::new();
    config.out_dir(target.path()).bytes(["."]).skip_protoc_run();
    config.compile_fds(descriptors()).unwrap();
    let generated = std::fs::read_to_string(target.path().join("mempulse.v1.rs")).unwrap();
    if is_updating() {
        std::fs::write(rust_file(), &generated).unwrap();
    }
    let is_current = std::fs::read_to_string(rust_file()).unwrap_or_default() == generated;
    assert!(is_current, "the Rust is out of date: UPDATE_SCHEMA=1 cargo test --test schema");
}

#[test]
fn no_field_that_was_released_changes_its_number_or_type() {
    let lines = lines(&descriptors());
    let path = root().join(PROMISED);
    let promised = std::fs::read_to_string(&path).unwrap_or_default();
    let broken = broken(&promised, &lines);
    assert!(broken.is_empty(), "readers of older recordings rely on:\n{}", broken.join("\n"));
    if is_updating() {
        let all: Vec<&str> = lines.iter().map(String::as_str).collect();
        std::fs::write(&path, all.join("\n") + "\n").unwrap();
    }
    let new: Vec<_> = lines.iter().filter(|line| !promised.lines().any(|known| known == *line)).collect();
    assert!(new.is_empty() || is_updating(), "new, so not promised yet (UPDATE_SCHEMA=1): {new:?}");
}

#[test]
fn a_renumbered_retyped_renamed_or_removed_field_is_refused() {
    let promised = "Tip.hash = 1: bytes\nTip.height = 2: uint32\n";
    let breaks = |lines: &[&str]| broken(promised, &lines.iter().map(|line| (*line).to_owned()).collect());
    assert!(breaks(&["Tip.hash = 1: bytes", "Tip.height = 2: uint32", "Tip.new = 3: string"]).is_empty());
    for changed in ["Tip.height = 3: uint32", "Tip.height = 2: string", "Tip.tall = 2: uint32", ""] {
        assert_eq!(breaks(&["Tip.hash = 1: bytes", changed]), ["Tip.height = 2: uint32"]);
    }
}

#[test]
fn every_message_field_and_value_is_documented() {
    for file in FILES {
        let text = std::fs::read_to_string(root().join("proto").join(file)).unwrap();
        let mut above = "";
        for line in text.lines().map(str::trim) {
            let declares = line.starts_with("message ") || line.starts_with("enum ") || line.contains(" = ");
            let is_plain =
                line.starts_with("//") || line.starts_with("syntax") || line.ends_with("_UNSPECIFIED = 0;");
            if declares && !is_plain {
                assert!(above.starts_with("//"), "{file}: \"{line}\" is not documented");
            }
            above = line;
        }
    }
}
