//! Case routing: one engine moves every case, by tables. `procedures` is data, `lifecycle` and
//! `routing` are pure, `operations` is the only door in.

pub mod actors;
pub mod board;
#[cfg(test)]
pub(crate) mod course_tests;
pub mod duty;
pub mod events;
pub mod figures;
pub mod lifecycle;
#[cfg(test)]
mod lifecycle_tests;
mod merging;
pub mod model;
pub mod operations;
mod prepare;
pub mod procedures;
pub mod queues;
mod refusal;
pub mod routing;
pub mod scheduler;
mod submit;
pub mod views;
pub mod visits;
#[cfg(test)]
mod visits_tests;
mod working_time;
