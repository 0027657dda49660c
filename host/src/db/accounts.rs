//! Rows of accounts, posts, sessions, tokens, codes and invitations. Holds digests of secrets,
//! never a secret.

use super::{Connection, Row, Transaction, sql};
use crate::{
    error::{Error, Result},
    identity::{Post, Role},
    time::Timestamp,
};

/// An account. `phone` is a personal value: it leaves this module for the access hook only.
#[derive(Clone, Debug)]
pub struct Account {
    /// Row id.
    pub id: String,
    /// Whether it is a machine's.
    pub service: bool,
    /// The name it signs in by, if not a phone number.
    pub login: Option<String>,
    /// The name it is shown by.
    pub name: String,
    /// Phone number, if given.
    pub phone: Option<String>,
    /// Keyed hash of it.
    pub phone_hash: Option<String>,
    /// The community the person has said to live in.
    pub community: Option<String>,
    /// PHC string of the password.
    pub password: Option<String>,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// When it was closed.
    pub disabled: Option<Timestamp>,
}

fn read(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.get("id")?,
        service: row.get::<String>("kind")? == "service",
        login: row.get("login")?,
        name: row.get("name")?,
        phone: row.get("phone")?,
        phone_hash: row.get("phone_hash")?,
        community: row.get("community")?,
        password: row.get("password")?,
        must_change: row.get("must_change")?,
        disabled: row.get("disabled")?,
    })
}

