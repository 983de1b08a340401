//! What the server asks of the desk.

use crate::api::answers::figures::Figures;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A question about the model, with where the answer goes. Whoever asks may be gone by then.
#[derive(Debug)]
pub(super) enum Question {
    /// The figures of the mempool and the network.
    Figures(oneshot::Sender<Arc<Figures>>),
}
