//! Topologies against each other: paired differences, Pareto frontier, recommendation, warnings.
