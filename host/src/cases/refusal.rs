//! How the engine's refusals are told.

use super::lifecycle::Refusal;
use crate::error::Error;

/// The refusal as an error of the domain.
pub fn error(refusal: Refusal) -> Error {
    match refusal {
        Refusal::State => Error::Conflict("case-not-now"),
        Refusal::Actor => Error::Forbidden("case-not-yours"),
        Refusal::Reason => Error::invalid("words", "case-say-why"),
        Refusal::Class => Error::invalid("class", "case-choose-class"),
        Refusal::Evidence => Error::invalid("files", "case-add-photo"),
        Refusal::Asked => Error::Conflict("case-asked-enough"),
        Refusal::Basic => Error::invalid("class", "case-not-basic"),
        Refusal::Target => Error::invalid("target", "case-target"),
        Refusal::TooLow => Error::invalid("target", "case-target-too-low"),
        Refusal::Top => Error::Conflict("case-top"),
        Refusal::Danger => Error::Conflict("case-danger"),
        Refusal::Appointee => Error::invalid("person", "case-choose-person"),
        Refusal::Own => Error::Forbidden("case-own-work"),
        Refusal::Rating => Error::invalid("rating", "case-rating"),
        Refusal::FreshEyes => Error::Forbidden("case-fresh-eyes"),
        Refusal::Basis => Error::invalid("basis", "case-say-basis"),
        Refusal::Window => Error::Conflict("case-window-over"),
        Refusal::Returned => Error::Conflict("case-returned-enough"),
        Refusal::NotAgreed => Error::Conflict("case-not-agreed"),
        Refusal::CoUnit => Error::invalid("target", "case-co-unit"),
        Refusal::Part => Error::Conflict("case-no-part"),
        Refusal::PartsOpen => Error::Conflict("case-parts-open"),
        Refusal::Until => Error::invalid("until", "case-until-range"),
        Refusal::NotAsked => Error::Conflict("case-suspend-not-asked"),
        Refusal::NotUnable => Error::Conflict("case-not-unable"),
        Refusal::NotDone => Error::Conflict("case-unable"),
        Refusal::Second => Error::Forbidden("case-second-person"),
        Refusal::Trivial => Error::invalid("files", "case-two-photos"),
        Refusal::Sample => Error::Conflict("case-not-sampled"),
        Refusal::Letter => Error::invalid("files", "case-letter"),
        Refusal::Reopened => Error::Conflict("case-reopened-once"),
        Refusal::Appealed => Error::Conflict("case-appealed-once"),
        Refusal::NoEmergency => Error::invalid("urgency", "case-no-emergency"),
        Refusal::NotOverseen => Error::Conflict("case-not-overseen"),
        Refusal::Primary => Error::invalid("other", "case-primary"),
        Refusal::Joint => Error::Conflict("case-joint-unconfirmed"),
        Refusal::NotRefused => Error::Conflict("case-not-refused"),
    }
}
