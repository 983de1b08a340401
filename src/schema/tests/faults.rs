//! Every fault of a peer, a dial or a disk that an event can contain.

use super::*;

pub(super) fn addresses() -> Vec<PeerAddress> {
    let hosts = [
        Host::Ip([8, 8, 4, 4].into()),
        Host::Ip(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
        Host::TorV3([7; 32]),
        Host::I2p([8; 32]),
        Host::Cjdns(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 1)),
        Host::Name("node.example".to_owned()),
    ];
    hosts.into_iter().map(|host| PeerAddress { host, port: 8_333 }).collect()
}

pub(super) fn os_errors() -> [OsError; 3] {
    [
        OsError { kind: ErrorKind::StorageFull, code: Some(28) },
        OsError { kind: ErrorKind::ConnectionReset, code: Some(104) },
        OsError { kind: ErrorKind::TimedOut, code: None },
    ]
}

fn tx_errors() -> Vec<TransactionError> {
    vec![
        TransactionError::NoInputs,
        TransactionError::NoOutputs,
        TransactionError::Oversize(4_000_001),
        TransactionError::OutputTooLarge(u64::MAX),
        TransactionError::TotalTooLarge,
        TransactionError::DuplicateInput(coin(4)),
        TransactionError::NullPrevout,
        TransactionError::CoinbaseScript(1),
        TransactionError::LooseCoinbase,
    ]
}

fn block_errors() -> Vec<BlockError> {
    let mut errors = vec![
        BlockError::BadBits(1),
        BlockError::TooEasy(2),
        BlockError::NoWork,
        BlockError::MerkleRoot,
        BlockError::RepeatedTransactions,
        BlockError::Overweight(u64::MAX),
        BlockError::NoCoinbase,
        BlockError::ExtraCoinbase,
        BlockError::Witness(WitnessError::Uncommitted),
        BlockError::Witness(WitnessError::ReservedValue),
        BlockError::Witness(WitnessError::Commitment),
    ];
    errors.extend(tx_errors().into_iter().map(|error| BlockError::Transaction(Txid([9; 32]), error)));
    errors
}

pub(super) fn misbehaviours() -> Vec<Misbehaviour> {
    let wire = [
        WireError::Truncated,
        WireError::NonMinimal,
        WireError::TooLarge(1 << 40),
        WireError::TooManyEntries { count: 60_000, limit: 50_000 },
        WireError::TrailingBytes(3),
        WireError::SuperfluousWitness,
        WireError::UnknownFlags(2),
        WireError::UserAgentTooLong(300),
        WireError::AddressLength { network: 4, length: 31 },
        WireError::IndexTooLarge(70_000),
        WireError::IndexOutOfBlock(7),
        WireError::TransactionTooSmall(59),
        WireError::EmptyBlock,
        WireError::AnnounceFlag(2),
    ];
    let mut all = vec![
        Misbehaviour::NoCommand,
        Misbehaviour::TooManyEntries { command: Wire::Addr, count: 1_001 },
        Misbehaviour::BeforeHandshake("inv".to_owned()),
        Misbehaviour::AfterHandshake(Wire::WtxidRelay),
        Misbehaviour::SecondVersion,
        Misbehaviour::UnexpectedPong,
        Misbehaviour::UnrequestedTransaction,
        Misbehaviour::UnrequestedBlock,
        Misbehaviour::TooManyAnnouncements { dropped: 12 },
        Misbehaviour::MempoolListTooLong,
        Misbehaviour::MempoolListRepeats,
        Misbehaviour::MempoolListMadeUp,
        Misbehaviour::InvalidBlock(BlockFault::BrokenChain),
        Misbehaviour::InvalidBlock(BlockFault::WrongDifficulty { bits: 0x1d00_ffff, height: 9 }),
        Misbehaviour::InvalidBlock(BlockFault::Reconstruction(ReconstructionError::Collision)),
        Misbehaviour::InvalidBlock(BlockFault::Reconstruction(ReconstructionError::WrongCount {
            requested: 4,
            got: 5,
        })),
    ];
    all.extend(Wire::ALL.iter().map(|command| Misbehaviour::BadChecksum(*command)));
    all.extend(wire.map(|why| Misbehaviour::Malformed { command: Wire::Tx, why }));
    all.extend(tx_errors().into_iter().map(Misbehaviour::InvalidTransaction));
    all.extend(
        block_errors().into_iter().map(|error| Misbehaviour::InvalidBlock(BlockFault::Invalid(error))),
    );
    all
}

pub(super) fn reasons() -> Vec<DisconnectReason> {
    let proxy = addresses().remove(2);
    let failures = [
        ProxyFailure::Dial(Box::new(DisconnectReason::Refused)),
        ProxyFailure::Closed,
        ProxyFailure::NotSocks5,
        ProxyFailure::Credentials,
        ProxyFailure::NotAllowed,
        ProxyFailure::NotSupported,
    ];
    let replies = [
        ProxyReply::Refused,
        ProxyReply::HostUnreachable,
        ProxyReply::NetworkUnreachable,
        ProxyReply::TimedOut,
        ProxyReply::General,
    ];
    let routes = [
        NoRoute::OnionWithoutProxy,
        NoRoute::I2p,
        NoRoute::Cjdns,
        NoRoute::NotAHost,
        NoRoute::Ipv4Excluded,
        NoRoute::Ipv6Excluded,
        NoRoute::NotInternet,
    ];
    let useless = [Uselessness::BlocksOnly, Uselessness::NoWitness, Uselessness::InitialBlockDownload];
    let mut all = vec![
        DisconnectReason::NameNotResolved("node.example".to_owned()),
        DisconnectReason::Refused,
        DisconnectReason::DialTimeout(SPAN),
        DisconnectReason::HandshakeTimeout(SPAN),
        DisconnectReason::AddressesReceived,
        DisconnectReason::NoAddresses,
        DisconnectReason::MempoolListed,
        DisconnectReason::NoMempoolList,
        DisconnectReason::SpeaksV1,
        DisconnectReason::KeyExchange(KeyExchangeFailure::NoGarbageTerminator),
        DisconnectReason::KeyExchange(KeyExchangeFailure::NoSecret),
        DisconnectReason::SelfConnection,
        DisconnectReason::VersionTooOld(-3),
        DisconnectReason::PingTimeout,
        DisconnectReason::ClosedByPeer,
        DisconnectReason::ClosedInsideMessage,
        DisconnectReason::WrongMagic(*b"GET "),
        DisconnectReason::MessageTooLong(u32::MAX),
        DisconnectReason::NotAuthentic,
        DisconnectReason::NotReading,
        DisconnectReason::Internal,
        DisconnectReason::ShuttingDown,
        DisconnectReason::SensorStale,
    ];
    all.extend(os_errors().map(DisconnectReason::Unreachable));
    all.extend(os_errors().map(DisconnectReason::Io));
    all.extend(failures.map(|failure| DisconnectReason::Proxy { proxy: proxy.clone(), failure }));
    all.extend(replies.map(DisconnectReason::UnreachableByProxy));
    all.extend(routes.map(DisconnectReason::NoRoute));
    all.extend(useless.map(DisconnectReason::NotUseful));
    all.extend(misbehaviours().into_iter().map(DisconnectReason::Misbehaved));
    all
}
