//! Sensors on NATS JetStream: what one publishes, and what readers of any number of them rely on.
//!
//! ```text
//!  Event ─▶ publish::outbox ─▶ publish::spool ─▶ publish::publisher ═ NATS ═▶ a stream for each network
//!  Event ◀─ collect::merge ◀─ collect::collector ◀═════════════════════ NATS ═╝
//! ```
//!
//! `kind` has the subjects, `events` says which kind an event is of, `server` has the way to the server, and `stream`
//! what the stream must be like. What messages contain is in `proto/mempulse/v1/sensor.proto` and `src/schema`;
//! `docs/sensors.md` describes it for users.

mod collect;
mod events;
mod kind;
mod publish;
mod server;
mod stream;

pub use collect::{CollectSettings, Collector};
pub use kind::{FLUSH, Kind, NameError, SensorName};
pub use publish::{FolderError, Sensor, SensorSettings, StartError};
pub use server::{AddressError, ConnectError, Login, ServerAddress, ServerSettings, Tls};
pub use stream::{StreamError, StreamSettings};
