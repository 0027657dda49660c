//! `upload`: hands a component in at a host, as its developer. A reviewer approves it there; this
//! never does.

use std::{fs, io::Write, path::Path, time::Duration};

use anyhow::{Context as _, bail};
use reqwest::{StatusCode, blocking::Client, header};
use serde::Deserialize;

use crate::component::{self, Reading};

/// A component may be 32 MiB, and a line slow.
const TIMEOUT: Duration = Duration::from_secs(120);

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

/// Uploads `file` to the host at `url`, with a token of a developer.
pub fn upload(file: &Path, url: &str, token: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    // A file that is no component is refused here already, without a token leaving the machine.
    Reading::of(&bytes).with_context(|| file.display().to_string())?;
    let digest = component::digest(&bytes);
    let to = format!("{}/api/v1/plugins", url.trim_end_matches('/'));
    let response = Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()?
        .post(&to)
        .bearer_auth(token.trim())
        .header(header::CONTENT_TYPE, "application/wasm")
        .header(header::ACCEPT_LANGUAGE, "en")
        .body(bytes)
        .send()
        .with_context(|| {
            format!("cannot reach {url}: is the host running, and is that its address?")
        })?;
    let status = response.status();
    if status.is_success() {
        writeln!(
            out,
            "uploaded as {digest}; a plugin reviewer approves it at {url}"
        )?;
        return Ok(());
    }
    let body = response.text().unwrap_or_default();
    bail!("{}", refusal(status, &body))
}

fn refusal(status: StatusCode, body: &str) -> String {
    // What is not from a host of ours (a proxy's page, say) is told by its status alone.
    let refusal: Refusal = serde_json::from_str(body).unwrap_or_default();
    let mut text = match status {
        StatusCode::UNAUTHORIZED => "the host does not know the token: make one on your account's \
             page and give it as --token or in ONEDOOR_TOKEN"
            .to_owned(),
        StatusCode::FORBIDDEN => "the token's owner may not upload here: it takes the post of a \
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
        let text = refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            r#"{"code":"internal","request":"r9"}"#,
        );
        assert!(text.contains("quote request r9"), "{text}");
    }
}
