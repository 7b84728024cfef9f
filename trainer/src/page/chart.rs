//! A small line chart as inline SVG: colours and fonts come from the page's style.

use std::fmt::Write as _;

use super::axis::{Axis, label};
use super::escape;

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 170.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 22.0;
/// Points drawn at most; of more, neighbours are averaged and their range is shaded.
const POINTS: usize = 300;

/// Values over steps.
pub struct Series {
    /// Name in the legend, where there is more than one.
    pub name: String,
    /// (step, value), by step; values that are no finite number leave a gap out.
    pub points: Vec<(f64, f64)>,
}

/// A chart with a title.
pub struct Chart {
    /// What is drawn.
    pub title: String,
    /// The lines: at most three.
    pub series: Vec<Series>,
    /// A point worth a dot.
    pub mark: Option<(f64, f64)>,
}

/// Neighbouring points as one.
struct Bucket {
    step: f64,
    mean: f64,
    low: f64,
    high: f64,
}

impl Chart {
    /// The figure.
    pub fn html(&self) -> String {
        let values = || self.series.iter().flat_map(|s| s.points.iter());
        let last = values().map(|p| p.0).fold(0.0, f64::max);
        let (x, y) = (Axis::steps(last), Axis::fit(values().map(|p| p.1)));
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
            escape(&self.title)
        );
        svg += &grid(x, y);
        for (number, series) in self.series.iter().enumerate() {
            svg += &line(series, number, x, y);
        }
        if let Some((step, value)) = self.mark {
            let _ = write!(
                svg,
                "<circle class=\"mark\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"/>",
                across(x, step),
                down(y, value)
            );
        }
        svg += "</svg>";
        let scale = if y.is_logarithmic() {
            " <small>log</small>"
        } else {
            ""
        };
        format!(
            "<figure class=\"chart\"><figcaption><b>{}</b>{scale} {}</figcaption>{svg}</figure>\n",
            escape(&self.title),
            self.legend()
        )
    }

    /// The last value of the only line, where the title says what it is of; else the names.
    fn legend(&self) -> String {
        match self.series.as_slice() {
            [only] if self.title.starts_with(&only.name) => {
                only.points.last().map_or(String::new(), |p| label(p.1))
            }
            several => several
                .iter()
                .enumerate()
                .map(|(n, s)| format!("<span class=\"key line{n}\">{}</span>", escape(&s.name)))
                .collect::<Vec<_>>()
                .join(" "),
        }
    }
}

fn across(x: Axis, step: f64) -> f64 {
    LEFT + x.place(step) * (WIDTH - LEFT - RIGHT)
}

fn down(y: Axis, value: f64) -> f64 {
    HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM)
}

fn grid(x: Axis, y: Axis) -> String {
    let mut svg = String::new();
    let right = WIDTH - RIGHT;
    for (tick, text) in y.ticks() {
        let at = down(y, tick);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{right}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            at + 3.5,
            text
        );
    }
    for (tick, text) in x.ticks() {
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            across(x, tick),
            HEIGHT - 6.0,
            text
        );
    }
    svg
}

fn line(series: &Series, number: usize, x: Axis, y: Axis) -> String {
    let buckets = buckets(&series.points);
    let place = |step: f64, value: f64| format!("{:.1} {:.1}", across(x, step), down(y, value));
    let join = |points: Vec<String>| points.join("L");
    let middle = join(buckets.iter().map(|b| place(b.step, b.mean)).collect());
    if buckets.is_empty() {
        return String::new();
    }
    if buckets.len() == 1 {
        return format!("<path class=\"line line{number} dot\" d=\"M{middle}h0\"/>");
    }
    let mut svg = String::new();
    if series.points.len() > buckets.len() {
        let upper = buckets.iter().map(|b| place(b.step, b.high));
        let lower = buckets.iter().rev().map(|b| place(b.step, b.low));
        let around = join(upper.chain(lower).collect());
        let _ = write!(svg, "<path class=\"band line{number}\" d=\"M{around}Z\"/>");
    }
    let _ = write!(svg, "<path class=\"line line{number}\" d=\"M{middle}\"/>");
    svg
}

fn buckets(points: &[(f64, f64)]) -> Vec<Bucket> {
    let finite: Vec<(f64, f64)> = points.iter().copied().filter(|p| p.1.is_finite()).collect();
    let size = finite.len().div_ceil(POINTS).max(1);
    let bucket = |chunk: &[(f64, f64)]| {
        let count = chunk.len() as f64;
        Bucket {
            step: chunk.iter().map(|p| p.0).sum::<f64>() / count,
            mean: chunk.iter().map(|p| p.1).sum::<f64>() / count,
            low: chunk.iter().map(|p| p.1).fold(f64::INFINITY, f64::min),
            high: chunk.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max),
        }
    };
    finite.chunks(size).map(bucket).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_series_becomes_a_figure_of_finite_numbers() {
        let long = (0..5000)
            .map(|i| (f64::from(i), f64::from(i % 7)))
            .collect();
        let cases = [
            vec![],
            vec![(5.0, 1.0)],
            vec![
                (1.0, f64::NAN),
                (2.0, 1.0),
                (3.0, f64::INFINITY),
                (4.0, -2.0),
            ],
            long,
        ];
        for points in cases {
            let series = vec![Series {
                name: "a<b".into(),
                points,
            }];
            let title = "a<b".to_owned();
            let html = Chart {
                title,
                series,
                mark: Some((2.0, 1.0)),
            }
            .html();
            assert!(html.contains("a&lt;b") && !html.contains("a<b"));
            assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
            assert!(html.len() < 40_000, "{} bytes", html.len());
        }
    }
}
