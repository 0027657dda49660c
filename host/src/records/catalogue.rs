//! The catalogue: which department keeps what, and for what plugins read it. A dataset has one
//! owner in the whole installation, and none collects what another holds already.

use onedoor_manifest::{Basis, Claim, Dataset, Manifest, Purpose, Uses};

use crate::{
    context::Context,
    db::{Connection, Transaction, records as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    identity::{self, Act, Resource},
    time::Timestamp,
};

/// In a grant, instead of a dataset: the facts of a person's account, which the operator keeps.
pub const ACCOUNT: &str = "";

/// A dataset with its owner.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The unit that owns it.
    pub owner: String,
    /// The plugin that writes it.
    pub plugin: String,
    /// The revision that declared it last.
    pub revision: String,
    /// Since when it is as it is.
    pub declared: Timestamp,
    /// What is kept.
    pub dataset: Dataset,
}

impl Entry {
    fn from_row(row: rows::Dataset) -> Result<Self> {
        Ok(Self {
            dataset: serde_json::from_str(&row.document).map_err(Error::internal)?,
            owner: row.owner,
            plugin: row.plugin,
            revision: row.revision,
            declared: row.declared,
        })
    }
}

/// Every dataset. For everybody with a post: who holds what is no secret among departments.
pub async fn list(domain: &Domain, cx: &Context) -> Result<Vec<Entry>> {
    identity::need(cx, Act::ReadDatasets, Resource::default())?;
    let mut c = domain.database.read().await?;
    let found = rows::datasets(&mut c).await?;
    found.into_iter().map(Entry::from_row).collect()
}

/// One dataset.
pub async fn one(domain: &Domain, cx: &Context, id: &str) -> Result<Entry> {
    identity::need(cx, Act::ReadDatasets, Resource::default())?;
    let mut c = domain.database.read().await?;
    get(&mut c, id).await?.ok_or(Error::NotFound)
}

/// Words by name, as the log has it.
pub type ByName = std::collections::BTreeMap<String, onedoor_manifest::Words>;

/// The words of all fields (`dataset.field`) and purposes (`plugin:purpose`), for whoever reads
/// their own log.
pub async fn words(domain: &Domain) -> Result<(ByName, ByName)> {
    let mut c = domain.database.read().await?;
    let (mut fields, mut named) = (ByName::new(), ByName::new());
    for row in rows::datasets(&mut c).await? {
        let entry = Entry::from_row(row)?;
        for field in entry.dataset.fields {
            fields.insert(format!("{}.{}", entry.dataset.id, field.id), field.name);
        }
    }
    for (plugin, purpose) in all_purposes(&mut c).await? {
        named.insert(format!("{plugin}:{}", purpose.id), purpose.words);
    }
    Ok((fields, named))
}

/// The purposes of all plugins in force, with the plugin of each.
pub(super) async fn all_purposes(c: &mut Connection) -> Result<Vec<(String, Purpose)>> {
    let found = rows::purposes(c, None).await?;
    let read = |(plugin, text): (String, String)| {
        let purpose = serde_json::from_str(&text).map_err(Error::internal)?;
        Ok((plugin, purpose))
    };
    found.into_iter().map(read).collect()
}

pub(super) async fn get(c: &mut Connection, id: &str) -> Result<Option<Entry>> {
    let row = rows::dataset(c, id).await?;
    row.map(Entry::from_row).transpose()
}

/// The purposes of a plugin in force.
pub(super) async fn purposes(c: &mut Connection, plugin: &str) -> Result<Vec<Purpose>> {
    let found = rows::purposes(c, Some(plugin)).await?;
    let read = |(_, text): (String, String)| serde_json::from_str(&text).map_err(Error::internal);
    found.into_iter().map(read).collect()
}

/// The purpose of a plugin in force.
pub(super) async fn purpose(c: &mut Connection, plugin: &str, id: &str) -> Result<Option<Purpose>> {
    let found = purposes(c, plugin).await?;
    Ok(found.into_iter().find(|it| it.id == id))
}

/// What keeps a manifest from being taken: a dataset or an item of it that another department or
/// plugin owns, or a change that records held would break under.
pub(crate) async fn problems(c: &mut Connection, manifest: &Manifest) -> Result<Vec<Problem>> {
    let known = rows::datasets(c).await?;
    let mut found = Vec::new();
    for row in known {
        let before = Entry::from_row(row)?;
        let ours = before.owner == manifest.department && before.plugin == manifest.id;
        for new in &manifest.datasets {
            let at = format!("datasets.{}", new.id);
            if new.id == before.dataset.id && !ours {
                let problem = Problem::at(&at, "dataset-owned").with("owner", &before.owner);
                found.push(problem.with("dataset", &new.id));
            } else if new.id == before.dataset.id {
                let held = rows::count(c, &new.id).await? > 0;
                let broken = new.breaks(&before.dataset);
                if held && !broken.is_empty() {
                    let problem = Problem::at(&at, "dataset-breaks");
                    found.push(problem.with("fields", broken.join(", ")));
                }
            } else if before.owner != manifest.department {
                found.extend(collected_twice(&at, new, &before));
            }
        }
    }
    Ok(found)
}

/// Items of `new` that `before` holds already: by the national code they are the same.
fn collected_twice(at: &str, new: &Dataset, before: &Entry) -> Vec<Problem> {
    let mut found = Vec::new();
    for field in &new.fields {
        let same = before
            .dataset
            .fields
            .iter()
            .find(|it| it.code.is_some() && it.code == field.code);
        if let Some(same) = same {
            let bind = format!("{}.{}", before.dataset.id, same.id);
            let problem = Problem::at(&format!("{at}.fields.{}", field.id), "dataset-collected");
            found.push(problem.with("owner", &before.owner).with("bind", bind));
        }
    }
    found
}

/// Puts what a revision declares into the catalogue, in the transaction that puts it in force.
pub(crate) async fn declare(
    t: &mut Transaction,
    manifest: &Manifest,
    revision: &str,
    now: Timestamp,
) -> Result<()> {
    let problems = problems(t, manifest).await?;
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    for it in &manifest.datasets {
        let row = rows::Dataset {
            id: it.id.clone(),
            owner: manifest.department.clone(),
            plugin: manifest.id.clone(),
            revision: revision.to_owned(),
            declared: now,
            document: serde_json::to_string(it).map_err(Error::internal)?,
        };
        rows::put_dataset(t, &row).await?;
    }
    let mut purposes = Vec::new();
    let claims: Vec<Purpose> = manifest.claims.iter().map(claimed).collect();
    for it in manifest.purposes.iter().chain(&claims) {
        let text = serde_json::to_string(it).map_err(Error::internal)?;
        purposes.push((it.id.clone(), text));
    }
    rows::put_purposes(t, &manifest.id, &purposes).await
}

/// A claim as the purpose that it is: to read facts of the person's account.
fn claimed(claim: &Claim) -> Purpose {
    Purpose {
        id: claim.id.clone(),
        words: claim.purpose.clone(),
        basis: Basis::Duty,
        legal: None,
        uses: vec![Uses {
            dataset: ACCOUNT.to_owned(),
            fields: claim.kinds.iter().map(|it| it.name().to_owned()).collect(),
        }],
    }
}

/// The same for a host that has no revisions: tests of components.
#[doc(hidden)]
pub async fn declare_for_tests(domain: &Domain, manifest: Manifest, now: Timestamp) -> Result<()> {
    let write = domain
        .database
        .write(move |t| Box::pin(async move { declare(t, &manifest, "sha256:test", now).await }));
    write.await
}
