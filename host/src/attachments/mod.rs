//! Files that people hand in: taken, kept, shown. A file is its uploader's until a case takes it,
//! and then seen by whoever may see the case. Never serves a file as it was sent, unless it is a
//! PDF, and that only to be saved.

mod content;
#[cfg(test)]
mod tests;

use object_store::{ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path};
use std::{io, sync::Arc};
use tokio::sync::Semaphore;

pub use content::{PDF_BYTES, PICTURE_BYTES};

use crate::{
    cases,
    context::{Context, Principal},
    db::{self, Transaction, attachments::Row},
    domain::Domain,
    error::{Error, Problem, Result},
    keys::Purpose,
};

/// How many pictures are decoded at once: each may take some hundreds of megabytes.
const DECODERS: usize = 2;
/// How long a file that no case takes is kept, in seconds.
const UNBOUND: i64 = 24 * 60 * 60;
/// How many files one uploader may have waiting for a case.
const WAITING: i64 = 30;
/// How many files one act may bring.
pub const AT_ONCE: usize = 10;
/// The longest name, in characters.
const NAME: usize = 100;

/// Characters that turn the direction of text, and so can make a name look like another.
const BIDI: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Where files are kept.
#[derive(Clone)]
pub struct Attachments {
    files: Arc<dyn ObjectStore>,
    decoders: Arc<Semaphore>,
}

impl Attachments {
    /// In a folder, which is made when it does not exist.
    pub fn in_folder(path: &std::path::Path) -> io::Result<Self> {
        crate::folder::make_private(path)?;
        let files = LocalFileSystem::new_with_prefix(path).map_err(io::Error::other)?;
        Ok(Self::new(Arc::new(files.with_fsync(true))))
    }

    /// In any object store.
    pub fn new(files: Arc<dyn ObjectStore>) -> Self {
        Self {
            files,
            decoders: Arc::new(Semaphore::new(DECODERS)),
        }
    }
}

/// A file as cases and pages know it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FileRef {
    /// Its id.
    pub id: String,
    /// The name it is shown by; its extension agrees with its content.
    pub name: String,
    /// `image/jpeg`, `image/png` or `application/pdf`.
    pub mime: String,
    /// How many bytes it has.
    pub bytes: i64,
}

/// A file that is handed in.
#[derive(Debug)]
pub struct Upload {
    /// The name the sender gave it.
    pub name: String,
    /// What was sent.
    pub bytes: Vec<u8>,
    /// A key of the sender's: the same key again answers the first result.
    pub once: String,
    /// A secret that stands for a form being filled in by someone who has not signed in yet.
    pub draft: Option<String>,
}

