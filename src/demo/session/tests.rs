use super::super::mempool::Order;
use super::super::world::World;
use super::*;
use crate::wire::compact_block::PartialBlock;
use crate::wire::transaction::Transaction;
use crate::wire::{BlockHash, Txid, Wtxid};
use std::collections::HashSet;

const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// A session with its own world, and the current time.
struct Visit {
    world: World,
    session: Session,
    now: Timestamp,
}

impl Visit {
    fn to(profile: Profile) -> Self {
        let world = World::small(1, 7.0);
        let addresses = vec![PeerAddress::default(); 3].into();
        let session = Session::open(START, Arc::new(profile), 1, 1, addresses);
        Self { world, session, now: START }
    }

    /// Completes the handshake like the monitor.
    fn live(profile: Profile) -> Self {
        let mut visit = Self::to(profile);
        for message in [hello(true), Message::WtxidRelay, Message::SendAddrV2, Message::Verack] {
            visit.say(message);
        }
        visit.wait(Duration::from_secs(1));
        visit
    }

    fn say(&mut self, message: Message) {
        assert!(self.session.receive(self.now, message, &self.world).is_continue());
    }

    /// Returns the messages within `time`, while the world advances.
    fn wait(&mut self, time: Duration) -> Vec<Message> {
        let until = self.now + time;
        let mut text = vec![];
        while self.now < until {
            self.now = (self.now + Duration::from_millis(50)).min(until);
            for news in self.world.advance(self.now.since(START)) {
                self.session.hear(self.now, news);
            }
            if self.session.next_wakeup().is_some_and(|at| at <= self.now) {
                self.session.tick(self.now, &self.world);
            }
            text.extend(std::iter::from_fn(|| self.session.due(self.now)));
        }
        text
    }

    fn answers(&mut self, message: Message) -> Vec<Message> {
        self.say(message);
        self.wait(Duration::from_millis(400)).into_iter().filter(|m| !matches!(m, Message::Inv(_))).collect()
    }
}

fn hello(relay: bool) -> Message {
    Message::Version(Version {
        version: PROTOCOL_VERSION,
        services: Services::NONE,
        time: 1_800_000_000,
        nonce: 1,
        user_agent: vec![],
        start_height: 0,
        relay,
    })
}

fn commands(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(Message::command).collect()
}

fn announced(messages: Vec<Message>) -> Vec<Inventory> {
    let entries = messages.into_iter().filter_map(|message| match message {
        Message::Inv(entries) => Some(entries),
        _ => None,
    });
    entries.flatten().filter(|entry| !matches!(entry, Inventory::Block(_))).collect()
}

#[test]
fn the_handshake_is_as_core_does_it() {
    let mut visit = Visit::to(Profile::usual());
    assert_eq!(visit.session.next_wakeup(), None, "silent until it is greeted");
    visit.say(Message::Ping(1));
    visit.say(hello(true));
    let greeting = visit.wait(Duration::from_millis(300));
    assert_eq!(commands(&greeting), ["version", "wtxidrelay", "sendaddrv2", "verack"]);
    let Message::Version(version) = &greeting[0] else { unreachable!() };
    assert_eq!(version.start_height, 410);
    assert_eq!(version.user_agent, b"/Satoshi:30.0.0/");
    visit.say(Message::Verack);
    let first = visit.wait(Duration::from_millis(300));
    assert_eq!(commands(&first)[..3], ["sendcmpct", "ping", "feefilter"]);
    assert_eq!(first[2], Message::FeeFilter(100));
}

#[test]
fn misbehaviour_ends_the_connection_as_in_core() {
    for message in [Message::WtxidRelay, Message::SendAddrV2, Message::Mempool] {
        let mut visit = Visit::live(Profile::usual());
        assert!(visit.session.receive(visit.now, message, &visit.world).is_break());
    }
}

#[test]
fn answers_come_after_the_latency_and_in_order() {
    let mut visit = Visit::live(Profile::usual());
    visit.say(Message::Ping(7));
    visit.session.set_delay(Duration::from_secs(8));
    visit.say(Message::Ping(8));
    visit.session.set_delay(Duration::ZERO);
    visit.say(Message::Ping(9));
    let pongs =
        |text: Vec<Message>| text.into_iter().filter(|m| matches!(m, Message::Pong(_))).collect::<Vec<_>>();
    assert_eq!(pongs(visit.wait(Duration::from_millis(50))), []);
    assert_eq!(pongs(visit.wait(Duration::from_millis(100))), [Message::Pong(7)]);
    assert_eq!(pongs(visit.wait(Duration::from_secs(7))), []);
    assert_eq!(pongs(visit.wait(Duration::from_secs(2))), [Message::Pong(8), Message::Pong(9)]);
}

