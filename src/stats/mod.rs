//! Moments, intervals, quantiles and paired estimators; knows no word of the domain.
