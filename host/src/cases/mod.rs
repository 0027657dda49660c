//! Case routing: one engine moves every case, by tables. `procedures` is data, `lifecycle` and
//! `routing` are pure, `operations` is the only door in.

pub mod actors;
pub mod board;
pub mod calendar;
#[cfg(test)]
pub(crate) mod course_tests;
#[cfg(test)]
mod crowd_tests;
pub mod duplicates;
#[cfg(test)]
mod duplicates_tests;
pub mod duty;
pub mod events;
pub mod figures;
pub mod followers;
pub mod hints;
pub mod lifecycle;
#[cfg(test)]
mod lifecycle_tests;
mod merging;
pub mod model;
pub mod operations;
pub(crate) mod prepare;
pub mod procedures;
pub mod queues;
mod refusal;
pub mod routing;
pub mod scheduler;
pub mod search;
#[cfg(test)]
mod search_tests;
mod submit;
#[cfg(test)]
mod turnings_tests;
pub mod views;
pub mod visits;
#[cfg(test)]
mod visits_tests;
mod working_time;
