//! How a vessel tree fills a tissue: space colonisation, then Murray's law.
//!
//! Tissue without supply calls for vessels. Each target pulls at the nearest vessel; vessels grow a
//! step towards what pulls at them and satisfy the targets that they reach (Runions 2005). What comes
//! out covers the tissue evenly and hardly ever meets itself, as retinal vessels do. Widths follow
//! from the leaves: the cube of a parent's radius is the sum of the cubes of its children (Murray
//! 1926).

use crate::phantom::shape::Point;

/// Length of one step of growth, in body coordinates.
pub(super) const STEP: f32 = 0.02;
/// How much a growing tip keeps its heading beside the pull of the targets.
const INERTIA: f32 = 1.4;
/// The same for a new side branch.
const FORK_INERTIA: f32 = 0.9;
/// Cosine of the angle beyond which a vessel does not serve a target: it would curl.
const ASIDE: f32 = 0.2;
/// Cosine of the largest angle between a vessel and what a side branch of it is for; wider ones leave
/// further upstream, which makes forks acute.
const ACUTE: f32 = 0.6;
/// Steps between two forks of one vessel.
const GAP: usize = 4;
/// Steps that a fork may move upstream.
const CLIMB: usize = 22;
/// Rounds of growth after which targets that nothing reaches are given up.
const ROUNDS: usize = 150;

/// A tree of short straight pieces; parents stand before their children.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    at: Point,
    heading: Point,
    parent: usize,
    children: u8,
    /// The first child, the vessel's continuation.
    next: Option<usize>,
}

/// A piece of vessel between two places, with its radius at both.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) from: (Point, f32),
    pub(super) to: (Point, f32),
}

struct Target {
    at: Point,
    nearest: usize,
    distance: f32,
}

impl Tree {
    /// A tree that is nothing but its root; the root is its own parent.
    pub(super) fn rooted(at: Point, heading: Point) -> Self {
        let root = Node {
            at,
            heading,
            parent: 0,
            children: 0,
            next: None,
        };
        Self { nodes: vec![root] }
    }

    /// Adds a node at `at` to node `parent`; the new node's number.
    pub(super) fn extend(&mut self, parent: usize, at: Point) -> usize {
        let new = self.nodes.len();
        let from = &mut self.nodes[parent];
        from.children += 1;
        from.next.get_or_insert(new);
        let heading = unit(at.x - from.at.x, at.y - from.at.y).unwrap_or(from.heading);
        self.nodes.push(Node {
            at,
            heading,
            parent,
            children: 0,
            next: None,
        });
        new
    }

    /// Place and heading of node `index`.
    pub(super) fn tip(&self, index: usize) -> (Point, Point) {
        (self.nodes[index].at, self.nodes[index].heading)
    }

    /// Grows until every target has a vessel within `reach` or is given up. Everywhere vessels tend
    /// along `flow`, whose length counts beside the pull of 1; none enters where `open` is false.
    pub(super) fn colonise(
        &mut self,
        targets: Vec<Point>,
        reach: f32,
        flow: impl Fn(Point) -> Point,
        open: impl Fn(Point) -> bool,
    ) {
        let mut targets: Vec<Target> = targets
            .into_iter()
            .map(|at| Target {
                at,
                nearest: 0,
                distance: f32::INFINITY,
            })
            .collect();
        self.approach(&mut targets, 0, reach);
        for _ in 0..ROUNDS {
            let known = self.nodes.len();
            for (parent, to) in self.steps(&targets, &flow) {
                if open(to) && self.nodes[parent].children < 2 {
                    self.extend(parent, to);
                }
            }
            if self.nodes.len() == known {
                break;
            }
            self.approach(&mut targets, known, reach);
        }
    }

    /// Measures the targets' distances to the nodes from `first` on and drops what is supplied.
    fn approach(&self, targets: &mut Vec<Target>, first: usize, reach: f32) {
        targets.retain_mut(|target| {
            for (index, node) in self.nodes.iter().enumerate().skip(first) {
                let away = distance(node.at, target.at);
                if away < target.distance {
                    target.nearest = index;
                    target.distance = away;
                }
            }
            target.distance > reach
        });
    }

