//! The allocator of a component: `talc` over what the initial memory leaves free, so that a small
//! call never grows its memory; growing costs the host more than the call itself. Beyond that it
//! grows by what is needed, at least 1 MiB at a time.

use core::{alloc::Layout, arch::wasm32, ptr::NonNull};

use talc::{
    base::{Talc, binning::Binning},
    cell::TalcSyncCell,
    source::Source,
    wasm::WasmBinning,
};

const PAGE: usize = 64 * 1024;
const LEAST_GROWTH: usize = 16;

#[global_allocator]
static ALLOCATOR: TalcSyncCell<Memory, WasmBinning> = TalcSyncCell::new_wasm(Memory { end: None });

unsafe extern "C" {
    /// Where the linker's data ends. Its address counts, not its value.
    static __heap_base: u8;
}

/// The component's linear memory; `end` is where the heap ends so far.
#[derive(Debug)]
struct Memory {
    end: Option<NonNull<u8>>,
}

// SAFETY: allocates nothing itself, and does not touch the allocator it is part of.
unsafe impl Source for Memory {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        let Some(end) = talc.source.end else {
            let base = (&raw const __heap_base).cast_mut();
            let size = wasm32::memory_size::<0>() * PAGE - base as usize;
            // SAFETY: nothing but the heap lies between `__heap_base` and the end of the memory
            // (the linker puts stack and data below), and no one else hands it out.
            talc.source.end = unsafe { talc.claim(base, size) };
            return talc.source.end.map(|_| ()).ok_or(());
        };
        // Twice the alignment and two words cover what the allocator adds.
        let bytes = layout.size() + 2 * layout.align() + 64;
        let pages = bytes.div_ceil(PAGE).max(LEAST_GROWTH);
        let before = wasm32::memory_grow::<0>(pages);
        if before == usize::MAX {
            return Err(());
        }
        let top = ((before + pages) * PAGE) as *mut u8;
        // SAFETY: the pages just grown follow the heap, whose end this is.
        talc.source.end = Some(unsafe { talc.extend(end, top) });
        Ok(())
    }
}
