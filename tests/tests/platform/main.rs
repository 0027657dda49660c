//! The platform from end to end. One program, since each that is linked with the host adds to the
//! build's time and takes more than 100 MB of disk; what sets something for its whole process
//! (`traces`) has one of its own.

mod backup;
mod bomb;
mod check;
mod conformance;
mod containment;
mod following;
mod forged;
mod hostile;
mod kill;
mod languages;
mod machines;
mod outside;
mod recording;
mod released;
mod swap;
mod tutorial;
