//! The permission matrix: every route of the tables, asked for by nobody, by residents and by each
//! role, and the status that came back. The snapshot is read by people: a changed line is a changed
//! right. A new route shows up as a new line; a new write must first be given something to send.
//! Once read, it is taken with `INSTA_UPDATE=always`.

use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::{Browser, Host, Sent, photo, report};
use crate::{
    identity::{phone, sessions},
    web::router::TABLES,
};

/// Nobody, somebody with a proved phone number, those of the demonstration's accounts that stand
/// for a role each, and a program with the administrator's token.
const WHO: [&str; 17] = [
    "nobody",
    "phone",
    "resident",
    "resident2",
    "clerk",
    "hotline",
    "gridworker",
    "community",
    "handler",
    "verifier",
    "supervisor",
    "dutykeeper",
    "developer",
    "reviewer",
    "admin",
    "street2",
    "admin-token",
];

/// What is sent to a route that writes. None: nobody has said yet.
enum Write {
    Form(Vec<(&'static str, String)>),
    Json(Value),
    Parts(Vec<(&'static str, String)>, Option<&'static str>),
    Nothing,
}

/// What would be refused for everybody (a wrong password, a person who is not there) is sent where
/// a success would change who somebody is; the rest is sent as it is meant.
fn write(method: &str, path: &str, n: usize) -> Option<Write> {
    let form = |fields: &[(&'static str, &str)]| {
        let fields = fields.iter().map(|(k, v)| (*k, (*v).to_owned()));
        Some(Write::Form(fields.collect()))
    };
    let phone = format!("199100000{n:02}");
    let wrong = [("name", "nobody"), ("password", "wrong-password")];
    match (method, path) {
        ("post", "/api/v1/session") => Some(Write::Json(
            json!({ "name": "nobody", "password": "wrong-password" }),
        )),
        ("delete", _) => Some(Write::Nothing),
        ("post", "/api/v1/session/code") => Some(Write::Json(json!({ "phone": phone }))),
        ("post", "/api/v1/session/confirm") => {
            Some(Write::Json(json!({ "phone": phone, "code": "x" })))
        }
        ("post", "/api/v1/session/password") => Some(Write::Json(
            json!({ "old": "wrong", "new": "another-password" }),
        )),
        ("post", "/api/v1/cases") => Some(Write::Json(
            json!({ "description": "灯", "division": "310101022027" }),
        )),
        ("post", "/api/v1/cases/near") => Some(Write::Json(
            json!({ "words": "灯", "division": "310101022027" }),
        )),
        ("post", "/api/v1/cases/{id}/follow") => Some(Write::Nothing),
        ("post", "/cases/{id}/follow" | "/cases/{id}/unfollow") => form(&[]),
        // No hint of that name: who may is asked before whether there is one.
        ("post", "/api/v1/hints/{id}/decision") => {
            Some(Write::Json(json!({ "decision": "dismissed" })))
        }
        ("post", "/work/hints/{id}/{decision}") => form(&[]),
        ("post", "/api/v1/cases/{id}/contact") => Some(Write::Nothing),
        ("post", "/api/v1/cases/{id}/actions") => {
            Some(Write::Json(json!({ "action": "comment", "words": "看过" })))
        }
        ("post", "/api/v1/attachments") => Some(Write::Parts(Vec::new(), Some("file"))),
        // No list and no boundaries: who may is asked before what they are.
        (
            "post",
            "/api/v1/grid/imports"
            | "/api/v1/grid/cells"
            | "/api/v1/service-points"
            | "/api/v1/duty-lists"
            | "/api/v1/calendar",
        ) => Some(Write::Nothing),
        // No such precedent: who may is asked before which it is.
        ("post", "/api/v1/precedents/{id}/accept") => {
            Some(Write::Json(json!({ "change": "lead" })))
        }
        ("post", "/api/v1/precedents/{id}/reject") => {
            Some(Write::Json(json!({ "answer": "不采纳" })))
        }
        ("post", "/work/precedents/{id}/{step}") => {
            form(&[("change", "lead"), ("answer", "不采纳")])
        }
        // No such unit.
        ("post", "/api/v1/units/{id}/instrument") => {
            Some(Write::Json(json!({ "instrument": "编办〔2026〕1号" })))
        }
        ("post", "/work/units/{id}/instrument") => form(&[("instrument", "编办〔2026〕1号")]),
        ("post", "/work/grid/cells" | "/work/people/import" | "/work/duty-list") => {
            Some(Write::Parts(Vec::new(), None))
        }
        ("post", "/api/v1/invitations") => Some(Write::Json(
            json!({ "login": "new.one", "name": "新", "unit": "u-310101022", "role": "handler" }),
        )),
        ("post", "/api/v1/people/{account}/posts") => Some(Write::Json(
            json!({ "unit": "u-310101022", "role": "handler" }),
        )),
        ("post", "/api/v1/services") => Some(Write::Json(
            json!({ "name": "网关", "unit": "u-310101022", "role": "handler", "days": 1 }),
        )),
        ("post", "/api/v1/tokens") => Some(Write::Json(
            json!({ "name": "t", "post": "none", "days": 1 }),
        )),
        ("post", "/preferences") => form(&[("back", "/"), ("lang", "en")]),
        ("post", "/sign-in") => form(&wrong),
        ("post", "/sign-in/code") => form(&[("phone", "19920000001")]),
        ("post", "/sign-in/confirm") => form(&[("phone", "19920000001"), ("code", "x")]),
        ("post", "/sign-out") => form(&[]),
        ("post", "/register") => form(&[
            ("phone", "19920000002"),
            ("name", "新"),
            ("password", "long-enough"),
        ]),
        ("post", "/invitation") => form(&[("invitation", "none"), ("password", "long-enough")]),
        ("post", "/account/password") => {
            form(&[("old", "wrong"), ("password", "another-password")])
        }
        ("post", "/find") => form(&[("number", "none")]),
        ("post", "/drafts/{id}/send") => form(&[]),
        ("post", "/report" | "/drafts/{id}/steps/{step}") => Some(Write::Parts(Vec::new(), None)),
        ("post", "/cases/{id}/{action}" | "/work/cases/{id}/actions/{action}") => {
            let fields = vec![
                ("words", "看过".to_owned()),
                ("once", format!("page-{path}-{n}")),
            ];
            Some(Write::Parts(fields, None))
        }
        ("post", "/work/cases/{id}/contact") => form(&[]),
        ("post", "/work/visits/new") => form(&[
            ("once", "matrix-visit"),
            ("class", "V0301"),
            ("about", "回访独居老人"),
            ("division", "310101022027"),
        ]),
        ("post", "/work/people/invite") => form(&[
            ("login", "new.two"),
            ("name", "新"),
            ("unit", "u-310101022"),
            ("role", "handler"),
        ]),
        ("post", "/work/people/{account}/posts") => {
            form(&[("unit", "u-310101022"), ("role", "handler")])
        }
        ("post", "/work/people/{account}/posts/{post}/end") => form(&[]),
        ("post", "/api/v1/grants") => Some(Write::Json(json!({
            "plugin": "none", "purpose": "none", "dataset": "none", "fields": ["none"], "days": 1,
        }))),
        ("post", "/work/grants") => form(&[("dataset", "none")]),
        ("post", "/work/grants/{id}/revoke" | "/my-data/consents/{id}/withdraw") => form(&[]),
        ("post", "/family/children") => form(&[("name", "小明"), ("born", "2020-01-01")]),
        ("post", "/family/helpers") => form(&[("phone", "19920000009")]),
        ("post", "/family/{id}/end") => form(&[]),
        ("post", "/work/family") => form(&[("whom", "19920000009"), ("who", "19920000008")]),
        // No component, and no plugin of that name: who may is asked before what it is.
        ("post", "/work/plugins") => Some(Write::Parts(Vec::new(), None)),
        ("post", "/work/plugins/{id}/{step}") => form(&[]),
        ("post", "/work/plugins/{id}/stop") => form(&[("reason", "检修")]),
        ("post", "/api/v1/plugins/{id}/stop") => Some(Write::Json(json!({ "reason": "检修" }))),
        ("post", "/work/revisions/{digest}/{step}") => form(&[]),
        ("post", "/services/{plugin}/{page}/forms/{form}") => Some(Write::Parts(Vec::new(), None)),
        ("post", "/services/{plugin}/{page}/actions/{action}") => form(&[("once", "matrix")]),
        ("post", "/api/v1/plugins/{id}/inbox/{inbox}") => {
            Some(Write::Json(json!({ "source": "d1", "values": {} })))
        }
        ("post", "/api/v1/parked/{message}/replay" | "/api/v1/messages/{message}/read") => {
            Some(Write::Nothing)
        }
        ("post", "/messages/read" | "/messages/{message}/open") => form(&[]),
        // No key: nobody may, whoever is signed in.
        ("post", "/open311/v2/requests.xml" | "/open311/v2/requests.json") => {
            form(&[("service_code", "P0101"), ("address_id", "310101022027")])
        }
        ("post", "/api/v1/webhooks") => Some(Write::Json(
            json!({ "unit": "u-310101022", "url": "https://hooks.example.org/" }),
        )),
        ("post", "/work/webhooks") => form(&[
            ("unit", "u-310101022"),
            ("url", "https://hooks.example.org/"),
        ]),
        ("post", path) if path.starts_with("/api/v1/webhooks/") => Some(Write::Nothing),
        ("post", path) if path.starts_with("/work/webhooks/") => form(&[]),
        ("post", "/work/messages/{message}/replay" | "/work/plugins/{id}/messages/replay") => {
            form(&[])
        }
        ("post", path)
            if path.starts_with("/api/v1/plugins") || path.starts_with("/api/v1/revisions/") =>
        {
            Some(Write::Nothing)
        }
        _ => None,
    }
}

/// The route's path with something real in its braces, where there is something.
fn fill(path: &str, case: &Value) -> String {
    let id = case["id"].as_str().unwrap();
    let of_case = path.contains("/cases/{id}");
    let step = match path {
        "/work/plugins/{id}/{step}" => "retire",
        "/work/revisions/{digest}/{step}" => "approve",
        "/work/precedents/{id}/{step}" => "reject",
        _ => "none",
    };
    let path = match path {
        "/open311/v2/services/{code}" => "/open311/v2/services/P0101.json",
        path => path,
    };
    path.replace("{id}", if of_case { id } else { "none" })
        .replace("{number}", case["number"].as_str().unwrap())
        .replace(
            "{service_request_id}",
            &format!("{}.json", case["number"].as_str().unwrap()),
        )
        .replace("{token}", &format!("{id}.json"))
        .replace("{queue}", "desk")
        .replace("{code}", "310101022")
        .replace("{action}", "comment")
        .replace("{account}", "none")
        .replace("{post}", "none")
        .replace("{decision}", "dismissed")
        .replace("{name}", "none")
        .replace("{step}", step)
        .replace("{digest}", "none")
        .replace("{version}", "in-force")
        .replace(['{', '}'], "")
}

async fn ask(browser: &mut Browser, method: &str, path: &str, to: &str, n: usize) -> StatusCode {
    let verb = method.to_uppercase();
    let to = match path {
        "/api/v1/grid/locate" => format!("{to}?lon=121.4743&lat=31.2212&datum=wgs84"),
        "/api/v1/service-points" if method == "get" => format!("{to}?community=310101022027"),
        "/api/v1/duty-lists/{version}/difference" => format!("{to}?before=in-force"),
        "/work/duty-list/difference" => format!("{to}?before=in-force&after=in-force"),
        "/api/v1/cases" if method == "get" => format!("{to}?q=新"),
        "/work/search" => format!("{to}?q=新"),
        "/api/v1/grid/divisions" => format!("{to}?text=新"),
        "/api/v1/figures/cases" | "/work/figures/cases" => format!("{to}?figure=open"),
        "/api/v1/digest/cases" | "/work/digest/cases" => format!("{to}?line=came"),
        _ => to.to_owned(),
    };
    let to = to.replace('新', "%E6%96%B0");
    if method == "get" {
        return browser.get(&to).await.status;
    }
    let sent = write(method, path, n).unwrap_or_else(|| {
        panic!("say in `write` what to send to {method} {path}");
    });
    let once = format!("{n}-{}", path.replace('/', "-"));
    let answer = match &sent {
        Write::Nothing => browser.send(&verb, &to, Sent::Nothing, Some(&once)).await,
        Write::Json(value) => {
            browser
                .send(&verb, &to, Sent::Json(value.clone()), Some(&once))
                .await
        }
        Write::Form(fields) => {
            let fields: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            browser.send(&verb, &to, Sent::Form(&fields), None).await
        }
        Write::Parts(fields, file) => {
            let fields: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            let files: Vec<_> = file.iter().map(|it| (*it, "a.jpg", photo())).collect();
            browser
                .send(&verb, &to, Sent::Parts(&fields, &files), Some(&once))
                .await
        }
    };
    answer.status
}

/// One of [`WHO`], ready to ask.
async fn come(host: &Host, who: &str) -> Browser {
    let mut browser = host.browser();
    match who {
        "nobody" => {}
        "phone" => {
            let domain = &host.app.domain;
            let hash = phone::hash(domain, "19900000077");
            let now = domain.clock.now();
            let secret = sessions::begin(domain, None, Some(&hash), now).await;
            browser
                .cookies
                .insert("onedoor".to_owned(), secret.unwrap());
        }
        "admin-token" => {
            let mut admin = host.signed_in("admin").await;
            let me = admin.get("/api/v1/session").await.json();
            let body = json!({ "name": "matrix", "post": me["posts"][0]["id"], "days": 1 });
            let made = admin.put_json("/api/v1/tokens", body, "-").await.json();
            browser.token = Some(made["secret"].as_str().unwrap().to_owned());
        }
        login => browser = host.signed_in(login).await,
    }
    browser
}

#[tokio::test]
async fn matrix() {
    let host = Host::new().await;
    let case = report(&mut host.signed_in("resident").await, "lamp").await;
    let mut browsers = Vec::new();
    for who in WHO {
        browsers.push(come(&host, who).await);
    }
    let mut text = String::new();
    for (method, path) in TABLES.iter().flat_map(|it| it.iter()) {
        let to = fill(path, &case);
        let mut found: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        for (n, (browser, who)) in browsers.iter_mut().zip(WHO).enumerate() {
            let kept = browser.cookies.clone();
            let status = ask(browser, method, path, &to, n).await;
            found.entry(status.as_u16()).or_default().push(who);
            if path.ends_with("/sign-out") || (*method, *path) == ("delete", "/api/v1/session") {
                // They sign in again.
                *browser = come(&host, who).await;
            } else {
                browser.cookies = kept;
            }
        }
        text += &format!("{} {path}\n", method.to_uppercase());
        for (status, who) in found {
            text += &match who.len() == WHO.len() {
                true => format!("  {status} everybody\n"),
                false => format!("  {status} {}\n", who.join(" ")),
            };
        }
    }
    insta::assert_snapshot!(text);
}
