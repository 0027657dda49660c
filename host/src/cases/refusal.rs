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
    }
}
