//! What administrators bring in, over the API and in the pages: divisions, boundaries, staff; and
//! the list of what is left to do.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Browser, Host, Sent};
use crate::cases::duty::keeper;

/// A program with the administrator's token.
async fn program(host: &Host) -> Browser {
    let mut admin = host.signed_in("admin").await;
    let me = admin.get("/api/v1/session").await.json();
    let body = json!({ "name": "bulk", "post": me["posts"][0]["id"], "days": 1 });
    let made = admin.put_json("/api/v1/tokens", body, "-").await.json();
    let mut program = host.browser();
    program.token = Some(made["secret"].as_str().unwrap().to_owned());
    program
}

async fn sent(
    browser: &mut Browser,
    path: &str,
    kind: &'static str,
    bytes: &[u8],
) -> super::Answer {
    browser
        .send("POST", path, Sent::Raw(kind, bytes), None)
        .await
}

async fn ended(browser: &mut Browser, id: &str) -> Value {
    for _ in 0..600 {
        let found = browser
            .get(&format!("/api/v1/grid/imports/{id}"))
            .await
            .json();
        if found["state"] != "loading" {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the import does not end");
}

#[tokio::test]
async fn divisions_come_by_the_api_while_the_host_serves() {
    let host = Host::new().await;
    let mut program = program(&host).await;
    let list = "code,name\n32,江苏省\n3201,南京市\n320102,玄武区\n";
    let answer = sent(
        &mut program,
        "/api/v1/grid/imports",
        "text/csv",
        list.as_bytes(),
    )
    .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let done = ended(&mut program, &id).await;
    assert_eq!(
        (&done["state"], &done["added"]),
        (&json!("active"), &json!(3))
    );
    let found = program.get("/api/v1/grid/divisions/320102").await.json();
    assert_eq!(found["name"], "玄武区");
    // A wrong one says what to mend, and changes nothing.
    let wrong = "code,name\n330102,没有上级\n";
    let answer = sent(
        &mut program,
        "/api/v1/grid/imports",
        "text/csv",
        wrong.as_bytes(),
    )
    .await;
    let refused = ended(&mut program, answer.json()["id"].as_str().unwrap()).await;
    assert_eq!(refused["state"], "refused");
    assert_eq!(refused["problems"][0]["code"], "grid-division-no-parent");
    let page = host.signed_in("admin").await.get("/work/grid").await.text();
    assert!(
        page.contains("江苏省") && page.contains("There is no division above 330102"),
        "{page}"
    );
    // Nothing is left of what was sent.
    let left = || {
        std::fs::read_dir(host.app.config.data.join("imports"))
            .unwrap()
            .count()
    };
    for _ in 0..200 {
        if left() == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(left(), 0);
}

#[tokio::test]
async fn boundaries_are_brought_in_and_drawn() {
    let host = Host::new().await;
    let mut admin = host.signed_in("admin").await;
    let community = admin.get("/work/grid?code=310101022027").await.text();
    assert!(
        community.contains("<svg") && community.contains("310101022027001"),
        "{community}"
    );
    let ring = [
        [121.9, 31.0],
        [121.91, 31.0],
        [121.91, 31.01],
        [121.9, 31.0],
    ];
    let cell = |code: &str| {
        json!({ "type": "Feature", "properties": { "code": code, "name": "新网格" },
        "geometry": { "type": "Polygon", "coordinates": [ring] } })
    };
    let file = |code: &str| {
        let all = json!({ "type": "FeatureCollection", "features": [cell(code)] });
        all.to_string().into_bytes()
    };
    let mut bring = async |datum: &str, code: &str| {
        let parts = Sent::Parts(&[("datum", datum)], &[("file", "a.geojson", file(code))]);
        admin.send("POST", "/work/grid/cells", parts, None).await
    };
    let undeclared = bring("", "310101022027900").await;
    assert_eq!(undeclared.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(undeclared.text().contains("Say which coordinate system"));
    let stray = bring("wgs84", "310101999999001").await;
    assert!(
        stray
            .text()
            .contains("Feature 0, 310101999999001: there is no community"),
        "{}",
        stray.text()
    );
    let done = bring("wgs84", "310101022027900").await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.text().contains("1 new cells"), "{}", done.text());
    let mut program = program(&host).await;
    let found = program
        .get("/api/v1/grid/divisions/310101022027900/boundaries")
        .await
        .json();
    assert_eq!(
        (&found[0]["version"], &found[0]["synthetic"]),
        (&json!(1), &json!(false))
    );
    let all = file("310101022027900");
    let again = sent(
        &mut program,
        "/api/v1/grid/cells?datum=wgs84",
        "application/geo+json",
        &all,
    )
    .await;
    assert_eq!(again.json()["unchanged"], 1, "{}", again.text());
}

#[tokio::test]
async fn what_is_near_is_found_and_said_to_be_open() {
    let host = Host::new().await;
    let mut program = program(&host).await;
    let list = "\u{feff}code,kind,name,address,lon,lat,datum,hours,wheelchair,services\n\
        a,canteen,新天地食堂,马当路1号,121.4743,31.2212,wgs84,24/7,yes,早餐 午餐\n\
        b,health,远处卫生站,远路2号,121.4951,31.2012,wgs84,24/7,no,\n\
        c,culture,图书角,马当路3号,121.4750,31.2215,wgs84,Mo-Su off,no,\n";
    let done = sent(
        &mut program,
        "/api/v1/service-points",
        "text/csv",
        list.as_bytes(),
    )
    .await;
    assert_eq!(done.json()["points"], 3, "{}", done.text());
    let mut anybody = host.browser();
    let found = anybody
        .get("/api/v1/service-points?lon=121.4743&lat=31.2212&datum=wgs84")
        .await
        .json();
    let found: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["code"].as_str().unwrap(),
                it["minutes"].as_u64().unwrap(),
                it["open"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(found, [("a", 0, true), ("c", 2, false)]);
    assert_eq!(
        anybody
            .get("/api/v1/service-points?lon=121.4743&lat=31.2212")
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let page = anybody.get("/circle?community=310101022027").await.text();
    assert!(
        page.contains("新天地食堂") && page.contains("Wheelchairs can get in"),
        "{page}"
    );
    let page = anybody
        .get("/circle?community=310101022027&open=1")
        .await
        .text();
    assert!(!page.contains("图书角"));
    let page = anybody
        .get("/circle?text=%E6%96%B0%E5%A4%A9%E5%9C%B0")
        .await
        .text();
    assert!(page.contains("/circle?community=310101022027"), "{page}");
    let wrong = "code,kind,name,address,lon,lat,datum,hours\nx,canteen,食,路,121.4743,31.2212,,24/7\ny,castle,堡,路,121.4743,31.2212,wgs84,24/7\nz,canteen,食,路,121.4743,31.2212,wgs84,always\n";
    let refused = sent(
        &mut program,
        "/api/v1/service-points",
        "text/csv",
        wrong.as_bytes(),
    )
    .await
    .json();
    let told: Vec<_> = refused["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["at"].as_str().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("line 2", "grid-datum-missing"),
            ("line 3", "circle-kind"),
            ("line 4", "circle-hours")
        ]
    );
}

#[tokio::test]
async fn staff_come_from_a_list_or_not_at_all() {
    let host = Host::new().await;
    let mut admin = host.signed_in("admin").await;
    let mut bring = async |list: &str| {
        let parts = Sent::Parts(&[], &[("file", "a.csv", list.as_bytes().to_vec())]);
        admin.send("POST", "/work/people/import", parts, None).await
    };
    let wrong = "login,name,unit,role\nnew.one,新一,u-310101022,handler\nadmin,重,u-310101022,handler\nnew.two,新二,nowhere,handler\n";
    let refused = bring(wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text();
    assert!(
        text.contains("line 3:") && text.contains("line 4:") && !text.contains("line 2:"),
        "{text}"
    );
    let refused = bring("login,name,unit,role\nx,新,u-310101022,king\n")
        .await
        .text();
    assert!(
        refused.contains("line 2:") && refused.contains("dispatcher"),
        "{refused}"
    );
    // Nobody of the refused list was invited: the whole one comes now.
    let done = bring("\u{feff}login,name,unit,role\nnew.one,新一,u-310101022,handler\nnew.two,新二,u-310101022,dispatcher\n").await;
    assert_eq!(done.status, StatusCode::OK);
    let text = done.text();
    assert_eq!(text.matches("/invitation?code=").count(), 2);
    let secret = text
        .split("/invitation?code=")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let mut newcomer = host.browser();
    let fields = [("invitation", secret), ("password", "a-new-password")];
    assert_eq!(
        newcomer.post("/invitation", &fields).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(newcomer.get("/work").await.status, StatusCode::OK);
}

/// Made-up holidays for this year and the next, where the program brings none: the demonstration's
/// clock is the system's, and the years go by.
async fn calendar_up_to_now(host: &Host) {
    let domain = &host.app.domain;
    let year = domain.clock.now().zoned(&domain.zone).year();
    for year in (year..=year + 1).filter(|it| !domain.duty.calendar().knows(*it)) {
        let text =
            format!("[[years]]\nyear = {year}\nsource = \"made up\"\nholidays = []\nworkdays = []");
        let cx = domain.system("test");
        keeper::put_calendar(domain, &cx, &text).await.unwrap();
    }
}

#[tokio::test]
async fn administrators_see_what_is_left_to_do() {
    let host = Host::new().await;
    let mut admin = host.signed_in("admin").await;
    calendar_up_to_now(&host).await;
    let list = admin.get("/api/v1/readiness").await.json();
    let open: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["done"] == false)
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    // The demonstration has all but a backup.
    assert_eq!(open, ["backup"]);
    let home = admin.get("/work").await.text();
    assert!(home.contains("1 of 9 things are left"), "{home}");
    let page = admin.get("/work/ready").await.text();
    assert!(
        page.contains("170 communities are loaded") && page.contains("onedoor backup FILE"),
        "{page}"
    );
    let mut other = host.signed_in("community").await;
    assert_eq!(other.get("/work/ready").await.status, StatusCode::FORBIDDEN);
    assert!(!other.get("/work").await.text().contains("/work/ready"));
}
