//! The duty list over the API and in the pages: brought in, tried, put in force, compared; rulings
//! taken up; units and what founded them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Browser, Host, Sent};
use crate::cases::duty::precedents::{self, Ruling};

const LIST: &str = "/api/v1/duty-lists";

async fn brought(browser: &mut Browser, query: &str, kind: &str, text: &str) -> Answer {
    let path = format!("{LIST}{query}");
    let raw = Sent::Raw(kind, text.as_bytes());
    browser.send("POST", &path, raw, None).await
}

async fn exported(browser: &mut Browser, format: &str) -> String {
    let path = format!("{LIST}/in-force?format={format}");
    browser.get(&path).await.text()
}

#[tokio::test]
async fn a_list_goes_out_as_csv_and_comes_back_changed() {
    let host = Host::new().await;
    let mut keeper = host.signed_in("dutykeeper").await;
    let csv = exported(&mut keeper, "csv").await;
    let line = csv.lines().find(|it| it.starts_with("P0203,")).unwrap();
    let shorter = csv.replace(line, &line.replace(",24,48,120,", ",24,36,120,"));
    assert_ne!(csv, shorter);
    // Tried first: nothing changes.
    let tried = brought(&mut keeper, "?check=true&version=t1", "text/csv", &shorter).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text());
    let changes = &tried.json()["changes"];
    assert_eq!(
        (
            &changes[0]["column"],
            &changes[0]["from"],
            &changes[0]["to"]
        ),
        (&json!("urgent"), &json!("48"), &json!("36"))
    );
    assert_eq!(changes.as_array().unwrap().len(), 1);
    let versions = keeper.get(LIST).await.json();
    assert_eq!(versions.as_array().unwrap().len(), 2);
    // Wrong, told by line and column; nothing changes.
    let wrong = csv.replace(line, &line.replace(",24,48,120,", ",24,12,120,"));
    let refused = brought(&mut keeper, "?version=t1", "text/csv", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let at = csv.lines().position(|it| it.starts_with("P0203,")).unwrap() + 1;
    assert_eq!(
        refused.json()["problems"][0]["at"],
        format!("line {at} urgent")
    );
    let put = brought(&mut keeper, "?version=t1", "text/csv", &shorter).await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.text());
    let versions = keeper.get(LIST).await.json();
    assert_eq!(
        (&versions[0]["version"], &versions[0]["in_force"]),
        (&json!("t1"), &json!(true))
    );
    // Everybody may read it, and what changed.
    let mut nobody = host.browser();
    let path = format!(
        "{LIST}/t1/difference?before={}",
        versions[1]["version"].as_str().unwrap()
    );
    let words = nobody.get(&path).await.json();
    assert_eq!(
        words[0]["words"],
        "Damaged guard rail (P0203): limit, urgent (hours), from “48” to “36”"
    );
    let one: Value = nobody.get(&format!("{LIST}/t1")).await.json();
    let item = one["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["code"] == "P0203");
    assert_eq!(
        (&item.unwrap()["hours"][2], &item.unwrap()["return_hours"]),
        (&json!(36), &json!(8))
    );
    assert_eq!(
        nobody.get(&format!("{LIST}/nothing")).await.status,
        StatusCode::NOT_FOUND
    );
    // And nobody but the keeper changes it.
    for who in ["admin", "supervisor", "resident"] {
        let mut browser = host.signed_in(who).await;
        let answer = brought(&mut browser, "", "text/csv", &shorter).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{who}");
    }
    let unknown = brought(&mut keeper, "", "text/plain", &shorter).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_district_cannot_loosen_over_the_api() {
    let host = Host::new().await;
    let mut keeper = host.signed_in("dutykeeper").await;
    let toml = exported(&mut keeper, "toml").await;
    let looser = toml.replace("hours = [8, 24, 48, 120]", "hours = [8, 24, 60, 120]");
    assert_ne!(toml, looser);
    let refused = brought(
        &mut keeper,
        "?district=310101&version=h1",
        "application/toml",
        &looser,
    )
    .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.text()
    );
    let problem = refused.json()["problems"][0].clone();
    assert_eq!(problem["code"], "duty-overlay-looser");
    let arguments = problem["arguments"].to_string();
    assert!(
        arguments.contains("\"48\"") && arguments.contains("\"60\""),
        "{arguments}"
    );
    let tighter = toml.replace("hours = [8, 24, 48, 120]", "hours = [8, 24, 40, 120]");
    let put = brought(
        &mut keeper,
        "?district=310101&version=h1",
        "application/toml",
        &tighter,
    )
    .await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.text());
    let base = put.json()["before"].as_str().unwrap().to_owned();
    let merged = keeper
        .get(&format!("{LIST}/{base}+h1?format=csv"))
        .await
        .text();
    assert!(
        merged.contains(",8,24,40,120,") && !merged.contains(",8,24,48,120,"),
        "{merged}"
    );
}

