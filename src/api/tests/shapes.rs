//! Answers have the format of mempool.space's API, and state their basis.

use super::*;
use crate::model::testing::{block, coin, output, parts, spend};
use crate::wire::Transaction;
use crate::wire::transaction::TxParts;
use serde_json::json;

/// mempool.space's answers, from its documentation and its servers, reduced to the types of their fields.
const SHAPES: [(&str, &str); 4] = [
    (
        "/api/mempool",
        r#"{"count":8134,"vsize":3444604,"total_fee":29204625,"fee_histogram":[[53.01,102131],[38.56,110990]]}"#,
    ),
    (
        "/api/v1/fees/recommended",
        r#"{"fastestFee":1,"halfHourFee":1,"hourFee":1,"economyFee":1,"minimumFee":1}"#,
    ),
    (
        "/api/v1/fees/mempool-blocks",
        r#"[{"blockSize":1604918,"blockVSize":999210.75,"nTx":3352,"totalFees":8875608,"medianFee":10.1,"feeRange":[8.1,8.2,9.5,10.1,11.2,20.4,302.11]}]"#,
    ),
    (
        "/api/tx/TXID",
        r#"{"txid":"15e1","version":1,"locktime":0,"vin":[{"txid":"1fdf","vout":0,"prevout":{"scriptpubkey":"7651","scriptpubkey_asm":"OP_HASH160","scriptpubkey_type":"p2sh","scriptpubkey_address":"3GMKK","value":4930000},"scriptsig":"2200","scriptsig_asm":"OP_PUSHBYTES_34","witness":["30"],"is_coinbase":false,"sequence":4294967295}],"vout":[{"scriptpubkey":"7651","scriptpubkey_asm":"OP_HASH160","scriptpubkey_type":"p2sh","scriptpubkey_address":"1KtLE","value":4920000}],"size":884,"weight":3536,"fee":20000,"status":{"confirmed":false}}"#,
    ),
];

/// A mempool with known fees: two transactions that spend outputs of a block, and a child.
fn known() -> (Scene, Arc<Transaction>) {
    let script = [&[0x00, 0x14][..], &[7; 20]].concat();
    let mut funds = parts(&[coin(1)], &[1_000_000, 2_000_000]);
    funds.outputs.iter_mut().for_each(|output| output.script_pubkey.clone_from(&script));
    let funds = Arc::new(funds.build().unwrap());
    let mut parent: TxParts = parts(&[output(&funds, 0)], &[990_000]);
    parent.outputs[0].script_pubkey = script;
    let parent = Arc::new(parent.build().unwrap());
    let child = Arc::new(parts(&[output(&parent, 0)], &[980_000]).build().unwrap());
    let mut scene = Scene::new();
    scene.connect_all(1..=3).mine(700_000, &[&funds]);
    scene.happen(crate::event::EventKind::Tip(crate::event::Tip {
        hash: block(&[]).header.hash(),
        height: 700_000,
        time: 1,
    }));
    scene.deliver(1, &parent).deliver(2, &spend(&[output(&funds, 1)], &[1_990_000])).deliver(3, &child);
    (scene, child)
}

/// Whether `got` has the fields of `shape` with values of the same types.
fn same_shape(got: &Value, shape: &Value, place: &str) {
    match (got, shape) {
        (Value::Object(got), Value::Object(shape)) => {
            let keys = |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(got), keys(shape), "{place}");
            shape.iter().for_each(|(key, value)| same_shape(&got[key], value, &format!("{place}.{key}")));
        }
        (Value::Array(got), Value::Array(shape)) => {
            assert!(!got.is_empty(), "{place}");
            for item in got {
                same_shape(item, &shape[0], place);
            }
        }
        (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_)) => {}
        _ => panic!("{place}: {got} instead of something like {shape}"),
    }
}

#[tokio::test]
async fn answers_have_the_shapes_of_mempool_space() {
    let (scene, child) = known();
    let api = Api::of(scene);
    for (path, shape) in SHAPES {
        let path = path.replace("TXID", &child.tx_id());
        let got = api.get(&path).await;
        assert_eq!(got.status, 200, "{got:?}");
        let mut shape: Value = serde_json::from_str(shape).unwrap();
        if path.starts_with("/api/tx/") {
            // The tests' transactions pay to a script without an address and have no witness.
            shape["vout"][0].as_object_mut().unwrap().remove("scriptpubkey_address");
            if got.json()["vin"][0]["witness"].is_null() {
                shape["vin"][0].as_object_mut().unwrap().remove("witness");
            }
        }
        same_shape(&got.json(), &shape, &path);
        assert!(got.headers.contains("mempulse-basis: coverage=1.000; "), "{}", got.headers);
    }
}

