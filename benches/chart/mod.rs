//! Line charts with logarithmic axes, side by side in one picture.
#![expect(clippy::cast_precision_loss, reason = "sizes and nanoseconds are far below 2^53")]

use plotters::prelude::*;
use std::error::Error;
use std::time::Duration;

/// A chart of times by a size.
pub struct Chart {
    pub title: String,
    pub lines: Vec<Line>,
}

/// What was measured.
pub struct Line {
    pub name: String,
    /// Sizes and times, the smallest size first.
    pub points: Vec<(u64, Duration)>,
}

const COLOURS: [RGBColor; 6] = [
    RGBColor(57, 135, 229),
    RGBColor(217, 89, 38),
    RGBColor(25, 158, 112),
    RGBColor(201, 133, 0),
    RGBColor(144, 133, 233),
    RGBColor(213, 81, 129),
];

/// Draws the charts as SVG.
///
/// # Errors
/// The library cannot draw them.
pub fn svg(charts: &[Chart]) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    {
        let width = 560 * u32::try_from(charts.len())?;
        let root = SVGBackend::with_string(&mut out, (width, 420)).into_drawing_area();
        root.fill(&WHITE)?;
        for (area, chart) in root.split_evenly((1, charts.len())).iter().zip(charts) {
            draw(area, chart)?;
        }
        root.present()?;
    }
    Ok(out)
}

fn draw(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    chart: &Chart,
) -> Result<(), Box<dyn Error>> {
    let points = || chart.lines.iter().flat_map(|line| &line.points);
    let least = points().map(|(size, _)| *size).min().unwrap_or(1) as f64;
    let most = points().map(|(size, _)| *size).max().unwrap_or(10) as f64;
    let mut axes = ChartBuilder::on(area)
        .caption(&chart.title, ("sans-serif", 15))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(64)
        .build_cartesian_2d((least..most).log_scale(), (1e2..1e7).log_scale())?;
    axes.configure_mesh()
        .light_line_style(TRANSPARENT)
        .y_label_formatter(&|nanos: &f64| format!("{:?}", Duration::from_secs_f64(nanos / 1e9)))
        .x_label_formatter(&|size: &f64| format!("{size:.0}"))
        .draw()?;
    for (line, colour) in chart.lines.iter().zip(COLOURS) {
        let places = line.points.iter().map(|(size, time)| (*size as f64, time.as_nanos() as f64));
        let ends = line.points.first().zip(line.points.last());
        let ratio = ends.map_or(1.0, |((_, first), (_, last))| last.as_secs_f64() / first.as_secs_f64());
        axes.draw_series(LineSeries::new(places, colour.stroke_width(2)))?
            .label(format!("{}: × {ratio:.1}", line.name))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    axes.configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .draw()?;
    Ok(())
}
