//! What is drawn: one file per panel, each with one verb.

mod block_details;
mod blocks;
mod charts;
mod details;
mod events;
mod family;
mod figures;
mod heat_map;
mod help;
mod hints;
mod lost;
mod mempool;
mod peer_details;
mod peers;
mod propagation;
mod title;
mod too_small;
mod transaction_details;
mod transactions;
mod unreachable;
mod watched;
mod worth;

use super::app::{App, LayerKind};
use super::layout::{self, Parts};
use crate::snapshot::view::Tab;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType};

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, app: &App) {
    let parts = app.parts();
    if layout::too_small(app.size()) {
        return too_small::render(frame, frame.area(), app);
    }
    title::render(frame, parts.title, app);
    hints::render(frame, parts.hints, app);
    let details = app.layers().iter().rev().find(|layer| layer.kind != LayerKind::Help);
    if details.is_some_and(|layer| layer.kind == LayerKind::Watched) {
        watched::render(frame, app.layer_area(), app);
    } else if let Some(layer) = details {
        details::render(frame, app.layer_area(), app, *layer);
    } else {
        match app.tab() {
            Tab::Overview => overview(frame, &parts, app),
            Tab::Peers => peers_screen(frame, app),
            Tab::Mempool => mempool::render(frame, app),
            Tab::Blocks => blocks::render(frame, app.layer_area(), app),
        }
    }
    help::render(frame, app.layer_area(), app);
}

fn overview(frame: &mut Frame, parts: &Parts, app: &App) {
    figures::render(frame, parts.figures, app);
    peers::render(frame, parts.peers, app);
    transactions::render(frame, parts.transactions, app);
    charts::arrival(frame, parts.arrival, app);
    charts::mempool(frame, parts.mempool, app);
    charts::bandwidth(frame, parts.bandwidth, app);
    events::render(frame, parts.events, app);
    unreachable::render(frame, app.layer_area(), app);
}

fn peers_screen(frame: &mut Frame, app: &App) {
    let parts = app.peers_parts();
    worth::render(frame, parts.list, app);
    lost::render(frame, parts.lost, app);
    heat_map::render(frame, parts.heat, app);
}

/// The innermost layer's number of lines, and of rows to show them in.
pub fn extent(app: &App) -> (usize, usize) {
    let area = app.layer_area();
    match app.layers().last() {
        Some(layer) if layer.kind == LayerKind::Help => help::extent(area, app),
        Some(layer) if layer.kind == LayerKind::Watched => (0, 0),
        Some(layer) => details::extent(area, app, *layer),
        None => (0, 0),
    }
}

/// The frame of a panel.
fn panel(app: &App, title: Line<'static>, focused: bool) -> Block<'static> {
    Block::bordered()
        .border_type(if focused { BorderType::Thick } else { BorderType::Rounded })
        .border_style(app.theme().border(focused))
        .title(title)
}

/// The part of `area` in its middle that has at most that size.
fn centred(area: Rect, width: usize, height: usize) -> Rect {
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(height).unwrap_or(u16::MAX).min(area.height);
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}