#[tokio::test]
async fn figures_are_those_of_the_mempool() {
    let (scene, child) = known();
    let api = Api::of(scene);
    let mempool = api.get("/api/mempool").await.json();
    assert_eq!((&mempool["count"], &mempool["total_fee"]), (&json!(3), &json!(30_000)));
    let steps = mempool["fee_histogram"].as_array().unwrap();
    let sizes: u64 = steps.iter().map(|step| step[1].as_u64().unwrap()).sum();
    assert_eq!(sizes, mempool["vsize"].as_u64().unwrap());
    assert!(steps.is_sorted_by(|one, next| one[0].as_f64() > next[0].as_f64()));
    let fees = api.get("/api/v1/fees/recommended").await.json();
    let order = ["fastestFee", "halfHourFee", "hourFee", "economyFee", "minimumFee"]
        .map(|name| fees[name].as_u64().unwrap());
    assert!(order.is_sorted_by(|one, next| one >= next) && order[4] >= 1, "{fees}");
    let blocks = api.get("/api/v1/fees/mempool-blocks").await.json();
    assert_eq!((&blocks[0]["nTx"], &blocks[0]["totalFees"]), (&json!(3), &json!(30_000)));
    assert_eq!(blocks[0]["feeRange"].as_array().unwrap().len(), 7);
    let tx = api.get(&format!("/api/tx/{}", child.tx_id())).await.json();
    assert_eq!((&tx["fee"], &tx["vin"][0]["prevout"]["value"]), (&json!(10_000), &json!(990_000)));
    assert_eq!(tx["vin"][0]["prevout"]["scriptpubkey_type"], "v0_p2wpkh");
    let height = api.get("/api/blocks/tip/height").await;
    assert_eq!((height.status, height.body.as_str()), (200, "700000"));
    assert_eq!(api.get("/api/blocks/tip/hash").await.body.len(), 64);
}

#[tokio::test]
async fn below_half_the_mempool_there_are_no_fees_but_the_reason() {
    let (mut scene, _) = known();
    for number in 0..10 {
        scene.deliver(1, &spend(&[coin(100 + number)], &[50_000]));
    }
    let api = Api::of(scene);
    for path in ["/api/v1/fees/recommended", "/api/v1/fees/precise", "/api/v1/fees/mempool-blocks"] {
        let got = api.get(path).await;
        assert_eq!(got.status, 503, "{got:?}");
        let reason = got.json()["error"].as_str().unwrap().to_owned();
        assert!(
            reason.contains("% of the mempool are known") && reason.contains("an answer needs 50 %"),
            "{reason}"
        );
        assert!(got.headers.contains("mempulse-basis: coverage=0.") && got.headers.contains("retry-after"));
    }
    let mempool = api.get("/api/mempool").await;
    assert_eq!((mempool.status, &mempool.json()["total_fee"]), (200, &Value::Null));
    let unknown = api.get("/api/transactions?where=fee_rate%3Dunknown&limit=1").await.json();
    let txid = unknown["transactions"][0]["txid"].as_str().unwrap().to_owned();
    let tx = api.get(&format!("/api/tx/{txid}")).await.json();
    assert_eq!(
        (&tx["fee"], &tx["vin"][0]["prevout"]),
        (&Value::Null, &Value::Null),
        "what is unknown is null"
    );
}

#[tokio::test]
async fn before_anything_is_known_each_answer_says_so() {
    let api = Api::of(Scene::new());
    let tip = api.get("/api/blocks/tip/height").await;
    assert_eq!((tip.status, &tip.json()["error"]), (503, &json!("the best chain is not known yet")));
    assert!(api.get("/api/v1/fees/recommended").await.json()["error"].as_str().unwrap().contains("is empty"));
    let txid = "00".repeat(32);
    assert_eq!(api.get(&format!("/api/tx/{txid}")).await.status, 404);
    assert_eq!(api.get("/api/tx/1").await.status, 400);
    assert_eq!(api.get("/api/peers").await.json(), json!({ "peers": [] }));
}

#[tokio::test]
async fn transactions_are_found_by_query_and_a_wrong_one_is_explained() {
    let (scene, child) = known();
    let api = Api::of(scene);
    let found = api.get("/api/transactions?where=ancestors%3E0&sort=-vsize").await.json();
    assert_eq!(
        (&found["matched_count"], &found["transactions"][0]["txid"]),
        (&json!(1), &json!(child.tx_id()))
    );
    let wrong = api.get("/api/transactions?where=vsise%3E0").await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.json()["error"].as_str().unwrap().contains("did you mean vsize"), "{wrong:?}");
    let peers = api.get("/api/peers").await.json();
    assert_eq!((peers["peers"].as_array().unwrap().len(), &peers["peers"][0]["state"]), (3, &json!("live")));
}

#[tokio::test]
async fn everything_but_a_get_of_a_known_path_is_refused() {
    let api = Api::of(Scene::new());
    let ask = async |line: &str| {
        let request =
            format!("{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
        api.ask(&request).await.status
    };
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        assert_eq!(ask(&format!("{method} /api/mempool")).await, 405, "{method}");
    }
    assert_eq!(ask("GET /api/mempool").await, 200);
    assert_eq!(ask("GET /etc/passwd").await, 404);
    assert_eq!(api.ask("nonsense\r\n\r\n").await.status, 400);
}

trait TxIdText {
    fn tx_id(&self) -> String;
}

impl TxIdText for Transaction {
    fn tx_id(&self) -> String {
        self.txid().to_string()
    }
}
