//! The folder a host works in: what kind it is, and its secret key. Never changes the kind of a
//! folder, and never makes a new key for data that was written under another.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
    str::FromStr as _,
};

use crate::{
    config::{Config, Kind, Unsafe},
    db::{Database, installation},
    error::Error,
    ids::Ids,
    keys::Keys,
    time::Clock,
};

/// Why a folder cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It was made for something else.
    #[error("this folder was made as {found}, for good; it cannot be opened as {wanted}")]
    OtherKind {
        /// What it was made as.
        found: Kind,
        /// What was asked for.
        wanted: Kind,
    },
    /// The mark is none that this version knows.
    #[error("this folder is marked {0:?}, which this version does not know")]
    UnknownKind(String),
    /// Another process works in it.
    #[error("this folder is in use by another process: stop that first, or use its API")]
    InUse,
    /// The data is there and the key is not.
    #[error("secret.key is missing, and the data cannot be used without it: restore it")]
    KeyMissing,
    /// Others on this machine can read the key.
    #[error("secret.key can be read by others: chmod 600 it")]
    KeyOpen,
    /// The key is damaged.
    #[error("secret.key is not a key of this program: restore it")]
    KeyDamaged,
    /// Another version of this program made its schema.
    #[error("the database is of another version: use the program that serves it, or migrate it")]
    OtherVersion,
    /// No such time zone.
    #[error("there is no time zone {0:?}")]
    TimeZone(String),
    /// The configuration would put people at risk.
    #[error(transparent)]
    Unsafe(#[from] Unsafe),
    /// The disk said no.
    #[error("the data folder: {0}")]
    Io(#[from] io::Error),
    /// A case could get stuck: a fault of this version.
    #[error("the procedures of cases are not sound: {0}")]
    Procedures(String),
    /// What runs plugins could not be set up.
    #[error("the engine of plugins: {}", .0.chain())]
    Plugins(#[source] Error),
    /// The database said no.
    #[error("the database: {}", .0.chain())]
    Database(#[from] Error),
}

/// An opened folder.
pub struct Folder {
    /// What it is for.
    pub kind: Kind,
    /// Its migrated database.
    pub database: Database,
    /// Its keys.
    pub keys: Keys,
    /// Whether it was made just now.
    pub new: bool,
    /// Held as long as this process works in it.
    pub lock: File,
}

/// Opens the folder of `config`, making and marking it when it does not exist.
pub async fn open(config: &Config, clock: &Clock, ids: &Ids) -> Result<Folder, FolderError> {
    make_private(&config.data)?;
    let lock = lock(&config.data)?;
    let database = Database::open(config.database_url().reveal()).await?;
    database.migrate().await?;
    let found = installation::kind(&mut database.read().await?).await?;
    let path = config.data.join("secret.key");
    let Some(found) = found else {
        let kind = config.kind.unwrap_or(Kind::Production);
        config.check(kind)?;
        let keys = match read_key(&path) {
            Err(FolderError::KeyMissing) => make_key(&path, ids)?,
            other => other?,
        };
        let now = clock.now();
        database
            .write(move |t| Box::pin(async move { installation::mark(t, kind.name(), now).await }))
            .await?;
        return Ok(Folder {
            kind,
            database,
            keys,
            new: true,
            lock,
        });
    };
    let kind = Kind::from_str(&found).map_err(|_| FolderError::UnknownKind(found))?;
    match config.kind {
        Some(wanted) if wanted != kind => Err(FolderError::OtherKind {
            found: kind,
            wanted,
        }),
        _ => {
            config.check(kind)?;
            Ok(Folder {
                kind,
                database,
                keys: read_key(&path)?,
                new: false,
                lock,
            })
        }
    }
}

/// A folder that is looked at, perhaps while a host serves it: nothing in it is changed.
pub struct Look {
    /// What it was made as.
    pub kind: Kind,
    /// Its database, which has this version's schema.
    pub database: Database,
    /// Its keys.
    pub keys: Keys,
}

/// Looks into the folder of `config`, without the lock.
pub async fn look(config: &Config) -> Result<Look, FolderError> {
    let keys = read_key(&config.data.join("secret.key"))?;
    let database = Database::open(config.database_url().reveal()).await?;
    if !database.current().await? {
        return Err(FolderError::OtherVersion);
    }
    let found = installation::kind(&mut database.read().await?).await?;
    let found = found.unwrap_or_default();
    let kind = Kind::from_str(&found).map_err(|_| FolderError::UnknownKind(found))?;
    Ok(Look {
        kind,
        database,
        keys,
    })
}

/// The key in a file, which is this user's only.
pub fn key_in(path: &Path) -> Result<Keys, FolderError> {
    read_key(path)
}

/// Makes a folder that only this user may enter; leaves one that exists as it is.
pub fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a new file that only this user may read. Fails when there is one of that name.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    io::Write::write_all(&mut file, content)?;
    file.sync_all()
}

/// One process to a folder: two would each hold their own idea of what is in memory.
fn lock(data: &Path) -> Result<File, FolderError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let file = options.open(data.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn make_key(path: &Path, ids: &Ids) -> Result<Keys, FolderError> {
    let secret = ids.bytes::<32>();
    let text = data_encoding::HEXLOWER.encode(&secret) + "\n";
    write_private(path, text.as_bytes())?;
    Ok(Keys::new(secret))
}

fn read_key(path: &Path) -> Result<Keys, FolderError> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(FolderError::KeyMissing);
        }
        other => other?,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if std::fs::metadata(path)?.mode() & 0o077 != 0 {
            return Err(FolderError::KeyOpen);
        }
    }
    let bytes = data_encoding::HEXLOWER
        .decode(text.trim().as_bytes())
        .map_err(|_| FolderError::KeyDamaged)?;
    let secret = <[u8; 32]>::try_from(bytes).map_err(|_| FolderError::KeyDamaged)?;
    Ok(Keys::new(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(at: &Path, kind: Option<Kind>) -> Config {
        let mut config = Config::local(Kind::Demo, at.join("data"), 0);
        config.kind = kind;
        config
    }

    async fn try_open(config: &Config) -> Result<Folder, FolderError> {
        open(config, &Clock::default(), &Ids::default()).await
    }

    #[tokio::test]
    async fn a_folder_keeps_its_kind_and_its_key() {
        let at = tempfile::tempdir().unwrap();
        let made = try_open(&config(at.path(), Some(Kind::Demo)))
            .await
            .unwrap();
        assert!(made.new);
        let mac = made.keys.mac(crate::keys::Purpose::Phone, &["13800000000"]);
        let second = try_open(&config(at.path(), None)).await;
        assert!(matches!(second, Err(FolderError::InUse)));
        made.database.close().await;
        drop(made);

        let again = try_open(&config(at.path(), None)).await.unwrap();
        assert_eq!((again.kind, again.new), (Kind::Demo, false));
        assert_eq!(
            again
                .keys
                .mac(crate::keys::Purpose::Phone, &["13800000000"]),
            mac
        );
        drop(again);
        let other = try_open(&config(at.path(), Some(Kind::Production))).await;
        assert!(matches!(other, Err(FolderError::OtherKind { .. })));
    }

    #[tokio::test]
    async fn a_lost_key_is_not_replaced() {
        let at = tempfile::tempdir().unwrap();
        let config = config(at.path(), None);
        try_open(&config).await.unwrap().database.close().await;
        std::fs::remove_file(config.data.join("secret.key")).unwrap();
        assert!(matches!(
            try_open(&config).await,
            Err(FolderError::KeyMissing)
        ));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_key_is_for_this_user_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let at = tempfile::tempdir().unwrap();
        let config = config(at.path(), None);
        try_open(&config).await.unwrap().database.close().await;
        let key = config.data.join("secret.key");
        let mode = std::fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(try_open(&config).await, Err(FolderError::KeyOpen)));
    }
}
