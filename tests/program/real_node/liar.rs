//! A scripted peer that lists what does not exist, and lists existing transactions in the wrong order.

use bitcoin::Transaction as Tx;
use bitcoin::consensus::encode::serialize;
use bytes::Bytes;
use mempulse::chain::Network;
use mempulse::wire::version::PROTOCOL_VERSION;
use mempulse::wire::{Decoder, Inventory, Message, Services, Transaction, Version, Wtxid};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// What it lists and serves.
struct Lies {
    list: Vec<Inventory>,
    served: HashMap<Inventory, Transaction>,
}

/// Listens in its own netgroup until the test process ends. Returns the address. It lists the ids of `honest`
/// transactions, unsorted, between `made_up` ones that it serves and as many ids that belong to nothing.
pub fn listen(honest: &[Tx], made_up: &[Tx]) -> String {
    let served: HashMap<_, _> = made_up.iter().map(|tx| (id(tx), parse(tx))).collect();
    let nothing = (0..made_up.len()).map(|number| {
        let mut wtxid = [0xee; 32];
        wtxid[..8].copy_from_slice(&number.to_le_bytes());
        Inventory::Wtx(Wtxid(wtxid))
    });
    let mut list: Vec<_> = honest.iter().map(id).chain(served.keys().copied()).chain(nothing).collect();
    list.sort_by_key(|entry| if let Inventory::Wtx(wtxid) = entry { wtxid.0 } else { [0; 32] });
    let lies = Arc::new(Lies { list, served });
    let listener = TcpListener::bind("127.3.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let lies = Arc::clone(&lies);
            // It ends with the connection.
            thread::spawn(move || lies.serve(stream));
        }
    });
    address
}

fn parse(tx: &Tx) -> Transaction {
    Transaction::parse(Bytes::from(serialize(tx))).unwrap()
}

fn id(tx: &Tx) -> Inventory {
    Inventory::Wtx(parse(tx).wtxid())
}

impl Lies {
    /// Serves a v1 connection; a v2 one is broken off immediately.
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut decoder = Decoder::new(Network::Regtest.magic());
        let mut buffer = [0; 1 << 14];
        loop {
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            decoder.buffer().extend_from_slice(&buffer[..count]);
            while let Some(decoded) = decoder.next().map_err(io::Error::other)? {
                let Ok(message) = decoded.content else { continue };
                for answer in self.answers(message) {
                    stream.write_all(&answer.encode(Network::Regtest.magic()))?;
                }
            }
        }
    }

    fn answers(&self, message: Message) -> Vec<Message> {
        match message {
            Message::Version(theirs) => {
                let services = Services::NETWORK.with(Services::WITNESS).with(Services::BLOOM);
                let (user_agent, nonce) = (b"/Satoshi:31.0.0/".to_vec(), theirs.nonce.wrapping_add(1));
                let version =
                    Version { version: PROTOCOL_VERSION, services, user_agent, nonce, relay: true, ..theirs };
                vec![Message::Version(version), Message::WtxidRelay, Message::SendAddrV2, Message::Verack]
            }
            Message::Verack => vec![Message::FeeFilter(100)],
            Message::Ping(nonce) => vec![Message::Pong(nonce)],
            Message::Mempool => vec![Message::Inv(self.list.clone())],
            Message::GetData(requested) => {
                let (here, missing): (Vec<_>, Vec<_>) =
                    requested.into_iter().partition(|entry| self.served.contains_key(entry));
                let mut answers: Vec<_> =
                    here.iter().map(|entry| Message::Tx(self.served[entry].clone())).collect();
                answers.push(Message::NotFound(missing));
                answers
            }
            _ => vec![],
        }
    }
}
