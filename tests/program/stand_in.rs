//! A loopback node with contents provided by the test, for testing the program without bitcoind.
//!
//! Like Bitcoin Core, it does not announce earlier transactions to peers that connect later.

use crate::support::chain::{genesis, mine_at};
use crate::support::{NETWORK, version};
use mempulse::Timestamp;
use mempulse::wire::{
    Block, BlockHash, BlockHeader, Decoder, Inventory, Message, Transaction, Version, Wtxid,
};
use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, SystemTime};

/// How long it waits for a message before checking for something new to announce.
const PACE: Duration = Duration::from_millis(10);

/// The most entries of one announcement.
const ANNOUNCED_AT_ONCE: usize = 1_000;

/// A node that announces and serves all that it has. Its threads end with the test.
pub struct StandIn {
    address: String,
    stock: Arc<Mutex<Stock>>,
}

#[derive(Default)]
struct Stock {
    txs: Vec<Transaction>,
    by_wtxid: HashMap<Wtxid, usize>,
    /// How many transactions have been announced to any peer.
    announced: usize,
    /// How many transactions and blocks have been requested.
    requests: usize,
    /// Whether it currently holds back answers.
    holds_back: bool,
    blocks: Vec<Block>,
}

impl StandIn {
    /// Listens on loopback, with neither transactions nor blocks.
    pub fn start() -> Self {
        Self::with(Arc::default())
    }

    /// Another node with the same transactions and blocks.
    pub fn twin(&self) -> Self {
        Self::with(Arc::clone(&self.stock))
    }

    fn with(stock: Arc<Mutex<Stock>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shared = Arc::clone(&stock);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stock = Arc::clone(&shared);
                thread::spawn(move || Visit::new(stream.unwrap(), stock).serve());
            }
        });
        Self { address, stock }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// Adds a transaction to its mempool. Returns the txid.
    pub fn accept(&self, tx: Transaction) -> String {
        let mut stock = self.stock.lock().unwrap();
        let (index, txid) = (stock.txs.len(), tx.txid().to_string());
        stock.by_wtxid.insert(tx.wtxid(), index);
        stock.txs.push(tx);
        txid
    }

    /// Announces all its transactions to every peer that connects from here on.
    pub fn forget_announcements(&self) {
        self.stock.lock().unwrap().announced = 0;
    }

    /// How many transactions and blocks were requested so far.
    pub fn requests(&self) -> usize {
        self.stock.lock().unwrap().requests
    }

    /// Holds back all answers, or sends them.
    pub fn hold_back(&self, holds_back: bool) {
        self.stock.lock().unwrap().holds_back = holds_back;
    }

    /// Mines a block that confirms none of its mempool.
    pub fn mine(&self) {
        let mut stock = self.stock.lock().unwrap();
        let previous = stock.blocks.last().map_or_else(genesis, |block| block.hash);
        let height = u16::try_from(stock.blocks.len() + 1).unwrap();
        let block = mine_at(Timestamp::default() + since_epoch(), previous, height, vec![]);
        stock.blocks.push(block);
    }
}

/// The time by the machine's clock.
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap()
}

/// One connection.
struct Visit {
    stream: TcpStream,
    stock: Arc<Mutex<Stock>>,
    is_live: bool,
    /// Requests that are not answered yet.
    waiting: Vec<Inventory>,
    announced_txs: usize,
    announced_blocks: usize,
}

impl Visit {
    fn new(stream: TcpStream, stock: Arc<Mutex<Stock>>) -> Self {
        stream.set_read_timeout(Some(PACE)).unwrap();
        let (announced_txs, announced_blocks) = {
            let stock = stock.lock().unwrap();
            (stock.announced, stock.blocks.len())
        };
        Self { stream, stock, is_live: false, waiting: vec![], announced_txs, announced_blocks }
    }

    /// Serves the connection until the other end closes.
    fn serve(mut self) {
        let mut decoder = Decoder::new(NETWORK.magic());
        let mut buffer = [0; 1 << 14];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => decoder.buffer().extend_from_slice(&buffer[..length]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return,
            }
            let mut answers = vec![];
            loop {
                match decoder.next() {
                    Ok(Some(frame)) => {
                        let message = frame.content;
                        answers.extend(message.map(|message| self.answer(message)).unwrap_or_default());
                    }
                    Ok(None) => break,
                    // The beginning of a v2 connection, but this node speaks v1.
                    Err(_) => return,
                }
            }
            if !self.stock().holds_back {
                answers.extend(std::mem::take(&mut self.waiting).into_iter().map(|entry| self.served(entry)));
            }
            if self.is_live {
                answers.extend(self.news());
            }
            let answer: Vec<u8> =
                answers.iter().flat_map(|message| message.encode(NETWORK.magic())).collect();
            if self.stream.write_all(&answer).is_err() {
                return;
            }
        }
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap()
    }

    fn answer(&mut self, message: Message) -> Vec<Message> {
        match message {
            Message::Version(_) => {
                let version = Version { time: since_epoch().as_secs().try_into().unwrap(), ..version() };
                vec![Message::Version(version), Message::WtxidRelay, Message::SendAddrV2, Message::Verack]
            }
            Message::Verack => {
                self.is_live = true;
                vec![]
            }
            Message::Ping(nonce) => vec![Message::Pong(nonce)],
            Message::GetHeaders { locator, .. } => vec![Message::Headers(self.headers_after(&locator))],
            Message::GetData(entries) => {
                self.stock().requests += entries.len();
                self.waiting.extend(entries);
                vec![]
            }
            _ => vec![],
        }
    }

    fn headers_after(&self, locator: &[BlockHash]) -> Vec<BlockHeader> {
        let stock = self.stock();
        let position = |hash: &BlockHash| stock.blocks.iter().position(|block| block.hash == *hash);
        let next = locator.iter().find_map(position).map_or(0, |position| position + 1);
        stock.blocks[next..].iter().map(|block| block.header).collect()
    }

    fn served(&self, entry: Inventory) -> Message {
        let stock = self.stock();
        let found = match entry {
            Inventory::Wtx(wtxid) => {
                stock.by_wtxid.get(&wtxid).map(|index| Message::Tx(stock.txs[*index].clone()))
            }
            Inventory::WitnessBlock(hash) => {
                let block = stock.blocks.iter().find(|block| block.hash == hash);
                block.map(|block| Message::Block(block.clone()))
            }
            _ => None,
        };
        found.unwrap_or_else(|| Message::NotFound(vec![entry]))
    }

    /// What it has not announced yet.
    fn news(&mut self) -> Vec<Message> {
        let stock = Arc::clone(&self.stock);
        let mut stock = stock.lock().unwrap();
        let new = &stock.txs[self.announced_txs..];
        let entries: Vec<_> = new.iter().map(|tx| Inventory::Wtx(tx.wtxid())).collect();
        let invs = entries.chunks(ANNOUNCED_AT_ONCE).map(|entries| Message::Inv(entries.to_vec()));
        let headers: Vec<_> =
            stock.blocks[self.announced_blocks..].iter().map(|block| block.header).collect();
        let headers = (!headers.is_empty()).then_some(Message::Headers(headers));
        let news = invs.chain(headers).collect();
        (self.announced_txs, self.announced_blocks) = (stock.txs.len(), stock.blocks.len());
        stock.announced = stock.txs.len();
        news
    }
}
