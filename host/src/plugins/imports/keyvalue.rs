//! `onedoor:plugin/keyvalue`: small values of the plugin's own.

use super::{
    super::{bindings::onedoor::plugin::keyvalue::Host, store::Call},
    Answer, answer,
};
use crate::{
    db,
    error::{Error, Problem, Result},
    plugins::Capability,
};

/// The longest key, in characters; the longest value, in bytes; the most keys of one answer.
const BOUNDS: (usize, usize, u32) = (128, 64 * 1024, 200);

/// The plugin whose values are asked for, if its revision may keep any.
fn plugin(call: &Call, key: &str, least: usize) -> Result<String> {
    let plugin = call.cx.plugin.as_ref().ok_or(Error::NotFound)?;
    plugin.capabilities.need(Capability::Keyvalue)?;
    let length = key.chars().count();
    if length < least || length > BOUNDS.0 {
        let problem = Problem::at("key", "keyvalue-key").with("limit", BOUNDS.0);
        return Err(Error::Invalid(vec![problem]));
    }
    Ok(plugin.id.clone())
}

impl Host for Call {
    async fn get(&mut self, subject: Option<String>, key: String) -> Answer<Option<String>> {
        let _host = self.in_host();
        let found = async {
            let plugin = plugin(self, &key, 1)?;
            let mut c = self.domain.database.read().await?;
            db::keyvalue::get(&mut c, &plugin, subject.as_deref(), &key).await
        };
        let found = found.await;
        answer(self, found)
    }

    async fn set(&mut self, subject: Option<String>, key: String, value: String) -> Answer<()> {
        let _host = self.in_host();
        let done = async {
            let plugin = plugin(self, &key, 1)?;
            if value.len() > BOUNDS.1 {
                return Err(Error::invalid("value", "keyvalue-value"));
            }
            let write = self.domain.database.write(move |t| {
                Box::pin(async move {
                    db::keyvalue::set(t, &plugin, subject.as_deref(), &key, &value).await
                })
            });
            write.await
        };
        let done = done.await;
        answer(self, done)
    }

    async fn delete(&mut self, subject: Option<String>, key: String) -> Answer<()> {
        let _host = self.in_host();
        let done = async {
            let plugin = plugin(self, &key, 1)?;
            let write = self.domain.database.write(move |t| {
                Box::pin(
                    async move { db::keyvalue::delete(t, &plugin, subject.as_deref(), &key).await },
                )
            });
            write.await
        };
        let done = done.await;
        answer(self, done)
    }

    async fn keys(&mut self, subject: Option<String>, prefix: String) -> Answer<Vec<String>> {
        let _host = self.in_host();
        let found = async {
            let plugin = plugin(self, &prefix, 0)?;
            let mut c = self.domain.database.read().await?;
            db::keyvalue::keys(&mut c, &plugin, subject.as_deref(), &prefix, BOUNDS.2).await
        };
        let found = found.await;
        answer(self, found)
    }
}