/// Adds an account. `Conflict` when login or phone is taken.
pub async fn insert(t: &mut Transaction, it: &Account, now: Timestamp) -> Result<()> {
    sql("INSERT INTO accounts (id, kind, login, name, phone, phone_hash, community, password, must_change, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(&it.id)
        .bind(if it.service { "service" } else { "person" })
        .bind(it.login.as_ref())
        .bind(&it.name)
        .bind(it.phone.as_ref())
        .bind(it.phone_hash.as_ref())
        .bind(it.community.as_ref())
        .bind(it.password.as_ref())
        .bind(it.must_change)
        .bind(now)
        .run(t)
        .await?;
    Ok(())
}

/// An account by one of its unique columns.
pub async fn by(c: &mut Connection, key: Key<'_>) -> Result<Option<Account>> {
    let statement = match key {
        Key::Id(id) => sql("SELECT * FROM accounts WHERE id = $1").bind(id),
        Key::Login(login) => sql("SELECT * FROM accounts WHERE login = $1").bind(login),
        Key::Phone(hash) => sql("SELECT * FROM accounts WHERE phone_hash = $1").bind(hash),
    };
    statement.optional(c).await?.as_ref().map(read).transpose()
}

/// What finds an account.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// Its row id.
    Id(&'a str),
    /// The name it signs in by.
    Login(&'a str),
    /// The keyed hash of its phone number.
    Phone(&'a str),
}

/// How many accounts there are.
pub async fn count(c: &mut Connection) -> Result<i64> {
    sql("SELECT COUNT(*) AS n FROM accounts")
        .one(c)
        .await?
        .get("n")
}

/// Accounts with at least one post, by name, after the cursor.
pub async fn staff(c: &mut Connection, after: &str, limit: u32) -> Result<Vec<Account>> {
    let rows = sql("SELECT * FROM accounts WHERE id > $1 AND id IN (SELECT account FROM posts) ORDER BY id LIMIT $2")
        .bind(after)
        .bind(limit)
        .all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// A member of staff, as colleagues see them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Colleague {
    /// The account.
    pub account: String,
    /// The name they are shown by.
    pub name: String,
}

/// Who has a post of one of these roles in force whose unit covers `division`; those of the
/// smallest place first, and within it by name. At most `limit`.
pub async fn colleagues(
    c: &mut Connection,
    division: &str,
    roles: &[Role],
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Colleague>> {
    let mut statement = sql(
        "SELECT a.id, a.name, MAX(LENGTH(u.division)) AS nearness FROM posts p
         JOIN units u ON u.id = p.unit JOIN accounts a ON a.id = p.account WHERE (1 = 0",
    );
    for role in roles {
        statement = statement.push_bind(" OR p.role = ?", role.name());
    }
    let rows = statement
        .push_bind(") AND u.division = SUBSTR(?", division)
        .push(", 1, LENGTH(u.division))")
        .push(" AND a.kind = 'person' AND a.disabled IS NULL")
        .push_bind(" AND p.since <= ?", now)
        .push_bind(" AND (p.until IS NULL OR p.until > ?)", now)
        .push(" GROUP BY a.id, a.name ORDER BY nearness DESC, a.name, a.id")
        .push_bind(" LIMIT ?", limit)
        .all(c)
        .await?;
    let colleague = |row: &Row| {
        Ok(Colleague {
            account: row.get("id")?,
            name: row.get("name")?,
        })
    };
    rows.iter().map(colleague).collect()
}

/// Sets a password.
pub async fn set_password(
    t: &mut Transaction,
    id: &str,
    phc: &str,
    must_change: bool,
) -> Result<()> {
    sql("UPDATE accounts SET password = $1, must_change = $2 WHERE id = $3")
        .bind(phc)
        .bind(must_change)
        .bind(id)
        .run(t)
        .await?;
    Ok(())
}

/// Adds a post.
pub async fn insert_post(t: &mut Transaction, account: &str, post: &Post, by: &str) -> Result<()> {
    sql("INSERT INTO posts (id, account, unit, role, since, until, granted_by) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(&post.id)
        .bind(account)
        .bind(&post.unit)
        .bind(post.role.name())
        .bind(post.from)
        .bind(post.until)
        .bind(by)
        .run(t)
        .await?;
    Ok(())
}

/// Ends a post at `now`, unless it has ended; whose it is.
pub async fn end_post(t: &mut Transaction, id: &str, now: Timestamp) -> Result<Option<String>> {
    let row = sql("UPDATE posts SET until = $1 WHERE id = $2 AND (until IS NULL OR until > $1) RETURNING account")
        .bind(now)
        .bind(id)
        .optional(t)
        .await?;
    row.map(|row| row.get("account")).transpose()
}

/// The posts of an account, in force or not.
pub async fn posts(c: &mut Connection, account: &str) -> Result<Vec<Post>> {
    let rows = sql("SELECT p.*, u.division FROM posts p JOIN units u ON u.id = p.unit WHERE p.account = $1 ORDER BY p.id")
        .bind(account)
        .all(c)
        .await?;
    rows.iter().map(read_post).collect()
}

fn read_post(row: &Row) -> Result<Post> {
    Ok(Post {
        id: row.get("id")?,
        unit: row.get("unit")?,
        division: row.get("division")?,
        role: Role::from_name(&row.get::<String>("role")?)
            .ok_or_else(|| Error::bug("a post has an unknown role"))?,
        from: row.get("since")?,
        until: row.get("until")?,
    })
}

/// A session, as it is kept.
#[derive(Clone, Debug)]
pub struct Session {
    /// The account, if it is one's.
    pub account: Option<String>,
    /// The phone number it proved, if it has no account.
    pub phone_hash: Option<String>,
    /// When it was last used, to the minute.
    pub seen: Timestamp,
    /// When it ends at the latest.
    pub expires: Timestamp,
}

/// Adds a session.
pub async fn insert_session(
    t: &mut Transaction,
    digest: &str,
    it: &Session,
    now: Timestamp,
) -> Result<()> {
    sql("INSERT INTO sessions (digest, account, phone_hash, created, seen, expires) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(digest)
        .bind(it.account.as_ref())
        .bind(it.phone_hash.as_ref())
        .bind(now)
        .bind(it.seen)
        .bind(it.expires)
        .run(t)
        .await?;
    Ok(())
}

/// One session by the digest of its token.
pub async fn session(c: &mut Connection, digest: &str) -> Result<Option<Session>> {
    let row = sql("SELECT * FROM sessions WHERE digest = $1")
        .bind(digest)
        .optional(c)
        .await?;
    row.map(|row| {
        Ok(Session {
            account: row.get("account")?,
            phone_hash: row.get("phone_hash")?,
            seen: row.get("seen")?,
            expires: row.get("expires")?,
        })
    })
    .transpose()
}

/// Notes that a session was used.
pub async fn touch_session(t: &mut Transaction, digest: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE sessions SET seen = $1 WHERE digest = $2")
        .bind(now)
        .bind(digest)
        .run(t)
        .await?;
    Ok(())
}

/// Ends one session.
pub async fn end_session(t: &mut Transaction, digest: &str) -> Result<()> {
    sql("DELETE FROM sessions WHERE digest = $1")
        .bind(digest)
        .run(t)
        .await?;
    Ok(())
}

/// Ends every session of an account.
pub async fn end_sessions(t: &mut Transaction, account: &str) -> Result<()> {
    sql("DELETE FROM sessions WHERE account = $1")
        .bind(account)
        .run(t)
        .await?;
    Ok(())
}

/// Removes what has expired: sessions, codes, invitations.
pub async fn expire(t: &mut Transaction, now: Timestamp) -> Result<()> {
    for statement in [
        "DELETE FROM sessions WHERE expires <= $1",
        "DELETE FROM phone_codes WHERE expires <= $1",
        "DELETE FROM invitations WHERE expires <= $1",
    ] {
        sql(statement).bind(now).run(t).await?;
    }
    Ok(())
}

/// An access token, as it is kept.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AccessToken {
    /// Row id.
    pub id: String,
    /// What its owner called it.
    pub name: String,
    /// Whose it is.
    pub account: String,
    /// The one post it may use; none: none of them.
    pub post: Option<String>,
    /// When it ends.
    #[schema(value_type = String)]
    pub expires: Timestamp,
    /// When it was taken back.
    #[schema(value_type = Option<String>)]
    pub revoked: Option<Timestamp>,
}

/// Adds a token.
pub async fn insert_token(
    t: &mut Transaction,
    digest: &str,
    it: &AccessToken,
    now: Timestamp,
) -> Result<()> {
    sql("INSERT INTO access_tokens (id, digest, account, post, name, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(&it.id)
        .bind(digest)
        .bind(&it.account)
        .bind(it.post.as_ref())
        .bind(&it.name)
        .bind(now)
        .bind(it.expires)
        .run(t)
        .await?;
    Ok(())
}

fn read_token(row: &Row) -> Result<AccessToken> {
    Ok(AccessToken {
        id: row.get("id")?,
        name: row.get("name")?,
        account: row.get("account")?,
        post: row.get("post")?,
        expires: row.get("expires")?,
        revoked: row.get("revoked")?,
    })
}

/// One token by its digest.
pub async fn token(c: &mut Connection, digest: &str) -> Result<Option<AccessToken>> {
    let row = sql("SELECT * FROM access_tokens WHERE digest = $1")
        .bind(digest)
        .optional(c)
        .await?;
    row.as_ref().map(read_token).transpose()
}

/// The tokens of an account.
pub async fn tokens(c: &mut Connection, account: &str) -> Result<Vec<AccessToken>> {
    let rows = sql("SELECT * FROM access_tokens WHERE account = $1 ORDER BY id")
        .bind(account)
        .all(c)
        .await?;
    rows.iter().map(read_token).collect()
}

/// Takes a token back; whether there was one of this account.
pub async fn revoke_token(
    t: &mut Transaction,
    account: &str,
    id: &str,
    now: Timestamp,
) -> Result<bool> {
    let changed = sql(
        "UPDATE access_tokens SET revoked = $1 WHERE id = $2 AND account = $3 AND revoked IS NULL",
    )
    .bind(now)
    .bind(id)
    .bind(account)
    .run(t)
    .await?;
    Ok(changed > 0)
}

/// A one-time code, as it is kept.
#[derive(Clone, Debug)]
pub struct PhoneCode {
    /// Digest of the code.
    pub digest: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it was sent.
    pub sent: Timestamp,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// Keeps a new code for a number, in place of any other.
pub async fn put_code(t: &mut Transaction, hash: &str, it: &PhoneCode) -> Result<()> {
    sql("INSERT INTO phone_codes (phone_hash, digest, tries, sent, expires) VALUES ($1, $2, 0, $3, $4)
         ON CONFLICT (phone_hash) DO UPDATE SET digest = excluded.digest, tries = 0,
         sent = excluded.sent, expires = excluded.expires")
        .bind(hash)
        .bind(&it.digest)
        .bind(it.sent)
        .bind(it.expires)
        .run(t)
        .await?;
    Ok(())
}

/// The code of a number.
pub async fn code(c: &mut Connection, hash: &str) -> Result<Option<PhoneCode>> {
    let row = sql("SELECT * FROM phone_codes WHERE phone_hash = $1")
        .bind(hash)
        .optional(c)
        .await?;
    row.map(|row| {
        Ok(PhoneCode {
            digest: row.get("digest")?,
            tries: row.get("tries")?,
            sent: row.get("sent")?,
            expires: row.get("expires")?,
        })
    })
    .transpose()
}

/// Counts a try of a code; false, and nothing is counted, when there is none or it has been tried
/// `most` times. Nobody else tries it until the transaction ends.
pub async fn try_code(t: &mut Transaction, hash: &str, most: i64) -> Result<bool> {
    let counted =
        sql("UPDATE phone_codes SET tries = tries + 1 WHERE phone_hash = $1 AND tries < $2")
            .bind(hash)
            .bind(most)
            .run(t)
            .await?;
    Ok(counted > 0)
}

/// Removes a code that has been used.
pub async fn end_code(t: &mut Transaction, hash: &str) -> Result<()> {
    sql("DELETE FROM phone_codes WHERE phone_hash = $1")
        .bind(hash)
        .run(t)
        .await?;
    Ok(())
}

/// An invitation, as it is kept.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The name to sign in by.
    pub login: String,
    /// The name to be shown by.
    pub name: String,
    /// The unit of the first post.
    pub unit: String,
    /// The role of the first post.
    pub role: Role,
    /// Who invited.
    pub by: String,
    /// Until when.
    pub expires: Timestamp,
}

/// Adds an invitation.
pub async fn insert_invitation(t: &mut Transaction, digest: &str, it: &Invitation) -> Result<()> {
    sql("INSERT INTO invitations (digest, login, name, unit, role, invited_by, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(digest)
        .bind(&it.login)
        .bind(&it.name)
        .bind(&it.unit)
        .bind(it.role.name())
        .bind(&it.by)
        .bind(it.expires)
        .run(t)
        .await?;
    Ok(())
}

/// Uses an invitation up; none when there is none, or it has expired or been used.
pub async fn use_invitation(
    t: &mut Transaction,
    digest: &str,
    now: Timestamp,
) -> Result<Option<Invitation>> {
    let row = sql("UPDATE invitations SET used = $1 WHERE digest = $2 AND used IS NULL AND expires > $1 RETURNING *")
        .bind(now)
        .bind(digest)
        .optional(t)
        .await?;
    row.map(|row| {
        Ok(Invitation {
            login: row.get("login")?,
            name: row.get("name")?,
            unit: row.get("unit")?,
            role: Role::from_name(&row.get::<String>("role")?)
                .ok_or_else(|| Error::bug("an invitation has an unknown role"))?,
            by: row.get("invited_by")?,
            expires: row.get("expires")?,
        })
    })
    .transpose()
}
