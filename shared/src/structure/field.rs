//! Lines as a distance field: smooth where a map of lines jumps, so that a network that is one pixel off is nearly right.

/// Farthest that a field may reach, pixels: lines lie closer to each other.
pub const MAX_REACH: usize = 8;

/// The signed distance from the edge of the lines of a map of `size` x `size` pixels, row-major: 1/2 on the edge, more
/// inside, 0 and 1 from `reach` pixels away. Distances are Euclidean, from pixel centre to pixel centre less half a pixel.
/// With a `reach` of 0 it is the map itself, 0 and 1.
pub fn distance_field(is_line: impl Fn(usize) -> bool, size: usize, reach: usize) -> Vec<f32> {
    let lines: Vec<bool> = (0..size * size).map(is_line).collect();
    let near = |at: usize| at.saturating_sub(reach)..(at + reach + 1).min(size);
    let value = |at: usize| {
        let (y, x) = (at / size, at % size);
        let square = |v: usize, w: usize| v.abs_diff(w).pow(2);
        let others = near(y).flat_map(|v| near(x).map(move |w| (v, w)));
        let others = others.filter(|(v, w)| lines[v * size + w] != lines[at]);
        let nearest = others.map(|(v, w)| square(y, v) + square(x, w)).min();
        let away = nearest.map_or(f32::INFINITY, |d| (d as f32).sqrt() - 0.5);
        let share = (away / reach as f32).min(1.0) / 2.0;
        if lines[at] { 0.5 + share } else { 0.5 - share }
    };
    (0..size * size).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_ridge_whose_edge_is_one_half() {
        // One line, one pixel wide, down the middle of 9 x 9 pixels.
        let map: Vec<u8> = (0..81).map(|i| u8::from(i % 9 == 4)).collect();
        let field = distance_field(|at| map[at] == 1, 9, 2);
        let row = &field[36..45];
        let expected = [0.0, 0.0, 0.125, 0.375, 0.625, 0.375, 0.125, 0.0, 0.0];
        assert_eq!(row, expected);
        let lines: Vec<u8> = field.iter().map(|&v| u8::from(v > 0.5)).collect();
        assert_eq!(lines, map, "what is above a half is the map again");
        let as_it_is = distance_field(|at| map[at] == 1, 9, 0);
        let values: Vec<f32> = map.iter().map(|&v| f32::from(v)).collect();
        assert_eq!(as_it_is, values);
    }
}
