//! Tests of the whole server: by promise, and by the journey of a ping.

mod aggregates;
mod b12;
mod deletion;
mod dictionary;
mod ends;
mod fuzz;
mod h21;
mod library;
mod ping;
mod raw;
mod reasons;
mod report;
mod rest;
mod review;
mod s08;
mod s09;
mod s10;
mod s30;
mod s38;
mod signals;
mod start;
