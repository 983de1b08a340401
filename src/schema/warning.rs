//! Problems outside any connection, and the answers of DNS seeds.

use crate::event::{Damage, SeedFailure, Store, StoreFailure, StoreProblem, Warning};
use crate::schema::error::SchemaError;
use crate::schema::message::{
    self, seed_answer::Answer, store_damaged::SetAside, store_problem::Failure, warning::Problem,
};
use crate::schema::values::{
    NOTHING, decode_address, decode_os, encode_address, encode_os, nanos, narrow, path, path_text, required,
    required_os, size, text,
};
use crate::schema::{ending, enums};
use std::time::Duration;

pub(super) fn encode_seed(name: &str, answer: &Result<usize, SeedFailure>) -> message::SeedAnswer {
    let answer = match answer {
        Ok(addresses) => Answer::Addresses(*addresses as u64),
        Err(SeedFailure::Lookup(message)) => Answer::Lookup(message.clone()),
        Err(SeedFailure::Timeout(limit)) => Answer::TimeoutNs(nanos(*limit)),
        Err(SeedFailure::NoUsableAddress) => Answer::NoUsableAddress(NOTHING),
        Err(SeedFailure::Connection(reason)) => Answer::Connection(ending::encode(reason)),
    };
    message::SeedAnswer { name: name.to_owned(), answer: Some(answer) }
}

pub(super) fn decode_seed(
    message: message::SeedAnswer,
) -> Result<(String, Result<usize, SeedFailure>), SchemaError> {
    let message::SeedAnswer { name, answer } = message;
    let answer = match required(answer, "answer of a seed")? {
        Answer::Addresses(addresses) => Ok(size(addresses)?),
        Answer::Lookup(message) => Err(SeedFailure::Lookup(text(&message))),
        Answer::TimeoutNs(limit) => Err(SeedFailure::Timeout(Duration::from_nanos(limit))),
        Answer::NoUsableAddress(_) => Err(SeedFailure::NoUsableAddress),
        Answer::Connection(reason) => Err(SeedFailure::Connection(ending::decode(reason)?)),
    };
    Ok((text(&name), answer))
}

/// `None` for problems of the watch list and of alerts.
pub(super) fn encode(warning: &Warning) -> Option<message::Warning> {
    let problem = match warning {
        Warning::Store(problem) => Problem::Store(encode_store(problem)?),
        Warning::NotUseful { peer, why } => Problem::NotUseful(message::NotUseful {
            peer: Some(encode_address(peer)),
            why: message::Uselessness::from(*why).into(),
        }),
        Warning::ClockWrong { ahead_secs } => Problem::ClockAheadSecs(*ahead_secs),
        Warning::ClockRight => Problem::ClockRight(NOTHING),
        Warning::Behind => Problem::Behind(NOTHING),
        Warning::CaughtUp => Problem::CaughtUp(NOTHING),
        Warning::RecordingGap { secs, events } => {
            Problem::RecordingGap(message::RecordingGap { secs: *secs, events: *events })
        }
        Warning::RecordingFailed { path, error } => Problem::RecordingFailed(message::RecordingFailed {
            path: path_text(path),
            error: Some(encode_os(error)),
        }),
        Warning::SensorServerAway(server) => Problem::SensorServerAway(server.clone()),
        Warning::SensorServerBack(server) => Problem::SensorServerBack(server.clone()),
        Warning::SensorsSkipped { secs, messages } => {
            Problem::SensorsSkipped(message::SensorsSkipped { secs: *secs, messages: *messages })
        }
        Warning::AlertProgram { .. } | Warning::AlertProgramSkipped { .. } => return None,
    };
    Some(message::Warning { problem: Some(problem) })
}

pub(super) fn decode(message: message::Warning) -> Result<Option<Warning>, SchemaError> {
    let Some(problem) = message.problem else { return Ok(None) };
    Ok(Some(match problem {
        Problem::Store(problem) => Warning::Store(decode_store(problem)?),
        Problem::NotUseful(message::NotUseful { peer, why }) => Warning::NotUseful {
            peer: decode_address(peer)?,
            why: enums::of::<message::Uselessness, _>(why, "reason")?,
        },
        Problem::ClockAheadSecs(ahead_secs) => Warning::ClockWrong { ahead_secs },
        Problem::ClockRight(_) => Warning::ClockRight,
        Problem::Behind(_) => Warning::Behind,
        Problem::CaughtUp(_) => Warning::CaughtUp,
        Problem::SensorServerAway(server) => Warning::SensorServerAway(text(&server)),
        Problem::SensorServerBack(server) => Warning::SensorServerBack(text(&server)),
        Problem::SensorsSkipped(message::SensorsSkipped { secs, messages }) => {
            Warning::SensorsSkipped { secs, messages }
        }
        Problem::RecordingGap(message::RecordingGap { secs, events }) => {
            Warning::RecordingGap { secs, events }
        }
        Problem::RecordingFailed(message::RecordingFailed { path: text, error }) => {
            Warning::RecordingFailed { path: path(&text), error: required_os(error.as_ref())? }
        }
    }))
}

