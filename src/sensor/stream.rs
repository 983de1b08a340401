//! The JetStream stream of a network, shared by all its sensors.

use crate::chain::Network;
use crate::schema::MAX_SENSOR_MESSAGE;
use crate::sensor::kind::all_subjects;
use crate::sensor::server::one_line;
use async_nats::Client;
use async_nats::jetstream::context::{
    CreateStreamErrorKind, GetStreamErrorKind, RequestError, RequestErrorKind,
};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ContextBuilder, ErrorCode};
use std::error::Error;
use std::time::Duration;

/// Within this time the stream drops messages with an id that it has already stored.
const DUPLICATES: Duration = Duration::from_mins(2);

/// The shortest useful value of that: unacknowledged messages are published again within it.
const MIN_DUPLICATES: Duration = Duration::from_secs(30);

/// The room for the headers of a message, in bytes.
const HEADERS: usize = 1_024;

/// How a stream that does not exist is created.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StreamSettings {
    /// The most bytes; beyond them the oldest messages are removed.
    pub max_bytes: u64,
    /// When messages are removed.
    pub max_age: Duration,
    /// The number of servers that keep it, 1 to 5.
    pub replicas: usize,
}

/// Why a stream cannot be used, in one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StreamError {
    /// JetStream is missing or does not answer, which may change.
    #[error("{0}")]
    Away(String),
    /// The stream, or the server, must be changed first.
    #[error("{0}")]
    Unfit(String),
}

/// The name of the stream of a network.
pub(super) fn name(network: Network) -> String {
    format!("mempulse-{network}")
}

/// JetStream, whose answers may take `timeout`.
pub(super) fn context(client: &Client, timeout: Duration) -> Context {
    ContextBuilder::new().timeout(timeout).build(client.clone())
}

/// Creates the stream of a network, or checks the one that exists. Returns its harmless differences from
/// `settings`.
///
/// # Errors
/// There is no JetStream, or the stream is unfit for sensors.
pub(super) async fn create_or_check(
    context: &Context,
    network: Network,
    settings: &StreamSettings,
) -> Result<Vec<String>, StreamError> {
    let max_payload = context.client().max_payload();
    if (1..MAX_SENSOR_MESSAGE + HEADERS).contains(&max_payload) {
        let needed = MAX_SENSOR_MESSAGE + HEADERS;
        return Err(StreamError::Unfit(format!(
            "the server accepts messages of at most {max_payload} bytes; max_payload must be at least {needed}"
        )));
    }
    let name = name(network);
    // Another sensor may create it concurrently; then it exists at the second attempt.
    for _ in 0..2 {
        match context.get_stream(&name).await {
            Ok(stream) => return check(&stream.cached_info().config, network, settings),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                }
                GetStreamErrorKind::JetStream(error) => return Err(refused("cannot be used", &name, &error)),
                _ => return Err(unanswered(&error)),
            },
        }
        match context.create_stream(config(network, settings)).await {
            Ok(_) => return Ok(Vec::new()),
            Err(error) => match error.kind() {
                CreateStreamErrorKind::JetStream(error)
                    if error.error_code() == ErrorCode::STREAM_NAME_EXIST => {}
                CreateStreamErrorKind::JetStream(error) => {
                    return Err(refused("cannot be created", &name, &error));
                }
                _ => return Err(unanswered(&error)),
            },
        }
    }
    Err(StreamError::Unfit(format!("stream {name} keeps being created and removed by others")))
}

fn config(network: Network, settings: &StreamSettings) -> Config {
    Config {
        name: name(network),
        subjects: vec![all_subjects(network)],
        max_bytes: settings.max_bytes.try_into().unwrap_or(i64::MAX),
        max_messages: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        max_age: settings.max_age,
        num_replicas: settings.replicas,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        storage: StorageType::File,
        duplicate_window: DUPLICATES.min(settings.max_age),
        description: Some("what mempulse sensors see".to_owned()),
        allow_direct: true,
        ..Config::default()
    }
}

/// Checks an existing stream. Returns its harmless differences from `settings`.
fn check(config: &Config, network: Network, settings: &StreamSettings) -> Result<Vec<String>, StreamError> {
    let Config { name, .. } = config;
    let unfit =
        |what: String| Err(StreamError::Unfit(format!("stream {name} is not one for sensors: {what}")));
    let ours = all_subjects(network);
    if !config.subjects.iter().any(|subject| covers(subject, network)) {
        let subjects = one_line(&config.subjects.join(", "));
        return unfit(format!("its subjects are {subjects}, and must contain \"{ours}\""));
    }
    if config.duplicate_window < MIN_DUPLICATES.min(settings.max_age) {
        let (is, least) = (config.duplicate_window.as_secs(), MIN_DUPLICATES.as_secs());
        return unfit(format!("it remembers ids for {is} s, but must do so for at least {least} s"));
    }
    if config.no_ack || config.sealed {
        return unfit("it must accept messages and acknowledge them".to_owned());
    }
    if config.retention != RetentionPolicy::Limits {
        return unfit("its retention must be limits, so that every reader gets all messages".to_owned());
    }
    let needed = MAX_SENSOR_MESSAGE + HEADERS;
    if usize::try_from(config.max_message_size).is_ok_and(|size| (1..needed).contains(&size)) {
        let size = config.max_message_size;
        return unfit(format!("its messages are limited to {size} bytes, but {needed} are needed"));
    }
    let of =
        |what: &str, is: String, given: String| (is != given).then(|| format!("{what} is {is}, not {given}"));
    let bytes = |bytes: i64| if bytes <= 0 { "unlimited".to_owned() } else { bytes.to_string() };
    let age =
        |age: Duration| if age.is_zero() { "unlimited".to_owned() } else { format!("{} s", age.as_secs()) };
    let given = settings.max_bytes.try_into().unwrap_or(i64::MAX);
    let differences = [
        of("max-bytes", bytes(config.max_bytes), bytes(given)),
        of("max-age", age(config.max_age), age(settings.max_age)),
        of("replicas", config.num_replicas.to_string(), settings.replicas.to_string()),
    ];
    Ok(differences.into_iter().flatten().collect())
}

