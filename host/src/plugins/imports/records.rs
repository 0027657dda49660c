//! `onedoor:records/records`: what departments keep about persons, by grant or consent.

use wasmtime::component::Resource;

use super::{
    super::{
        bindings::{
            Lift as _, Lower as _,
            records::{self, About, Basis, Filter, Missing, Refusal},
            types, ui,
        },
        failure::HostFault,
        store::Call,
    },
    bounded, packed, paging, refusal,
};
use crate::{
    error::Error,
    records::{
        held::{self, Opened, Reached, Refused},
        kept, listed,
    },
    time::Timestamp,
};

type Answer<T> = wasmtime::Result<Result<T, Refusal>>;

impl Call {
    /// A record's result as the contract has it.
    fn reached<T>(&mut self, result: Reached<T>) -> Answer<T> {
        Ok(match result {
            Ok(value) => Ok(value),
            Err(Refused::Failed(error)) => {
                if let Error::NotGranted { capability, line } = &error {
                    self.notes.denied(capability, line);
                }
                Err(Refusal::Failed(refusal(self, error)?))
            }
            Err(Refused::Ungranted(it)) => {
                let what = format!("grant:{}:{}", it.purpose, it.dataset);
                self.notes.denied(&what, &it.ask);
                Err(Refusal::Ungranted(Missing {
                    purpose: it.purpose,
                    dataset: it.dataset,
                    fields: it.fields,
                    basis: match it.basis {
                        onedoor_manifest::Basis::Duty => Basis::Duty,
                        onedoor_manifest::Basis::Consent => Basis::Consent,
                    },
                    ask: it.ask,
                }))
            }
        })
    }

    async fn open_about(
        &mut self,
        about: held::About,
        dataset: &str,
        purpose: &str,
    ) -> Answer<Resource<Opened>> {
        bounded(dataset, 64, "a dataset's id has at most 64 characters")?;
        bounded(purpose, 64, "a purpose has at most 64 characters")?;
        let result = held::open(&self.domain, &self.cx, about, dataset, purpose).await;
        match self.reached(result)? {
            Ok(opened) => {
                let last = self.opened.last_key_value();
                let rep = last.map_or(0, |(rep, _)| rep.saturating_add(1));
                self.opened.insert(rep, opened);
                Ok(Ok(Resource::new_own(rep)))
            }
            Err(refused) => Ok(Err(refused)),
        }
    }

    fn entry(&self, it: &Resource<Opened>) -> wasmtime::Result<Opened> {
        self.opened.get(&it.rep()).cloned().ok_or_else(gone)
    }
}

/// The engine hands over only handles that were given out: this is our fault, never the guest's.
fn gone() -> wasmtime::Error {
    tracing::error!("a record's handle was lost");
    wasmtime::Error::new(HostFault)
}

fn whom(about: About) -> held::About {
    match about {
        About::Caller => held::About::Caller,
        About::Token(token) => held::About::Token(token),
        About::Subject(subject) => held::About::Subject(subject),
    }
}

impl records::Host for Call {
    async fn own(&mut self, dataset: String, purpose: String) -> Answer<Resource<Opened>> {
        let _host = self.enter("records.own");
        self.open_about(held::About::Caller, &dataset, &purpose)
            .await
    }

    async fn open(
        &mut self,
        about: About,
        dataset: String,
        purpose: String,
    ) -> Answer<Resource<Opened>> {
        let _host = self.enter("records.open");
        self.open_about(whom(about), &dataset, &purpose).await
    }

    async fn put(
        &mut self,
        once: String,
        dataset: String,
        about: About,
        answers: Vec<ui::Answer>,
    ) -> Answer<String> {
        let _host = self.enter("records.put");
        bounded(&dataset, 64, "a dataset's id has at most 64 characters")?;
        let (about, answers) = (whom(about), answers.lift());
        let result = kept::put(&self.domain, &self.cx, &once, &dataset, about, answers).await;
        self.reached(result)
    }

