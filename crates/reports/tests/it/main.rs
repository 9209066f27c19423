//! Tests of reports from outside: on both engines, and by those who attack them.

mod attacks;
mod editions;
mod house;
mod ledger;
mod pages;
mod tester;
mod vectors;
