//! All integration tests, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod bad_input_files;
mod cases;
mod cells;
mod cells_standby;
mod charts;
mod cli;
mod contract;
mod coverage;
mod data;
mod detection;
mod dispatch;
mod exact;
mod failback;
mod failover;
mod fit;
mod fixture;
mod gates;
mod gray;
mod importance;
mod imports;
mod imports_data;
mod inject;
mod interrupted;
mod long_runs;
mod openslo;
mod partitions;
mod properties;
mod ranges;
mod rare;
mod recommend;
mod report;
mod runbooks;
mod sensitivity;
mod shards;
mod stats_coverage;
mod stats_estimate;
mod stuck;
mod support;
mod sweep;
mod tidy;
mod upkeep;
mod verify;
mod why;
