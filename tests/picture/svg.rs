//! A screen as SVG: one rectangle per run of background, one text per run of style, and lines and blocks as
//! shapes, so that they join up whatever font the reader has.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// The size of a cell and of its font, in px.
const CELL: (f32, f32) = (8.4, 18.0);
const FONT_SIZE: f32 = 14.0;
/// The distance of a text's base line from the top of its cell.
const BASELINE: f32 = 13.5;
/// The frame around the screen.
const MARGIN: f32 = 12.0;
/// The widths of thin and thick lines, in px.
const THIN: f32 = 1.2;
const THICK: f32 = 2.4;

/// The terminal's default colours.
#[derive(Clone, Copy)]
pub struct Terminal {
    pub ink: &'static str,
    pub paper: &'static str,
}

pub const DARK: Terminal = Terminal { ink: "#d7dae0", paper: "#15181e" };
pub const LIGHT: Terminal = Terminal { ink: "#1f2328", paper: "#ffffff" };

/// Draws a screen.
pub fn draw(buffer: &Buffer, terminal: Terminal, title: &str) -> String {
    let (columns, rows) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 2.0 * MARGIN, rows * CELL.1 + 2.0 * MARGIN);
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"{FONT_SIZE}\" shape-rendering=\"crispEdges\">"
    )
    .unwrap();
    writeln!(svg, "<title>{}</title>", escaped(title)).unwrap();
    writeln!(svg, "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>", terminal.paper).unwrap();
    writeln!(svg, "<g transform=\"translate({MARGIN} {MARGIN})\">").unwrap();
    for row in 0..buffer.area.height {
        draw_row(&mut svg, buffer, row, terminal);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// How a cell looks.
#[derive(Clone, PartialEq)]
struct Look {
    ink: String,
    paper: String,
    bold: bool,
    dim: bool,
}

impl Look {
    fn of(cell: &Cell, terminal: Terminal) -> Self {
        let (mut ink, mut paper) = (colour(cell.fg, terminal.ink), colour(cell.bg, terminal.paper));
        if cell.modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut ink, &mut paper);
        }
        Self {
            ink,
            paper,
            bold: cell.modifier.contains(Modifier::BOLD),
            dim: cell.modifier.contains(Modifier::DIM),
        }
    }

    fn text_attributes(&self) -> String {
        let bold = if self.bold { " font-weight=\"bold\"" } else { "" };
        let dim = if self.dim { " opacity=\"0.6\"" } else { "" };
        format!("fill=\"{}\"{bold}{dim}", self.ink)
    }
}

/// A cell's column, its width in columns, its symbol and its look.
type Glyph<'a> = (u16, u16, &'a str, Look);

fn draw_row(svg: &mut String, buffer: &Buffer, row: u16, terminal: Terminal) {
    let top = f32::from(row) * CELL.1;
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut column = 0;
    while column < buffer.area.width {
        let cell = &buffer[(column, row)];
        let width = u16::try_from(cell.symbol().width()).unwrap().max(1);
        glyphs.push((column, width, cell.symbol(), Look::of(cell, terminal)));
        column += width;
    }
    for run in glyphs.chunk_by(|left, right| left.3.paper == right.3.paper) {
        let (from, cells, paper) = (f32::from(run[0].0), cells(run), &run[0].3.paper);
        if paper != terminal.paper {
            rectangle(svg, from * CELL.0, top, cells * CELL.0, CELL.1, paper);
        }
    }
    for run in glyphs.chunk_by(|left, right| shape(left.2) == shape(right.2) && left.3 == right.3) {
        let (from, cells, look) = (f32::from(run[0].0) * CELL.0, cells(run), &run[0].3);
        match shape(run[0].2) {
            Shape::Text => text(svg, from, top, cells, run),
            Shape::Block(eighths) => {
                let height = CELL.1 * f32::from(eighths) / 8.0;
                rectangle(svg, from, top + CELL.1 - height, cells * CELL.0, height, &look.ink);
            }
            // Lines along the row are one line; the others stand alone in their cells.
            Shape::Line(line) if line.arms == [true, true, false, false] => {
                let middle = top + (CELL.1 - line.weight) / 2.0;
                rectangle(svg, from, middle, cells * CELL.0, line.weight, &look.ink);
            }
            Shape::Line(line) => {
                for glyph in run {
                    draw_line(svg, f32::from(glyph.0) * CELL.0, top, line, &look.ink);
                }
            }
        }
    }
}

