//! Many sensors as one source of events.
//!
//! | file | what it is about |
//! |---|---|
//! | `merge` | the events of all sensors in one order, with their bodies |
//! | `sources` | the known sensors, by number |
//! | `source` | the state of one sensor's messages |
//! | `offset` | the offset of a sensor's clock from the server's |
//! | `limits` | how much is taken from a sensor |
//! | `losses` | a sensor's events that did not arrive |
//! | `translate` | a sensor's times as times of the reader |
//! | `bodies` | transactions and blocks, published once for all sensors |
//! | `chain` | the best chain according to all sensors |
//! | `reading` | the task that reads from the server |
//! | `collector` | the source of events that it feeds |

mod bodies;
mod chain;
mod collector;
mod limits;
mod losses;
mod merge;
mod offset;
mod reading;
mod source;
mod sources;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod translate;

pub use collector::{CollectSettings, Collector};
