//! `onedoor:plugin/notify`: messages to people. Words are translated here, once, into both
//! languages: the plugin may be gone when they are read.

use onedoor_forms::{Route, Text, is_route};

use super::{
    super::{
        bindings::{Lift as _, notify, types},
        store::Call,
    },
    Answer,
};
use crate::{
    context::Locale,
    error::{Error, Problem, Result},
    notices::{self, Both, Letter as Notice},
};

/// How many messages one call may send.
const A_CALL: u32 = 20;

/// A message as the plugin wrote it.
pub(in super::super) struct Letter {
    pub(in super::super) to: Option<String>,
    pub(in super::super) title: Text,
    pub(in super::super) body: Text,
    pub(in super::super) open: Option<Route>,
}

impl notify::Host for Call {
    async fn send(&mut self, once: String, letter: notify::Letter) -> Answer<()> {
        let _host = self.enter("notify.send");
        if self.sent >= A_CALL {
            return Ok(Err(types::Error::Busy(1000)));
        }
        let result = self.sent(once, letter.lift()).await;
        let new = result.as_ref().is_ok_and(|new| *new);
        self.sent += u32::from(new);
        self.answer(result.map(drop))
    }
}

impl Call {
    async fn sent(&self, once: String, letter: Letter) -> Result<bool> {
        let opens = letter.open.as_ref().is_none_or(is_route);
        let opens = (!opens).then(|| Problem::at("open", "notice-route"));
        if let Some(problem) = opens {
            return Err(Error::Invalid(vec![problem]));
        }
        let notice = Notice {
            once,
            to: letter.to,
            title: self.both(&letter.title),
            body: self.both(&letter.body),
            opens: letter.open,
        };
        notices::send(&self.domain, &self.cx, notice).await
    }

    fn both(&self, text: &Text) -> Both {
        let raw = matches!(text, Text::Raw(_));
        let said = |locale| match (&self.words, text) {
            (Some(words), text) => words.text(locale, text),
            (None, Text::Raw(words)) => words.clone(),
            (None, Text::Message(message)) => message.id.clone(),
        };
        Both {
            chinese: said(Locale::Chinese),
            english: said(Locale::English),
            raw,
        }
    }
}
