//! Charts: one file for each, one theme.
