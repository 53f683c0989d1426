//! Objectives, traffic and costs as they are written.

use super::super::record::record;
use super::super::values::{
    AmountPerByte, AmountPerByteHour, AmountPerHour, ByteRate, Bytes, RequestRate, Seconds, Share,
    Window,
};
use super::slo::RawSlos;

record! {
    /// What is wanted.
    RawObjectives is "Objectives" as "objectives" {
        /// The objectives that the service sets itself: one, or a list with one for each indicator.
        optional "slo" slo: RawSlos,
        /// The agreement with its customers.
        optional "sla" sla: RawSla,
        /// The longest outage that is accepted.
        optional "rto" rto: Seconds,
        /// The longest loss of data that is accepted.
        optional "rpo" rpo: Seconds,
    }
}

record! {
    /// A service level agreement.
    RawSla is "Sla" as "an SLA" {
        /// Share of good requests in a window.
        required "target" target: Share,
        /// Length of a window: a duration, or month (730 h).
        required "window" window: Window,
        /// What is refunded; the largest refund that applies is paid.
        optional "credits" credits: Vec<RawCredit>,
        /// Revenue under the agreement.
        optional "revenue" revenue: AmountPerHour,
    }
}

record! {
    /// One refund.
    RawCredit is "Credit" as "a credit" {
        /// Paid for a window whose availability is below this.
        required "below" below: Share,
        /// Share of the window's revenue.
        required "refund" refund: Share,
    }
}

record! {
    /// Requests of the users.
    RawTraffic is "Traffic" as "the traffic" {
        /// Mean rate.
        required "rate" rate: RequestRate,
        /// Peak of the day over the mean, 1 to 2; default 1.
        optional "daily_peak" daily_peak: f64,
        /// Hour of the peak, 0 to 24; default 12.
        optional "peak_hour" peak_hour: f64,
        /// Size of a request.
        optional "request" request: Bytes,
    }
}

record! {
    /// Prices that belong to no single service.
    RawCosts is "Costs" as "the costs" {
        /// Traffic between zones.
        optional "cross_zone" cross_zone: AmountPerByte,
        /// Traffic between regions.
        optional "cross_region" cross_region: AmountPerByte,
        /// Stored data.
        optional "storage" storage: AmountPerByteHour,
        /// Telemetry shipped to the other region when there is one.
        optional "telemetry" telemetry: RawTelemetry,
        /// Fixed cost of a region: control plane, NAT, staff share.
        optional "per_region" per_region: AmountPerHour,
        /// Lost business.
        optional "downtime" downtime: AmountPerHour,
    }
}

record! {
    /// Telemetry.
    RawTelemetry is "Telemetry" as "the telemetry" {
        /// How much.
        required "volume" volume: ByteRate,
        /// Price of shipping it.
        required "price" price: AmountPerByte,
    }
}
