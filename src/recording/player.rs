//! Many files as one sequence of events, from any moment.

use crate::chain::Network;
use crate::event::Event;
use crate::model::{Keyframe, Model};
use crate::recording::error::{RecordingError, Unreadable};
use crate::recording::file::RecordingFile;
use crate::recording::keyframe;
use crate::schema;
use crate::schema::message::record::Content;
use crate::util::time::Timestamp;
use std::collections::VecDeque;
use std::path::PathBuf;

/// The next item of a recording.
#[derive(Debug)]
pub enum Item {
    /// Something happened.
    Event(Event),
    /// A file begins, with the state at its beginning.
    File {
        /// The model as it was recorded.
        model: Box<Model>,
        /// The keyframe that it was made from.
        keyframe: Box<Keyframe>,
        /// The time of its beginning.
        start: Timestamp,
        /// Whether the preceding events lead to this state: the file continues where the previous one ended.
        follows: bool,
        /// Whether it is the first file of its run, so that nothing preceded its keyframe.
        begins_run: bool,
    },
    /// Events that were left out of the recording.
    Gap {
        /// The time of the first one.
        from: Timestamp,
        /// The time of the last one.
        to: Timestamp,
        /// How many.
        events: u64,
    },
    /// A part of a file cannot be read and is skipped.
    Damage(RecordingError),
}

/// Plays files from any moment.
#[derive(Debug)]
pub struct Player {
    /// Sorted by time.
    files: Vec<RecordingFile>,
    /// The current file, and its next frame; `None` until the beginning of the file was returned.
    file: usize,
    frame: Option<usize>,
    /// Whether the preceding events lead to the current file.
    follows: bool,
    /// Whether to return all keyframes, even those to which the preceding events lead.
    every_keyframe: bool,
    /// Whether nothing of the current file has been missing so far.
    is_whole: bool,
    waiting: VecDeque<Item>,
}

impl Player {
    /// Opens files, to be played in chronological order.
    ///
    /// # Errors
    /// A file is not a recording, or the files are of different networks.
    pub fn open(paths: &[PathBuf]) -> Result<Self, RecordingError> {
        let mut files = paths.iter().map(|path| RecordingFile::open(path)).collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(RecordingFile::place);
        files.dedup_by_key(|file| file.place());
        let network = files.first().map(|file| file.settings().network);
        for file in &files {
            if let Some(network) = network.filter(|network| *network != file.settings().network) {
                return Err(Unreadable::OtherNetwork(network).of(file.path()));
            }
        }
        Ok(Self {
            files,
            file: 0,
            frame: None,
            follows: false,
            every_keyframe: false,
            is_whole: true,
            waiting: VecDeque::new(),
        })
    }

    /// Also returns the keyframes to which the preceding events lead.
    #[must_use]
    pub fn with_every_keyframe(self) -> Self {
        Self { every_keyframe: true, ..self }
    }

    /// The network; `None` without files.
    pub fn network(&self) -> Option<Network> {
        self.files.first().map(|file| file.settings().network)
    }

    /// The files, in playing order.
    pub fn files(&self) -> &[RecordingFile] {
        &self.files
    }

    /// When the recording begins, and when its last event happened.
    pub fn span(&self) -> (Timestamp, Timestamp) {
        let start = self.files.first().map_or(Timestamp::default(), RecordingFile::start);
        (start, self.files.iter().map(RecordingFile::end).max().unwrap_or(start))
    }

    /// Goes to the last file that begins at or before `time`, or to the first one.
    pub fn go_to_file(&mut self, time: Timestamp) {
        self.file = self.files.iter().rposition(|file| file.start() <= time).unwrap_or(0);
        (self.frame, self.follows, self.is_whole) = (None, false, true);
        self.waiting.clear();
    }

    /// The start of the file that [`Player::go_to_file`] would go to.
    pub fn file_start(&self, time: Timestamp) -> Timestamp {
        let before = self.files.iter().rev().find(|file| file.start() <= time);
        before.or(self.files.first()).map_or(time, RecordingFile::start)
    }

    /// Returns the times of the blocks in the frames around `time`: the last one before it, and the first one
    /// after it.
    pub fn blocks_around(&mut self, time: Timestamp) -> [Option<Timestamp>; 2] {
        let (mut before, mut after) = (None, None);
        for index in 0..self.files.len() {
            let with_blocks: Vec<_> =
                self.files[index].frames().iter().filter(|frame| !frame.blocks.is_empty()).cloned().collect();
            // Of the frames that end before, only the last one matters.
            let at = time.as_micros();
            let last = with_blocks.iter().rposition(|frame| frame.end_us < at);
            for frame in with_blocks.iter().skip(last.unwrap_or(0)) {
                if after.is_some() {
                    break;
                }
                for found in self.block_times(index, frame) {
                    if found < time {
                        before = Some(found);
                    } else if found > time {
                        after = after.or(Some(found));
                    }
                }
            }
        }
        [before, after]
    }

