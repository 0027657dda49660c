//! What `wit-bindgen` makes of the contract. Private to the SDK and to [`register!`](crate::register):
//! plugins use the wrappers. The types of `types` and `ui` are those of `onedoor-forms`.

/// The imports.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod api {
    wit_bindgen::generate!({
        path: "wit",
        world: "host-api",
        generate_unused_types: true,
        generate_all,
        additional_derives: [Clone, PartialEq, serde::Serialize],
        runtime_path: "::onedoor_sdk::wit_bindgen::rt",
        with: {
            "onedoor:types/types@0.1.0": ::onedoor_forms::types,
            "onedoor:ui/ui@0.1.0": ::onedoor_forms::ui,
        },
    });
}

macro_rules! world {
    ($module:ident, $world:literal, $export:literal, $at:literal) => {
        /// One export.
        #[allow(missing_docs, unused_imports, clippy::all, clippy::pedantic)]
        pub mod $module {
            wit_bindgen::generate!({
                path: "wit",
                world: $world,
                additional_derives: [Clone, PartialEq, serde::Serialize],
                runtime_path: "::onedoor_sdk::wit_bindgen::rt",
                pub_export_macro: true,
                export_macro_name: $export,
                default_bindings_module: $at,
                with: {
                    "onedoor:types/types@0.1.0": ::onedoor_forms::types,
                    "onedoor:ui/ui@0.1.0": ::onedoor_forms::ui,
                    "onedoor:identity/identity@0.1.0": ::onedoor_sdk::bindings::api::onedoor::identity::identity,
                    "onedoor:grid/grid@0.1.0": ::onedoor_sdk::bindings::api::onedoor::grid::grid,
                    "onedoor:records/records@0.1.0": ::onedoor_sdk::bindings::api::onedoor::records::records,
                    "onedoor:cases/cases@0.1.0": ::onedoor_sdk::bindings::api::onedoor::cases::cases,
                    "onedoor:plugin/keyvalue@0.1.0": ::onedoor_sdk::bindings::api::onedoor::plugin::keyvalue,
                    "onedoor:plugin/clock@0.1.0": ::onedoor_sdk::bindings::api::onedoor::plugin::clock,
                    "onedoor:plugin/random@0.1.0": ::onedoor_sdk::bindings::api::onedoor::plugin::random,
                    "onedoor:plugin/log@0.1.0": ::onedoor_sdk::bindings::api::onedoor::plugin::log,
                    "onedoor:plugin/notify@0.1.0": ::onedoor_sdk::bindings::api::onedoor::plugin::notify,
                },
            });
        }
    };
}

world!(
    portal,
    "portal-plugin",
    "__export_portal",
    "::onedoor_sdk::bindings::portal"
);
world!(
    triage,
    "triage-plugin",
    "__export_triage",
    "::onedoor_sdk::bindings::triage"
);
world!(
    events,
    "events-plugin",
    "__export_events",
    "::onedoor_sdk::bindings::events"
);
world!(
    jobs,
    "jobs-plugin",
    "__export_jobs",
    "::onedoor_sdk::bindings::jobs"
);
world!(
    inbox,
    "inbox-plugin",
    "__export_inbox",
    "::onedoor_sdk::bindings::inbox"
);
world!(
    indicators,
    "indicators-plugin",
    "__export_indicators",
    "::onedoor_sdk::bindings::indicators"
);
