//! Whether the boxes asked for are the boxes seen.

use super::LabelBox;

/// Overlap from which two boxes mean the same lesion (the threshold of PASCAL VOC).
const SAME: f32 = 0.5;

/// Intersection over union, 0..=1, whatever the classes are.
pub fn iou(a: &LabelBox, b: &LabelBox) -> f32 {
    let across = a.right.min(b.right) - a.left.max(b.left);
    let down = a.bottom.min(b.bottom) - a.top.max(b.top);
    let common = across.max(0.0) * down.max(0.0);
    common / (a.area() + b.area() - common)
}

/// F1, 0..=1: harmonic mean of precision and recall, where a box seen is right when it overlaps one
/// asked for of its class by half or more; each counts once, the best pairs first. 1 where nothing
/// was asked for and nothing is seen.
pub fn f1(asked: &[LabelBox], seen: &[LabelBox]) -> f32 {
    if asked.is_empty() && seen.is_empty() {
        return 1.0;
    }
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (i, a) in asked.iter().enumerate() {
        for (j, b) in seen.iter().enumerate() {
            let overlap = iou(a, b);
            if a.class == b.class && overlap >= SAME {
                pairs.push((overlap, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut taken, mut used) = (vec![false; asked.len()], vec![false; seen.len()]);
    let mut right = 0;
    for (_, i, j) in pairs {
        if !taken[i] && !used[j] {
            (taken[i], used[j]) = (true, true);
            right += 1;
        }
    }
    2.0 * right as f32 / (asked.len() + seen.len()) as f32
}
