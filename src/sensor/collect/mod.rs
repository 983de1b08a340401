//! Many sensors as one source of events.
//!
//! | file | what it is about |
//! |---|---|
//! | `merge` | the events of all sensors in one order, with their bodies |
//! | `sources` | the sensors that were heard, by their numbers |
//! | `source` | what is known of one of them while its messages arrive |
//! | `offset` | how far its clock is from the server's |
//! | `losses` | events of it that did not arrive |
//! | `translate` | its times as times of the reader |
//! | `bodies` | transactions and blocks, which come once for all sensors |
//! | `chain` | the best chain that all sensors together show |
//! | `skipping` | what a reader leaves out that is too slow |
//! | `subscription` | the stream, read in its order |
//! | `collector` | the task that reads from the server |

mod bodies;
mod chain;
mod collector;
mod losses;
mod merge;
mod offset;
mod skipping;
mod source;
mod sources;
mod subscription;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod translate;

pub use collector::{CollectSettings, Collector};
