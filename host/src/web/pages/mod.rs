//! Pages. A handler reads the request, calls one domain function, and shows its answer in plain
//! words; every form works without script. Checks no authority of its own.

pub mod account;
pub mod case;
pub mod circle;
pub mod drafts;
pub mod family;
pub mod files;
pub mod home;
pub mod matters;
pub mod messages;
pub mod my_data;
pub mod near;
pub mod parts;
pub mod preferences;
pub mod report;
pub mod service;
pub mod sign_in;
pub mod work;
