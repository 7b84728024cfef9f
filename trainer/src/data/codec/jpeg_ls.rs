//! JPEG-LS (ITU-T T.87; Weinberger et al., IEEE Transactions on Image Processing 9, 2000): one grey component, with and
//! without loss. Names of variables are those of the standard.

/// Why a frame cannot be unpacked.
type Refusal = &'static str;

/// Lengths of runs, as powers of two.
const J: [usize; 32] = [
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13,
    14, 15,
];
/// Contexts, the last two of which are those of interrupted runs.
const CONTEXTS: usize = 367;
/// The first context of an interrupted run.
const INTERRUPTED: usize = 365;
/// Bounds of the bias that a context corrects.
const BIAS: [i64; 2] = [-128, 127];

const FRAME: u8 = 0xf7;
const PARAMETERS: u8 = 0xf8;
const SCAN: u8 = 0xda;

/// The pixels of an image of these columns and rows.
///
/// # Errors
/// When it has others, is damaged or in colour.
pub fn decode(bytes: &[u8], sides: [usize; 2]) -> Result<Vec<u16>, Refusal> {
    let (head, scan) = Head::read(bytes)?;
    if head.sides != sides {
        return Err("it has other sides than its file says");
    }
    Decoder::new(&head, scan).image()
}

/// What stands before the pixels.
#[derive(Default)]
struct Head {
    sides: [usize; 2],
    max: i64,
    near: i64,
    thresholds: [i64; 3],
    reset: i64,
}

impl Head {
    /// The head, and the bytes of the scan behind it.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Refusal> {
        let mut head = Self::default();
        let mut rest = bytes
            .strip_prefix(&[0xff, 0xd8])
            .ok_or("it does not begin as a JPEG")?;
        let mut precision = 0;
        loop {
            let (&[mark, kind, high, low], behind) =
                rest.split_first_chunk().ok_or("its head is cut short")?;
            let length = usize::from(u16::from_be_bytes([high, low]));
            let inside = length
                .checked_sub(2)
                .and_then(|length| behind.split_at_checked(length));
            let (segment, behind) = inside.ok_or("its head is cut short")?;
            rest = behind;
            let short = |at: usize| {
                let pair = segment.get(at..).and_then(<[u8]>::first_chunk);
                pair.map(|&pair| i64::from(u16::from_be_bytes(pair)))
                    .ok_or("its head is cut short")
            };
            match (mark, kind) {
                (0xff, FRAME) => {
                    precision = segment.first().copied().unwrap_or(0);
                    head.sides = [short(3)? as usize, short(1)? as usize];
                    if segment.get(5) != Some(&1) {
                        return Err("it is in colour");
                    }
                }
                (0xff, PARAMETERS) if segment.first() == Some(&1) => {
                    head.max = short(1)?;
                    head.thresholds = [short(3)?, short(5)?, short(7)?];
                    head.reset = short(9)?;
                }
                (0xff, SCAN) => {
                    head.near = segment.get(3).copied().unwrap_or(0).into();
                    head.fill_in(precision)?;
                    return Ok((head, rest));
                }
                // What an application keeps for itself.
                (0xff, 0xe0..=0xef | 0xfe) => {}
                _ => return Err("its head has a part that is not read"),
            }
        }
    }

    /// The values that the standard gives where the file does not (C.2.4.1.1).
    fn fill_in(&mut self, precision: u8) -> Result<(), Refusal> {
        if !(2..=16).contains(&precision) || self.sides.contains(&0) {
            return Err("it has no pixels of 2 to 16 bits");
        }
        if self.max == 0 {
            self.max = (1 << precision) - 1;
        }
        if self.reset == 0 {
            self.reset = 64;
        }
        let (max, near) = (self.max, self.near);
        let bounded = |i: i64, low: i64| if i > max || i < low { low } else { i };
        let [a, b, c] = if max >= 128 {
            let factor = (max.min(4095) + 128) / 256;
            [factor + 2, 4 * factor + 3, 17 * factor + 4]
        } else {
            let factor = 256 / (max + 1);
            [
                (3 / factor).max(2),
                (7 / factor).max(3),
                (21 / factor).max(4),
            ]
        };
        let first = bounded(a + 3 * near, near + 1);
        let second = bounded(b + 5 * near, first);
        let usual = [first, second, bounded(c + 7 * near, second)];
        for (threshold, usual) in self.thresholds.iter_mut().zip(usual) {
            if *threshold == 0 {
                *threshold = usual;
            }
        }
        Ok(())
    }
}

