//! OneDoor: a host that serves one community entry app and loads each department's scenario as a
//! sandboxed WebAssembly component. ARCHITECTURE.md at the root of the repository is the map.

pub mod app;
pub mod attachments;
pub mod background;
pub mod cases;
pub mod command;
pub mod config;
pub mod context;
pub mod db;
pub mod demo;
pub mod domain;
pub mod drafts;
pub mod error;
pub mod folder;
pub mod grid;
pub mod i18n;
pub mod identity;
pub mod ids;
pub mod integrity;
pub mod keys;
pub mod metrics;
pub mod notices;
pub mod open311;
pub mod page;
pub mod plugins;
pub mod readiness;
pub mod records;
pub mod remote;
pub mod serve;
pub mod telemetry;
pub mod text;
pub mod time;
pub mod web;
pub mod webhooks;