    async fn agreed(
        &mut self,
        about: About,
        purpose: String,
    ) -> wasmtime::Result<Result<bool, types::Error>> {
        let _host = self.enter("records.agreed");
        bounded(&purpose, 64, "a purpose has at most 64 characters")?;
        let result = kept::agreed(&self.domain, &self.cx, whom(about), &purpose).await;
        self.answer(result)
    }

    async fn erase(
        &mut self,
        once: String,
        dataset: String,
        about: About,
    ) -> wasmtime::Result<Result<(), types::Error>> {
        let _host = self.enter("records.erase");
        bounded(&dataset, 64, "a dataset's id has at most 64 characters")?;
        let result = kept::erase(&self.domain, &self.cx, &once, &dataset, whom(about)).await;
        self.answer(result)
    }

    async fn list(
        &mut self,
        dataset: String,
        purpose: String,
        filter: Filter,
        page: types::Paging,
    ) -> Answer<types::Page> {
        let _host = self.enter("records.list");
        let wanted = listed::Filter {
            division: filter.division,
            changed: filter
                .changed
                .map(|it| Timestamp::from_micros(it.saturating_mul(1000))),
            fields: filter.fields,
        };
        let page = paging(page);
        let result = listed::list(&self.domain, &self.cx, &dataset, &purpose, &wanted, &page).await;
        self.reached(result.map(|found| columns(&wanted.fields, &found)))
    }
}

impl records::HostEntry for Call {
    async fn subject(&mut self, it: Resource<Opened>) -> wasmtime::Result<String> {
        let _host = self.enter("records.entry.subject");
        Ok(self.entry(&it)?.subject)
    }

    async fn version(&mut self, it: Resource<Opened>) -> wasmtime::Result<u64> {
        let _host = self.enter("records.entry.version");
        let opened = self.entry(&it)?;
        let result = held::version(&self.domain, &self.cx, &opened).await;
        result.map_err(|error| {
            tracing::error!(error = error.chain(), "a host function failed");
            wasmtime::Error::new(HostFault)
        })
    }

    async fn read(&mut self, it: Resource<Opened>, fields: Vec<String>) -> Answer<Vec<ui::Answer>> {
        let _host = self.enter("records.entry.read");
        let opened = self.entry(&it)?;
        let result = held::read(&self.domain, &self.cx, &opened, &fields).await;
        self.reached(result.map(|it| it.lower()))
    }

    async fn write(
        &mut self,
        it: Resource<Opened>,
        once: String,
        version: u64,
        answers: Vec<ui::Answer>,
    ) -> Answer<u64> {
        let _host = self.enter("records.entry.write");
        let opened = self.entry(&it)?;
        let answers = answers.lift();
        let result = kept::write(&self.domain, &self.cx, &opened, &once, version, answers).await;
        self.reached(result)
    }

    async fn drop(&mut self, it: Resource<Opened>) -> wasmtime::Result<()> {
        self.opened.remove(&it.rep()).map(drop).ok_or_else(gone)
    }
}

/// Rows as columns of texts.
fn columns(fields: &[String], found: &crate::page::Page<listed::Row>) -> types::Page {
    let mut columns = Vec::new();
    for field in fields {
        let texts: Vec<String> = found
            .items
            .iter()
            .map(|row| row.answers.get(field).map(text).unwrap_or_default())
            .collect();
        columns.push(types::Column::Texts(packed(
            texts.iter().map(String::as_str),
        )));
    }
    let changed = found.items.iter().map(|it| it.changed.millis()).collect();
    columns.push(types::Column::Integers(changed));
    let mut names = fields.to_vec();
    names.push("changed".to_owned());
    types::Page {
        ids: packed(found.items.iter().map(|it| it.subject.as_str())),
        names,
        columns,
        next: found.next.clone(),
    }
}

/// A value as a list shows it.
fn text(value: &onedoor_forms::Value) -> String {
    use onedoor_forms::Value as V;
    match value {
        V::Text(it) | V::Decimal(it) | V::Date(it) | V::Time(it) | V::Choice(it) => it.clone(),
        V::Integer(it) => it.to_string(),
        V::Flag(it) => it.to_string(),
        V::Choices(it) => it.join(","),
        V::Place(it) => it.address.clone(),
        V::Files(_) | V::Person(_) => String::new(),
    }
}
