//! Leave to read: given to a plugin for a purpose by the department that owns the dataset, never
//! by the plugin; or agreed to by the person. Looked up at each call, so that what was taken back
//! fails at the next.

use onedoor_manifest::{Basis, Class, Purpose};

use super::{
    catalogue::{self, ACCOUNT},
    held::{Missing, Refused},
};
use crate::{
    context::{Context, Locale},
    db::{self, Connection, audit::Grant, records as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    i18n,
    identity::{self, Act, Resource, audit, operations::operator_unit},
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
    /// Which dataset; empty for facts of the person's account, which a claim asks for.
    #[serde(default)]
    pub dataset: String,
    /// Which of its fields; none but those that the purpose names.
    pub fields: Vec<String>,
    /// Below which division, 2 to 12 digits; empty for everywhere.
    #[serde(default)]
    pub area: String,
    /// For how many days, 1 to 366.
    pub days: u32,
}

/// Gives a grant. For administrators and supervisors of the department that owns the dataset, of
/// the operator for facts of accounts; never by token, never through a plugin.
pub async fn give(domain: &Domain, cx: &Context, new: NewGrant) -> Result<Grant> {
    identity::need(cx, Act::ManageGrants, Resource::default())?;
    let mut c = domain.database.read().await?;
    let entry = match new.dataset.as_str() {
        ACCOUNT => None,
        dataset => {
            let found = catalogue::get(&mut c, dataset).await?;
            Some(found.ok_or_else(|| Error::invalid("dataset", "grant-no-dataset"))?)
        }
    };
    identity::need(cx, Act::ManageGrants, of(&owner(entry.as_ref())))?;
    let purpose = catalogue::purpose(&mut c, &new.plugin, &new.purpose).await?;
    let purpose = purpose.ok_or_else(|| Error::invalid("purpose", "grant-no-purpose"))?;
    let plugin = db::plugins::get(&mut c, &new.plugin).await?;
    let department = plugin.map(|it| it.department);
    check(entry.as_ref(), &purpose, &new, department.as_deref())?;
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

/// Who gives grants on it: the owner of a dataset, or the operator, who keeps the accounts.
fn owner(entry: Option<&catalogue::Entry>) -> String {
    entry.map_or_else(|| operator_unit().id, |it| it.owner.clone())
}

fn of(owner: &str) -> Resource<'_> {
    Resource {
        unit: Some(owner),
        ..Resource::default()
    }
}

fn check(
    entry: Option<&catalogue::Entry>,
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
    let kept = |field: &String| entry.and_then(|it| it.dataset.field(field));
    let there = |field: &String| entry.is_none() || kept(field).is_some();
    if new.fields.is_empty() || !new.fields.iter().all(|it| named(it) && there(it)) {
        problems.push(Problem::at("fields", "grant-fields"));
    }
    let restricted = |field: &String| kept(field).map(|it| it.class) == Some(Class::Restricted);
    let ours = entry.is_some_and(|it| department == Some(it.owner.as_str()));
    if !ours && new.fields.iter().any(restricted) {
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
    let operator = operator_unit().id;
    let mine = |grant: &Grant| {
        let owner = match grant.dataset.as_str() {
            ACCOUNT => Some(&operator),
            dataset => owners
                .iter()
                .find(|it| it.id == dataset)
                .map(|it| &it.owner),
        };
        owner.is_some_and(|it| identity::need(cx, Act::ManageGrants, of(it)).is_ok())
    };
    Ok(all.into_iter().filter(mine).collect())
}

/// A purpose that a grant would serve, and what of a dataset it would read.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The plugin.
    pub plugin: String,
    /// The purpose.
    pub purpose: Purpose,
    /// The dataset; none for facts of accounts.
    pub entry: Option<catalogue::Entry>,
    /// The fields.
    pub fields: Vec<String>,
}

/// What plugins in force ask for and no grant in force covers, of what the caller may grant.
pub async fn asked(domain: &Domain, cx: &Context) -> Result<Vec<Asked>> {
    let given = list(domain, cx).await?;
    let mut c = domain.database.read().await?;
    let mut found = Vec::new();
    for (plugin, purpose) in catalogue::all_purposes(&mut c).await? {
        let row = db::plugins::get(&mut c, &plugin).await?;
        let retired = row.is_some_and(|it| it.active.is_none());
        if retired || purpose.basis == Basis::Consent {
            continue;
        }
        for uses in &purpose.uses {
            let entry = catalogue::get(&mut c, &uses.dataset).await?;
            let gone = entry.is_none() && uses.dataset != ACCOUNT;
            let may = identity::need(cx, Act::ManageGrants, of(&owner(entry.as_ref()))).is_ok();
            let covered = given.iter().any(|it| {
                it.grantee == format!("plugin:{plugin}")
                    && it.purpose == purpose.id
                    && it.dataset == uses.dataset
                    && uses.fields.iter().all(|field| it.fields.contains(field))
            });
            if may && !gone && !covered {
                found.push(Asked {
                    plugin: plugin.clone(),
                    purpose: purpose.clone(),
                    entry,
                    fields: uses.fields.clone(),
                });
            }
        }
    }
    Ok(found)
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
