//! Pieces of work in turn, on plain threads: polars brings its own pool, and one rayon pool that waits on
//! another steals work while it waits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the work makes of each piece, in the order of pieces; as many threads as rayon has.
pub(super) fn in_turn<T: Send>(pieces: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(pieces));
    let worker = || {
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return;
            }
            let made = work(piece);
            if let Ok(mut done) = done.lock() {
                done.push((piece, made));
            }
        }
    };
    let workers = rayon::current_num_threads().min(pieces).max(1);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(worker))));
    let mut made = done.into_inner().unwrap_or_default();
    made.sort_unstable_by_key(|(piece, _)| *piece);
    made.into_iter().map(|(_, made)| made).collect()
}
