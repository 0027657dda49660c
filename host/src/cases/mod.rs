//! Case routing: one engine moves every case, by tables. `procedures` is data, `lifecycle` and
//! `routing` are pure, `operations` is the only door in.

pub mod actors;
pub mod duty;
pub mod events;
pub mod lifecycle;
pub mod model;
pub mod operations;
pub mod procedures;
pub mod queues;
mod refusal;
pub mod routing;
pub mod scheduler;
mod submit;
pub mod views;
mod working_time;