#[test]
fn transactions_are_announced_in_batches_and_served() {
    let mut visit = Visit::live(Profile::usual());
    let text = visit.wait(Duration::from_secs(25));
    let batches = text.iter().filter(|m| matches!(m, Message::Inv(_))).count();
    assert!((2..=9).contains(&batches), "{batches} in 25 s, one every 5 s on the average");

    let unknown = Inventory::Wtx(Wtxid([7; 32]));
    let waits = |entry: &Inventory| match entry {
        Inventory::Wtx(wtxid) => visit.world.mempool.announced(TxHash::Wtxid(*wtxid)).is_some(),
        _ => false,
    };
    let known = announced(text).into_iter().find(waits).unwrap();
    let answer = visit.answers(Message::GetData(vec![known, unknown]));
    let [Message::Tx(tx), Message::NotFound(missing)] = &answer[..] else { panic!("{answer:?}") };
    assert_eq!(known, Inventory::Wtx(tx.wtxid()));
    assert_eq!(missing, &[unknown]);
}

#[test]
fn announcements_and_the_list_are_in_the_order_of_the_version() {
    for order in [Order::Ancestors, Order::ChunkFeeRate] {
        let mut visit = Visit::live(Profile { order, services: Services::BLOOM, ..Profile::usual() });
        let check = |visit: &mut Visit, least: usize| loop {
            let entries = announced(visit.wait(Duration::from_millis(50)));
            if entries.len() < least {
                continue;
            }
            let known = entries.into_iter().filter_map(|entry| match entry {
                Inventory::Wtx(wtxid) => visit.world.mempool.announced(TxHash::Wtxid(wtxid)).cloned(),
                other => panic!("{other:?} in an announcement by wtxid"),
            });
            let known: Vec<Txid> = known.map(|tx| tx.tx.txid()).collect();
            let sorted = visit.world.mempool.all_announced(order).into_iter().map(|tx| tx.tx.txid());
            assert_eq!(known, sorted.filter(|txid| known.contains(txid)).collect::<Vec<_>>(), "{order:?}");
            break;
        };
        check(&mut visit, 10);
        visit.say(Message::Mempool);
        check(&mut visit, 200);
    }
}

#[test]
fn the_list_comes_with_the_next_announcement_and_only_then_is_the_mempool_served() {
    let mut visit = Visit::live(Profile { services: Services::BLOOM, ..Profile::usual() });
    visit.session.served = 0;
    visit.session.next_trickle = visit.now + Duration::from_secs(3);
    let txs = visit.world.mempool.all_announced(Order::ChunkFeeRate);
    let first = Inventory::WitnessTx(txs[0].tx.txid());
    visit.say(Message::Mempool);
    assert_eq!(visit.answers(Message::GetData(vec![first])), [Message::NotFound(vec![first])]);

    let listed: HashSet<_> = announced(visit.wait(Duration::from_secs(4))).into_iter().collect();
    // A few may have been replaced in the meantime.
    let is_listed = |tx: &&Arc<MempoolTx>| listed.contains(&Inventory::Wtx(tx.tx.wtxid()));
    assert!(txs.iter().filter(is_listed).count() * 100 >= txs.len() * 95);
    let second = Inventory::Wtx(txs[1].tx.wtxid());
    let answer = visit.answers(Message::GetData(vec![first, second]));
    assert_eq!(answer, [&txs[0], &txs[1]].map(|tx| Message::Tx(tx.tx.clone())));
}

#[test]
fn the_announcements_of_a_node_fit_its_fee_floor_and_the_fee_filter_of_the_peer() {
    let rates = |visit: &mut Visit| -> Vec<u64> {
        let text = announced(visit.wait(Duration::from_secs(25)));
        let mempool = |entry| match entry {
            Inventory::Wtx(wtxid) => visit.world.mempool.announced(TxHash::Wtxid(wtxid)).cloned(),
            _ => None,
        };
        text.into_iter().filter_map(mempool).map(|tx| tx.fee * 1_000 / u64::from(tx.tx.vsize())).collect()
    };
    let mut visit = Visit::live(Profile { fee_floor: 2_000, ..Profile::usual() });
    let above = rates(&mut visit);
    assert!(above.len() > 20 && above.iter().all(|rate| *rate >= 2_000), "{above:?}");

    let mut visit = Visit::live(Profile::usual());
    visit.say(Message::FeeFilter(5_000));
    let above = rates(&mut visit);
    assert!(above.len() > 5 && above.iter().all(|rate| *rate >= 5_000), "{above:?}");
}

#[test]
fn a_refused_transaction_is_not_served() {
    let mut visit = Visit::live(Profile { fee_floor: 2_000, ..Profile::usual() });
    let cheap = visit
        .world
        .mempool
        .all_announced(Order::ChunkFeeRate)
        .into_iter()
        .find(|tx| tx.lowest_rate < 2_000)
        .unwrap();
    let entry = Inventory::WitnessTx(cheap.tx.txid());
    assert_eq!(visit.answers(Message::GetData(vec![entry])), [Message::NotFound(vec![entry])]);
}

