//! What one call cost: the same form from the host and from the SDK's test host.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};

/// What one call into a plugin cost, and what it asked of the host. Holds no personal value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The function that was called, such as `render`.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub export: Cow<'static, str>,
    /// `ok`, `refused` (it answered with an error of the contract), or the kind of failure.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub outcome: Cow<'static, str>,
    /// Microseconds that the guest itself worked, host functions left out. Not known natively.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_us: Option<u64>,
    /// Microseconds from the call to its answer, without waiting for a turn.
    pub wall_us: u64,
    /// Microseconds until the fresh instance stood. There is none natively.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instantiate_us: Option<u64>,
    /// The most memory it had, in bytes, summed over its memories. Not known natively.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// How often it called each function of the host, such as `cases.open`.
    #[cfg_attr(feature = "schema", schema(value_type = BTreeMap<String, u32>))]
    pub calls: BTreeMap<Cow<'static, str>, u32>,
    /// The capabilities it lacked, each once, in the order of asking.
    pub denials: Vec<String>,
}

impl Receipt {
    /// Notes a call of a host function.
    pub fn called(&mut self, function: &'static str) {
        *self.calls.entry(Cow::Borrowed(function)).or_default() += 1;
    }

    /// Notes that a capability was missing.
    pub fn denied(&mut self, capability: &str) {
        if self.denials.iter().all(|it| it != capability) {
            self.denials.push(capability.to_owned());
        }
    }
}
