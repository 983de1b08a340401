use crate::model::classify::*;
use crate::model::testing::{self, Scene};
use crate::wire::Txid;
use crate::wire::transaction::{InputParts, OutPoint, OutputParts, TxParts};

fn input(script_sig: &[u8], witness: &[&[u8]], sequence: u32) -> InputParts {
    InputParts {
        prevout: OutPoint { txid: Txid([7; 32]), vout: 0 },
        script_sig: script_sig.to_vec(),
        sequence,
        witness: witness.iter().map(|item| item.to_vec()).collect(),
    }
}

fn key_spend() -> InputParts {
    input(&[], &[&[1; 64]], u32::MAX)
}

/// A P2WPKH output of `owner`.
fn output(value: u64, owner: u8) -> OutputParts {
    let mut script_pubkey = vec![0, 20];
    script_pubkey.extend([owner; 20]);
    OutputParts { value, script_pubkey }
}

fn tx(inputs: Vec<InputParts>, outputs: Vec<OutputParts>, lock_time: u32) -> Transaction {
    TxParts { version: 2, inputs, outputs, lock_time }.build().unwrap()
}

fn kinds(inputs: Vec<InputParts>, outputs: Vec<OutputParts>) -> Vec<Kind> {
    Kinds::of(&tx(inputs, outputs, 0)).iter().collect()
}

#[test]
fn a_payment_has_one_or_two_outputs_and_few_inputs() {
    assert_eq!(kinds(vec![key_spend(); 2], vec![output(5_000, 1), output(9_000, 2)]), [Kind::Payment]);
    assert_eq!(kinds(vec![key_spend()], vec![output(5_000, 1); 3]), []);
}

#[test]
fn many_inputs_into_one_output_are_a_consolidation() {
    assert_eq!(kinds(vec![key_spend(); 5], vec![output(5_000, 1)]), [Kind::Consolidation]);
    assert_eq!(kinds(vec![key_spend(); 4], vec![output(5_000, 1)]), [Kind::Payment]);
}

#[test]
fn many_outputs_from_few_inputs_are_a_batch() {
    let outputs = (0..5).map(|owner| output(1_000 + u64::from(owner), owner)).collect();
    assert_eq!(kinds(vec![key_spend(); 4], outputs), [Kind::BatchPayout]);
}

#[test]
fn equal_outputs_to_different_owners_from_as_many_inputs_are_like_a_coinjoin() {
    let equal: Vec<_> = (0..5).map(|owner| output(100_000, owner)).collect();
    assert_eq!(kinds(vec![key_spend(); 5], equal.clone()), [Kind::CoinJoin]);
    assert_eq!(kinds(vec![key_spend(); 4], equal), [Kind::BatchPayout], "too few could have taken part");
    assert_eq!(kinds(vec![key_spend(); 5], vec![output(100_000, 1); 5]), [], "all to one owner");
    let dust = (0..5).map(|owner| output(546, owner)).collect();
    assert_eq!(kinds(vec![key_spend(); 5], dust), []);
}

fn envelope(protocol: &[u8]) -> Vec<u8> {
    let mut script = vec![32];
    script.extend([9; 32]);
    script.extend([0xac, 0x00, 0x63, u8::try_from(protocol.len()).unwrap()]);
    script.extend(protocol);
    script.extend([0x51, 0x02, 0xaa, 0xbb, 0x68]);
    script
}

fn control_block() -> Vec<u8> {
    let mut control = vec![0xc1];
    control.extend([3; 32]);
    control
}

#[test]
fn an_inscription_is_an_envelope_in_a_tapscript() {
    let reveal = |script: &[u8], last: &[u8]| {
        kinds(vec![input(&[], &[&[1; 64], script, last], u32::MAX)], vec![output(546, 1)])
    };
    assert_eq!(reveal(&envelope(b"ord"), &control_block()), [Kind::Inscription]);
    assert_eq!(reveal(&envelope(b"orb"), &control_block()), [Kind::Payment]);
    assert_eq!(reveal(&envelope(b"ord"), &[0xc1; 34]), [Kind::Payment], "no control block");
    let mut hidden = vec![0x4c, 6];
    hidden.extend(b"\x00\x63\x03ord");
    assert_eq!(reveal(&hidden, &control_block()), [Kind::Payment], "bytes inside other data");
    let with_annex: Vec<&[u8]> = vec![&[1; 64], &[], &[0x50, 1]];
    let mut items = with_annex;
    let (script, control) = (envelope(b"ord"), control_block());
    items.splice(1..2, [script.as_slice(), control.as_slice()]);
    assert_eq!(kinds(vec![input(&[], &items, u32::MAX)], vec![output(546, 1)]), [Kind::Inscription]);
}

