//! The monitor's end of the API: answers questions from the model.

use crate::api::answers::figures::Figures;
use crate::api::question::Question;
use crate::model::Model;
use crate::util::time::Timestamp;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Answers questions from the model, a bounded piece of work at a time.
#[derive(Debug)]
pub struct Desk {
    questions: mpsc::Receiver<Question>,
    /// The question that is answered next.
    asked: Option<Question>,
}

impl Desk {
    pub(super) fn new(questions: mpsc::Receiver<Question>) -> Self {
        Self { questions, asked: None }
    }

    /// Waits until there is something to do. Cancel-safe; never ends once the server has.
    pub async fn wait(&mut self) {
        if self.asked.is_none() {
            self.asked = self.questions.recv().await;
        }
        if self.asked.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Does a piece of the work that [`Desk::wait`] has waited for, in a few ms at most.
    pub fn work(&mut self, model: &Model, now: Timestamp) {
        let Some(question) = self.asked.take() else { return };
        match question {
            Question::Figures(answer) => drop(answer.send(Arc::new(Figures::take(model, now)))),
        }
    }
}
