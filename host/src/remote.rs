//! Commands on a folder that is being served: a small client of the host's own API. Holds no
//! authority but the token it is handed, and never shows that.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::{io::Write, path::Path, time::Duration};

use crate::{config::Remote, error::Problem};

/// How long an answer may take: a large component is compiled meanwhile.
const PATIENCE: Duration = Duration::from_secs(150);

/// Uploads a component; what became of it is written to `out`.
pub async fn upload(at: &Remote, file: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let component = std::fs::read(file).with_context(|| format!("{}", file.display()))?;
    let request = client()?
        .post(address(at, "api/v1/plugins")?)
        .header("content-type", "application/wasm")
        .body(component);
    let revision = answer(at, request).await?;
    line(out, &revision)
}

/// Lists the plugins that the token's owner may see, with their revisions.
pub async fn list(at: &Remote, out: &mut dyn Write) -> anyhow::Result<()> {
    let plugins = answer(at, client()?.get(address(at, "api/v1/plugins")?)).await?;
    for plugin in plugins.as_array().into_iter().flatten() {
        let revisions = plugin.get("revisions").and_then(Value::as_array);
        for revision in revisions.into_iter().flatten() {
            line(out, revision)?;
        }
    }
    Ok(())
}

fn line(out: &mut dyn Write, revision: &Value) -> anyhow::Result<()> {
    let text = |name: &str| revision.get(name).and_then(Value::as_str).unwrap_or("-");
    writeln!(
        out,
        "{}\t{}\t{}\t{}",
        text("plugin"),
        text("version"),
        text("state"),
        text("digest")
    )?;
    Ok(())
}

/// A client that follows no redirect.
pub fn client() -> anyhow::Result<reqwest::Client> {
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        // A redirect would carry the token somewhere else.
        .redirect(reqwest::redirect::Policy::none());
    Ok(client.build()?)
}

/// The address of a path of the host.
pub fn address(at: &Remote, path: &str) -> anyhow::Result<url::Url> {
    let base = at.url.as_str().trim_end_matches('/');
    Ok(url::Url::parse(&format!("{base}/{path}"))?)
}

/// What the host answers with the token; a refusal is an error in words.
pub async fn answer(at: &Remote, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let response = request
        .bearer_auth(at.token.reveal())
        .header("accept-language", "en")
        .send()
        .await
        .context("the host does not answer")?;
    let status = response.status();
    let body = response.bytes().await?;
    let value: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if status.is_success() {
        return Ok(value);
    }
    let code = value.get("code").and_then(Value::as_str).unwrap_or("");
    let mut said = format!("refused: {status} {code}");
    for problem in value
        .get("problems")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        said.push_str(&format!("\n  {}", problem_words(problem)));
    }
    bail!(said)
}

fn problem_words(problem: &Value) -> String {
    match serde_json::from_value::<Problem>(problem.clone()) {
        Ok(problem) => {
            let said = crate::web::i18n::problem(crate::context::Locale::English, &problem);
            // Where in the file, or which field.
            match &problem.at {
                Some(at) => format!("{at}: {said}"),
                None => said,
            }
        }
        Err(_) => problem.to_string(),
    }
}
