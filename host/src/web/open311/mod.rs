//! The endpoint of Open311 GeoReport v2, `/open311/v2`: parameters in, documents out. What may be
//! reported, and what is shown to whom, is decided in `open311`. Takes no cookie: a client is
//! nobody, or the service account of its `api_key`.

pub mod answer;
pub mod fault;

use axum::{
    body::Bytes,
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
};

use crate::{
    app::App,
    config::Kind,
    context::{Channel, Context, Principal},
    error::{Error, Problem, Result},
    i18n::Words,
    identity::sessions,
    open311::{
        Jurisdiction,
        filing::{self, Filing},
        requests::{self, Request, Wanted},
        services::{self, Service},
    },
    time::Timestamp,
    web::session,
};
use answer::{Format, Node, respond};
use fault::Fault;

/// The most parameters of one request.
const PARAMETERS: usize = 200;
/// The specification that this is an endpoint of, as service discovery names it.
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";
/// When what the endpoint offers changed last; clients that cache it compare this.
const CHANGESET: &str = "2026-11-25T00:00:00Z";

/// What every request of a client says.
pub struct Asked {
    cx: Context,
    format: Format,
    /// The last segment of the path, without its form.
    name: String,
    parameters: Parameters,
}

impl FromRequestParts<App> for Asked {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let segment = parts.uri.path().rsplit('/').next().unwrap_or_default();
        let Some((name, format)) = Format::split(segment) else {
            return Err(Error::Invalid(vec![Problem::general("open311-format")]));
        };
        let query = parts.uri.query().unwrap_or_default();
        let mut cx = session::anonymous(app, parts);
        cx.channel = Channel::Open311;
        Ok(Self {
            name: name.to_owned(),
            format,
            parameters: Parameters::read(query.as_bytes())?,
            cx,
        })
    }
}

/// Parameters of a query or of a form. One that is empty is as one that is not there
/// (Definitions, Optional Arguments).
#[derive(Debug, Default)]
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(bytes: &[u8]) -> Result<Self> {
        let pairs: Vec<_> = url::form_urlencoded::parse(bytes)
            .take(PARAMETERS + 1)
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
            .collect();
        if pairs.len() > PARAMETERS {
            let problem = Problem::general("open311-parameters").with("limit", PARAMETERS);
            return Err(Error::Invalid(vec![problem]));
        }
        Ok(Self(pairs))
    }

    fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|it| it.0 == name && !it.1.is_empty());
        found.map_or("", |it| it.1.as_str())
    }

    /// Values with commas between, or the parameter several times.
    fn list(&self, name: &str) -> Vec<String> {
        let all = self.0.iter().filter(|it| it.0 == name);
        let all = all.flat_map(|it| it.1.split(',')).map(str::trim);
        all.filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }

    /// `attribute[code]=value`, and `attribute[code][]=value` of a list.
    fn attributes(&self) -> Vec<(String, String)> {
        let code = |name: &str| {
            let inside = name.strip_prefix("attribute[")?;
            let inside = inside.strip_suffix("[]").unwrap_or(inside);
            inside.strip_suffix(']').map(str::to_owned)
        };
        let all = self.0.iter();
        all.filter_map(|(name, value)| Some((code(name)?, value.clone())))
            .collect()
    }

    /// A point in time by the W3C's note on dates, with an offset.
    fn time(&self, name: &str) -> Result<Option<Timestamp>> {
        // A plus that was not escaped has become a space, which no date has.
        let text = self.get(name).replace(' ', "+");
        if text.is_empty() {
            return Ok(None);
        }
        let time: jiff::Timestamp = text
            .parse()
            .map_err(|_| Error::Invalid(vec![Problem::at(name, "open311-date")]))?;
        Ok(Some(Timestamp::from_micros(time.as_microsecond())))
    }
}

impl Asked {
    /// Which part of the grid is spoken of, and the client as who its key says it is.
    async fn place(&mut self, app: &App) -> Result<Jurisdiction, Fault> {
        let key = self.parameters.get("api_key");
        if !key.is_empty() {
            self.cx.principal = service(app, &self.cx, key).await?;
            self.cx.token = true;
        }
        let url = app.config.public_url.as_ref();
        let host = url.and_then(|it| it.host_str());
        let id = self.parameters.get("jurisdiction_id");
        Jurisdiction::find(&app.domain, &self.cx, host, id)
            .map_err(Fault::missing("jurisdiction_id", "open311-no-jurisdiction"))
    }

