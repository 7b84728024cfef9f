//! An axis of a chart: its range, its ticks and what they say.

/// From values to places on a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
}

/// Values that span more than this factor are drawn on a logarithmic axis.
const WIDE: f64 = 50.0;

impl Axis {
    /// An axis of steps, from 0.
    pub fn steps(last: f64) -> Self {
        Self {
            low: 0.0,
            high: last.max(1.0),
            logarithmic: false,
        }
    }

    /// An axis that holds all values: logarithmic where they are positive and span orders of
    /// magnitude, else linear and from 0 where that is not far.
    pub fn fit(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|v| v.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if low > 0.0 && high / low > WIDE {
            return Self {
                low: 10f64.powf(low.log10().floor()),
                high: 10f64.powf(high.log10().ceil()),
                logarithmic: true,
            };
        }
        if low > 0.0 && low < 0.7 * high {
            low = 0.0;
        }
        let span = high - low;
        let margin = if span > 0.0 {
            0.06 * span
        } else {
            high.abs().max(1.0) * 0.1
        };
        Self {
            low: if low == 0.0 { 0.0 } else { low - margin },
            high: high + margin,
            logarithmic: false,
        }
    }

    /// Whether the axis is logarithmic.
    pub fn is_logarithmic(self) -> bool {
        self.logarithmic
    }

    /// Where a value stands, 0 at the low end and 1 at the high one.
    pub fn place(self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        share.clamp(0.0, 1.0)
    }

    /// Two to six round values with what they say: as many digits as tell them apart.
    pub fn ticks(self) -> Vec<(f64, String)> {
        if self.logarithmic {
            let decades = (self.low.log10().round() as i32)..=(self.high.log10().round() as i32);
            let every = (decades.clone().count()).div_ceil(5);
            let values = decades.step_by(every).map(|d| 10f64.powi(d));
            return values.map(|v| (v, label(v))).collect();
        }
        let step = round_step((self.high - self.low) / 4.0);
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        let digits = (-step.log10().floor()).max(0.0) as usize;
        let text = |value: f64| {
            let plain = digits <= 5 && self.high.abs() < 1e4;
            if plain {
                trimmed(value, digits)
            } else {
                label(value)
            }
        };
        let values = (first..=last).map(|k| k as f64 * step);
        values.map(|v| (v, text(v))).collect()
    }
}

/// The nearest of 1, 2, 5 times a power of ten that is not smaller.
fn round_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let fits = factors.into_iter().find(|f| f * power >= raw * 0.999);
    fits.unwrap_or(10.0) * power
}

/// A number in as few characters as a reader needs.
pub fn label(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".into();
    }
    if !(1e-3..1e6).contains(&size) {
        return format!("{value:.1e}").replace(".0e", "e");
    }
    if size >= 1e4 {
        return trimmed(value / 1e3, 1) + "k";
    }
    let digits = (2 - size.log10().floor() as i32).max(0);
    trimmed(value, digits as usize)
}

fn trimmed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_few_round_and_on_the_axis() {
        let cases = [
            vec![0.2, 0.31],
            vec![0.2187, 0.2200],
            vec![1e-4, 3.0],
            vec![-5.0, 12_345.0],
            vec![7.0],
            vec![0.0],
            vec![],
        ];
        for values in cases {
            let axis = Axis::fit(values.iter().copied());
            let ticks = axis.ticks();
            assert!((2..=6).contains(&ticks.len()), "{values:?}: {ticks:?}");
            for &value in &values {
                assert!((0.0..=1.0).contains(&axis.place(value)));
            }
            for pair in ticks.windows(2) {
                assert!(axis.place(pair[0].0) < axis.place(pair[1].0));
                assert_ne!(pair[0].1, pair[1].1, "{values:?}: {ticks:?}");
            }
        }
        assert!(Axis::fit([1e-4, 3.0].into_iter()).is_logarithmic());
        assert!(!Axis::fit([-1.0, 300.0].into_iter()).is_logarithmic());
    }

    #[test]
    fn labels_are_short() {
        let cases = [
            (0.0, "0"),
            (0.25, "0.25"),
            (1.0, "1"),
            (12.34, "12.3"),
            (100.0, "100"),
            (20_000.0, "20k"),
            (1e-4, "1e-4"),
            (-0.5, "-0.5"),
        ];
        for (value, text) in cases {
            assert_eq!(label(value), text);
        }
    }
}
