//! Checked quantities of the model language: durations, probabilities, money, sizes, rates.
