//! A deployment compiled for the engine: immutable, index-based, valid.
