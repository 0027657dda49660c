//! `/api/v1`: JSON for all that the pages do. Each handler is an adapter over one domain function;
//! authority is checked there. Instants are RFC 3339, ids are strings, long lists are pages of
//! `{items, next}`, every failure is a problem document (RFC 9457).

pub mod attachments;
pub mod cases;
pub mod cells;
pub mod circle;
pub mod duty;
pub mod extract;
pub mod figures;
pub mod grid;
pub mod imports;
pub mod machines;
pub mod near;
pub mod openapi;
pub mod people;
pub mod plugins;
pub mod problem;
pub mod readiness;
pub mod records;
pub mod search;
pub mod session;
pub mod webhooks;
