//! Accounts on both databases: sessions that end, tokens that do only what they may, codes that
//! cannot be guessed, invitations that are used once.

use super::{Role, directory, operations::*, pseudonym, sessions};
use crate::{
    context::{Channel, Context, Principal},
    db::{Database, sql, testing::both::both, units::Unit},
    domain::{Domain, testing},
    error::{Error, Result},
    ids::Ids,
    keys::Keys,
    page::Paging,
    time::Timestamp,
};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const NOW: Timestamp = testing::NOW;
const PHONE: &str = "13800138000";

fn at(now: Timestamp, principal: Principal) -> Context {
    Context {
        principal,
        channel: Channel::App,
        ..Context::system("test", "request".to_owned(), now)
    }
}

fn nobody(now: Timestamp) -> Context {
    at(now, Principal::Anonymous)
}

async fn by_session(domain: &Domain, secret: &str, now: Timestamp) -> Option<Context> {
    let signed_in = sessions::authenticate(domain, secret, now).await.unwrap();
    signed_in.map(|it| at(now, it.principal))
}

/// A person of a unit, and their session.
async fn person(domain: &Domain, login: &str, role: Option<Role>) -> (Context, String) {
    let unit = Unit {
        id: format!("unit of {login}"),
        name_zh: "单位".to_owned(),
        name_en: "Unit".to_owned(),
        kind: "desk".to_owned(),
        division: "310101".to_owned(),
        parent: None,
        instrument: Some("made up for this test".to_owned()),
        lent: None,
    };
    let newcomer = Newcomer {
        login: Some(login.to_owned()),
        name: login.to_owned(),
        phone: None,
        community: None,
        password: "correct horse".to_owned(),
        posts: role
            .map(|role| (unit.id.clone(), role))
            .into_iter()
            .collect(),
    };
    let cx = Context::system("test", "request".to_owned(), NOW);
    populate(domain, &cx, vec![unit], vec![newcomer])
        .await
        .unwrap();
    let session = sign_in(domain, &nobody(NOW), login, "correct horse")
        .await
        .unwrap();
    (by_session(domain, &session, NOW).await.unwrap(), session)
}

async fn count(database: &Database, text: &'static str, value: &str) -> i64 {
    let mut c = database.read().await.unwrap();
    sql(text)
        .bind(value)
        .one(&mut c)
        .await
        .unwrap()
        .get("n")
        .unwrap()
}

fn is_wrong<T>(result: &Result<T>, code: &str) -> bool {
    matches!(result, Err(Error::Invalid(problems)) if problems[0].code == code)
}