    /// One round of growth: nodes and where they grow to. A tip follows the sum of all that pulls at
    /// it, a side branch starts for the nearest target alone, as targets on both sides cancel out.
    fn steps(&self, targets: &[Target], flow: impl Fn(Point) -> Point) -> Vec<(usize, Point)> {
        let mut pulls: Vec<Option<(Point, f32)>> = vec![None; self.nodes.len()];
        for target in targets {
            let Some(origin) = self.origin(target) else {
                continue;
            };
            let Node { at, children, .. } = self.nodes[origin];
            let away = distance(at, target.at).max(1e-6);
            let (x, y) = ((target.at.x - at.x) / away, (target.at.y - at.y) / away);
            pulls[origin] = match pulls[origin] {
                Some((sum, _)) if children == 0 => Some((Point::new(sum.x + x, sum.y + y), away)),
                Some((pull, nearest)) if nearest <= away => Some((pull, nearest)),
                _ => Some((Point::new(x, y), away)),
            };
        }
        let pulled = pulls.into_iter().enumerate();
        pulled
            .filter_map(|(i, pull)| Some((i, self.step(i, pull?.0, &flow)?)))
            .collect()
    }

    /// Where node `index` grows to when it is pulled along `pull`.
    fn step(&self, index: usize, pull: Point, flow: impl Fn(Point) -> Point) -> Option<Point> {
        let Node {
            at,
            heading,
            children,
            ..
        } = self.nodes[index];
        let inertia = if children == 0 { INERTIA } else { FORK_INERTIA };
        let pull = unit(pull.x, pull.y)?;
        let flow = flow(at);
        let to = unit(
            pull.x + inertia * heading.x + flow.x,
            pull.y + inertia * heading.y + flow.y,
        )?;
        Some(Point::new(at.x + STEP * to.x, at.y + STEP * to.y))
    }

    /// The node that grows for `target`: the nearest or one upstream of it, so that vessels bend and
    /// branches leave forward; where none does well, the one that does best, if it does not have to turn back.
    fn origin(&self, target: &Target) -> Option<usize> {
        let mut index = target.nearest;
        let (mut best, mut straightest) = (None, ASIDE);
        for _ in 0..CLIMB {
            if self.may_grow(index) {
                let node = &self.nodes[index];
                let (dx, dy) = (target.at.x - node.at.x, target.at.y - node.at.y);
                let along = dx * node.heading.x + dy * node.heading.y;
                let cosine = along / libm::sqrtf(dx * dx + dy * dy).max(1e-6);
                if cosine > straightest {
                    (best, straightest) = (Some(index), cosine);
                }
                if cosine > ACUTE {
                    break;
                }
            }
            index = self.nodes[index].parent;
        }
        best
    }

    /// Whether node `index` is a tip, or its vessel has no other fork nearby.
    fn may_grow(&self, index: usize) -> bool {
        let forks = |i: usize| self.nodes[i].children > 1;
        let Some(mut down) = self.nodes[index].next else {
            return true;
        };
        let mut up = index;
        for _ in 0..GAP {
            if forks(up) || forks(down) {
                return false;
            }
            up = self.nodes[up].parent;
            down = self.nodes[down].next.unwrap_or(down);
        }
        true
    }

    /// Moves every node.
    pub(super) fn displace(&mut self, to: impl Fn(Point) -> Point) {
        for node in &mut self.nodes {
            node.at = to(node.at);
        }
    }

    /// Rounds off the corners: each node moves towards the middle of its parent and its main child.
    pub(super) fn smooth(&mut self, passes: usize) {
        let main = self.main_children(&self.leaves());
        for _ in 0..passes {
            let before: Vec<Point> = self.nodes.iter().map(|node| node.at).collect();
            for (i, node) in self.nodes.iter_mut().enumerate().skip(1) {
                if let Some(child) = main[i] {
                    let (a, b, c) = (before[node.parent], before[i], before[child]);
                    node.at = Point::new(
                        0.25 * a.x + 0.5 * b.x + 0.25 * c.x,
                        0.25 * a.y + 0.5 * b.y + 0.25 * c.y,
                    );
                }
            }
        }
    }