    fn answer(&self, root: &'static str, node: Node) -> Response {
        respond(self.format, StatusCode::OK, root, node)
    }
}

/// The service account of an `api_key`; a person's own token is none.
async fn service(app: &App, cx: &Context, key: &str) -> Result<Principal> {
    match sessions::authenticate_token(&app.domain, key, cx.now).await? {
        Some(principal @ Principal::Service { .. }) => Ok(principal),
        _ => Err(Error::Unauthenticated),
    }
}

/// `GET /open311/discovery.{format}`: service discovery, which a client finds the endpoint by.
pub async fn discovery(State(app): State<App>, asked: Asked) -> Response {
    let w = Words(asked.cx.locale);
    let formats = ["text/xml", "application/json"].map(Node::text);
    let endpoint = Node::Record(vec![
        ("specification", Node::text(SPECIFICATION)),
        (
            "url",
            Node::text(format!("{}/open311/v2", app.config.origin())),
        ),
        ("changeset", Node::text(CHANGESET)),
        (
            "type",
            Node::text(match app.kind {
                Kind::Production => "production",
                Kind::Demo | Kind::Development => "test",
            }),
        ),
        ("formats", Node::List("format", formats.to_vec())),
    ]);
    let node = Node::Record(vec![
        ("changeset", Node::text(CHANGESET)),
        ("contact", Node::text(w.t("open311-contact"))),
        ("key_service", Node::text(w.t("open311-key-service"))),
        ("endpoints", Node::List("endpoint", vec![endpoint])),
    ]);
    asked.answer("discovery", node)
}

/// `GET /open311/v2/services.{format}`
pub async fn services(State(app): State<App>, mut asked: Asked) -> Result<Response, Fault> {
    asked.place(&app).await?;
    let all = services::list(&app.domain, &asked.cx);
    let all = all.into_iter().map(service_node).collect();
    Ok(asked.answer("services", Node::List("service", all)))
}

fn service_node(it: Service) -> Node {
    Node::Record(vec![
        ("service_code", Node::text(it.code)),
        ("service_name", Node::text(it.name)),
        ("description", Node::text(it.description)),
        ("metadata", Node::Flag(true)),
        ("type", Node::text("realtime")),
        ("keywords", Node::text(it.keywords.join(", "))),
        ("group", Node::text(it.group)),
    ])
}

/// `GET /open311/v2/services/{code}.{format}`
pub async fn definition(State(app): State<App>, mut asked: Asked) -> Result<Response, Fault> {
    asked.place(&app).await?;
    let found = services::one(&app.domain, &asked.cx, &asked.name)
        .map_err(Fault::missing("service_code", "open311-no-service"))?;
    let w = Words(asked.cx.locale);
    let value = |key: &&'static str| {
        let name = w.t(&format!("open311-answer-{key}"));
        Node::Record(vec![("key", Node::text(*key)), ("name", Node::text(name))])
    };
    let danger = Node::Record(vec![
        ("variable", Node::Flag(true)),
        ("code", Node::text(services::DANGER)),
        ("datatype", Node::text("singlevaluelist")),
        ("required", Node::Flag(false)),
        ("datatype_description", Node::Null),
        ("order", Node::Whole(1)),
        ("description", Node::text(w.t("open311-danger"))),
        (
            "values",
            Node::List("value", services::ANSWERS.iter().map(value).collect()),
        ),
    ]);
    let node = Node::Record(vec![
        ("service_code", Node::text(found.code)),
        ("attributes", Node::List("attribute", vec![danger])),
    ]);
    Ok(asked.answer("service_definition", node))
}

/// `GET /open311/v2/requests.{format}`
pub async fn list(State(app): State<App>, mut asked: Asked) -> Result<Response, Fault> {
    let within = asked.place(&app).await?;
    let wanted = wanted(&asked.parameters)?;
    let found = requests::list(&app.domain, &asked.cx, &within, &wanted)
        .await
        .map_err(Fault::missing("service_code", "open311-no-service"))?;
    let found = found.into_iter().map(request_node).collect();
    Ok(asked.answer("service_requests", Node::List("request", found)))
}

fn wanted(sent: &Parameters) -> Result<Wanted> {
    let numbers = sent.list("service_request_id");
    if !numbers.is_empty() {
        // "This overrides all other arguments."
        return Ok(Wanted {
            numbers,
            ..Wanted::default()
        });
    }
    let statuses = sent.list("status");
    if statuses.iter().any(|it| it != "open" && it != "closed") {
        return Err(Error::invalid("status", "open311-status"));
    }
    let asked = |status: &str| statuses.iter().any(|it| it == status);
    Ok(Wanted {
        numbers,
        codes: sent.list("service_code"),
        from: sent.time("start_date")?,
        until: sent.time("end_date")?,
        open: match (asked("open"), asked("closed")) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        },
    })
}

