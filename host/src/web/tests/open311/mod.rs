//! Open311 GeoReport v2, asked as its specification words it: every sample of its pages, in shape,
//! as JSON and as XML. The values of the samples are another city's.

mod refusals;

use axum::http::StatusCode;
use roxmltree::{Document, Node};
use serde_json::{Value, json};

use super::{Answer, Browser, Host, Sent, report};

const V2: &str = "/open311/v2";

/// The fields of a request, in the order of the specification.
const REQUEST: [&str; 17] = [
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
];

/// The token of a service account that an administrator makes for a client.
async fn key(host: &Host) -> String {
    let mut admin = host.signed_in("admin").await;
    let body = json!({ "name": "市民云", "unit": "u-310101", "role": "resident", "days": 30 });
    let made = admin.put_json("/api/v1/services", body, "service").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    made.json()["secret"].as_str().unwrap().to_owned()
}

/// A client: no cookie, no header that a browser sends.
fn client(host: &Host) -> Browser {
    let mut client = host.browser();
    client.cookies.clear();
    client
}

/// The parameters of the specification's sample, with a place and a service of this host.
const SAMPLE: [(&str, &str); 12] = [
    ("jurisdiction_id", "310101"),
    ("service_code", "P0101"),
    ("lat", "31.2212"),
    ("long", "121.4743"),
    ("address_string", "1234 5th street"),
    ("email", "smit333@sfgov.edu"),
    ("device_id", "tt222111"),
    ("account_id", "123456"),
    ("first_name", "john"),
    ("last_name", "smith"),
    ("phone", "111111111"),
    ("description", "A large sinkhole is destroying the street"),
];
const MEDIA: &str = "http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg";

async fn post(client: &mut Browser, format: &str, key: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("api_key", key)];
    let said = |name: &str| more.iter().any(|it| it.0 == name);
    fields.extend(SAMPLE.into_iter().filter(|it| !said(it.0)));
    fields.extend(more);
    let path = format!("{V2}/requests.{format}");
    client.send("POST", &path, Sent::Form(&fields), None).await
}

