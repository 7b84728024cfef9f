//! How many browsers run at once: two, since one often waits, and one alone where two would wait for each other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Browsers at once.
const PLACES: usize = 2;

static HALL: Hall = Hall {
    state: Mutex::new(State {
        taken: 0,
        want_all: 0,
    }),
    left: Condvar::new(),
};

struct Hall {
    state: Mutex<State>,
    left: Condvar,
}

struct State {
    /// Places that are taken.
    taken: usize,
    /// Those who wait for all of them: nobody who wants one goes before.
    want_all: usize,
}

/// The right to run a browser, given back when dropped.
pub struct Turn {
    places: usize,
}

impl Turn {
    /// Beside at most one other.
    pub fn shared() -> Self {
        let free = |state: &mut State| state.want_all > 0 || state.taken == PLACES;
        let waiting = HALL.left.wait_while(HALL.now(), free);
        waiting.unwrap_or_else(PoisonError::into_inner).taken += 1;
        Self { places: 1 }
    }

    /// Beside no other.
    pub fn alone() -> Self {
        let mut state = HALL.now();
        state.want_all += 1;
        let waiting = HALL.left.wait_while(state, |state| state.taken > 0);
        let mut state = waiting.unwrap_or_else(PoisonError::into_inner);
        state.want_all -= 1;
        state.taken = PLACES;
        Self { places: PLACES }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        HALL.now().taken -= self.places;
        HALL.left.notify_all();
    }
}

impl Hall {
    fn now(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