/// A file to be shown.
#[derive(Debug)]
pub struct Opened {
    /// What it is.
    pub file: FileRef,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Opened {
    /// The headers a file is served with: its type is not to be guessed, nothing in it may run,
    /// and a PDF is saved rather than shown.
    pub fn headers(&self) -> [(&'static str, String); 5] {
        let disposition = match self.file.mime.as_str() {
            "application/pdf" => "attachment",
            _ => "inline",
        };
        let encoded: String = url::form_urlencoded::byte_serialize(self.file.name.as_bytes())
            .map(|part| if part == "+" { "%20" } else { part })
            .collect();
        [
            ("content-type", self.file.mime.clone()),
            (
                "content-disposition",
                format!("{disposition}; filename*=UTF-8''{encoded}"),
            ),
            ("x-content-type-options", "nosniff".to_owned()),
            (
                "content-security-policy",
                "default-src 'none'; sandbox".to_owned(),
            ),
            ("cache-control", "private, max-age=3600".to_owned()),
        ]
    }
}

/// Takes a file: checked, rewritten, kept for a day for a case to take it. `Invalid` says what is
/// wrong with it; `Unauthenticated` without a person, a proved phone or a draft; `Conflict` when
/// `once` came before with another file; `TooMany` when too many are waiting.
pub async fn upload(domain: &Domain, cx: &Context, upload: Upload) -> Result<FileRef> {
    let owner = owners(domain, cx, upload.draft.as_deref())
        .into_iter()
        .next_back()
        .ok_or(Error::Unauthenticated)?;
    let digest = content::digest(&upload.bytes);
    let known = {
        let mut connection = domain.database.read().await?;
        db::attachments::by_once(&mut connection, &owner, &upload.once).await?
    };
    if let Some(row) = known {
        let kept = domain.files.files.head(&path(&row.file.id)).await.is_ok();
        return match row.digest == digest {
            false => Err(Error::Conflict("files-once-reused")),
            true if kept => Ok(row.file),
            // The host stopped between the row and the file: do it now.
            true => {
                let content = clean(domain, upload.bytes).await?;
                store(domain, &row.file.id, content.bytes).await?;
                Ok(row.file)
            }
        };
    }
    let content = clean(domain, upload.bytes).await?;
    let row = Row {
        file: FileRef {
            id: domain.ids.id(cx.now),
            name: name(&upload.name, content.mime),
            mime: content.mime.to_owned(),
            bytes: i64::try_from(content.bytes.len()).map_err(Error::internal)?,
        },
        owner,
        digest,
        case: None,
    };
    let file = keep(domain, cx, row, upload.once).await?;
    store(domain, &file.id, content.bytes).await?;
    Ok(file)
}

/// Gives files to a case, within the write that concerns it: to be called by the operations on
/// cases, which have checked that the caller may add to this one. Files that it has already stay.
/// `Invalid` when one is not the caller's, is another case's, or has expired.
pub async fn bind(
    transaction: &mut Transaction,
    domain: &Domain,
    cx: &Context,
    draft: Option<&str>,
    case: &str,
    ids: &[String],
) -> Result<Vec<FileRef>> {
    if ids.len() > AT_ONCE {
        let problem = Problem::at("files", "files-too-many").with("limit", AT_ONCE);
        return Err(Error::Invalid(vec![problem]));
    }
    let owners = owners(domain, cx, draft);
    let mut files = Vec::with_capacity(ids.len());
    for id in ids {
        let row = db::attachments::get(transaction, id).await?;
        let row = row.filter(|row| owners.contains(&row.owner));
        let taken = match &row {
            Some(_) => db::attachments::bind(transaction, id, case, cx.now).await?,
            None => false,
        };
        match row {
            Some(row) if taken => files.push(row.file),
            _ => return Err(Error::invalid("files", "files-not-yours")),
        }
    }
    Ok(files)
}

/// Makes files that were handed in before signing in the caller's own, so that a plugin which
/// opens a case for them can hand the files on. Files that are theirs already stay so.
pub async fn adopt(domain: &Domain, cx: &Context, draft: &str, ids: &[String]) -> Result<()> {
    let mut owners = owners(domain, cx, Some(draft));
    let (Some(principal), Some(draft)) = (owners.pop(), owners.pop()) else {
        return Err(Error::Unauthenticated);
    };
    let ids = ids.to_vec();
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            for id in &ids {
                db::attachments::give(t, id, &draft, &principal).await?;
            }
            Ok(())
        })
    });
    write.await
}

/// The files of a case, oldest first. The caller has checked that the case may be seen.
pub async fn of_case(connection: &mut db::Connection, case: &str) -> Result<Vec<FileRef>> {
    db::attachments::of_case(connection, case).await
}

