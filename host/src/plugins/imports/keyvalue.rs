//! `onedoor:plugin/keyvalue`: small values of the plugin's own.

use super::{
    super::{bindings::keyvalue, store::Call, values},
    Answer,
};

impl keyvalue::Host for Call {
    async fn get(&mut self, subject: Option<String>, key: String) -> Answer<Option<String>> {
        let _host = self.enter("keyvalue.get");
        let result = values::get(&self.domain, &self.cx, subject, key).await;
        self.answer(result)
    }

    async fn set(&mut self, subject: Option<String>, key: String, value: String) -> Answer<()> {
        let _host = self.enter("keyvalue.set");
        let result = values::set(&self.domain, &self.cx, subject, key, value).await;
        self.answer(result)
    }

    async fn swap(
        &mut self,
        subject: Option<String>,
        key: String,
        expected: Option<String>,
        value: String,
    ) -> Answer<bool> {
        let _host = self.enter("keyvalue.swap");
        let change = values::Swap { expected, value };
        let result = values::swap(&self.domain, &self.cx, subject, key, change).await;
        self.answer(result)
    }

    async fn delete(&mut self, subject: Option<String>, key: String) -> Answer<()> {
        let _host = self.enter("keyvalue.delete");
        let result = values::delete(&self.domain, &self.cx, subject, key).await;
        self.answer(result)
    }

    async fn keys(&mut self, subject: Option<String>, prefix: String) -> Answer<Vec<String>> {
        let _host = self.enter("keyvalue.keys");
        let result = values::keys(&self.domain, &self.cx, subject, prefix).await;
        self.answer(result)
    }
}
