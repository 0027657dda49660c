//! Leave to read: given to a plugin for a purpose by the department that owns the dataset, never
//! by the plugin; or agreed to by the person. Looked up at each call, so that what was taken back
//! fails at the next.

use onedoor_manifest::{Basis, Class, Purpose};

use super::{
    catalogue,
    held::{Missing, Refused},
};
use crate::{
    context::{Context, Locale},
    db::{self, Connection, audit::Grant, records as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    i18n,
    identity::{self, Act, Resource, audit},
};

/// The longest a grant may hold, in days: it is looked at again each year at least.
const DAYS: i64 = 366;

/// A grant to be given.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// The plugin that may read.
    pub plugin: String,
    /// For which purpose of its manifest.
    pub purpose: String,
    /// Which dataset.
    pub dataset: String,
    /// Which of its fields; none but those that the purpose names.
    pub fields: Vec<String>,
    /// Below which division, 2 to 12 digits; empty for everywhere.
    #[serde(default)]
    pub area: String,
    /// For how many days, 1 to 366.
    pub days: u32,
}

/// Gives a grant. For administrators and supervisors of the department that owns the dataset;
/// never by token, never through a plugin.
pub async fn give(domain: &Domain, cx: &Context, new: NewGrant) -> Result<Grant> {
    identity::need(cx, Act::ManageGrants, Resource::default())?;
    let mut c = domain.database.read().await?;
    let entry = catalogue::get(&mut c, &new.dataset).await?;
    let entry = entry.ok_or_else(|| Error::invalid("dataset", "grant-no-dataset"))?;
    identity::need(cx, Act::ManageGrants, of(&entry.owner))?;
    let purpose = catalogue::purpose(&mut c, &new.plugin, &new.purpose).await?;
    let purpose = purpose.ok_or_else(|| Error::invalid("purpose", "grant-no-purpose"))?;
    let owner = db::plugins::get(&mut c, &new.plugin)
        .await?
        .map(|it| it.department);
    check(&entry, &purpose, &new, owner.as_deref())?;
    drop(c);
    let grant = Grant {
        id: domain.ids.id(cx.now),
        grantee: format!("plugin:{}", new.plugin),
        purpose: new.purpose,
        dataset: new.dataset,
        fields: new.fields,
        area: new.area,
        basis: "duty".to_owned(),
        expires: Some(cx.now.plus_seconds(i64::from(new.days) * 86_400)),
    };
    let (shared, cx, row) = (domain.clone(), cx.clone(), grant.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            db::audit::insert_grant(t, &row).await?;
            db::audit::grant_given(t, &row.id, &audit::actor(&cx), cx.now).await?;
            let what = format!("grant:{}", row.id);
            audit::record(t, &shared, &cx, "grant.give", &what, "done").await
        })
    });
    write.await?;
    Ok(grant)
}

fn of(owner: &str) -> Resource<'_> {
    Resource {
        unit: Some(owner),
        ..Resource::default()
    }
}

fn check(
    entry: &catalogue::Entry,
    purpose: &Purpose,
    new: &NewGrant,
    department: Option<&str>,
) -> Result<()> {
    let mut problems = Vec::new();
    if purpose.basis == Basis::Consent {
        problems.push(Problem::at("purpose", "grant-by-consent"));
    }
    let uses = purpose.uses.iter().find(|it| it.dataset == new.dataset);
    let named = |field: &String| uses.is_some_and(|it| it.fields.contains(field));
    let there = |field: &String| entry.dataset.field(field).is_some();
    if new.fields.is_empty() || !new.fields.iter().all(|it| named(it) && there(it)) {
        problems.push(Problem::at("fields", "grant-fields"));
    }
    let restricted = |field: &String| {
        let class = entry.dataset.field(field).map(|it| it.class);
        class == Some(Class::Restricted)
    };
    if department != Some(entry.owner.as_str()) && new.fields.iter().any(restricted) {
        problems.push(Problem::at("fields", "grant-restricted"));
    }
    let digits = new.area.bytes().all(|it| it.is_ascii_digit());
    if !digits || new.area.len() > 12 || new.area.len() == 1 {
        problems.push(Problem::at("area", "grant-area"));
    }
    if !(1..=DAYS).contains(&i64::from(new.days)) {
        problems.push(Problem::at("days", "grant-days").with("max", DAYS));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

/// The grants on datasets, in force. For whoever may give them.
pub async fn list(domain: &Domain, cx: &Context) -> Result<Vec<Grant>> {
    identity::need(cx, Act::ManageGrants, Resource::default())?;
    let mut c = domain.database.read().await?;
    let all = db::audit::grants_in_force(&mut c, cx.now).await?;
    let owners = rows::datasets(&mut c).await?;
    let mine = |grant: &Grant| {
        let owner = owners.iter().find(|it| it.id == grant.dataset);
        owner.is_some_and(|it| identity::need(cx, Act::ManageGrants, of(&it.owner)).is_ok())
    };
    Ok(all.into_iter().filter(mine).collect())
}

/// Takes a grant back; the next call fails.
pub async fn revoke(domain: &Domain, cx: &Context, id: &str) -> Result<()> {
    let found = list(domain, cx).await?.into_iter().find(|it| it.id == id);
    let grant = found.ok_or(Error::NotFound)?;
    let (shared, cx) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            db::audit::revoke_grant(t, &grant.id, cx.now).await?;
            let what = format!("grant:{}", grant.id);
            audit::record(t, &shared, &cx, "grant.revoke", &what, "done").await
        })
    });
    write.await
}

