//! What a sensor publishes: events in batches, bodies, its state and its status.
//!
//! | file | what it contains |
//! |---|---|
//! | `selection` | what is published of an event |
//! | `outbox` | events → messages |
//! | `message` | a message that waits |
//! | `spool` | what waits, in memory and on disk, and what is dropped when it is too much |
//! | `segment` | the files of the spool |
//! | `disk` | what is being done with them |
//! | `publisher` | the task that publishes |
//! | `acknowledgement` | what the server answers |
//! | `sensor` | the monitor's end |

mod acknowledgement;
mod disk;
mod message;
mod outbox;
mod publisher;
mod segment;
mod selection;
mod sensor;
mod spool;

pub use segment::FolderError;
pub use sensor::{Sensor, SensorSettings, StartError};
