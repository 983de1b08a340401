//! Draws the sensors: the list, and all figures of the selected one below.
//!
//! ```text
//! ╭ Sensors  3, 1 stale ───────────────────────────────────────────╮
//! │ sensor  state      peers events/s    lag          clock   lost │
//! │ fra1    live           8      112 140 ms  +12 ms ±1 ms       0 │
//! ╰────────────────────────────────────────────────────────────────╯
//! ╭ fra1 ──────────────────────────────────────────────────────────╮
//! │ mempulse 0.1.0 · started 3 h ago · 1 run heard                 │
//! ╰────────────────────────────────────────────────────────────────╯
//! ```

use super::columns::{COLUMNS, offset};
use crate::event::{SensorId, SensorReport};
use crate::snapshot::{SensorRow, SensorsScreen};
use crate::tui::context::Context;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{ListAndSelected, indented, list_and_selected, list_rows, panel, title};
use crate::tui::widgets::{format, table, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// The height of the selected sensor's panel, including borders.
const SELECTED: u16 = 9;

/// Divides `area`.
pub fn parts(area: Rect) -> ListAndSelected {
    list_and_selected(area, SELECTED)
}

/// Draws the screen.
pub fn draw(frame: &mut Frame, cx: &Context, list: &List<SensorId>, focused: bool) {
    let parts = parts(cx.area);
    let empty = SensorsScreen::default();
    let screen = cx.snapshot.sensors.as_deref().unwrap_or(&empty);
    let window = &screen.sensors;
    let stale =
        if screen.stale > 0 { format!(", {} stale", format::count(screen.stale)) } else { String::new() };
    let figures = format!("{}{stale}", format::count(window.total));
    let block = panel(cx.theme, title(cx.theme, "Sensors", &figures, focused), focused);
    let widths = table::fit(&COLUMNS, usize::from(parts.list.width).saturating_sub(4));
    let mut lines = vec![table::head(&COLUMNS, &widths, cx.theme.muted())];
    let highlight = cx.theme.selected(focused);
    lines.extend(
        list.lines(window, list_rows(parts.list), highlight, |row| table::row(&COLUMNS, &widths, row, cx)),
    );
    if window.total == 0 {
        lines.push(Line::styled(
            "no sensor heard yet: each publishes its state once a minute",
            cx.theme.muted(),
        ));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), parts.list);
    let selected = list.position(window).or(Some(0)).and_then(|at| window.rows.get(at));
    self::selected(frame, parts.selected, cx, selected);
}

/// All figures of a sensor in words.
fn selected(frame: &mut Frame, area: Rect, cx: &Context, row: Option<&SensorRow>) {
    let name = row.map_or("Sensor", |row| row.name.as_ref());
    let block = panel(cx.theme, Line::styled(format!(" {name} "), cx.theme.title(false)), false);
    let cells = usize::from(block.inner(area).width).saturating_sub(2);
    let sentences = match row {
        None => Vec::new(),
        Some(SensorRow { report: None, .. }) => vec!["nothing known about it yet".to_owned()],
        Some(SensorRow { report: Some(report), runs, stale_for, .. }) => {
            sentences(cx, report, *runs, stale_for.is_some())
        }
    };
    let lines: Vec<_> = sentences
        .iter()
        .flat_map(|sentence| text::wrap(sentence, cells))
        .map(|line| indented(Line::styled(line, cx.theme.text())))
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn sentences(cx: &Context, report: &SensorReport, runs: u32, is_stale: bool) -> Vec<String> {
    let plural = |count: u64, what: &str| format::plural(count, what);
    let clock = report.clock.map_or_else(
        || "its clock has not been compared yet".to_owned(),
        |clock| {
            let when = if is_stale { " when it was last heard" } else { "" };
            format!(
                "its clock compared with ours{when}: {}; times of its events are corrected",
                offset(clock)
            )
        },
    );
    vec![
        format!(
            "mempulse {} · started {} · {} heard · {} published",
            report.program,
            cx.ago(cx.now().since(report.started)),
            plural(runs.into(), "run"),
            plural(report.events, "event"),
        ),
        clock,
        format!(
            "at the sensor {} waiting and {} dropped · on the way {} lost, {} late",
            plural(report.waiting, "message"),
            format::brief(report.dropped),
            plural(report.lost, "event"),
            format::brief(report.late),
        ),
        format!(
            "here {} without a body and {} refused",
            plural(report.missing_bodies, "event"),
            plural(report.refused, "message"),
        ),
    ]
}