both! {
    async fn the_first_administrator_is_told_once(database) {
        let domain = testing::domain(database).await.unwrap();
        let cx = domain.system("first-run");
        let password = first_administrator(&domain, &cx).await.unwrap().unwrap();
        assert_eq!(first_administrator(&domain, &cx).await.unwrap(), None);
        let first = sign_in(&domain, &nobody(NOW), "admin", &password).await.unwrap();
        let signed_in = sessions::authenticate(&domain, &first, NOW).await.unwrap().unwrap();
        assert!(signed_in.must_change);
        let cx = at(NOW, signed_in.principal);
        // Changing the password begins a new session and ends the old one.
        let second = change_password(&domain, &cx, &password, "a new password").await.unwrap();
        assert_ne!(first, second);
        assert!(by_session(&domain, &first, NOW).await.is_none());
        let signed_in = sessions::authenticate(&domain, &second, NOW).await.unwrap().unwrap();
        assert!(!signed_in.must_change);
        let again = sign_in(&domain, &nobody(NOW), "admin", &password).await;
        assert!(is_wrong(&again, "sign-in-wrong"));
        let unknown = sign_in(&domain, &nobody(NOW), "nobody", &password).await;
        assert!(is_wrong(&unknown, "sign-in-wrong"));
        // Neither secret is in the database.
        for secret in [&first, &second] {
            let text = "SELECT COUNT(*) AS n FROM sessions WHERE digest = $1";
            assert_eq!(count(&domain.database, text, secret).await, 0);
        }
    }

    async fn sessions_end(database) {
        let domain = testing::domain(database).await.unwrap();
        let (_, session) = person(&domain, "officer", Some(Role::Dispatcher)).await;
        // Used within each hour it lasts, but no longer than twelve.
        let mut now = NOW;
        for _ in 0..13 {
            now = now.plus_seconds(HOUR - 300);
            let lasts = now < NOW.plus_seconds(12 * HOUR);
            assert_eq!(by_session(&domain, &session, now).await.is_some(), lasts);
        }
        let idle = sign_in(&domain, &nobody(NOW), "officer", "correct horse").await.unwrap();
        assert!(by_session(&domain, &idle, NOW.plus_seconds(HOUR)).await.is_none());
        // A resident's session is made for people who seldom come.
        let (_, resident) = person(&domain, "resident", None).await;
        assert!(by_session(&domain, &resident, NOW.plus_seconds(6 * DAY)).await.is_some());
        assert!(by_session(&domain, &resident, NOW.plus_seconds(13 * DAY)).await.is_none());
        let (cx, one) = person(&domain, "somebody", None).await;
        let two = sign_in(&domain, &nobody(NOW), "somebody", "correct horse").await.unwrap();
        assert_ne!(one, two);
        sessions::end(&domain, &one).await.unwrap();
        assert!(by_session(&domain, &one, NOW).await.is_none());
        assert!(by_session(&domain, &two, NOW).await.is_some());
        sign_out_everywhere(&domain, &cx).await.unwrap();
        assert!(by_session(&domain, &two, NOW).await.is_none());
    }

    async fn a_token_does_what_it_may_and_makes_no_other(database) {
        let domain = testing::domain(database).await.unwrap();
        let (cx, _) = person(&domain, "officer", Some(Role::Administrator)).await;
        let (other, _) = person(&domain, "other", Some(Role::Dispatcher)).await;
        let post = cx.posts().next().unwrap().id.clone();
        for days in [0, TOKEN_DAYS + 1] {
            let made = create_token(&domain, &cx, "script", &post, days).await;
            assert!(is_wrong(&made, "token-days"));
        }
        let not_theirs = create_token(&domain, &other, "script", &post, 1).await;
        assert!(is_wrong(&not_theirs, "post-not-yours"));
        let (token, secret) = create_token(&domain, &cx, "script", &post, 1).await.unwrap();
        let kept = "SELECT COUNT(*) AS n FROM access_tokens WHERE digest = $1";
        assert_eq!(count(&domain.database, kept, &secret).await, 0);
        assert_eq!(count(&domain.database, kept, &sessions::digest(&secret)).await, 1);
        let principal = sessions::authenticate_token(&domain, &secret, NOW).await.unwrap();
        let by_token = Context { token: true, ..at(NOW, principal.unwrap()) };
        assert_eq!(by_token.posts().count(), 1);
        assert!(directory::people(&domain, &by_token, &Paging::default()).await.is_ok());
        let refused = [
            create_token(&domain, &by_token, "more", &post, 1).await.map(drop),
            invite(&domain, &by_token, "friend", "Friend", "unit of other", Role::Handler)
                .await
                .map(drop),
            change_password(&domain, &by_token, "correct horse", "another one").await.map(drop),
            grant_post(&domain, &by_token, other.account().unwrap(), "unit of other",
                Role::Administrator, None).await,
        ];
        for refused in refused {
            assert!(matches!(refused, Err(Error::Forbidden("not-by-token"))), "{refused:?}");
        }
        let day = NOW.plus_seconds(DAY);
        assert!(sessions::authenticate_token(&domain, &secret, day).await.unwrap().is_none());
        let foreign = revoke_token(&domain, &other, &token.id).await;
        assert!(matches!(foreign, Err(Error::NotFound)));
        revoke_token(&domain, &cx, &token.id).await.unwrap();
        assert!(sessions::authenticate_token(&domain, &secret, NOW).await.unwrap().is_none());
        // A machine has its one post, and nothing once that is over.
        let secret = create_service(&domain, &cx, "闸机", "unit of other", Role::Handler, 30)
            .await
            .unwrap();
        let machine = sessions::authenticate_token(&domain, &secret, NOW).await.unwrap();
        let Some(Principal::Service { post, .. }) = machine else {
            panic!("not a machine: {machine:?}")
        };
        assert_eq!(post.role, Role::Handler);
        end_post(&domain, &cx, &post.id).await.unwrap();
        assert!(sessions::authenticate_token(&domain, &secret, NOW).await.unwrap().is_none());
    }

    async fn a_code_is_tried_five_times(database) {
        let domain = testing::domain(database).await.unwrap();
        // The source of the domain's randomness, and so the first code.
        let code = Ids::seeded(1).code();
        request_code(&domain, &nobody(NOW), PHONE).await.unwrap();
        let soon = NOW.plus_seconds(59);
        assert!(matches!(request_code(&domain, &nobody(soon), PHONE).await, Err(Error::TooMany(_))));
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let cx = nobody(NOW);
        let guesses = (0..20).map(|_| confirm_code(&domain, &cx, PHONE, wrong));
        for guess in futures_util::future::join_all(guesses).await {
            assert!(is_wrong(&guess, "code-wrong"));
        }
        let row = "SELECT tries AS n FROM phone_codes WHERE phone_hash = $1";
        let hash = crate::identity::phone::hash(&domain, PHONE);
        assert_eq!(count(&domain.database, row, &hash).await, 5);
        let late = confirm_code(&domain, &nobody(NOW), PHONE, &code).await;
        assert!(is_wrong(&late, "code-wrong"));
    }

    async fn a_code_proves_a_phone_once(database) {
        let domain = testing::domain(database).await.unwrap();
        let code = Ids::seeded(1).code();
        request_code(&domain, &nobody(NOW), PHONE).await.unwrap();
        let old = confirm_code(&domain, &nobody(NOW.plus_seconds(600)), PHONE, &code).await;
        assert!(is_wrong(&old, "code-wrong"));
        let cx = nobody(NOW);
        let twice = (0..4).map(|_| confirm_code(&domain, &cx, "+86 138-0013-8000", &code));
        let twice = futures_util::future::join_all(twice).await;
        let sessions: Vec<_> = twice.into_iter().flatten().collect();
        assert_eq!(sessions.len(), 1);
        let phone = by_session(&domain, &sessions[0], NOW).await.unwrap();
        let Principal::Phone { hash } = &phone.principal else { panic!("an account") };
        assert_eq!(*hash, crate::identity::phone::hash(&domain, PHONE));
        // Proved, it can be registered; another cannot.
        let mine = |number: &str| Registration {
            phone: number.to_owned(),
            name: "王小明".to_owned(),
            password: "correct horse".to_owned(),
            community: None,
        };
        let other = register(&domain, &phone, mine("13900139000")).await;
        assert!(matches!(other, Err(Error::Forbidden("phone-not-proved"))));
        let session = register(&domain, &phone, mine(PHONE)).await.unwrap();
        let person = by_session(&domain, &session, NOW).await.unwrap();
        assert!(matches!(person.principal, Principal::Person(_)));
        assert!(sign_in(&domain, &nobody(NOW), PHONE, "correct horse").await.is_ok());
    }

    async fn an_invitation_is_used_once(database) {
        let domain = testing::domain(database).await.unwrap();
        let (admin, _) = person(&domain, "boss", Some(Role::Administrator)).await;
        let (resident, _) = person(&domain, "resident", None).await;
        let unit = "unit of boss";
        let asked = invite(&domain, &resident, "friend", "友", unit, Role::Handler).await;
        assert!(matches!(asked, Err(Error::Forbidden(_))));
        let taken = invite(&domain, &admin, "resident", "友", unit, Role::Handler).await;
        assert!(is_wrong(&taken, "login-taken"));
        let secret = invite(&domain, &admin, "friend", "友", unit, Role::Handler).await.unwrap();
        let late = nobody(NOW.plus_seconds(7 * DAY));
        let late = accept_invitation(&domain, &late, &secret, "correct horse").await;
        assert!(is_wrong(&late, "invitation-over"));
        let session = accept_invitation(&domain, &nobody(NOW), &secret, "correct horse").await.unwrap();
        let friend = by_session(&domain, &session, NOW).await.unwrap();
        assert!(friend.has_role(Role::Handler));
        let again = accept_invitation(&domain, &nobody(NOW), &secret, "correct horse").await;
        assert!(is_wrong(&again, "invitation-over"));
        // Nobody gives a post to themselves; given one, a person signs in again.
        let own = admin.account().unwrap();
        let own = grant_post(&domain, &admin, own, unit, Role::Dispatcher, None).await;
        assert!(matches!(own, Err(Error::Forbidden("post-not-for-oneself"))));
        let account = friend.account().unwrap();
        grant_post(&domain, &admin, account, unit, Role::Dispatcher, None).await.unwrap();
        assert!(by_session(&domain, &session, NOW).await.is_none());
    }
}

#[test]
fn two_plugins_cannot_join_on_a_person() {
    let keys = Keys::new([7; 32]);
    let name = |plugin, person| pseudonym(&keys, plugin, person);
    assert_eq!(name("a", "somebody"), name("a", "somebody"));
    assert_ne!(name("a", "somebody"), name("b", "somebody"));
    assert_ne!(name("a", "somebody"), name("a", "other"));
    assert_ne!(name("ab", "c"), name("a", "bc"));
    assert_ne!(name("a", "p"), pseudonym(&Keys::new([8; 32]), "a", "p"));
}
