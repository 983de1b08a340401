//! JSON-RPC to a node.

use serde_json::{Value, json};

/// Seconds that one call may take.
const TIMEOUT_SECS: u64 = 60;

/// A connection to a node's RPC interface.
pub struct Rpc {
    port: u16,
}

impl Rpc {
    /// For a node that listens on this port.
    pub fn new(port: u16) -> Self {
        Self { port }
    }

    /// The arguments that the node must be started with.
    pub fn arguments(&self) -> [String; 3] {
        [format!("-rpcport={}", self.port), "-rpcuser=test".to_owned(), "-rpcpassword=test".to_owned()]
    }

    /// Calls `method`. Returns its result, or the error as text.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value, String> {
        result(self.post(&request(0, method, params))?)
    }

    /// Makes many calls in order. Returns the result of each.
    pub fn batch<'a>(
        &self,
        calls: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> Result<Vec<Result<Value, String>>, String> {
        let requests: Vec<Value> =
            (0..).zip(calls).map(|(id, (method, params))| request(id, method, &params)).collect();
        match self.post(&Value::Array(requests))? {
            Value::Array(answers) => Ok(answers.into_iter().map(result).collect()),
            other => Err(other.to_string()),
        }
    }

    fn post(&self, body: &Value) -> Result<Value, String> {
        let response = minreq::post(format!("http://127.0.0.1:{}/", self.port))
            .with_header("Authorization", "Basic dGVzdDp0ZXN0") // test:test
            .with_header("Content-Type", "application/json")
            .with_timeout(TIMEOUT_SECS)
            .with_body(body.to_string())
            .send()
            .map_err(|error| error.to_string())?;
        serde_json::from_slice(response.as_bytes())
            .map_err(|error| format!("HTTP status {}: {error}", response.status_code))
    }
}

fn request(id: usize, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "1.0", "id": id, "method": method, "params": params })
}

fn result(mut answer: Value) -> Result<Value, String> {
    match answer["error"].take() {
        Value::Null => Ok(answer["result"].take()),
        error => Err(error.to_string()),
    }
}