    fn block_times(&mut self, file: usize, frame: &schema::message::FrameHead) -> Vec<Timestamp> {
        let Ok(records) = self.files[file].records(frame) else { return Vec::new() };
        let time = |content: Option<Content>| match content {
            Some(Content::Event(event)) => {
                let is_block = matches!(event.kind, Some(schema::message::event::Kind::Block(_)));
                is_block.then(|| Timestamp::from_micros(event.time_us))
            }
            _ => None,
        };
        records.into_iter().filter_map(|record| time(record.content)).collect()
    }

    /// Returns the next item; `None` at the end. Blocks while reading, one frame at a time.
    pub fn next_item(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.waiting.pop_front() {
                return Some(item);
            }
            let file = self.files.get_mut(self.file)?;
            let Some(frame) = &mut self.frame else {
                let mut next = 0;
                let needs_keyframe = self.every_keyframe || !self.follows;
                if needs_keyframe {
                    self.waiting.extend(begin(file, &mut next, self.follows));
                }
                // Skip the frames of an unneeded keyframe.
                while file.frames().get(next).is_some_and(|frame| frame.keyframe) {
                    next += 1;
                }
                self.frame = Some(next);
                continue;
            };
            let Some(head) = file.frames().get(*frame).cloned() else {
                self.next_file();
                continue;
            };
            *frame += 1;
            match file.records(&head) {
                Ok(records) => {
                    let items = records.into_iter().filter_map(|of| item(file, head.offset, of.content));
                    self.waiting.extend(items);
                }
                Err(why) => self.waiting.push_back(Item::Damage(why.of(file.path()))),
            }
            self.is_whole &=
                !self.waiting.iter().any(|item| matches!(item, Item::Gap { .. } | Item::Damage(_)));
        }
    }

    fn next_file(&mut self) {
        self.file += 1;
        self.frame = None;
        let is_whole = std::mem::replace(&mut self.is_whole, true);
        self.follows = is_whole
            && match self.files.get(self.file - 1..=self.file) {
                Some([before, file]) => file.follows(before) && before.cut() == 0,
                _ => false,
            };
    }
}

/// Reads the state at the beginning of a file. Without one, the events that follow start from an empty state.
fn begin(file: &mut RecordingFile, next: &mut usize, follows: bool) -> Vec<Item> {
    let (start, settings) = (file.start(), file.settings().clone());
    let (model, keyframe, damage) = match state(file, next) {
        Ok((model, keyframe)) => (model, keyframe, None),
        Err(why) => (Model::new(settings), Keyframe::default(), Some(Item::Damage(why.of(file.path())))),
    };
    let follows = follows && damage.is_none();
    let (model, keyframe) = (Box::new(model), Box::new(keyframe));
    let item = Item::File { model, keyframe, start, follows, begins_run: file.begins_run() };
    damage.into_iter().chain([item]).collect()
}

fn state(file: &mut RecordingFile, next: &mut usize) -> Result<(Model, Keyframe), Unreadable> {
    let mut keyframe = Keyframe::default();
    let mut is_complete = false;
    while !is_complete {
        let frame = file.frames().get(*next).filter(|frame| frame.events == 0).cloned();
        let frame = frame.ok_or(Unreadable::Keyframe)?;
        *next += 1;
        for content in file.records(&frame)?.into_iter().filter_map(|record| record.content) {
            is_complete |= matches!(content, Content::KeyframeEnd(_));
            keyframe::read(&mut keyframe, content)
                .map_err(|error| Unreadable::Message { offset: frame.offset, error })?;
        }
    }
    let model = Model::from_keyframe(file.settings().clone(), &keyframe, file.start());
    model.map(|model| (model, keyframe)).ok_or(Unreadable::Keyframe)
}

/// The content of a message as an item; `None` if it is irrelevant to a player.
fn item(file: &RecordingFile, offset: u64, content: Option<Content>) -> Option<Item> {
    match content? {
        Content::Event(message) => match schema::decode(message) {
            Ok(event) => event.map(Item::Event),
            Err(error) => Some(Item::Damage(Unreadable::Message { offset, error }.of(file.path()))),
        },
        Content::Gap(gap) => Some(Item::Gap {
            from: Timestamp::from_micros(gap.from_us),
            to: Timestamp::from_micros(gap.to_us),
            events: gap.events,
        }),
        Content::Header(_) | Content::State(_) | Content::Entries(_) | Content::KeyframeEnd(_) => None,
    }
}
