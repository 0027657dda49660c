//! What uploading, binding, opening and expiring do, on a database.

use super::*;
use crate::{
    db::Database,
    domain::testing::{self, NOW},
    identity::Person,
};
use futures_util::future::BoxFuture;

async fn on_disk() -> (Domain, tempfile::TempDir) {
    let at = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", at.path().join("test.db").display());
    let database = Database::open(&url).await.unwrap();
    database.migrate().await.unwrap();
    (testing::domain(database).await.unwrap(), at)
}

fn person(account: &str) -> Context {
    Context {
        principal: Principal::Person(Person {
            account: account.to_owned(),
            name: account.to_owned(),
            posts: Vec::new(),
            phone_hash: None,
        }),
        ..Context::system("test", "request".to_owned(), NOW)
    }
}

fn anonymous() -> Context {
    Context {
        principal: Principal::Anonymous,
        ..person("")
    }
}

fn pdf(text: &str, once: &str) -> Upload {
    Upload {
        name: "C:\\evil\\..\\合同\u{202e}fdp.exe".to_owned(),
        bytes: format!("%PDF-{text}").into_bytes(),
        once: once.to_owned(),
        draft: None,
    }
}

async fn give(
    domain: &Domain,
    cx: &Context,
    draft: Option<&'static str>,
    case: &'static str,
    id: &str,
) -> Result<Vec<FileRef>> {
    let (domain2, cx, ids) = (domain.clone(), cx.clone(), vec![id.to_owned()]);
    domain
        .database
        .write(move |t| -> BoxFuture<'_, _> {
            Box::pin(async move { bind(t, &domain2, &cx, draft, case, &ids).await })
        })
        .await
}

#[tokio::test]
async fn a_file_is_its_uploaders_until_a_case_takes_it() {
    let (domain, _at) = on_disk().await;
    let (li, wang) = (person("li"), person("wang"));
    let file = upload(&domain, &li, pdf("1", "a")).await.unwrap();
    assert_eq!(
        (file.name.as_str(), file.mime.as_str()),
        ("合同fdp.pdf", "application/pdf")
    );
    let opened = open(&domain, &li, &file.id, None).await.unwrap();
    assert_eq!(opened.bytes, b"%PDF-1");
    assert!(matches!(
        open(&domain, &wang, &file.id, None).await,
        Err(Error::NotFound)
    ));

    assert!(
        give(&domain, &wang, None, "case-1", &file.id)
            .await
            .is_err()
    );
    assert_eq!(
        give(&domain, &li, None, "case-1", &file.id).await.unwrap(),
        std::slice::from_ref(&file)
    );
    // The same again changes nothing; another case does not get it.
    assert!(give(&domain, &li, None, "case-1", &file.id).await.is_ok());
    assert!(give(&domain, &li, None, "case-2", &file.id).await.is_err());
    let mut connection = domain.database.read().await.unwrap();
    assert_eq!(of_case(&mut connection, "case-1").await.unwrap(), [file]);
}

#[tokio::test]
async fn the_same_key_answers_the_first_result() {
    let (domain, _at) = on_disk().await;
    let li = person("li");
    let first = upload(&domain, &li, pdf("1", "a")).await.unwrap();
    assert_eq!(upload(&domain, &li, pdf("1", "a")).await.unwrap(), first);
    let other = upload(&domain, &li, pdf("2", "a")).await;
    assert!(matches!(other, Err(Error::Conflict("files-once-reused"))));
    // Lost between the row and the bytes: a repeat mends it.
    domain.files.files.delete(&path(&first.id)).await.unwrap();
    assert_eq!(upload(&domain, &li, pdf("1", "a")).await.unwrap(), first);
    assert!(open(&domain, &li, &first.id, None).await.is_ok());
}

#[tokio::test]
async fn a_form_begun_before_signing_in_keeps_its_files() {
    let (domain, _at) = on_disk().await;
    let nobody = upload(&domain, &anonymous(), pdf("1", "a")).await;
    assert!(matches!(nobody, Err(Error::Unauthenticated)));
    let mut draft = pdf("1", "a");
    draft.draft = Some("secret".to_owned());
    let file = upload(&domain, &anonymous(), draft).await.unwrap();
    let read = open(&domain, &anonymous(), &file.id, Some("secret")).await;
    assert!(read.is_ok());
    let guessed = open(&domain, &anonymous(), &file.id, Some("guess")).await;
    assert!(matches!(guessed, Err(Error::NotFound)));
    let signed_in = person("li");
    assert!(
        give(&domain, &signed_in, Some("secret"), "case", &file.id)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn what_no_case_takes_expires() {
    let (domain, _at) = on_disk().await;
    let li = person("li");
    let lost = upload(&domain, &li, pdf("1", "a")).await.unwrap();
    let kept = upload(&domain, &li, pdf("2", "b")).await.unwrap();
    give(&domain, &li, None, "case", &kept.id).await.unwrap();
    assert_eq!(expire(&domain, &li).await.unwrap(), 0);
    let mut later = person("li");
    later.now = NOW.plus_seconds(UNBOUND);
    assert!(give(&domain, &later, None, "case", &lost.id).await.is_err());
    assert_eq!(expire(&domain, &later).await.unwrap(), 1);
    assert!(matches!(
        open(&domain, &li, &lost.id, None).await,
        Err(Error::NotFound)
    ));
    assert!(domain.files.files.head(&path(&kept.id)).await.is_ok());
    assert!(domain.files.files.head(&path(&lost.id)).await.is_err());
}

#[tokio::test]
async fn nobody_fills_the_disk() {
    let (domain, _at) = on_disk().await;
    let li = person("li");
    for n in 0..WAITING {
        upload(&domain, &li, pdf("1", &n.to_string()))
            .await
            .unwrap();
    }
    let more = upload(&domain, &li, pdf("1", "more")).await;
    assert!(matches!(more, Err(Error::TooMany(_))));
}