/// Bits of a scan: behind a byte of ones the next one has only seven.
struct Bits<'a> {
    rest: &'a [u8],
    byte: u8,
    left: u32,
}

impl Bits<'_> {
    fn bit(&mut self) -> Result<bool, Refusal> {
        if self.left == 0 {
            let (&byte, rest) = self.rest.split_first().ok_or("it is cut short")?;
            self.left = if self.byte == 0xff { 7 } else { 8 };
            (self.byte, self.rest) = (byte, rest);
        }
        self.left -= 1;
        Ok(self.byte >> self.left & 1 == 1)
    }

    fn number(&mut self, bits: usize) -> Result<i64, Refusal> {
        let mut number = 0;
        for _ in 0..bits {
            number = number << 1 | i64::from(self.bit()?);
        }
        Ok(number)
    }
}

/// What a context has seen.
#[derive(Clone)]
struct Context {
    a: i64,
    b: i64,
    c: i64,
    n: i64,
}

struct Decoder<'a> {
    head: &'a Head,
    bits: Bits<'a>,
    range: i64,
    /// Bits of an error that is written as it is.
    qbpp: usize,
    limit: i64,
    contexts: Vec<Context>,
    /// Negative errors of interrupted runs.
    negative: [i64; 2],
    run: usize,
}

impl<'a> Decoder<'a> {
    fn new(head: &'a Head, scan: &'a [u8]) -> Self {
        let (max, near) = (head.max, head.near);
        let length = |number: i64| i64::from(64 - number.leading_zeros());
        let range = (max + 2 * near) / (2 * near + 1) + 1;
        let bpp = length(max).max(2);
        let context = Context {
            a: ((range + 32) / 64).max(2),
            b: 0,
            c: 0,
            n: 1,
        };
        Self {
            head,
            bits: Bits {
                rest: scan,
                byte: 0,
                left: 0,
            },
            range,
            qbpp: length(range - 1) as usize,
            limit: 2 * (bpp + bpp.max(8)),
            contexts: vec![context; CONTEXTS],
            negative: [0; 2],
            run: 0,
        }
    }

    /// Line by line; each has a pixel more at its left and at its right.
    fn image(mut self) -> Result<Vec<u16>, Refusal> {
        let [width, height] = self.head.sides;
        let mut pixels = Vec::new();
        let mut above = vec![0; width + 2];
        for _ in 0..height {
            above[width + 1] = above[width];
            let mut line = vec![0; width + 2];
            line[0] = above[1];
            self.line(&mut line, &above)?;
            pixels.extend(line[1..=width].iter().map(|&pixel| pixel as u16));
            above = line;
        }
        Ok(pixels)
    }

    fn line(&mut self, line: &mut [i64], above: &[i64]) -> Result<(), Refusal> {
        let width = self.head.sides[0];
        let mut x = 1;
        while x <= width {
            let [a, b, c, d] = [line[x - 1], above[x], above[x - 1], above[x + 1]];
            let steps = [d - b, b - c, c - a].map(|step| self.quantised(step));
            if steps == [0; 3] {
                let (run, interrupted) = self.run_length(width + 1 - x)?;
                line[x..x + run].fill(a);
                x += run;
                if interrupted {
                    line[x] = self.end_of_run(a, above[x])?;
                    x += 1;
                }
            } else {
                line[x] = self.pixel([a, b, c], steps)?;
                x += 1;
            }
        }
        Ok(())
    }

