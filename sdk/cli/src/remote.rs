//! A host, as a developer with a token reaches it. What a host refuses is put in words here; no
//! token is ever printed.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{
    StatusCode,
    blocking::{Client, RequestBuilder, Response},
    header,
};
use serde::{Deserialize, de::DeserializeOwned};

/// A component may be 32 MiB, and a line slow.
const TIMEOUT: Duration = Duration::from_secs(150);

/// What a host answers that takes no build without a reviewer.
const ELSEWHERE: &str = "swap-elsewhere";

/// A host and the token it is asked with.
pub struct Host {
    client: Client,
    url: String,
    token: String,
}

/// Something that a plugin wrote, or that went wrong in it.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// Its id; later ones are greater.
    pub id: String,
    /// The severity, or the kind of failure.
    pub kind: String,
    /// What there is to say.
    pub text: String,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Line>,
}

/// What a host says when it refuses (RFC 9457).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: String,
    problems: Vec<Problem>,
    request: String,
}

#[derive(Deserialize)]
struct Problem {
    at: Option<String>,
    code: String,
    #[serde(default)]
    arguments: Vec<(String, String)>,
    /// What is wrong and how to mend it, in words.
    #[serde(default)]
    message: String,
}

impl Host {
    /// The host at `url`, asked with `token`.
    pub fn new(url: &str, token: &str) -> anyhow::Result<Self> {
        Ok(Self {
            client: client()?,
            url: url.trim_end_matches('/').to_owned(),
            token: token.trim().to_owned(),
        })
    }

    /// Its address, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends a component to a path of the API.
    pub fn send(&self, path: &str, component: Vec<u8>) -> anyhow::Result<()> {
        let request = self.client.post(format!("{}{path}", self.url));
        let request = request
            .header(header::CONTENT_TYPE, "application/wasm")
            .body(component);
        answered(&self.url, self.signed(request)).map(drop)
    }

    /// What a plugin wrote (`lines`) or what went wrong in it (`faults`), the newest first.
    pub fn journal(&self, plugin: &str, what: &str) -> anyhow::Result<Vec<Line>> {
        let path = format!("{}/api/v1/plugins/{plugin}/{what}?limit=50", self.url);
        let page: Page = json(answered(&self.url, self.signed(self.client.get(path)))?)?;
        Ok(page.items)
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .bearer_auth(&self.token)
            .header(header::ACCEPT_LANGUAGE, "en")
    }
}

/// A client that follows no redirection: a token goes to the host that was named and no other.
pub(crate) fn client() -> anyhow::Result<Client> {
    let client = Client::builder()
        .timeout(TIMEOUT)
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none());
    Ok(client.build()?)
}

/// The answer to a request, or in words why there is none.
pub(crate) fn answered(url: &str, request: RequestBuilder) -> anyhow::Result<Response> {
    let response = request.send().with_context(|| {
        format!("cannot reach {url}: is the host running, and is that its address?")
    })?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.text().unwrap_or_default();
    bail!("{}", refusal(status, &body))
}

/// What an answer says.
pub(crate) fn json<T: DeserializeOwned>(response: Response) -> anyhow::Result<T> {
    response
        .json()
        .context("what answers at that address is no host of plugins")
}

fn refusal(status: StatusCode, body: &str) -> String {
    // What is not from a host of ours (a proxy's page, say) is told by its status alone.
    let refusal: Refusal = serde_json::from_str(body).unwrap_or_default();
    let mut text = match status {
        StatusCode::UNAUTHORIZED => "the host does not know the token: make one with \
             `onedoor-plugin token` and give it as --token or in ONEDOOR_TOKEN"
            .to_owned(),
        _ if refusal.code == ELSEWHERE => "that host serves people: only one for development or \
             demonstration takes a build without a reviewer; use `onedoor-plugin upload`"
            .to_owned(),
        StatusCode::FORBIDDEN => "the token's owner may not do this here: it takes the post of a \
             department developer in the department that plugin.toml names"
            .to_owned(),
        StatusCode::NOT_FOUND => {
            "there is no host of plugins at that address: give --url without a path".to_owned()
        }
        StatusCode::PAYLOAD_TOO_LARGE => "the host takes no file of that size".to_owned(),
        _ => format!("the host refused it ({})", status.as_u16()),
    };
    if !refusal.code.is_empty() && refusal.code != "invalid" {
        text.push_str(&format!(" [{}]", refusal.code));
    }
    for problem in &refusal.problems {
        text.push_str(&format!("\n  {}", line(problem)));
    }
    if status.is_server_error() && !refusal.request.is_empty() {
        text.push_str(&format!(
            "\n  quote request {} when asking for help",
            refusal.request
        ));
    }
    text
}

fn line(problem: &Problem) -> String {
    let words = if problem.message.is_empty() {
        let arguments = problem.arguments.iter();
        let list: Vec<String> = arguments
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        format!("{} {}", problem.code, list.join(", "))
    } else {
        problem.message.clone()
    };
    match &problem.at {
        Some(at) if problem.message.is_empty() => format!("{at}: {words}"),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_how_to_mend_it() {
        let body = r#"{"code":"invalid","status":422,"request":"r1","problems":[
            {"at":null,"code":"plugin-no-manifest","message":"The file holds no manifest. Build it again."},
            {"at":"budget","code":"plugin-manifest-flaw","arguments":[["mend","1 to 5"]]}]}"#;
        let text = refusal(StatusCode::UNPROCESSABLE_ENTITY, body);
        assert!(
            text.contains("\n  The file holds no manifest. Build it again."),
            "{text}"
        );
        assert!(
            text.contains("\n  budget: plugin-manifest-flaw mend: 1 to 5"),
            "{text}"
        );
        let text = refusal(StatusCode::UNAUTHORIZED, "<html>");
        assert!(text.contains("ONEDOOR_TOKEN"), "{text}");
        let text = refusal(StatusCode::FORBIDDEN, r#"{"code":"swap-elsewhere"}"#);
        assert!(text.contains("onedoor-plugin upload"), "{text}");
        let text = refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            r#"{"code":"internal","request":"r9"}"#,
        );
        assert!(text.contains("quote request r9"), "{text}");
    }
}
