//! What a sensor publishes: events in batches, bodies, its state and its status.
//!
//! | file | what it contains |
//! |---|---|
//! | `selection` | which part of an event is published |
//! | `outbox` | events → messages |
//! | `message` | a waiting message |
//! | `spool` | waiting messages, in memory and on disk, and which are dropped when there are too many |
//! | `segment` | the files of the spool |
//! | `disk` | the file operations |
//! | `publisher` | the task that publishes |
//! | `acknowledgement` | the server's answers |
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