    /// The region of a step between neighbours, -4 to 4 (A.3.3).
    fn quantised(&self, step: i64) -> i64 {
        let [t1, t2, t3] = self.head.thresholds;
        let region = match step.abs() {
            size if size >= t3 => 4,
            size if size >= t2 => 3,
            size if size >= t1 => 2,
            size if size > self.head.near => 1,
            _ => 0,
        };
        region * step.signum()
    }

    /// A pixel among others: predicted by its neighbours on the left, above and above them (A.4 to A.6).
    fn pixel(&mut self, [a, b, c]: [i64; 3], steps: [i64; 3]) -> Result<i64, Refusal> {
        let sign = steps
            .iter()
            .find(|step| **step != 0)
            .map_or(1, |step| step.signum());
        let [q1, q2, q3] = steps.map(|step| sign * step);
        let at = (81 * q1 + 9 * q2 + q3) as usize;
        let predicted = if c >= a.max(b) {
            a.min(b)
        } else if c <= a.min(b) {
            a.max(b)
        } else {
            a + b - c
        };
        let max = self.head.max;
        let context = self.contexts[at].clone();
        let predicted = (predicted + sign * context.c).clamp(0, max);
        let k = order(context.n, context.a);
        let mapped = self.golomb(k, self.limit)?;
        let turned = self.head.near == 0 && k == 0 && 2 * context.b <= -context.n;
        let half = mapped / 2;
        let error = match (turned, mapped % 2 == 1) {
            (true, true) | (false, false) => half,
            (true, false) | (false, true) => -half - 1,
        };
        self.learn(at, error);
        Ok(self.rebuilt(predicted + sign * error * self.step()))
    }

    /// Between two values that are told apart.
    fn step(&self) -> i64 {
        2 * self.head.near + 1
    }

    /// A.6.
    fn learn(&mut self, at: usize, error: i64) {
        let (step, reset) = (self.step(), self.head.reset);
        let context = &mut self.contexts[at];
        context.b += error * step;
        context.a += error.abs();
        if context.n == reset {
            context.a >>= 1;
            context.b >>= 1;
            context.n >>= 1;
        }
        context.n += 1;
        if context.b <= -context.n {
            context.b = (context.b + context.n).max(1 - context.n);
            context.c = (context.c - 1).max(BIAS[0]);
        } else if context.b > 0 {
            context.b = (context.b - context.n).min(0);
            context.c = (context.c + 1).min(BIAS[1]);
        }
    }

    /// Brought back into the range of pixels.
    fn rebuilt(&self, value: i64) -> i64 {
        let (max, near) = (self.head.max, self.head.near);
        let whole = self.range * self.step();
        let value = if value < -near {
            value + whole
        } else if value > max + near {
            value - whole
        } else {
            value
        };
        value.clamp(0, max)
    }

    /// How many pixels are as the one before, of those that are `left` in the line, and whether another one follows
    /// (A.7.1).
    fn run_length(&mut self, left: usize) -> Result<(usize, bool), Refusal> {
        let mut run = 0;
        while self.bits.bit()? {
            let whole = 1 << J[self.run];
            let length = whole.min(left - run);
            run += length;
            if length == whole {
                self.run = (self.run + 1).min(J.len() - 1);
            }
            if run == left {
                return Ok((run, false));
            }
        }
        run += self.bits.number(J[self.run])? as usize;
        if run < left {
            Ok((run, true))
        } else {
            Err("a run is longer than its line")
        }
    }