fn request_node(it: Request) -> Node {
    let time = |at: Timestamp| Node::text(w3c(at));
    Node::Record(vec![
        ("service_request_id", Node::text(it.number)),
        (
            "status",
            Node::text(if it.open { "open" } else { "closed" }),
        ),
        ("status_notes", Node::text(it.notes)),
        ("service_name", Node::text(it.service_name)),
        ("service_code", Node::text(it.service_code)),
        ("description", Node::text(it.description)),
        ("agency_responsible", Node::maybe(it.agency, Node::text)),
        ("service_notice", Node::Null),
        ("requested_datetime", time(it.requested)),
        ("updated_datetime", time(it.updated)),
        ("expected_datetime", Node::maybe(it.expected, time)),
        ("address", Node::text(it.address)),
        ("address_id", Node::text(it.address_id)),
        ("zipcode", Node::Null),
        ("lat", Node::maybe(it.lat, Node::Number)),
        ("long", Node::maybe(it.long, Node::Number)),
        ("media_url", Node::Null),
    ])
}

/// In UTC, to the second: `2010-01-01T00:00:00Z`.
fn w3c(at: Timestamp) -> String {
    let second = at.micros().div_euclid(1_000_000) * 1_000_000;
    Timestamp::from_micros(second).rfc3339()
}

/// `GET /open311/v2/requests/{service_request_id}.{format}`
pub async fn one(State(app): State<App>, mut asked: Asked) -> Result<Response, Fault> {
    let within = asked.place(&app).await?;
    let found = requests::one(&app.domain, &asked.cx, &within, &asked.name)
        .await
        .map_err(Fault::missing("service_request_id", "open311-no-request"))?;
    let found = Node::List("request", vec![request_node(found)]);
    Ok(asked.answer("service_requests", found))
}

/// `GET /open311/v2/tokens/{token}.{format}`
pub async fn token(State(app): State<App>, mut asked: Asked) -> Result<Response, Fault> {
    let within = asked.place(&app).await?;
    let found = requests::by_token(&app.domain, &asked.cx, &within, &asked.name)
        .await
        .map_err(Fault::missing("token", "open311-no-token"))?;
    let found = Node::Record(vec![
        ("service_request_id", Node::text(found.number)),
        ("token", Node::text(found.token)),
    ]);
    Ok(asked.answer("service_requests", Node::List("request", vec![found])))
}

/// `POST /open311/v2/requests.{format}`. An `Idempotency-Key`, which the specification does not
/// know, keeps a report that is sent again from becoming a second case. At most 600 reports a
/// minute from one account.
pub async fn file(
    State(app): State<App>,
    mut asked: Asked,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let kind = text(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Error::Invalid(vec![Problem::general("open311-form")]).into());
    }
    let mut sent = Parameters::read(&body)?;
    sent.0.append(&mut asked.parameters.0);
    asked.parameters = sent;
    let within = asked.place(&app).await?;
    if let Some(account) = asked.cx.account()
        && !app.limits.signal(account)
    {
        return Err(Error::TooMany(1).into());
    }
    let once = match text("idempotency-key") {
        Some(key) => key.to_owned(),
        None => app.domain.ids.id(asked.cx.now),
    };
    let filing = filing(&asked.parameters, once);
    let case = filing::file(&app.domain, &asked.cx, &within, filing)
        .await
        .map_err(Fault::missing("service_code", "open311-no-service"))?;
    let notice = Words(asked.cx.locale).tx("open311-notice", &[("number", &case.number)]);
    let made = Node::Record(vec![
        ("service_request_id", Node::text(case.number)),
        ("service_notice", Node::text(notice)),
        ("account_id", Node::Null),
    ]);
    Ok(asked.answer("service_requests", Node::List("request", vec![made])))
}

fn filing(sent: &Parameters, once: String) -> Filing {
    let text = |name: &str| sent.get(name).to_owned();
    Filing {
        once,
        service_code: text("service_code"),
        lat: text("lat"),
        long: text("long"),
        address: text("address_string"),
        address_id: text("address_id"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        phone: text("phone"),
        description: text("description"),
        media_url: text("media_url"),
        attributes: sent.attributes(),
    }
}