    /// The pieces of the tree, whose root has radius `root`. A side branch leaves with its own
    /// radius, the main one tapers from its parent's.
    pub(super) fn pieces(&self, root: f32) -> Vec<Piece> {
        let leaves = self.leaves();
        let main = self.main_children(&leaves);
        let radius = |i: usize| root * libm::cbrtf(leaves[i] as f32 / leaves[0] as f32);
        let children = self.nodes.iter().enumerate().skip(1);
        children
            .map(|(i, node)| {
                let begin = if main[node.parent] == Some(i) {
                    node.parent
                } else {
                    i
                };
                Piece {
                    from: (self.nodes[node.parent].at, radius(begin)),
                    to: (node.at, radius(i)),
                }
            })
            .collect()
    }

    /// Number of leaves that each node feeds.
    fn leaves(&self) -> Vec<u32> {
        let mut leaves: Vec<u32> = self
            .nodes
            .iter()
            .map(|n| u32::from(n.children == 0))
            .collect();
        for i in (1..self.nodes.len()).rev() {
            leaves[self.nodes[i].parent] += leaves[i];
        }
        leaves
    }

    /// For each node the child that feeds most leaves.
    fn main_children(&self, leaves: &[u32]) -> Vec<Option<usize>> {
        let mut main: Vec<Option<usize>> = vec![None; self.nodes.len()];
        for (i, node) in self.nodes.iter().enumerate().skip(1) {
            let slot = &mut main[node.parent];
            if slot.is_none_or(|other| leaves[other] < leaves[i]) {
                *slot = Some(i);
            }
        }
        main
    }
}

/// Distance between two places.
pub(super) fn distance(a: Point, b: Point) -> f32 {
    let (dx, dy) = (a.x - b.x, a.y - b.y);
    libm::sqrtf(dx * dx + dy * dy)
}

/// The direction of a vector, `None` where it has none.
pub(super) fn unit(x: f32, y: f32) -> Option<Point> {
    let length = libm::sqrtf(x * x + y * y);
    (length > 1e-6).then(|| Point::new(x / length, y / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REACH: f32 = 0.04;

    fn still(_: Point) -> Point {
        Point::new(0.0, 0.0)
    }

    /// A trunk of ten steps downward in a square of targets.
    fn grown(targets: &[Point]) -> Tree {
        let mut tree = Tree::rooted(Point::new(0.0, 0.0), Point::new(0.0, 1.0));
        let mut tip = 0;
        for step in 1..=10 {
            tip = tree.extend(tip, Point::new(0.0, step as f32 * STEP));
        }
        tree.colonise(targets.to_vec(), REACH, still, |_| true);
        tree
    }

    fn square() -> Vec<Point> {
        (0..400)
            .map(|i| Point::new((i % 20) as f32 * 0.05 - 0.5, (i / 20) as f32 * 0.05))
            .collect()
    }

    #[test]
    fn radii_follow_murray() {
        let tree = grown(&square());
        let mut radii = vec![0.02];
        radii.extend(tree.pieces(0.02).iter().map(|piece| piece.to.1));
        let mut sums = vec![0.0; radii.len()];
        for (node, radius) in tree.nodes.iter().zip(&radii).skip(1) {
            sums[node.parent] += radius * radius * radius;
        }
        let mut forks = 0;
        for ((node, radius), sum) in tree.nodes.iter().zip(&radii).zip(sums) {
            assert!(node.children <= 2, "a vessel forks in two");
            forks += usize::from(node.children == 2);
            let cube = radius * radius * radius;
            assert!(node.children == 0 || (sum / cube - 1.0).abs() < 1e-4);
        }
        assert!(forks > 10, "{forks}");
    }

    #[test]
    fn growth_supplies_what_lies_ahead() {
        let targets = square();
        let tree = grown(&targets);
        let fed = |t: Point| tree.nodes.iter().any(|n| distance(n.at, t) <= REACH);
        let ahead = |t: Point| t.y > 0.2 && t.x.abs() < t.y;
        let total = targets.iter().filter(|&&t| ahead(t)).count();
        let hungry = targets.iter().filter(|&&t| ahead(t) && !fed(t)).count();
        assert!(hungry < total / 5, "{hungry} of {total}");
    }

    #[test]
    fn growth_stays_where_it_may() {
        let mut tree = Tree::rooted(Point::new(0.0, 0.0), Point::new(0.0, 1.0));
        tree.colonise(square(), REACH, still, |p| p.x < 0.1);
        let nodes = tree.nodes.len();
        assert!(nodes > 20, "{nodes}");
        assert!(tree.nodes.iter().all(|node| node.at.x < 0.1));
    }
}