/// On what a read stands, or what is missing for it.
pub(super) struct Stand {
    pub(super) purpose: Purpose,
    grants: Vec<Grant>,
}

impl Stand {
    /// What the acting plugin may read of a dataset for a purpose. The manifest must say so;
    /// whether a person is covered is asked of [`Stand::covers`].
    pub(super) async fn find(
        c: &mut Connection,
        cx: &Context,
        dataset: &str,
        purpose: &str,
        fields: &[String],
    ) -> Result<Self> {
        let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
        let found = catalogue::purpose(c, &plugin.id, purpose).await?;
        let declared = found.filter(|it| {
            let uses = it.uses.iter().find(|it| it.dataset == dataset);
            uses.is_some_and(|uses| fields.iter().all(|it| uses.fields.contains(it)))
        });
        let Some(purpose) = declared else {
            let quoted: Vec<String> = fields.iter().map(|it| format!("\"{it}\"")).collect();
            return Err(Error::NotGranted {
                capability: format!("records:{purpose}:{dataset}"),
                line: format!(
                    "[[purposes]] id = \"{purpose}\", uses = [{{ dataset = \"{dataset}\", fields = [{}] }}]",
                    quoted.join(", ")
                ),
            });
        };
        let grantee = format!("plugin:{}", plugin.id);
        let all = db::audit::grants(c, &grantee, &purpose.id, cx.now).await?;
        let covers = |grant: &Grant| {
            grant.dataset == dataset && fields.iter().all(|it| grant.fields.contains(it))
        };
        Ok(Self {
            purpose,
            grants: all.into_iter().filter(covers).collect(),
        })
    }

    /// The areas that grants of a duty cover.
    pub(super) fn areas(&self) -> Vec<String> {
        self.grants.iter().map(|it| it.area.clone()).collect()
    }

    /// The basis of a read about somebody, as the log names it.
    pub(super) async fn covers(
        &self,
        c: &mut Connection,
        cx: &Context,
        account: &str,
        dataset: &str,
        fields: &[String],
    ) -> Result<Option<String>> {
        match self.purpose.basis {
            Basis::Consent => {
                let plugin = cx.plugin.as_ref().map_or("", |it| it.id.as_str());
                let found =
                    consented(c, account, plugin, &self.purpose.id, dataset, fields).await?;
                Ok(found.map(|id| format!("consent:{id}")))
            }
            Basis::Duty => {
                let key = db::accounts::Key::Id(account);
                let person = db::accounts::by(c, key).await?;
                let home = person.and_then(|it| it.community).unwrap_or_default();
                let found = self.grants.iter().find(|it| home.starts_with(&it.area));
                Ok(found.map(|it| format!("grant:{}", it.id)))
            }
        }
    }

    /// Says exactly what is missing.
    pub(super) async fn missing(
        &self,
        c: &mut Connection,
        cx: &Context,
        dataset: &str,
        fields: &[String],
    ) -> Result<Refused> {
        let owner = catalogue::get(c, dataset).await?.map(|it| it.owner);
        let unit = match &owner {
            Some(owner) => db::units::get(c, owner).await?,
            None => None,
        };
        let owner = match (unit, cx.locale) {
            (Some(unit), locale) => unit.name(locale).to_owned(),
            (None, _) => owner.unwrap_or_else(|| dataset.to_owned()),
        };
        let words = match cx.locale {
            Locale::Chinese => &self.purpose.words.zh,
            Locale::English => &self.purpose.words.en,
        };
        let key = match self.purpose.basis {
            Basis::Duty => "grant-ask",
            Basis::Consent => "grant-ask-consent",
        };
        let arguments = [("owner", owner.as_str()), ("purpose", words.as_str())];
        Ok(Refused::Ungranted(Missing {
            purpose: self.purpose.id.clone(),
            dataset: dataset.to_owned(),
            fields: fields.to_vec(),
            basis: self.purpose.basis,
            ask: i18n::text(cx.locale, key, &arguments),
        }))
    }
}

/// The consent in force of someone to a plugin's purpose that covers these fields.
pub(super) async fn consented(
    c: &mut Connection,
    account: &str,
    plugin: &str,
    purpose: &str,
    dataset: &str,
    fields: &[String],
) -> Result<Option<String>> {
    let all = rows::consents(c, account).await?;
    let covers = |it: &rows::Consent| {
        let named = |field: &String| it.fields.contains(&format!("{dataset}.{field}"));
        it.revoked.is_none()
            && it.plugin == plugin
            && it.purpose == purpose
            && fields.iter().all(named)
    };
    Ok(all.into_iter().find(covers).map(|it| it.id))
}
