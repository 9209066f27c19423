//! The binary as an operator meets it: started, asked, stopped, killed. Each test has folders, a
//! port and a database of its own.

mod home;
mod process;
mod sample;

mod exit_codes;
mod killed;
mod stopping;
mod tls;
