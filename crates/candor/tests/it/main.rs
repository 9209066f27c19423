//! The binary as an operator meets it: started, asked, stopped, killed. Each test has folders, a
//! port and a database of its own.

mod home;
mod line;
mod process;
mod sample;

mod away;
mod debug;
mod exit_codes;
mod journey;
mod killed;
mod lint;
mod log;
mod notice;
mod schema;
mod services;
mod stopping;
mod tls;
mod tokens;
