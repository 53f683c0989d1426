//! From tallies to named measures with error bars.
