//! What wasmtime makes of the contract: the only `bindgen!` of the host. Nothing outside
//! `plugins` sees these types; [`convert`] turns them into the plain ones of `onedoor-forms`.

pub mod convert;

#[allow(missing_docs, clippy::all, clippy::pedantic)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "full-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

pub use generated::{exports, onedoor};

use wasmtime::component::{HasSelf, Linker};

use super::store::Call;

/// Links the whole contract: what a revision was not granted answers `denied`.
pub fn add_to_linker(linker: &mut Linker<Call>) -> wasmtime::Result<()> {
    generated::FullPlugin::add_to_linker::<_, HasSelf<_>>(linker, |call| call)
}
