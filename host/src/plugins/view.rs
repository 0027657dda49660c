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

#[cfg(test)]
mod tests {
    use super::*;
    use onedoor_forms::Action;

    fn manifest() -> Manifest {
        let text = r#"
            id = "plugin"
            version = "0.1.0"
            department = "d"
            name = { zh = "名", en = "Name" }
            description = { zh = "述", en = "Words" }
            contact = { phone = "12345" }
        "#;
        Manifest::parse(text).unwrap()
    }

    fn view(blocks: Vec<Block>) -> View {
        View {
            title: Text::raw("t"),
            back: None,
            blocks,
        }
    }

    #[test]
    fn a_bad_block_is_replaced_and_the_rest_stands() {
        let good = || Block::Text(Text::raw("well"));
        let long = Block::Text(Text::raw("x".repeat(4001)));
        let dial = |number| Block::Actions(vec![Action::dial("call", Text::raw("Call"), number)]);
        let shown = view(vec![good(), long, dial("12345"), dial("666")]);
        let (shown, breaches) = mend(shown, &manifest(), Locale::English).unwrap();
        assert_eq!(breaches.len(), 3, "{breaches:?}");
        let notice = notice(Locale::English);
        // The second button has the id of the first: its number alone would be reason enough.
        assert_eq!(
            shown.blocks,
            [good(), notice.clone(), dial("12345"), notice]
        );
    }

    #[test]
    fn a_page_without_bounds_is_none() {
        let blocks = vec![Block::Text(Text::raw("x")); 101];
        let failure = mend(view(blocks), &manifest(), Locale::Chinese).unwrap_err();
        assert_eq!(failure.kind, FailureKind::View);
        let go = Outcome::Show(view(Vec::new()));
        assert!(mend_outcome(go, &manifest(), Locale::Chinese).is_ok());
    }
}