#[test]
fn an_old_node_announces_by_txid() {
    let mut visit = Visit::live(Profile { wtxid_relay: false, ..Profile::usual() });
    let entries = announced(visit.wait(Duration::from_secs(25)));
    assert!(entries.len() > 20);
    assert!(entries.iter().all(|entry| matches!(entry, Inventory::Tx(_))));
    let Inventory::Tx(txid) = entries[entries.len() - 1] else { unreachable!() };
    let answer = visit.answers(Message::GetData(vec![Inventory::WitnessTx(txid)]));
    assert!(matches!(&answer[..], [Message::Tx(tx)] if tx.txid() == txid), "{answer:?}");
}

#[test]
fn a_peer_that_wants_no_transactions_gets_none() {
    let mut visit = Visit::to(Profile::usual());
    visit.say(hello(false));
    visit.say(Message::Verack);
    assert_eq!(announced(visit.wait(Duration::from_secs(25))), []);
}

#[test]
fn addresses_are_sent_once_and_in_the_negotiated_format() {
    let mut visit = Visit::live(Profile::usual());
    let answer = visit.answers(Message::GetAddr);
    assert!(matches!(&answer[..], [Message::AddrV2(known)] if known.len() == 3), "{answer:?}");
    assert_eq!(visit.answers(Message::GetAddr), []);
}

#[test]
fn headers_and_blocks_are_served_and_new_blocks_announced() {
    let mut visit = Visit::live(Profile::usual());
    let ask = Message::GetHeaders { locator: vec![], stop: BlockHash::default() };
    let answer = visit.answers(ask);
    let [Message::Headers(headers)] = &answer[..] else { panic!("{answer:?}") };
    assert_eq!(headers.len(), 410);
    let tip = headers[409].hash();

    let known = Inventory::WitnessBlock(tip);
    let answer = visit.answers(Message::GetData(vec![known, Inventory::WitnessBlock(BlockHash([7; 32]))]));
    let [Message::Block(block)] = &answer[..] else { panic!("{answer:?}") };
    assert_eq!(block.hash, tip);
    assert!(block.transactions.iter().skip(1).map(Transaction::output_count).all(|count| count == 400));

    let text = visit.wait(Duration::from_secs(45));
    let by_inv =
        text.iter().any(|m| matches!(m, Message::Inv(inv) if matches!(inv[..], [Inventory::Block(_)])));
    assert!(by_inv, "the first block comes within 36 s");
    visit.say(Message::SendHeaders);
    let text = visit.wait(Duration::from_secs(90));
    assert!(text.iter().any(|m| matches!(m, Message::Headers(headers) if headers[0].previous != tip)));
}

#[test]
fn blocks_are_served_in_their_compact_form_and_sent_so_where_that_is_wanted() {
    let mut visit = Visit::live(Profile::usual());
    let tip = visit.world.chain.headers_after(&[], BlockHash::default())[409].hash();
    let block = Block::clone(visit.world.chain.block(tip).unwrap());
    let answer = visit.answers(Message::GetData(vec![Inventory::CompactBlock(tip)]));
    let [Message::CmpctBlock(compact)] = &answer[..] else { panic!("{answer:?}") };
    let partial = PartialBlock::new(compact, [], |_| None).unwrap();
    let answer = visit.answers(Message::GetBlockTxn(partial.request().unwrap()));
    let [Message::BlockTxn(rest)] = &answer[..] else { panic!("{answer:?}") };
    assert_eq!(partial.complete(rest.transactions.clone()), Ok(block));

    let outside = BlockTransactionsRequest { hash: tip, indexes: vec![u16::MAX] };
    let answer = visit.session.receive(visit.now, Message::GetBlockTxn(outside), &visit.world);
    assert!(answer.is_break());

    visit.say(Message::SendCmpct { announce: true, version: 2 });
    let text = visit.wait(Duration::from_secs(45));
    assert!(text.iter().any(|message| matches!(message, Message::CmpctBlock(_))));
}

#[test]
fn a_request_for_very_much_is_answered_in_part() {
    let mut visit = Visit::live(Profile::usual());
    let tip = visit.world.chain.headers_after(&[], BlockHash::default())[409].hash();
    let answer = visit.answers(Message::GetData(vec![Inventory::WitnessBlock(tip); 50_000]));
    assert_eq!(answer.len(), SERVED_BLOCKS);
    for nonce in 0..2_000 {
        visit.say(Message::Ping(nonce));
    }
    assert!(visit.session.is_busy());
    visit.wait(Duration::from_secs(1));
    assert!(!visit.session.is_busy());
}