/// A file with its bytes, for its uploader while no case has it, and then for whoever may see the
/// case. `NotFound` for anyone else.
pub async fn open(domain: &Domain, cx: &Context, id: &str, draft: Option<&str>) -> Result<Opened> {
    let row = {
        let mut connection = domain.database.read().await?;
        db::attachments::get(&mut connection, id).await?
    }
    .ok_or(Error::NotFound)?;
    match &row.case {
        Some(case) => drop(cases::operations::get(domain, cx, case).await?),
        None if owners(domain, cx, draft).contains(&row.owner) => {}
        None => return Err(Error::NotFound),
    }
    let found = domain.files.files.get(&path(id)).await;
    let bytes = match found {
        Ok(found) => Vec::from(found.bytes().await.map_err(Error::internal)?),
        Err(object_store::Error::NotFound { .. }) => return Err(Error::NotFound),
        Err(error) => return Err(Error::internal(error)),
    };
    Ok(Opened {
        file: row.file,
        bytes,
    })
}

/// Removes files that no case took in time; how many. For the scheduler.
pub async fn expire(domain: &Domain, cx: &Context) -> Result<usize> {
    let ids = {
        let mut connection = domain.database.read().await?;
        db::attachments::expired(&mut connection, cx.now).await?
    };
    for id in &ids {
        // The bytes first: an expired row can no longer be given to a case, and one without
        // bytes is tried again, while bytes without a row would stay for good.
        match domain.files.files.delete(&path(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(Error::internal(error)),
        }
    }
    let count = ids.len();
    domain
        .database
        .write(move |t| Box::pin(async move { db::attachments::remove(t, &ids).await }))
        .await?;
    Ok(count)
}

/// As whom the caller owns files, the best last; a draft counts besides a principal, since the
/// form may have been begun before signing in.
fn owners(domain: &Domain, cx: &Context, draft: Option<&str>) -> Vec<String> {
    let draft = draft.map(|it| format!("draft:{}", domain.keys.mac(Purpose::Page, &["draft", it])));
    let principal = match &cx.principal {
        Principal::Person(person) => Some(format!("account:{}", person.account)),
        Principal::Service { account, .. } => Some(format!("account:{account}")),
        Principal::Phone { hash } => Some(format!("phone:{hash}")),
        Principal::Anonymous | Principal::System(_) => None,
    };
    draft.into_iter().chain(principal).collect()
}

async fn clean(domain: &Domain, bytes: Vec<u8>) -> Result<content::Content> {
    let _permit = domain.files.decoders.acquire().await;
    tokio::task::spawn_blocking(move || content::clean(bytes))
        .await
        .map_err(Error::internal)?
}

/// Writes the row; that of an earlier request with the same key, if one came in between.
async fn keep(domain: &Domain, cx: &Context, row: Row, once: String) -> Result<FileRef> {
    let now = cx.now;
    let expires = now.plus_seconds(UNBOUND);
    domain
        .database
        .write(move |t| {
            Box::pin(async move {
                if db::attachments::waiting(t, &row.owner).await? >= WAITING {
                    return Err(Error::TooMany(3600));
                }
                db::attachments::insert(t, &row, &once, now, expires).await?;
                let kept = db::attachments::by_once(t, &row.owner, &once).await?;
                let kept = kept.ok_or_else(|| Error::bug("a file's row went missing"))?;
                if kept.digest != row.digest {
                    return Err(Error::Conflict("files-once-reused"));
                }
                Ok(kept.file)
            })
        })
        .await
}

async fn store(domain: &Domain, id: &str, bytes: Vec<u8>) -> Result<()> {
    let digest = content::digest(&bytes);
    let put = domain.files.files.put(&path(id), bytes.into()).await;
    put.map_err(Error::internal)?;
    let id = id.to_owned();
    domain
        .database
        .write(move |t| Box::pin(async move { db::attachments::kept(t, &id, &digest).await }))
        .await
}

fn path(id: &str) -> Path {
    Path::from(id)
}

/// A name that is safe to show and to save under.
fn name(sent: &str, mime: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let stem: String = stem
        .chars()
        .filter(|c| !c.is_control() && !BIDI.contains(c))
        .take(NAME)
        .collect();
    let stem = match stem.trim() {
        "" => "file",
        stem => stem,
    };
    format!("{stem}.{}", content::extension(mime))
}
