mod order;
mod pressure;
mod random;
mod restart;

use super::*;
use bytes::Bytes;
use proptest::prelude::*;
use std::collections::HashMap;

const MB: usize = 1 << 20;

/// A message that counts as `bytes` long but takes no memory.
fn message(kind: Kind, number: usize, bytes: usize) -> Outgoing {
    static ZEROS: [u8; 2 * MB] = [0; 2 * MB];
    Outgoing { kind, id: number.to_string(), payload: Bytes::from_static(&ZEROS[..bytes]) }
}

/// A spool with in-memory files, and a server.
struct Scene {
    spool: Spool,
    files: HashMap<u64, Vec<Outgoing>>,
    is_disk_full: bool,
    in_flight: Vec<(Ticket, String)>,
    acknowledged: Vec<String>,
    pushed: usize,
}

impl Scene {
    fn new(limit: u64) -> Self {
        Self {
            spool: Spool::new(limit, true, Vec::new()),
            files: HashMap::new(),
            is_disk_full: false,
            in_flight: Vec::new(),
            acknowledged: Vec::new(),
            pushed: 0,
        }
    }

    fn push(&mut self, kind: Kind, bytes: usize) {
        self.spool.push(message(kind, self.pushed, bytes));
        self.pushed += 1;
        self.work();
    }

    /// Carries out all file operations.
    fn work(&mut self) {
        while let Some(work) = self.spool.work() {
            assert_eq!(self.spool.work(), None, "one thing at a time");
            match work {
                Work::Write(_, messages) if self.is_disk_full => self.spool.written(Some(messages)),
                Work::Write(number, messages) => {
                    assert!(self.files.insert(number, messages).is_none(), "{number} is written twice");
                    self.spool.written(None);
                }
                Work::Load(number) => assert_eq!(self.spool.loaded(self.files[&number].clone()), 0),
                Work::Remove(number) => {
                    assert!(self.files.remove(&number).is_some(), "{number} is removed twice");
                    self.spool.removed();
                }
            }
        }
    }

    /// Publishes as many messages as fit into the window.
    fn publish(&mut self) {
        while let Some((ticket, message)) = self.spool.next(usize::MAX) {
            self.in_flight.push((ticket, message.id.clone()));
        }
    }

    fn acknowledge(&mut self, index: usize) {
        let (ticket, id) = self.in_flight.remove(index);
        self.acknowledged.push(id);
        self.spool.acknowledged(ticket);
        self.work();
    }

    /// Publishes everything that is waiting.
    fn drain(&mut self) {
        self.work();
        self.publish();
        while !self.in_flight.is_empty() {
            self.acknowledge(0);
            self.publish();
        }
        assert!(self.spool.is_empty(), "{:?}", self.spool);
        assert_eq!(self.spool.waiting(), (0, 0));
        assert!(self.files.is_empty());
    }

    /// Stops, in an orderly way or not, and starts again.
    fn restart(&mut self, is_orderly: bool) {
        let spool = std::mem::replace(&mut self.spool, Spool::new(u64::MAX, true, Vec::new()));
        let limit = spool.limit;
        if is_orderly {
            for (number, messages) in spool.into_unsaved() {
                assert!(self.files.insert(number, messages).is_none(), "{number} is written twice");
            }
        }
        let of_file = |(&number, messages): (&u64, &Vec<Outgoing>)| Segment {
            number,
            messages: messages.len() as u64,
            bytes: messages.iter().map(Outgoing::size).sum(),
        };
        let mut segments: Vec<_> = self.files.iter().map(of_file).collect();
        segments.sort_by_key(|segment| segment.number);
        self.in_flight.clear();
        self.spool = Spool::new(limit, true, segments);
        self.work();
    }

    fn dropped(&self, kind: Kind) -> u64 {
        let found = self.spool.dropped().into_iter().find(|(dropped, _)| *dropped == kind);
        found.map_or(0, |(_, count)| count)
    }
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}
