//! Freed memory goes back to the system.
//!
//! glibc raises the size from which a block of memory is mapped by itself each time that such a block is freed, up to
//! 32 MiB: from then on a stage's tables come from the heap, and what is freed in its middle stays resident while
//! the next stage asks for more. Held at a fixed size, the peak of a night falls by a sixth (docs/performance.md), at no
//! cost in time. There is no safe way to say so; this module is the only one with `unsafe`.
#![allow(unsafe_code, reason = "glibc is told by a C function alone")]

/// Blocks of this many bytes and more are mapped by themselves. Below it live short texts, above it tables.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: libc::c_int = 256 << 10;

/// Has large blocks given back to the system as soon as they are freed. To be called once, before threads begin;
/// later it is harmless, but blocks that are on the heap by then stay there. Does nothing but on Linux with glibc.
pub fn give_back_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt(3) takes two numbers and no pointer, may be called at any time, and is thread-safe but for
    // settings made at the same moment. A refusal (0) leaves glibc as it was, which is safe as well.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM);
    }
}
