//! Price of a deployment, line by line.
