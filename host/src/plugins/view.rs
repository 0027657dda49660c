//! What is done to a view before anyone sees it: a block that breaks a rule of the contract is
//! replaced by a notice, and a telephone number that is not the department's is never dialled.

use onedoor_forms::{Block, Breach, Effect, Notice, Outcome, Text, Tone, View, check_view};
use onedoor_manifest::Manifest;
use std::collections::BTreeSet;

use super::failure::{Failure, FailureKind};
use crate::context::Locale;

/// The view with its bad blocks replaced, and what was wrong. `View` when the page as a whole
/// cannot be shown.
pub(super) fn mend(
    mut view: View,
    manifest: &Manifest,
    locale: Locale,
) -> Result<(View, Vec<Breach>), Failure> {
    let mut breaches = check_view(&view);
    breaches.extend(foreign_numbers(&view, manifest));
    if let Some(whole) = breaches.iter().find(|it| it.block.is_none()) {
        return Err(Failure::new(FailureKind::View, whole.to_string()));
    }
    let bad: BTreeSet<usize> = breaches.iter().filter_map(|it| it.block).collect();
    for index in bad {
        if let Some(block) = view.blocks.get_mut(index) {
            *block = notice(locale);
        }
    }
    Ok((view, breaches))
}

/// The same for what follows a submission.
pub(super) fn mend_outcome(
    outcome: Outcome,
    manifest: &Manifest,
    locale: Locale,
) -> Result<(Outcome, Vec<Breach>), Failure> {
    match outcome {
        Outcome::Show(view) => {
            let (view, breaches) = mend(view, manifest, locale)?;
            Ok((Outcome::Show(view), breaches))
        }
        other => Ok((other, Vec::new())),
    }
}

fn foreign_numbers(view: &View, manifest: &Manifest) -> Vec<Breach> {
    let dials = |block: &Block| match block {
        Block::Actions(actions) => actions
            .iter()
            .any(|it| matches!(&it.effect, Effect::Dial(number) if !manifest.may_dial(number))),
        _ => false,
    };
    let found = view.blocks.iter().enumerate().filter(|(_, it)| dials(it));
    found
        .map(|(index, _)| Breach {
            block: Some(index),
            at: "actions".to_owned(),
            rule: "a button dials only numbers of the manifest's contact",
        })
        .collect()
}

fn notice(locale: Locale) -> Block {
    let (title, body) = match locale {
        Locale::Chinese => ("这一部分无法显示", "页面的其他内容不受影响。"),
        Locale::English => (
            "This part cannot be shown",
            "The rest of the page is not affected.",
        ),
    };
    Block::Notice(Notice {
        tone: Tone::Warning,
        title: Text::raw(title),
        body: Text::raw(body),
    })
}
