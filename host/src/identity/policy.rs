//! What each role may do, as a pure table. What may be done to a case is the procedure's table;
//! this is everything else. An administrator runs the system and reads no case.

use super::{Post, Role};

/// Something that a post may or may not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Invite people, give and end posts, make service accounts.
    ManagePeople,
    /// See who holds which post.
    ReadPeople,
    /// Read the audit.
    ReadAudit,
    /// Bring or change divisions and cells.
    ImportGrid,
    /// File for somebody else.
    FileOnBehalf,
    /// Read a person's contact for the case at hand.
    ReadContact,
    /// Upload a revision of a plugin of the own unit.
    UploadPlugin,
    /// Approve a revision of another unit's plugin.
    ApprovePlugin,
    /// Put an approved revision in force, take the one before back, retire it.
    ActivatePlugin,
    /// See plugins, revisions and failures.
    ReadPlugins,
    /// Read what a plugin of the own unit wrote for its developers.
    ReadPluginLines,
    /// Deliver parked messages again.
    ReplayMessages,
    /// Make tokens for oneself.
    MakeToken,
    /// Send what devices say to a plugin of the own unit.
    SendSignals,
    /// See the figures of a division: for those who see all its cases.
    ReadBoard,
    /// Judge what the host has noticed among the cases of a division.
    JudgeHints,
    /// See the catalogue of datasets.
    ReadDatasets,
    /// Give and take back leave to read a dataset of the own unit.
    ManageGrants,
    /// Witness somebody's consent at a counter or at home.
    WitnessConsent,
    /// Find a person, and read records through a plugin that may.
    ReadRecords,
    /// Change the duty list and the calendar, and decide about precedents.
    KeepDutyList,
    /// Tell other systems of a unit's cases by webhooks.
    ManageWebhooks,
}

impl Act {
    /// All of them, in the order of the matrix.
    pub const ALL: [Self; 22] = [
        Self::ManagePeople,
        Self::ReadPeople,
        Self::ReadAudit,
        Self::ImportGrid,
        Self::FileOnBehalf,
        Self::ReadContact,
        Self::UploadPlugin,
        Self::ApprovePlugin,
        Self::ActivatePlugin,
        Self::ReadPlugins,
        Self::ReadPluginLines,
        Self::ReplayMessages,
        Self::MakeToken,
        Self::SendSignals,
        Self::ReadBoard,
        Self::JudgeHints,
        Self::ReadDatasets,
        Self::ManageGrants,
        Self::WitnessConsent,
        Self::ReadRecords,
        Self::KeepDutyList,
        Self::ManageWebhooks,
    ];

    /// Whether it can be done with a token, or only by somebody who has signed in.
    pub const fn by_token(self) -> bool {
        !matches!(
            self,
            Self::ApprovePlugin
                | Self::MakeToken
                | Self::ManagePeople
                | Self::ManageGrants
                | Self::ManageWebhooks
                | Self::WitnessConsent
        )
    }

    /// Whether a plugin, acting for somebody, may ever do it. None of these is in the contract.
    pub const fn by_plugin(self) -> bool {
        false
    }
}

/// What it is done to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resource<'a> {
    /// The unit it belongs to.
    pub unit: Option<&'a str>,
    /// The division it is in.
    pub division: Option<&'a str>,
    /// The account that made it.
    pub author: Option<&'a str>,
}

