//! One line of a bill: an amount, and what could not be priced.

use crate::results::NotPriced;

/// A line of the bill while it is being added up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    name: &'static str,
    amount: f64,
    priced: bool,
    missing: Vec<String>,
}

impl Line {
    /// A line that is zero until something is added to it.
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            amount: 0.0,
            priced: false,
            missing: Vec::new(),
        }
    }

    /// Adds `quantity` at a unit `price`, or notes the key of the missing price. A quantity of zero costs nothing
    /// whatever its price.
    pub(crate) fn add(&mut self, quantity: f64, price: Option<f64>, key: impl Into<String>) {
        if quantity == 0.0 {
            return;
        }
        match price {
            Some(price) => {
                self.amount += quantity * price;
                self.priced = true;
            }
            None => self.miss(key),
        }
    }

    /// Notes something without which the line is not complete.
    pub(crate) fn miss(&mut self, key: impl Into<String>) {
        let key = key.into();
        if !self.missing.contains(&key) {
            self.missing.push(key);
        }
    }

    /// The amount: of the priced part if there is one, zero if there is nothing to pay for, `None` if nothing is priced.
    pub(crate) fn value(&self) -> Option<f64> {
        (self.priced || self.missing.is_empty()).then_some(self.amount)
    }

    /// Whether a price of the model stands behind the amount.
    pub(crate) fn is_priced(&self) -> bool {
        self.priced
    }

    /// What is missing, as entries of the results file.
    pub(crate) fn not_priced(&self) -> impl Iterator<Item = NotPriced> + '_ {
        self.missing.iter().map(|key| NotPriced {
            line: self.name.to_owned(),
            missing: key.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_nothing_to_pay_for_is_zero() {
        let mut line = Line::new("storage");
        line.add(0.0, None, "costs.storage");
        assert_eq!(line.value(), Some(0.0));
        assert_eq!(line.not_priced().count(), 0);
    }

    #[test]
    fn a_missing_price_is_named_and_never_zero() {
        let mut line = Line::new("storage");
        line.add(3.0, None, "costs.storage");
        line.add(4.0, None, "costs.storage");
        assert_eq!(line.value(), None);
        assert_eq!(line.not_priced().count(), 1);
    }

    #[test]
    fn a_line_priced_in_part_keeps_the_priced_part() {
        let mut line = Line::new("infrastructure");
        line.add(3.0, Some(2.0), "services.a.price");
        line.add(3.0, None, "services.b.price");
        assert_eq!(line.value(), Some(6.0));
        assert_eq!(
            line.not_priced().next().unwrap().missing,
            "services.b.price"
        );
    }
}
