//! Checked quantities of the model language: durations, probabilities, money, sizes, rates.
//!
//! Each function takes the text of one value and returns a plain number in the base unit that its name says, or a
//! [`UnitError`] that tells the user what to write instead. Places in a file are added by [`crate::model`].

mod duration;
mod error;
mod money;
mod number;
mod probability;
mod rate;
mod size;

pub use duration::{
    HOURS_PER_YEAR, SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MONTH, SECONDS_PER_YEAR,
    format_duration, parse_duration,
};
pub use error::UnitError;
pub use money::{Money, MoneyPer, currency_code, parse_money, same_currency};
pub use probability::{format_percentage, parse_probability};
pub use rate::parse_traffic_rate;
pub use size::{parse_size, parse_transfer_rate};