/// Whether a post allows `act` on `resource` to `account`.
pub fn allows(post: &Post, account: &str, act: Act, resource: Resource<'_>) -> bool {
    let own = resource.unit.is_none_or(|unit| unit == post.unit);
    let here = resource
        .division
        .is_none_or(|division| post.covers(division));
    let others = resource.unit.is_none_or(|unit| unit != post.unit)
        && resource.author.is_none_or(|author| author != account);
    use Role as R;
    match act {
        Act::ManagePeople
        | Act::ReadAudit
        | Act::ImportGrid
        | Act::ReplayMessages
        | Act::ManageWebhooks => post.role == R::Administrator,
        Act::ReadPeople => matches!(post.role, R::Administrator | R::Supervisor | R::DutyKeeper),
        Act::FileOnBehalf => matches!(post.role, R::CounterClerk | R::HotlineAgent),
        Act::ReadContact => {
            here && matches!(
                post.role,
                R::GridWorker | R::Dispatcher | R::Handler | R::Verifier | R::Supervisor
            )
        }
        Act::UploadPlugin | Act::ReadPluginLines => post.role == R::DepartmentDeveloper && own,
        Act::ApprovePlugin => post.role == R::PluginReviewer && others,
        Act::ActivatePlugin => match post.role {
            R::Administrator => true,
            R::DepartmentDeveloper => own,
            _ => false,
        },
        Act::ReadPlugins => match post.role {
            R::Administrator | R::PluginReviewer => true,
            R::DepartmentDeveloper => own,
            _ => false,
        },
        Act::SendSignals => post.role != R::Resident && own,
        Act::ReadBoard => {
            here && matches!(
                post.role,
                R::GridWorker | R::Verifier | R::Supervisor | R::DutyKeeper
            )
        }
        Act::JudgeHints => here && post.role == R::Supervisor,
        Act::MakeToken | Act::ReadDatasets => post.role != R::Resident,
        Act::ManageGrants => match post.role {
            R::Administrator => true,
            R::Supervisor | R::DutyKeeper => own,
            _ => false,
        },
        Act::ReadRecords => {
            here && matches!(
                post.role,
                R::CounterClerk
                    | R::HotlineAgent
                    | R::GridWorker
                    | R::Dispatcher
                    | R::Handler
                    | R::Verifier
                    | R::Supervisor
            )
        }
        Act::KeepDutyList => here && post.role == R::DutyKeeper,
        Act::WitnessConsent => here && matches!(post.role, R::CounterClerk | R::GridWorker),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn post(role: Role) -> Post {
        Post {
            id: "p".to_owned(),
            unit: "own".to_owned(),
            division: "310101".to_owned(),
            role,
            from: Timestamp::from_micros(0),
            until: None,
        }
    }

    /// Role × act × resource. The resources: the own unit's, another's, another's made by oneself.
    #[test]
    fn matrix() {
        let resources = [
            (
                "own",
                Resource {
                    unit: Some("own"),
                    division: Some("310101002"),
                    author: Some("x"),
                },
            ),
            (
                "other",
                Resource {
                    unit: Some("other"),
                    division: Some("310101002"),
                    author: Some("x"),
                },
            ),
            (
                "mine",
                Resource {
                    unit: Some("other"),
                    division: Some("310101002"),
                    author: Some("me"),
                },
            ),
            (
                "far",
                Resource {
                    unit: Some("other"),
                    division: Some("320101"),
                    author: Some("x"),
                },
            ),
        ];
        let mut text = String::new();
        for act in Act::ALL {
            let token = if act.by_token() { "token" } else { "no token" };
            let plugin = if act.by_plugin() {
                "plugin"
            } else {
                "no plugin"
            };
            text += &format!("{act:?} ({token}, {plugin})\n");
            for role in Role::ALL {
                let yes: Vec<_> = resources
                    .iter()
                    .filter(|(_, it)| allows(&post(role), "me", act, *it))
                    .map(|(name, _)| *name)
                    .collect();
                if !yes.is_empty() {
                    text += &format!("  {}: {}\n", role.name(), yes.join(" "));
                }
            }
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn nobody_approves_their_own() {
        let reviewer = post(Role::PluginReviewer);
        for resource in [
            Resource {
                unit: Some("own"),
                author: Some("x"),
                ..Resource::default()
            },
            Resource {
                unit: Some("other"),
                author: Some("me"),
                ..Resource::default()
            },
        ] {
            assert!(!allows(&reviewer, "me", Act::ApprovePlugin, resource));
        }
    }
}
