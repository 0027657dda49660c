//! What the commands of `onedoor` do that takes more than a line: they read files, show how far
//! they are, and call the same domain functions as the app. Decide nothing of their own.

pub mod archive;
pub mod audit;
pub mod backup;
pub mod duty;
pub mod figures;
pub mod import;
pub mod simulate;