    /// The pixel that ends a run (A.7.2).
    fn end_of_run(&mut self, before: i64, above: i64) -> Result<i64, Refusal> {
        let alike = (before - above).abs() <= self.head.near;
        let kind = usize::from(alike);
        let context = self.contexts[INTERRUPTED + kind].clone();
        let sum = if alike {
            context.a + (context.n >> 1)
        } else {
            context.a
        };
        let k = order(context.n, sum);
        let mapped = self.golomb(k, self.limit - J[self.run] as i64 - 1)?;
        let doubled = mapped + kind as i64;
        let odd = doubled % 2 == 1;
        let size = (doubled + 1) / 2;
        let many = k != 0 || 2 * self.negative[kind] >= context.n;
        let error = if many == odd { -size } else { size };
        self.learn_run(kind, error, mapped);
        self.run = self.run.saturating_sub(1);
        let (predicted, sign) = match (alike, above >= before) {
            (true, _) => (before, 1),
            (false, true) => (above, 1),
            (false, false) => (above, -1),
        };
        Ok(self.rebuilt(predicted + sign * error * self.step()))
    }

    fn learn_run(&mut self, kind: usize, error: i64, mapped: i64) {
        let context = &mut self.contexts[INTERRUPTED + kind];
        self.negative[kind] += i64::from(error < 0);
        context.a += (mapped + 1 - kind as i64) >> 1;
        if context.n == self.head.reset {
            context.a >>= 1;
            context.n >>= 1;
            self.negative[kind] >>= 1;
        }
        context.n += 1;
    }

    /// A number of a Golomb code of order `k` whose longest word has `limit` bits (A.5.3).
    fn golomb(&mut self, k: usize, limit: i64) -> Result<i64, Refusal> {
        let mut zeros = 0;
        while !self.bits.bit()? {
            zeros += 1;
            if zeros > limit {
                return Err("a code is longer than it may be");
            }
        }
        let number = if zeros < limit - self.qbpp as i64 - 1 {
            (zeros << k) + self.bits.number(k)?
        } else {
            self.bits.number(self.qbpp)? + 1
        };
        // No error is larger; a damaged file must not teach one.
        if number > 2 * self.range {
            return Err("an error is larger than it may be");
        }
        Ok(number)
    }
}

/// The smallest k for which n 2^k is at least `sum`.
fn order(n: i64, sum: i64) -> usize {
    let mut k = 0;
    while n << k < sum {
        k += 1;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 24;

    /// A disc with edges and grain on nothing.
    fn pixel(x: usize, y: usize) -> u16 {
        let far = x.abs_diff(12).pow(2) + y.abs_diff(10).pow(2);
        if far < 70 {
            (700 + 13 * x + 31 * (y % 3) + x * y % 7) as u16
        } else {
            0
        }
    }

    fn expected() -> Vec<u16> {
        (0..SIDE * SIDE)
            .map(|i| pixel(i % SIDE, i / SIDE))
            .collect()
    }

    /// [`expected`], written by CharLS 2.4.3.
    const LOSSLESS: &[u8] = include_bytes!("disc.jls");
    /// The same, where each pixel may be off by two.
    const NEAR: &[u8] = include_bytes!("disc-near.jls");

    #[test]
    fn an_image_without_loss_is_as_it_was() {
        let read = decode(LOSSLESS, [SIDE; 2]).expect("an image");
        assert_eq!(read, expected());
    }

    #[test]
    fn an_image_with_loss_is_as_near_as_it_says() {
        let read = decode(NEAR, [SIDE; 2]).expect("an image");
        let far = read.iter().zip(expected()).map(|(a, b)| a.abs_diff(b));
        assert_eq!(far.max(), Some(2));
    }

    #[test]
    fn what_is_cut_or_changed_is_no_panic() {
        for end in 0..LOSSLESS.len() - 4 {
            assert!(decode(&LOSSLESS[..end], [SIDE; 2]).is_err(), "{end}");
        }
        for at in 0..LOSSLESS.len() {
            for bit in 0..8 {
                let mut changed = LOSSLESS.to_vec();
                changed[at] ^= 1 << bit;
                let _ = decode(&changed, [SIDE; 2]);
            }
        }
        assert!(decode(LOSSLESS, [SIDE, 1]).is_err());
    }
}
