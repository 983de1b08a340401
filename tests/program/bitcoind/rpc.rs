//! JSON-RPC to a node.

use serde_json::{Value, json};

/// Seconds that one call may take.
const TIMEOUT_SECS: u64 = 60;

/// The way to ask one node.
pub struct Rpc {
    port: u16,
}

impl Rpc {
    /// For a node that listens on this port.
    pub fn new(port: u16) -> Self {
        Self { port }
    }

    /// What the node must be started with.
    pub fn arguments(&self) -> [String; 3] {
        [format!("-rpcport={}", self.port), "-rpcuser=test".to_owned(), "-rpcpassword=test".to_owned()]
    }

    /// Calls `method`; gives its result, or the error as text.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value, String> {
        let body = json!({ "jsonrpc": "1.0", "id": 0, "method": method, "params": params });
        let response = minreq::post(format!("http://127.0.0.1:{}/", self.port))
            .with_header("Authorization", "Basic dGVzdDp0ZXN0") // test:test
            .with_header("Content-Type", "application/json")
            .with_timeout(TIMEOUT_SECS)
            .with_body(body.to_string())
            .send()
            .map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_slice(response.as_bytes())
            .map_err(|error| format!("HTTP status {}: {error}", response.status_code))?;
        match answer["error"].take() {
            Value::Null => Ok(answer["result"].take()),
            error => Err(error.to_string()),
        }
    }
}
