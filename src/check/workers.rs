//! Pieces of work in turn, on plain threads: polars brings its own pool, and one rayon pool that waits on
//! another steals work while it waits.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the work makes of each piece, in the order of pieces; as many threads as rayon has.
pub(super) fn in_turn<T: Send>(pieces: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut all = Vec::with_capacity(pieces);
    in_turn_into(pieces, work, |made| all.push(made));
    all
}

/// What is done of some pieces, and which one is to be taken next.
struct Done<T, Take> {
    next: usize,
    waiting: BTreeMap<usize, T>,
    take: Take,
}

/// The same, each piece taken as soon as it and those before it are made: what is waiting takes no room twice.
pub(super) fn in_turn_into<T: Send>(
    pieces: usize,
    work: impl Fn(usize) -> T + Sync,
    take: impl FnMut(T) + Send,
) {
    let begun = AtomicUsize::new(0);
    let done = Mutex::new(Done { next: 0, waiting: BTreeMap::new(), take });
    let worker = || {
        loop {
            let piece = begun.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return;
            }
            let made = work(piece);
            let Ok(mut done) = done.lock() else { return };
            done.waiting.insert(piece, made);
            let Done { next, waiting, take } = &mut *done;
            while let Some(made) = waiting.remove(next) {
                take(made);
                *next += 1;
            }
        }
    };
    let workers = rayon::current_num_threads().min(pieces).max(1);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(worker))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_order_whoever_made_them() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let slow_first = |piece: usize| {
            std::thread::sleep(std::time::Duration::from_millis(if piece == 0 { 20 } else { 0 }));
            piece
        };
        let made = pool.install(|| in_turn(100, slow_first));
        assert_eq!(made, (0..100).collect::<Vec<_>>());
        assert!(pool.install(|| in_turn(0, slow_first)).is_empty());
    }
}
