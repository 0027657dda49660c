//! What Open311 refuses, and what it says to mend.

use axum::http::StatusCode;
use roxmltree::Document;
use serde_json::json;

use super::{MEDIA, Sent, V2, client, elements, errors, filed, key, post};
use crate::web::tests::Host;

#[tokio::test]
async fn refusals_say_what_to_mend() {
    let host = Host::new().await;
    let key = key(&host).await;
    let mut client = client(&host);
    let place = [("lat", ""), ("long", ""), ("address_string", "")];
    let with = |more: &[(&'static str, &'static str)]| [&place[..], more].concat();
    let long = "字".repeat(4001);
    let long = [("description", long.as_str())];
    for (more, status, word) in [
        (&with(&[])[..], 400, "address_id"),
        (&with(&[("address_string", "某处")]), 400, "address_string"),
        (&with(&[("address_id", "310101")]), 400, "address_id"),
        (&[("lat", "north")], 400, "lat"),
        (
            &[("lat", "40.7"), ("long", "-74"), ("jurisdiction_id", "")],
            400,
            "lat",
        ),
        (&[("jurisdiction_id", "310101002")], 400, "jurisdiction"),
        (&[("service_code", "X")], 404, "service_code"),
        (&[("service_code", "V0101")], 404, "service_code"),
        (&[("service_code", "")], 400, "service_code"),
        (&[("attribute[WHISPAWN]", "123456")], 400, "WHISPAWN"),
        (&[("attribute[danger]", "perhaps")], 400, "danger"),
        (&[("media_url", "file:///etc/passwd")], 400, "media_url"),
        (&[("description", "")], 200, ""),
        (&long, 400, "description"),
    ] {
        let answer = post(&mut client, "json", &key, more).await;
        if status == 200 {
            assert_eq!(answer.status, StatusCode::OK, "{more:?}: {}", answer.text());
            continue;
        }
        errors(&answer, status);
        assert!(answer.text().contains(word), "{more:?}: {}", answer.text());
    }
    // The longest description, and an address that names one community.
    let most = "字".repeat(4000);
    filed(
        &mut client,
        &key,
        &[("description", &most), ("media_url", MEDIA)],
    )
    .await;
    let index = host.app.domain.grid.index();
    let name = index.division("310101022027").unwrap().name;
    let address = format!("黄浦区{name}3号门口");
    let more = with(&[]);
    let more: Vec<_> = more
        .into_iter()
        .filter(|it| it.0 != "address_string")
        .collect();
    let more = [&more[..], &[("address_string", address.as_str())]].concat();
    filed(&mut client, &key, &more).await;

    for key in ["", "wrong"] {
        errors(&post(&mut client, "json", key, &[]).await, 403);
    }
    // A person's token is no api_key.
    let mut admin = host.signed_in("admin").await;
    let me = admin.get("/api/v1/session").await.json();
    let body = json!({ "name": "t", "post": me["posts"][0]["id"], "days": 1 });
    let token = admin.put_json("/api/v1/tokens", body, "-").await.json();
    errors(
        &post(&mut client, "json", token["secret"].as_str().unwrap(), &[]).await,
        403,
    );
    // Nor is a cookie of somebody who is signed in.
    errors(&post(&mut admin, "json", "", &[]).await, 403);

    let form = format!("{V2}/requests.json");
    errors(
        &client
            .send("POST", &form, Sent::Json(json!({})), None)
            .await,
        400,
    );
    for (path, status) in [
        ("services/X.json", 404),
        ("requests/none.json", 404),
        ("tokens/none.json", 404),
        ("nothing.json", 404),
    ] {
        errors(&client.get(&format!("{V2}/{path}")).await, status);
    }
    errors(
        &client
            .send(
                "DELETE",
                &format!("{V2}/services.json"),
                Sent::Nothing,
                None,
            )
            .await,
        400,
    );
    let answer = client.get(&format!("{V2}/services/P0101")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let text = answer.text();
    let document = Document::parse(&text).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "errors");
    let error = document.root_element().first_element_child().unwrap();
    assert_eq!(
        (error.tag_name().name(), elements(error)),
        ("error", vec!["code", "description"])
    );
}