/// Files the sample; its number.
async fn filed(client: &mut Browser, key: &str, more: &[(&str, &str)]) -> String {
    let answer = post(client, "json", key, more).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let id = answer.json()[0]["service_request_id"]
        .as_str()
        .map(str::to_owned);
    id.unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

fn elements<'a>(node: Node<'a, '_>) -> Vec<&'a str> {
    let children = node.children().filter(Node::is_element);
    children.map(|it| it.tag_name().name()).collect()
}

async fn json_of(client: &mut Browser, path: &str) -> Value {
    let answer = client.get(&format!("{V2}/{path}.json")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    answer.json()
}

/// The document, which must be declared as the specification wants it.
async fn xml_of(client: &mut Browser, path: &str) -> String {
    let answer = client.get(&format!("{V2}/{path}.xml")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
    let text = answer.text();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    text
}

#[tokio::test]
async fn services_and_their_definitions() {
    let host = Host::new().await;
    let mut client = client(&host);
    let fields = [
        "service_code",
        "service_name",
        "description",
        "metadata",
        "type",
        "keywords",
        "group",
    ];
    let services = json_of(&mut client, "services").await;
    let services = services.as_array().unwrap();
    let lamp = services
        .iter()
        .find(|it| it["service_code"] == "P0101")
        .unwrap();
    assert_eq!(keys(lamp), sorted(&fields));
    assert_eq!(lamp["service_name"], "Street lamp out of order");
    assert_eq!(
        (&lamp["type"], &lamp["metadata"]),
        (&json!("realtime"), &json!(true))
    );
    assert_eq!(lamp["group"], "City operation");
    assert!(lamp["keywords"].as_str().unwrap().contains("路灯损坏, "));
    assert!(
        services
            .iter()
            .all(|it| !it["service_code"].as_str().unwrap().starts_with('V')),
        "visits are no services"
    );
    let text = xml_of(&mut client, "services").await;
    let document = Document::parse(&text).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "services");
    let all: Vec<_> = document
        .root_element()
        .children()
        .filter(Node::is_element)
        .collect();
    assert_eq!(all.len(), services.len());
    assert!(
        all.iter()
            .all(|it| it.tag_name().name() == "service" && elements(*it) == fields)
    );

    let fields = [
        "variable",
        "code",
        "datatype",
        "required",
        "datatype_description",
        "order",
        "description",
        "values",
    ];
    let definition = json_of(&mut client, "services/P0101").await;
    assert_eq!(keys(&definition), ["attributes", "service_code"]);
    let attribute = &definition["attributes"][0];
    assert_eq!(keys(attribute), sorted(&fields));
    assert_eq!(
        attribute["values"][1],
        json!({ "key": "yes", "name": "Yes" })
    );
    let text = xml_of(&mut client, "services/P0101").await;
    let document = Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "service_definition");
    assert_eq!(elements(root), ["service_code", "attributes"]);
    let attribute = root
        .descendants()
        .find(|it| it.has_tag_name("attribute"))
        .unwrap();
    assert_eq!(elements(attribute), fields);
    let values = root
        .descendants()
        .find(|it| it.has_tag_name("values"))
        .unwrap();
    assert_eq!(elements(values), ["value", "value"]);

    let answer = client.get("/open311/discovery.json").await.json();
    assert_eq!(
        keys(&answer),
        ["changeset", "contact", "endpoints", "key_service"]
    );
    let endpoint = &answer["endpoints"][0];
    assert!(endpoint["url"].as_str().unwrap().ends_with(V2));
    assert_eq!(endpoint["formats"], json!(["text/xml", "application/json"]));
    let text = client.get("/open311/discovery.xml").await.text();
    let document = Document::parse(&text).unwrap();
    let endpoint = document
        .descendants()
        .find(|it| it.has_tag_name("endpoint"))
        .unwrap();
    assert_eq!(
        elements(endpoint),
        ["specification", "url", "changeset", "type", "formats"]
    );
}

#[tokio::test]
async fn a_report_is_a_case_like_any_other() {
    let host = Host::new().await;
    let key = key(&host).await;
    let mut client = client(&host);
    let made = post(&mut client, "json", &key, &[("media_url", MEDIA)]).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let made = made.json();
    assert_eq!(
        keys(&made[0]),
        sorted(&["service_request_id", "service_notice", "account_id"])
    );
    let xml = post(&mut client, "xml", &key, &[("attribute[danger]", "yes")]).await;
    let text = xml.text();
    let document = Document::parse(&text).unwrap();
    let request = document.root_element().first_element_child().unwrap();
    assert_eq!(
        document.root_element().tag_name().name(),
        "service_requests"
    );
    assert_eq!(
        elements(request),
        ["service_request_id", "service_notice", "account_id"]
    );

    // The same by the app, with its class: the same class, desk and clocks.
    let mut resident = host.signed_in("resident").await;
    let body = json!({ "class": "P0101", "description": "灯",
        "point": { "lon": 121.4743, "lat": 31.2212, "datum": "wgs84" } });
    let by_app = resident.put_json("/api/v1/cases", body, "app").await.json();
    let mut community = host.signed_in("community").await;
    let number = made[0]["service_request_id"].as_str().unwrap();
    let path = format!("/api/v1/cases/number/{number}");
    let by_open311 = community.get(&path).await.json();
    for field in [
        "class",
        "holder",
        "lead",
        "division",
        "urgency",
        "state",
        "procedure",
    ] {
        assert_eq!(by_open311[field], by_app[field], "{field}");
    }
    assert_eq!(by_open311["channel"], "open311");
    assert_eq!(by_open311["title"], "路灯损坏", "no word of the reporter's");
    let clock = |case: &Value| {
        let at = |name: &str| {
            case[name]
                .as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .unwrap()
        };
        at("due").duration_since(at("opened")).as_secs()
    };
    assert_eq!(clock(&by_open311), clock(&by_app));
    let id = by_open311["id"].as_str().unwrap();
    let timeline = community
        .get(&format!("/api/v1/cases/{id}/timeline"))
        .await
        .json();
    let words = timeline[0]["words"].as_str().unwrap();
    assert!(
        words.contains("sinkhole") && words.ends_with(MEDIA),
        "{words}"
    );
    let asked = format!("/api/v1/cases/{id}/contact");
    let contact = community
        .send("POST", &asked, Sent::Nothing, None)
        .await
        .json();
    assert_eq!(
        (&contact["name"], &contact["phone"]),
        (&json!("john smith"), &json!("111111111"))
    );

    // Sent again with the same key, it is the same case.
    let fields = [
        ("api_key", key.as_str()),
        ("service_code", "P0102"),
        ("address_id", "310101022027"),
    ];
    let path = format!("{V2}/requests.json");
    let mut again = async || {
        client
            .send("POST", &path, Sent::Form(&fields), Some("k1"))
            .await
            .json()
    };
    assert_eq!(again().await, again().await);
}

#[tokio::test]
async fn what_is_public_and_what_is_not() {
    let host = Host::new().await;
    let key = key(&host).await;
    let mut client = client(&host);
    let by_app = report(&mut host.signed_in("resident").await, "lamp").await;
    let number = filed(&mut client, &key, &[]).await;

    let all = json_of(&mut client, "requests").await;
    assert_eq!(
        all.as_array().unwrap().len(),
        1,
        "what came by the app is not listed"
    );
    let request = &all[0];
    assert_eq!(keys(request), sorted(&REQUEST));
    assert_eq!(request["service_request_id"], json!(number));
    assert_eq!(
        (&request["status"], &request["status_notes"]),
        (&json!("open"), &json!("Sent"))
    );
    assert_eq!(request["description"], "Street lamp out of order");
    let at = "/api/v1/grid/locate?lat=31.2212&lon=121.4743&datum=wgs84";
    let place = client.get(at).await.json()["code"].to_string();
    let community = request["address_id"].as_str().unwrap();
    assert!(
        community.len() == 12 && place.contains(community),
        "{place}"
    );
    assert_eq!(
        (&request["lat"], &request["long"]),
        (&json!(31.221), &json!(121.474))
    );
    assert!(request["agency_responsible"].is_string());
    let requested = request["requested_datetime"].as_str().unwrap();
    assert_eq!(
        (requested.len(), requested.ends_with('Z')),
        (20, true),
        "{requested}"
    );
    let text = all.to_string();
    for word in ["sinkhole", "1234", "john", "smith", "111111111", "sfgov"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    let hidden = by_app["number"].as_str().unwrap();
    let hidden = client.get(&format!("{V2}/requests/{hidden}.json")).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);

    // Whoever filed it reads it as it was sent; another account does not.
    let own = json_of(&mut client, &format!("requests/{number}")).await;
    assert_eq!(own, all, "without the key it is public only");
    let own = client
        .get(&format!("{V2}/requests/{number}.json?api_key={key}"))
        .await
        .json();
    assert!(own[0]["description"].as_str().unwrap().contains("sinkhole"));
    assert_eq!(own[0]["address"], "1234 5th street");
    assert_eq!(own[0]["lat"], json!(31.2212));

    let text = xml_of(&mut client, &format!("requests/{number}")).await;
    let document = Document::parse(&text).unwrap();
    assert_eq!(
        document.root_element().tag_name().name(),
        "service_requests"
    );
    let request = document.root_element().first_element_child().unwrap();
    assert_eq!(
        (request.tag_name().name(), elements(request)),
        ("request", REQUEST.to_vec())
    );

    // The case's id leads to its number.
    let mut community = host.signed_in("community").await;
    let case = community
        .get(&format!("/api/v1/cases/number/{number}"))
        .await
        .json();
    let id = case["id"].as_str().unwrap();
    let token = json_of(&mut client, &format!("tokens/{id}")).await;
    assert_eq!(
        token,
        json!([{ "service_request_id": number, "token": id }])
    );
    let text = xml_of(&mut client, &format!("tokens/{id}")).await;
    let document = Document::parse(&text).unwrap();
    let request = document.root_element().first_element_child().unwrap();
    assert_eq!(elements(request), ["service_request_id", "token"]);

    // Refused, it is closed; the deadline of one that is registered stands in it.
    let act = async |community: &mut Browser, body: Value| {
        let at = format!("/api/v1/cases/{id}/actions");
        let done = community.put_json(&at, body, "act").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    };
    let other = filed(&mut client, &key, &[("service_code", "E0301")]).await;
    let body = json!({ "action": "file", "version": 1, "class": "P0101", "urgency": "normal" });
    act(&mut community, body).await;
    let request = json_of(&mut client, &format!("requests/{number}")).await;
    assert_eq!(request[0]["status_notes"], "Registered");
    assert!(request[0]["expected_datetime"].is_string());
    let two = json_of(&mut client, "requests").await;
    assert_eq!(
        two[0]["service_request_id"],
        json!(other),
        "the newest first"
    );
}

#[tokio::test]
async fn queries_are_narrowed_and_bounded() {
    let host = Host::new().await;
    let key = key(&host).await;
    let mut client = client(&host);
    let lamp = filed(&mut client, &key, &[]).await;
    let noise = filed(&mut client, &key, &[("service_code", "E0301")]).await;
    let mut numbers = async |query: &str| {
        let answer = client.get(&format!("{V2}/requests.json?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
        let all = answer.json();
        let all = all.as_array().unwrap().iter();
        all.map(|it| it["service_request_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let both = vec![noise.clone(), lamp.clone()];
    assert_eq!(numbers("").await, both);
    assert_eq!(numbers("service_code=P0101").await, [lamp.as_str()]);
    assert_eq!(numbers("service_code=P0101,E0301").await, both);
    assert_eq!(
        numbers("service_code=&status=&start_date=").await,
        both,
        "empty is absent"
    );
    assert_eq!(numbers("status=open").await, both);
    assert_eq!(numbers("status=closed").await, [""; 0]);
    assert_eq!(numbers("status=open,closed").await, both);
    assert_eq!(numbers("jurisdiction_id=310101022").await, both);
    assert_eq!(numbers("jurisdiction_id=310101002").await, [""; 0]);
    let of = format!("service_request_id={lamp},none&status=closed");
    assert_eq!(
        numbers(&of).await,
        [lamp.as_str()],
        "it overrides all other arguments"
    );
    let now = host.app.domain.clock.now();
    let day = |days: i64| now.plus_seconds(days * 86_400).rfc3339();
    assert_eq!(numbers(&format!("start_date={}", day(-1))).await, both);
    assert_eq!(numbers(&format!("end_date={}", day(-1))).await, [""; 0]);
    let span = format!("start_date={}&end_date={}", day(-89), day(1));
    assert_eq!(numbers(&span).await, both);
    // An offset whose plus was not escaped.
    assert_eq!(
        numbers("start_date=2026-01-01T00:00:00+08:00&end_date=2026-01-02T00:00:00+08:00").await,
        [""; 0]
    );

    let long = format!("start_date={}&end_date={}", day(-91), day(0));
    for (query, status) in [
        (long.as_str(), 400),
        ("status=lost", 400),
        ("start_date=yesterday", 400),
        (
            "start_date=2026-01-02T00:00:00Z&end_date=2026-01-01T00:00:00Z",
            400,
        ),
        ("service_code=X", 404),
        ("jurisdiction_id=city.gov", 404),
        ("api_key=wrong", 403),
    ] {
        let answer = client.get(&format!("{V2}/requests.json?{query}")).await;
        errors(&answer, status);
    }
}

/// An error as the specification has it.
fn errors(answer: &Answer, status: u16) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    let errors = answer.json();
    for error in errors.as_array().unwrap() {
        assert_eq!(keys(error), ["code", "description"]);
        assert_eq!(error["code"], json!(status));
        assert!(error["description"].as_str().unwrap().len() > 10);
    }
    assert!(!errors.as_array().unwrap().is_empty());
}
