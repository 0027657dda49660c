//! The world of a replay: every import of a component, answered from the recording and from nothing
//! else. No function in here knows a domain or a database; it could reach no data if it wanted to.

use onedoor_manifest::{Budget, HostAnswer};
use std::sync::Arc;
use wasmtime::{
    Store, StoreContextMut,
    component::{Component, Linker, Resource, ResourceType, Val, types::ComponentItem},
};

use super::{
    super::{
        limits::{GuestClock, Limiter},
        store::bound,
    },
    values,
};

/// The guest asked the host for something else than in its author's tests.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Strayed(String);

/// What a handle stands for: nothing. What is asked of it is answered from the recording.
struct Handle;

/// The state of one replayed call.
pub(super) struct Tape {
    answers: Arc<Vec<HostAnswer>>,
    next: usize,
    /// How many functions of the host it has called, those without an answer too.
    pub(super) calls: u32,
    clock: Arc<GuestClock>,
    limiter: Limiter,
}

impl Tape {
    /// Bytes of memory in use.
    pub(super) fn memory(&self) -> usize {
        self.limiter.used()
    }

    /// Whether the guest has asked for everything that it asked for in its author's tests.
    pub(super) fn played_out(&self) -> bool {
        self.next == self.answers.len()
    }

    fn take(&mut self, function: &str) -> Result<usize, Strayed> {
        match self.answers.get(self.next) {
            Some(answer) if answer.function == function => {
                self.next += 1;
                Ok(self.next - 1)
            }
            Some(other) => Err(Strayed(format!(
                "it calls {function} where its test called {}",
                other.function
            ))),
            None => Err(Strayed(format!(
                "it calls {function} where its test called nothing more"
            ))),
        }
    }
}

/// A store for one replayed call, under the budget that a real one has.
pub(super) fn store(
    component: &Component,
    answers: &Arc<Vec<HostAnswer>>,
    budget: Budget,
) -> (Store<Tape>, Arc<GuestClock>) {
    let clock = GuestClock::new();
    let tape = Tape {
        answers: answers.clone(),
        next: 0,
        calls: 0,
        clock: clock.clone(),
        limiter: Limiter::new(budget.memory_mib as usize * (1 << 20)),
    };
    let mut store = Store::new(component.engine(), tape);
    store.limiter(|tape| &mut tape.limiter);
    bound(&mut store, &clock, budget);
    (store, clock)
}

/// Every import of `component`, played back.
pub(super) fn linker(component: &Component) -> wasmtime::Result<Linker<Tape>> {
    let engine = component.engine();
    let mut linker = Linker::new(engine);
    for (interface, import) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else {
            continue;
        };
        let mut functions = linker.instance(interface)?;
        let short = interface.split(['/', '@']).nth(1).unwrap_or(interface);
        for (name, export) in instance.exports(engine) {
            match export.ty {
                ComponentItem::ComponentFunc(_) => {
                    let plain = name.strip_prefix("[method]").unwrap_or(name);
                    let function = format!("{short}.{plain}");
                    functions.func_new(name, move |mut store, ty, handed, results| {
                        let_go(&mut store, handed)?;
                        let ty = ty.results().next();
                        play(store, &function, ty.as_ref(), results)
                    })?;
                }
                ComponentItem::Resource(_) => {
                    functions.resource(name, ResourceType::host::<Handle>(), |_, _| Ok(()))?;
                }
                _ => {}
            }
        }
    }
    Ok(linker)
}

/// Gives back the handles that a function was handed: each that is lent must be back when it ends.
fn let_go(store: &mut StoreContextMut<'_, Tape>, handed: &[Val]) -> wasmtime::Result<()> {
    for value in handed {
        if let Val::Resource(handle) = value {
            handle.try_into_resource::<Handle>(&mut *store)?;
        }
    }
    Ok(())
}

fn play(
    mut store: StoreContextMut<'_, Tape>,
    function: &str,
    ty: Option<&wasmtime::component::Type>,
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let tape = store.data_mut();
    let clock = tape.clock.clone();
    let _host = clock.pause();
    tape.calls = tape.calls.saturating_add(1);
    // A function that answers nothing, as the log's, needs no recording.
    let (Some(ty), Some(result)) = (ty, results.first_mut()) else {
        return Ok(());
    };
    let at = tape.take(function).map_err(wasmtime::Error::new)?;
    let answers = tape.answers.clone();
    let mut handle = || {
        let made = Resource::<Handle>::new_own(0).try_into_resource_any(&mut store);
        made.map(Val::Resource).map_err(|it| it.to_string())
    };
    let recorded = answers.get(at);
    let answer = recorded.map(|it| values::lower_with(ty, &it.answer, &mut handle));
    let unfit = |why: String| {
        wasmtime::Error::new(Strayed(format!(
            "what {function} answered was other then: {why}"
        )))
    };
    *result = answer
        .unwrap_or_else(|| Err("nothing".to_owned()))
        .map_err(unfit)?;
    Ok(())
}
