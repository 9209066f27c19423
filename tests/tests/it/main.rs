//! Tests of the whole server: by promise, and by the journey of a ping.

mod h21;
mod ping;
mod report;
mod review;
mod s30;
mod s38;
mod start;
