//! One function that a component exports, called without its type being checked anew: checking the
//! types of a page takes longer than a small call itself. No other code skips a check.

use std::{
    marker::PhantomData,
    sync::atomic::{AtomicBool, Ordering},
};
use wasmtime::{
    Store,
    component::{
        Component, ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower, TypedFunc,
    },
};

use super::store::Call;

/// A function that takes `P` and answers with `R`, both tuples.
pub(super) struct Function<P, R> {
    index: ComponentExportIndex,
    /// Whether some instance's function had the type that is asked for.
    checked: AtomicBool,
    types: PhantomData<fn(P) -> R>,
}

impl<P, R> Function<P, R>
where
    P: ComponentNamedList + Lower + Send + Sync + 'static,
    R: ComponentNamedList + Lift + Send + Sync + 'static,
{
    /// The function `name` of the interface that `component` exports as `export`.
    pub(super) fn find(
        component: &Component,
        export: &ComponentExportIndex,
        name: &str,
    ) -> wasmtime::Result<Self> {
        let index = component.get_export_index(Some(export), name);
        let index = index.ok_or_else(|| {
            wasmtime::Error::msg(format!("the interface has no function `{name}`"))
        })?;
        Ok(Self {
            index,
            checked: AtomicBool::new(false),
            types: PhantomData,
        })
    }

    /// Calls it in `instance`, which must be one of the component it was found in.
    pub(super) async fn call(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        parameters: P,
    ) -> wasmtime::Result<R> {
        self.of(store, instance)?
            .call_async(store, parameters)
            .await
    }

    fn of(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
    ) -> wasmtime::Result<TypedFunc<P, R>> {
        let function = instance
            .get_func(&mut *store, self.index)
            .ok_or_else(|| wasmtime::Error::msg("the export is no function"))?;
        if !self.checked.load(Ordering::Acquire) {
            let typed = function.typed::<P, R>(&*store)?;
            self.checked.store(true, Ordering::Release);
            return Ok(typed);
        }
        // SAFETY: `index` belongs to one component, whose exports have the same types in every
        // instance; `typed` has found this one to be of `P` and `R`.
        Ok(unsafe { TypedFunc::new_unchecked(function) })
    }
}