fn cells(run: &[Glyph]) -> f32 {
    f32::from(run.iter().map(|glyph| glyph.1).sum::<u16>())
}

/// What a symbol is drawn as.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Text,
    /// A block that fills this many eighths of the cell from below.
    Block(u8),
    Line(BoxLine),
}

/// A line of a frame: to the left, right, top and bottom from the middle of its cell.
#[derive(Clone, Copy, PartialEq)]
struct BoxLine {
    arms: [bool; 4],
    weight: f32,
}

fn shape(symbol: &str) -> Shape {
    if let Some(eighths) = "▁▂▃▄▅▆▇█".chars().zip(1..).find(|(block, _)| symbol == block.to_string())
    {
        return Shape::Block(eighths.1);
    }
    let (arms, weight) = match symbol {
        "─" => ([true, true, false, false], THIN),
        "│" => ([false, false, true, true], THIN),
        "╭" => ([false, true, false, true], THIN),
        "╮" => ([true, false, false, true], THIN),
        "╰" => ([false, true, true, false], THIN),
        "╯" => ([true, false, true, false], THIN),
        "━" => ([true, true, false, false], THICK),
        "┃" => ([false, false, true, true], THICK),
        "┏" => ([false, true, false, true], THICK),
        "┓" => ([true, false, false, true], THICK),
        "┗" => ([false, true, true, false], THICK),
        "┛" => ([true, false, true, false], THICK),
        _ => return Shape::Text,
    };
    Shape::Line(BoxLine { arms, weight })
}

/// The arms of a line meet in the middle of its cell, in a curve.
fn draw_line(svg: &mut String, left: f32, top: f32, line: BoxLine, ink: &str) {
    let (middle_x, middle_y) = (left + CELL.0 / 2.0, top + CELL.1 / 2.0);
    let ends = [(left, middle_y), (left + CELL.0, middle_y), (middle_x, top), (middle_x, top + CELL.1)];
    let mut ends = ends.into_iter().zip(line.arms).filter(|(_, drawn)| *drawn).map(|(end, _)| end);
    let (Some(from), Some(to)) = (ends.next(), ends.next()) else { return };
    writeln!(
        svg,
        "<path d=\"M{:.1} {:.1}Q{middle_x:.1} {middle_y:.1} {:.1} {:.1}\" fill=\"none\" stroke=\"{ink}\" \
         shape-rendering=\"auto\" stroke-width=\"{}\"/>",
        from.0, from.1, to.0, to.1, line.weight
    )
    .unwrap();
}

fn text(svg: &mut String, left: f32, top: f32, cells: f32, run: &[Glyph]) {
    let content: String = run.iter().map(|glyph| glyph.2).collect();
    let trimmed = content.trim_start();
    let skipped = f32::from(u16::try_from(content.width() - trimmed.width()).unwrap());
    let shown = trimmed.trim_end();
    if shown.is_empty() {
        return;
    }
    let cut = f32::from(u16::try_from(trimmed.width() - shown.width()).unwrap());
    writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" {}>{}</text>",
        left + skipped * CELL.0,
        top + BASELINE,
        (cells - skipped - cut) * CELL.0,
        run[0].3.text_attributes(),
        escaped(shown)
    )
    .unwrap();
}

fn rectangle(svg: &mut String, x: f32, y: f32, width: f32, height: f32, fill: &str) {
    writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"/>"
    )
    .unwrap();
}

/// Makes blanks unbreakable, so that no renderer collapses them.
fn escaped(text: &str) -> String {
    text.replace(' ', "\u{a0}").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The palette of xterm: a cube of 6 × 6 × 6 colours and a ramp of greys.
fn colour(colour: Color, default: &str) -> String {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match colour {
        Color::Reset => default.to_owned(),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Indexed(index @ 16..=231) => {
            let cube = index - 16;
            let [red, green, blue] = [cube / 36, cube / 6 % 6, cube % 6].map(level);
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
        Color::Indexed(index @ 232..=255) => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        other => panic!("the theme uses {other:?}, which this palette lacks"),
    }
}