#[tokio::test]
async fn the_keeper_tries_a_list_in_the_pages_and_puts_it_in_force() {
    let host = Host::new().await;
    let mut keeper = host.signed_in("dutykeeper").await;
    let csv = exported(&mut keeper, "csv").await;
    let shown = keeper.get("/work/duty-list").await.text();
    assert!(
        shown.contains("Comes with the program") && shown.contains("国办发明电〔2025〕7号"),
        "{shown}"
    );
    let post = |text: String, fields: Vec<(&'static str, String)>| (text, fields);
    let (wrong, fields) = post(
        csv.replace(",emergency,true,", ",x,")
            .replace(",24,48,120,", ",x,48,120,"),
        vec![("version", "p1".to_owned())],
    );
    let fields: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let files = [("file", "list.csv", wrong.into_bytes())];
    let answer = keeper
        .send(
            "POST",
            "/work/duty-list",
            Sent::Parts(&fields, &files),
            None,
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .text()
            .contains("limit, emergency (hours): “x” must be a whole number"),
        "{}",
        answer.text()
    );
    let right = csv.replace("P0203,", "P0203X,");
    let files = [("file", "list.csv", right.clone().into_bytes())];
    let answer = keeper
        .send(
            "POST",
            "/work/duty-list",
            Sent::Parts(&fields, &files),
            None,
        )
        .await;
    let text = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{text}");
    assert!(text.contains("Checked, and not yet in force"));
    assert!(text.contains("Damaged guard rail (P0203X): new"), "{text}");
    assert!(
        text.contains("Damaged guard rail (P0203): no longer on the list"),
        "{text}"
    );
    assert!(!keeper.get("/work/duty-list").await.text().contains(">p1<"));
    let again = [
        ("text", right.as_str()),
        ("format", "csv"),
        ("version", "p1"),
        ("step", "put"),
    ];
    let answer = keeper
        .send("POST", "/work/duty-list", Sent::Parts(&again, &[]), None)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.text().contains("Version p1 is kept") && answer.text().contains(">p1<"));
    let one = keeper.get("/work/duty-list/versions/p1").await.text();
    assert!(
        one.contains("P0203X") && one.contains("Construction"),
        "{one}"
    );
    let before = host.app.domain.duty.versions()[1].version.clone();
    let compared = keeper
        .get(&format!(
            "/work/duty-list/difference?before={before}&after=p1"
        ))
        .await
        .text();
    assert!(compared.contains("2 changes in 2 classes"), "{compared}");
    // Read by all who work here, with no form for those who do not keep it.
    let read = host
        .signed_in("handler")
        .await
        .get("/work/duty-list")
        .await
        .text();
    assert!(
        read.contains(">p1<") && !read.contains("Bring in a new version"),
        "{read}"
    );
}

