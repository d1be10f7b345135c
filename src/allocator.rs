//! Memory as a night wants it: tables on large pages, and what is freed given back to the system.
//!
//! glibc raises the size from which a block of memory is mapped by itself each time that such a block is freed, up to
//! 32 MiB: from then on a stage's tables come from the heap, and what is freed in its middle stays resident while
//! the next stage asks for more. Held at a fixed size, the peak of a night falls by a sixth.
//!
//! Tables of hundreds of megabytes are read at random: on pages of 4 KiB nearly each look waits for the page to be
//! found first, and the kernel hands out two million pages a night. Most systems give pages of 2 MiB to whom asks.
//! docs/performance.md has the figures.
//!
//! There is no safe way to say either; this module is the only one with `unsafe`.
#![allow(unsafe_code, reason = "an allocator and two C functions are told by nothing else")]

use std::alloc::{GlobalAlloc, Layout, System};

/// Blocks of this many bytes and more are mapped by themselves. Below it live short texts, above it tables.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: libc::c_int = 512 << 10;
/// Free bytes at a heap's end from which on they are given back; with the usual 128 KiB a buffer that is made anew
/// for each piece of work comes and goes, page by page.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const TRIMMED_FROM: libc::c_int = 1 << 20;
/// Blocks of this many bytes and more ask for large pages, of which one may fit.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_FROM: usize = 2 << 20;

/// Has large blocks given back to the system as soon as they are freed. To be called once, before threads begin;
/// later it is harmless, but blocks that are on the heap by then stay there. Does nothing but on Linux with glibc.
pub fn give_back_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt(3) takes two numbers and no pointer, may be called at any time, and is thread-safe but for
    // settings made at the same moment. A refusal (0) leaves glibc as it was, which is safe as well.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM);
        libc::mallopt(libc::M_TRIM_THRESHOLD, TRIMMED_FROM);
    }
}

/// The system's allocator, with large pages for large blocks where the system has them (Linux with glibc).
#[derive(Debug)]
pub struct LargePages;

// SAFETY: each method hands its arguments to the system's allocator as they are, and gives back what that gives; the
// caller's promises to this one are those that the other asks for.
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see the impl.
        let block = unsafe { System.alloc(layout) };
        ask_for_large_pages(block, layout.size());
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see the impl.
        let block = unsafe { System.alloc_zeroed(layout) };
        ask_for_large_pages(block, layout.size());
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: see the impl.
        unsafe { System.dealloc(block, layout) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: see the impl.
        let block = unsafe { System.realloc(block, layout, new_size) };
        if new_size > layout.size() {
            ask_for_large_pages(block, new_size);
        }
        block
    }
}

/// Asks for large pages from the page in which a block begins to the block's end.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn ask_for_large_pages(block: *mut u8, bytes: usize) {
    if bytes < LARGE_FROM || block.is_null() {
        return;
    }
    // SAFETY: sysconf(3) takes a number and reads a constant.
    let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(1);
    let before = block.addr() % page;
    // SAFETY: the range lies in pages that the block itself lies in, all of them mapped and ours. MADV_HUGEPAGE changes
    // neither what they hold nor who may use them, but only how the kernel backs them; a refusal leaves that as it was.
    unsafe {
        libc::madvise(block.wrapping_sub(before).cast(), bytes + before, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn ask_for_large_pages(_: *mut u8, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_any_size_keep_what_they_hold_as_they_grow_and_shrink() {
        let size = |bytes: usize| Layout::from_size_align(bytes, 8).unwrap();
        // SAFETY: sizes are not zero; each block is given back once, with the layout that it has by then.
        unsafe {
            let mut block = LargePages.alloc_zeroed(size(64));
            let mut bytes = 64;
            for next in [4096, 5 << 20, 40 << 20, 9 << 20, 128] {
                let filled = bytes.min(next);
                block.write_bytes(7, filled);
                block = LargePages.realloc(block, size(bytes), next);
                bytes = next;
                assert!((0..filled).step_by(511).all(|at| *block.add(at) == 7), "{next}");
            }
            LargePages.dealloc(block, size(bytes));
            let zeroed = LargePages.alloc_zeroed(size(12 << 20));
            assert!((0..12 << 20).step_by(4093).all(|at| *zeroed.add(at) == 0));
            LargePages.dealloc(zeroed, size(12 << 20));
        }
    }
}
