//! A screen with the model behind it, and a user.

use crate::scene;
use crossterm::event::{
    Event as Input, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use mempulse::Timestamp;
use mempulse::alert::{Alerts, Firing, Origin, Rule};
use mempulse::event::{Command, Event};
use mempulse::model::Model;
use mempulse::snapshot::{
    Anchor, Detail, LogLines, LogScreen, Open, OverviewView, ReplayStatus, Screen, Snapshot, TransactionRow,
    TransactionsView, TxKey, View,
};
use mempulse::tui::{App, Depth, Effect, TuiSettings};
use mempulse::wire::Txid;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Size;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The end of the scene. All desks share it until more happens.
static SCENE: LazyLock<Arc<Model>> = LazyLock::new(|| Arc::new(scene::model()));

pub struct Desk {
    model: Arc<Model>,
    pub app: App,
    size: Size,
    pub now: Timestamp,
    /// What the program has logged.
    pub log: LogLines,
    /// The rules of alerts.
    pub alerts: Alerts,
    /// The state of the replay, if there is one.
    pub replay: Option<ReplayStatus>,
    /// Whether events come from sensors, although none has been heard yet.
    pub from_sensors: bool,
}

impl Desk {
    /// At the end of the scene.
    pub fn new(size: (u16, u16)) -> Self {
        Self::with(Arc::clone(&SCENE), size, true)
    }

    /// At the end of the scene, with a separate model that can change.
    pub fn alone(size: (u16, u16)) -> Self {
        Self::with(Arc::new(scene::model()), size, true)
    }

    /// Some time after the start of another scene.
    pub fn started(ago: Duration, model: Model, size: (u16, u16)) -> Self {
        Self::at(scene::START + ago, Arc::new(model), size, true)
    }

    /// At the end of the scene, in a terminal without colours.
    pub fn colourless(size: (u16, u16)) -> Self {
        Self::with(Arc::clone(&SCENE), size, false)
    }

    fn with(model: Arc<Model>, size: (u16, u16), colour: bool) -> Self {
        Self::at(scene::END, model, size, colour)
    }

    fn at(now: Timestamp, model: Arc<Model>, (width, height): (u16, u16), colour: bool) -> Self {
        let size = Size { width, height };
        let depth = if colour { Depth::Indexed } else { Depth::Monochrome };
        Self::of(now, model, size, &TuiSettings { depth, ..TuiSettings::default() })
    }

    /// At the end of the scene, with settings.
    pub fn set_up((width, height): (u16, u16), settings: &TuiSettings) -> Self {
        Self::of(scene::END, Arc::clone(&SCENE), Size { width, height }, settings)
    }

    /// The same, with a separate model that can change.
    pub fn alone_set_up((width, height): (u16, u16), settings: &TuiSettings) -> Self {
        Self::of(scene::END, Arc::new(scene::model()), Size { width, height }, settings)
    }

    fn of(now: Timestamp, model: Arc<Model>, size: Size, settings: &TuiSettings) -> Self {
        let app = App::new(settings, size, Arc::default(), now);
        let (log, alerts) = (LogLines::default(), Alerts::default());
        let mut desk = Self { model, app, size, now, log, alerts, replay: None, from_sensors: false };
        // The first snapshot shows how many peers there are, and thereby how high their panel is.
        desk.answer();
        desk.answer();
        desk
    }

    /// The snapshot that the screen asks for.
    pub fn snapshot(&self) -> Snapshot {
        self.answer_to(&self.app.view())
    }

    /// The snapshot that `view` asks for.
    pub fn answer_to(&self, view: &View) -> Snapshot {
        let mut snapshot = Snapshot::take(&self.model, view, self.now);
        if view.everything || view.screen == Screen::Log {
            snapshot.log = Some(Box::new(LogScreen::take(&self.log, &view.log)));
        }
        if view.alerts {
            snapshot.alerts = self.alerts.rows(self.now);
        }
        snapshot.signals = self.alerts.signals().clone();
        snapshot.replay = self.replay;
        snapshot.from_sensors |= self.from_sensors;
        snapshot
    }

    /// Adds rules, and lets them check the figures.
    pub fn add_rules(&mut self, rules: &[&str]) {
        for rule in rules {
            self.alerts.add(Rule::parse(rule).unwrap(), Origin::Settings, scene::START);
        }
        self.alerts.look(&self.model, self.now);
    }

    /// Carries out a command about alerts.
    pub fn command(&mut self, effect: Option<Effect>) -> Option<Firing> {
        let Some(Effect::Send(Command::Alert(command))) = effect else { panic!("{effect:?}") };
        let firing = self.alerts.command(&command, &self.model, self.now);
        self.answer();
        firing
    }

    /// The newest transaction with a parent in the mempool.
    pub fn child(&self) -> Txid {
        let transactions = TransactionsView { height: 1_000, ..TransactionsView::default() };
        let has_parent = |row: &TransactionRow| {
            let view = View { open: Some(Open::Transaction(row.key)), ..View::default() };
            let (_, detail) = self.answer_to(&view).detail.unwrap();
            matches!(&*detail, Detail::Transaction(tx) if !tx.cluster.ancestors.rows.is_empty())
        };
        self.transactions(transactions).into_iter().find(has_parent).unwrap().txid
    }

    /// The last line: the keys that work, or a remark.
    pub fn footer(&self) -> String {
        self.screen().lines().last().unwrap().to_owned()
    }

    /// Lets the model answer the view.
    pub fn answer(&mut self) {
        let (view, now) = (self.app.view(), self.now);
        if let Some(model) = Arc::get_mut(&mut self.model) {
            view.prepare(model, now);
            while model.is_indexing() {
                model.index_more(now);
            }
        }
        self.app.on_snapshot(Arc::new(self.snapshot()), self.now);
    }

    /// Applies one more event.
    pub fn happen(&mut self, event: &Event) {
        Arc::get_mut(&mut self.model).expect("this desk has a model of its own").apply(event);
    }

    /// Lets more transactions arrive.
    pub fn arrive(&mut self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            for event in &scene::arrive(self.now, number) {
                self.happen(event);
            }
        }
        self.answer();
    }

    /// Confirms the transaction in this row of the list.
    pub fn confirm(&mut self, row: usize) {
        let view = View::default().of_everything();
        let txid = Snapshot::take(&self.model, &view, self.now).overview.transactions.rows[row].txid;
        self.confirm_txid(&txid.to_string());
    }

    /// Confirms the transaction with this txid.
    pub fn confirm_txid(&mut self, txid: &str) {
        let view = View::default().of_everything();
        let rows = Snapshot::take(&self.model, &view, self.now).overview.transactions.rows;
        let txid = rows.iter().find(|row| row.txid.to_string() == txid).unwrap().txid;
        let event = scene::confirm(self.now, self.model.transaction_by_txid(txid).unwrap().tx());
        self.happen(&event);
        self.answer();
    }

    /// Selects a transaction of the list.
    pub fn select(&mut self, txid: Txid) {
        let transactions = TransactionsView { height: 1_000, ..TransactionsView::default() };
        let rows = self.transactions(transactions);
        let index = rows.iter().position(|row| row.txid == txid).unwrap();
        for _ in 0..=index {
            self.press(KeyCode::Down);
        }
    }

    /// The oldest transaction of the mempool.
    pub fn oldest(&self) -> TxKey {
        let transactions = TransactionsView { anchor: Anchor::Bottom, height: 1 };
        self.transactions(transactions)[0].key
    }

    fn transactions(&self, transactions: TransactionsView) -> Vec<TransactionRow> {
        let overview = OverviewView { transactions, ..OverviewView::default() };
        let view = View { overview, ..View::default() };
        self.answer_to(&view).overview.transactions.rows
    }

    pub fn paste(&mut self, text: &str) -> Option<Effect> {
        self.input(&Input::Paste(text.to_owned()))
    }

    /// Clicks at the first place where the screen shows `text`.
    pub fn click(&mut self, text: &str) -> Option<Effect> {
        let screen = self.screen();
        let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect(text);
        let column = line[..line.find(text).unwrap()].chars().count();
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row)
    }

    /// An event of the mouse at a cell.
    pub fn mouse(&mut self, kind: MouseEventKind, column: usize, row: usize) -> Option<Effect> {
        let (column, row) = (column.try_into().unwrap(), row.try_into().unwrap());
        self.input(&Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
    }

    pub fn press(&mut self, code: KeyCode) -> Option<Effect> {
        self.press_key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    pub fn press_ctrl(&mut self, letter: char) -> Option<Effect> {
        self.press_key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL))
    }

    fn press_key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.input(&Input::Key(key))
    }

    fn input(&mut self, input: &Input) -> Option<Effect> {
        let effect = self.app.on_event(input);
        self.answer();
        effect
    }

    /// The transaction that is selected on the overview.
    pub fn selected(&self) -> Option<TxKey> {
        match self.app.view().overview.transactions.anchor {
            Anchor::Selected { key, .. } => Some(key),
            Anchor::Top | Anchor::Bottom => None,
        }
    }

    pub fn type_keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.press(if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) });
        }
    }

    /// Types into a line of input, and presses Enter.
    pub fn type_text(&mut self, text: &str) -> Option<Effect> {
        self.type_keys(text);
        self.press(KeyCode::Enter)
    }

    pub fn resize(&mut self, size: Size) {
        self.size = size;
        self.app.on_resize(size);
    }

    /// Lets time pass without a snapshot.
    pub fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
        self.app.on_tick(self.now);
    }

    pub fn buffer(&self) -> Buffer {
        let Size { width, height } = self.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.app.draw(frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    pub fn screen(&self) -> String {
        text(&self.buffer())
    }
}

/// The letters of a buffer.
pub fn text(buffer: &Buffer) -> String {
    let lines = buffer.content.chunks(usize::from(buffer.area.width.max(1)));
    let line = |cells: &[Cell]| -> String {
        let mut skip = 0;
        let mut line = String::new();
        for cell in cells {
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
            }
            skip -= 1;
        }
        line.trim_end().to_owned()
    };
    lines.map(line).collect::<Vec<_>>().join("\n")
}
