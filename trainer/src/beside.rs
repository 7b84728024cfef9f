//! Work on many things beside each other.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// What `of` makes of each of `things`, in their order: beside each other on all threads where `beside` says so, else one
/// after the other.
///
/// # Errors
/// One of those of `of`.
pub fn each<I: Send, T: Send>(
    beside: bool,
    things: Vec<I>,
    of: impl Fn(I) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<T>> {
    if beside {
        things.into_par_iter().map(&of).collect()
    } else {
        things.into_iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays_and_an_error_is_told() {
        for beside in [false, true] {
            let halves = |odd: u32| {
                each(beside, (0..100).map(|i| 2 * i + odd).collect(), |i: u32| {
                    anyhow::ensure!(i.is_multiple_of(2), "{i} is odd");
                    Ok(i / 2)
                })
            };
            assert_eq!(halves(0).expect("even ones"), (0..100).collect::<Vec<_>>());
            assert!(halves(1).is_err());
        }
    }
}