fn encode_store(problem: &StoreProblem) -> Option<message::StoreProblem> {
    let store = match problem.store {
        Store::Addresses => message::Store::Addresses,
        Store::Prevouts => message::Store::Prevouts,
        Store::History => message::Store::History,
        Store::Blocks => message::Store::Blocks,
        Store::Mempool => message::Store::Mempool,
        Store::Lock => message::Store::Lock,
        Store::Watchlist | Store::Queries | Store::Alerts | Store::Screen => return None,
    };
    let failure = match &problem.failure {
        StoreFailure::Read { files, error } => {
            Failure::Read(message::StoreRead { files: *files as u64, error: Some(encode_os(error)) })
        }
        StoreFailure::Damaged { files, damage, set_aside } => {
            let (damage, value) = encode_damage(*damage);
            Failure::Damaged(message::StoreDamaged {
                files: *files as u64,
                damage: damage.into(),
                value,
                set_aside: Some(match set_aside {
                    Ok(path) => SetAside::Renamed(path_text(path)),
                    Err(error) => SetAside::NotRenamed(encode_os(error)),
                }),
            })
        }
        StoreFailure::Write(error) => Failure::Write(encode_os(error)),
        StoreFailure::Cut { bytes } => Failure::Cut(*bytes),
        StoreFailure::InUse => Failure::InUse(NOTHING),
        StoreFailure::TooSlow => Failure::TooSlow(NOTHING),
    };
    let (store, path) = (store.into(), path_text(&problem.path));
    Some(message::StoreProblem { store, path, failure: Some(failure) })
}

fn decode_store(message: message::StoreProblem) -> Result<StoreProblem, SchemaError> {
    let store = match message.store() {
        message::Store::Unspecified => return Err(SchemaError::Missing("store")),
        message::Store::Addresses => Store::Addresses,
        message::Store::Prevouts => Store::Prevouts,
        message::Store::History => Store::History,
        message::Store::Blocks => Store::Blocks,
        message::Store::Mempool => Store::Mempool,
        message::Store::Lock => Store::Lock,
    };
    let message::StoreProblem { path: text, failure, .. } = message;
    let failure = match required(failure, "failure of a store")? {
        Failure::Read(message::StoreRead { files, error }) => {
            StoreFailure::Read { files: size(files)?, error: required_os(error.as_ref())? }
        }
        Failure::Damaged(damaged) => decode_damaged(&damaged)?,
        Failure::Write(error) => StoreFailure::Write(decode_os(&error)),
        Failure::Cut(bytes) => StoreFailure::Cut { bytes },
        Failure::InUse(_) => StoreFailure::InUse,
        Failure::TooSlow(_) => StoreFailure::TooSlow,
    };
    Ok(StoreProblem { store, path: path(&text), failure })
}

fn encode_damage(damage: Damage) -> (message::Damage, u64) {
    match damage {
        Damage::Foreign => (message::Damage::Foreign, 0),
        Damage::Version(version) => (message::Damage::Version, version.into()),
        Damage::Network => (message::Damage::Network, 0),
        Damage::Content => (message::Damage::Content, 0),
        Damage::TooLong(limit) => (message::Damage::TooLong, limit),
    }
}

fn decode_damaged(damaged: &message::StoreDamaged) -> Result<StoreFailure, SchemaError> {
    let damage = match damaged.damage() {
        message::Damage::Unspecified => return Err(SchemaError::Missing("damage")),
        message::Damage::Foreign => Damage::Foreign,
        message::Damage::Version => Damage::Version(narrow(damaged.value)?),
        message::Damage::Network => Damage::Network,
        message::Damage::Content => Damage::Content,
        message::Damage::TooLong => Damage::TooLong(damaged.value),
    };
    let set_aside = match required(damaged.set_aside.as_ref(), "damaged file")? {
        SetAside::Renamed(text) => Ok(path(text)),
        SetAside::NotRenamed(error) => Err(decode_os(error)),
    };
    Ok(StoreFailure::Damaged { files: size(damaged.files)?, damage, set_aside })
}