/// Whether a wildcard subject covers those of all sensors on a network.
fn covers(pattern: &str, network: Network) -> bool {
    let ours = all_subjects(network);
    // Replace the last token by a sensor name and a kind, as in every subject that sensors use.
    let mut ours = ours.trim_end_matches('>').trim_end_matches('.').split('.').map(Some).chain([None, None]);
    for token in pattern.split('.') {
        match (token, ours.next()) {
            (">", Some(_)) => return true,
            ("*", Some(_)) => {}
            (token, Some(Some(our))) if token == our => {}
            _ => return false,
        }
    }
    ours.next().is_none()
}

fn refused(what: &str, name: &str, error: &async_nats::jetstream::Error) -> StreamError {
    match error.error_code() {
        ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => no_jetstream(),
        ErrorCode::STREAM_SUBJECT_OVERLAP => {
            StreamError::Unfit(format!("stream {name} {what}: another stream has its subjects"))
        }
        ErrorCode::CLUSTER_NOT_AVAILABLE => {
            StreamError::Away(format!("stream {name} {what}: {}", one_line(&error.to_string())))
        }
        _ => StreamError::Unfit(format!("stream {name} {what}: {}", one_line(&error.to_string()))),
    }
}

fn no_jetstream() -> StreamError {
    StreamError::Unfit("the server has no JetStream for this user: start it with -js, or allow it".to_owned())
}

/// Explains why there was no answer.
pub(super) fn unanswered(error: &(dyn Error + 'static)) -> StreamError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<RequestError>() {
            return match error.kind() {
                RequestErrorKind::NoResponders => no_jetstream(),
                _ => StreamError::Away("JetStream does not answer, or not to this user".to_owned()),
            };
        }
        cause = error.source();
    }
    StreamError::Away(format!("JetStream: {}", one_line(&error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NET: Network = Network::Signet;
    const SETTINGS: StreamSettings =
        StreamSettings { max_bytes: 8_000_000_000, max_age: Duration::from_hours(24), replicas: 1 };

    #[test]
    fn a_created_stream_is_suitable() {
        assert_eq!(check(&config(NET, &SETTINGS), NET, &SETTINGS), Ok(Vec::new()));
        assert_eq!(config(NET, &SETTINGS).name, "mempulse-signet");
    }

    #[test]
    fn a_stream_with_other_limits_is_suitable_and_the_limits_are_named() {
        let other = StreamSettings { max_bytes: 1_000, max_age: Duration::from_hours(1), replicas: 3 };
        let differences = check(&config(NET, &other), NET, &SETTINGS).unwrap();
        let expected =
            ["max-bytes is 1000, not 8000000000", "max-age is 3600 s, not 86400 s", "replicas is 3, not 1"];
        assert_eq!(differences, expected);
        let unlimited = Config { max_bytes: -1, ..config(NET, &SETTINGS) };
        assert_eq!(check(&unlimited, NET, &SETTINGS).unwrap(), ["max-bytes is unlimited, not 8000000000"]);
    }

    #[test]
    fn a_stream_that_is_not_for_sensors_is_refused_for_a_reason() {
        let good = config(NET, &SETTINGS);
        let refused = |config: Config| match check(&config, NET, &SETTINGS) {
            Err(StreamError::Unfit(reason)) => reason,
            other => panic!("{other:?}"),
        };
        let subjects = Config { subjects: vec!["orders.>".to_owned()], ..good.clone() };
        assert!(refused(subjects).ends_with(r#"must contain "mempulse.v1.signet.>""#));
        for narrower in [
            "mempulse.v1.signet.fra1.>",
            "mempulse.v1.signet.*",
            "mempulse.v1.signet",
            "mempulse.v1.mainnet.>",
            "*",
            "mempulse.v1.signet.*.*.*",
            "mempulse.v1.signet.*.tx",
        ] {
            refused(Config { subjects: vec![narrower.to_owned()], ..good.clone() });
        }
        let window = Config { duplicate_window: Duration::from_secs(5), ..good.clone() };
        assert!(refused(window).ends_with("remembers ids for 5 s, but must do so for at least 30 s"));
        assert!(refused(Config { no_ack: true, ..good.clone() }).ends_with("acknowledge them"));
        let queue = Config { retention: RetentionPolicy::WorkQueue, ..good.clone() };
        assert!(refused(queue).contains("retention must be limits"));
        assert!(
            refused(Config { max_message_size: 65_536, ..good.clone() }).contains("limited to 65536 bytes")
        );
        for wider in
            ["mempulse.>", "mempulse.v1.>", ">", "mempulse.v1.signet.*.*", "*.*.*.*.*", "mempulse.*.signet.>"]
        {
            assert!(
                check(&Config { subjects: vec![wider.to_owned()], ..good.clone() }, NET, &SETTINGS).is_ok()
            );
        }
    }
}