#[test]
fn op_return_outputs_are_runestones_or_data() {
    let data = |script: &[u8]| OutputParts { value: 0, script_pubkey: script.to_vec() };
    let outputs = |script: &[u8]| vec![output(546, 1), data(script)];
    assert_eq!(kinds(vec![key_spend()], outputs(b"\x6a\x5d\x02\x01\x02")), [Kind::Runestone]);
    assert_eq!(kinds(vec![key_spend()], outputs(b"\x6a\x05hello")), [Kind::Data]);
}

#[test]
fn a_lightning_commitment_carries_its_number() {
    let commitment = |sequence, lock_time| {
        let tx =
            tx(vec![input(&[], &[&[], &[1; 71]], sequence)], vec![output(330, 1), output(9, 2)], lock_time);
        Kinds::of(&tx).iter().collect::<Vec<_>>()
    };
    assert_eq!(commitment(0x8012_3456, 0x2012_3456), [Kind::LightningForceClose]);
    assert_eq!(commitment(0x8012_3456, 900_000), [Kind::Payment]);
    assert_eq!(commitment(0xffff_fffd, 0x2012_3456), [Kind::Payment]);
}

#[test]
fn an_anchor_and_a_multisig_are_known_by_the_script_that_is_revealed() {
    let mut anchor = vec![33, 2];
    anchor.extend([5; 32]);
    anchor.extend([0xac, 0x73, 0x64, 0x60, 0xb2, 0x68]);
    let spend = |script: &[u8]| {
        kinds(vec![input(&[], &[&[1; 71], script], u32::MAX), key_spend()], vec![output(546, 1)])
    };
    assert_eq!(spend(&anchor), [Kind::LightningAnchorSpend]);
    let mut multisig = vec![0x52];
    for key in [1, 2, 3] {
        multisig.extend([33, 2]);
        multisig.extend([key; 32]);
    }
    multisig.extend([0x53, 0xae]);
    assert_eq!(spend(&multisig), [Kind::Payment, Kind::Multisig]);
    let wrong_count = [&multisig[..multisig.len() - 2], &[0x52, 0xae]].concat();
    assert_eq!(spend(&wrong_count), [Kind::Payment]);
}

#[test]
fn locks_count_where_they_bind() {
    let relative = |sequence| kinds(vec![input(&[], &[&[1; 64]], sequence)], vec![output(546, 1)]);
    assert_eq!(relative(144), [Kind::Payment, Kind::TimeLocked]);
    assert_eq!(relative(0xffff_fffd), [Kind::Payment], "replaceable is not locked");
    assert_eq!(relative(0), [Kind::Payment]);
    let fee_sniping = tx(vec![input(&[], &[&[1; 64]], 0xffff_fffe)], vec![output(546, 1)], 923_000);
    assert!(!Kinds::of(&fee_sniping).has(Kind::TimeLocked));
    let mut script = vec![3, 1, 2, 3, 0xb1, 0x75, 33, 2];
    script.extend([4; 32]);
    script.push(0xac);
    let p2sh = kinds(
        vec![input(&[&[71][..], &[1; 71], &[41], &script].concat(), &[], 0xffff_fffe)],
        vec![output(9, 1)],
    );
    assert_eq!(p2sh, [Kind::Payment, Kind::TimeLocked]);
}

#[test]
fn version_3_is_topologically_restricted() {
    let of = |version| {
        let (inputs, outputs) = (vec![key_spend()], vec![output(5_000, 1)]);
        let tx = TxParts { version, inputs, outputs, lock_time: 0 }.build().unwrap();
        Kinds::of(&tx).iter().collect::<Vec<_>>()
    };
    assert_eq!(of(3), [Kind::Payment, Kind::Truc]);
    assert_eq!([2, 4].map(of), [[Kind::Payment], [Kind::Payment]]);
}

#[test]
fn a_transaction_that_a_commitment_spends_opened_a_channel() {
    let open = testing::spend(&[testing::coin(1)], &[50_000, 20_000]);
    let mut parts = testing::parts(&[testing::output(&open, 1)], &[19_000]);
    (parts.inputs[0].sequence, parts.lock_time) = (0x8012_3456, 0x2012_3456);
    let close = std::sync::Arc::new(parts.build().unwrap());
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &open);
    let kinds = |scene: &Scene| scene.model.mempool.kinds(&open).iter().collect::<Vec<_>>();
    assert_eq!(kinds(&scene), [Kind::Payment]);
    scene.deliver(1, &testing::spend(&[testing::output(&open, 0)], &[40_000]));
    assert_eq!(kinds(&scene), [Kind::Payment], "spent by another payment");
    scene.deliver(1, &close);
    assert_eq!(kinds(&scene), [Kind::Payment, Kind::LightningOpen]);
}