#[tokio::test]
async fn a_ruling_is_taken_up_in_the_pages() {
    let host = Host::new().await;
    let domain = host.app.domain.clone();
    let cx = domain.system("test");
    let mut ids = Vec::new();
    for to in ["dept-water", "dept-housing"] {
        let (at, asked) = (domain.clone(), cx.clone());
        let ruling = Ruling {
            case: "none".to_owned(),
            class: "P0203".to_owned(),
            division: "310101022027".to_owned(),
            from_unit: "dept-construction".to_owned(),
            to_unit: to.to_owned(),
            reason: "<b>防汛墙护栏</b>".to_owned(),
        };
        let write = domain.database.write(move |t| {
            Box::pin(async move { precedents::propose(t, &at, &asked, ruling).await })
        });
        ids.push(write.await.unwrap());
    }
    let mut keeper = host.signed_in("dutykeeper").await;
    let page = keeper.get("/work/precedents").await.text();
    assert!(
        page.contains("&lt;b&gt;防汛墙护栏") && page.contains("Water Authority"),
        "{page}"
    );
    let accept = format!("/work/precedents/{}/accept", ids[0]);
    let answer = keeper.post(&accept, &[("change", "lead")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(domain.duty.list().item("P0203").unwrap().lead, "water");
    let silent = keeper
        .post(
            &format!("/work/precedents/{}/reject", ids[1]),
            &[("answer", "")],
        )
        .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = format!("/api/v1/precedents/{}/reject", ids[1]);
    let rejected = keeper
        .put_json(&path, json!({ "answer": "与职责无关" }), "-")
        .await;
    assert_eq!(rejected.json()["state"], "rejected", "{}", rejected.text());
    let open = keeper.get("/api/v1/precedents?open=true").await.json();
    assert_eq!(open["items"], json!([]));
    assert!(
        keeper
            .get("/work/precedents")
            .await
            .text()
            .contains("2026-11c~1")
    );
}

#[tokio::test]
async fn units_show_what_founded_them() {
    let host = Host::new().await;
    let mut admin = host.signed_in("admin").await;
    let page = admin.get("/work/units?within=310101022").await.text();
    assert!(
        page.contains("演示虚构（synthetic）") && page.contains("Every unit here has one"),
        "{page}"
    );
    let path = "/work/units/dept-water/instrument";
    let empty = admin.post(path, &[("instrument", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        empty.text().contains("Name the instrument."),
        "{}",
        empty.text()
    );
    let named = admin.post(path, &[("instrument", "编办〔2026〕7号")]).await;
    assert_eq!(named.status, StatusCode::SEE_OTHER);
    let units = admin.get("/api/v1/units?within=310101").await.json();
    let water = units
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == "dept-water");
    assert_eq!(water.unwrap()["instrument"], "编办〔2026〕7号");
    let refused = host
        .signed_in("dutykeeper")
        .await
        .post(path, &[("instrument", "x")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let people = admin.get("/api/v1/people?limit=200").await.json();
    let clerk = people["items"].as_array().unwrap().iter();
    let clerk = clerk.clone().find(|it| it["login"] == "clerk").unwrap();
    let path = format!("/work/people/{}", clerk["account"].as_str().unwrap());
    let page = admin.get(&path).await.text();
    assert!(page.contains("演示虚构（synthetic）"), "{page}");
    let ready = admin.get("/work/ready").await.text();
    assert!(ready.contains("Every unit names the instrument"), "{ready}");
}

#[tokio::test]
async fn a_calendar_comes_by_the_api() {
    let host = Host::new().await;
    let mut keeper = host.signed_in("dutykeeper").await;
    let text = "[[years]]\nyear = 2031\nsource = \"made up\"\nholidays = [\"2031-01-01\"]\nworkdays = [\"2031-01-06\"]";
    let raw = |text: &'static str| Sent::Raw("application/toml", text.as_bytes());
    let wrong = keeper
        .send("POST", "/api/v1/calendar", raw(text), None)
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.json()["problems"][0]["at"], "2031 workdays 1");
    let right = "[[years]]\nyear = 2031\nsource = \"made up\"\nholidays = [\"2031-01-01\"]\nworkdays = [\"2031-01-04\"]";
    let put = keeper
        .send("POST", "/api/v1/calendar", raw(right), None)
        .await;
    assert_eq!(put.json()["years"], json!([2031]), "{}", put.text());
    let years = host.browser().get("/api/v1/calendar").await.json();
    assert_eq!(years.as_array().unwrap().len(), 3);
    let refused = host
        .signed_in("supervisor")
        .await
        .send("POST", "/api/v1/calendar", raw(right), None)
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
