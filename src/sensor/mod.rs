//! Sensors on NATS JetStream: what they publish, and how readers merge any number of them.

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
