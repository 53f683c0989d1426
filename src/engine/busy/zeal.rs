//! How eager a busy period is for further failures, and what it weighs.

use std::f64::consts::LN_2;

use rand::RngExt;

use super::likely::{Among, Rates};
use crate::plan::StreamRng;

/// Failures of a busy period after which no more are made likely.
const MOST_FAILURES: u32 = 12;
/// The same where those that come often are counted too: they have to pile up on what is down already.
const MOST_OFTEN: u32 = 24;

/// How eager a busy period is.
#[derive(Debug)]
pub(super) struct Zeal {
    /// Share of the busy periods that are of this zeal.
    share: f64,
    /// Which failures are made likely.
    among: Among,
    /// Rate of these.
    rate: Rate,
    /// Whether they stay likely once something has been lost.
    goes_on: bool,
}

/// How a rate of failures follows from what is pending.
#[derive(Debug)]
enum Rate {
    /// About one more until the last of what is pending ends, or within so many times as long.
    OneMore(f64),
    /// About so many more while one of what is pending ends: failures pile up.
    WhileOneEnds(f64),
}

const fn zeal(share: f64, among: Among, rate: Rate, goes_on: bool) -> Zeal {
    Zeal {
        share,
        among,
        rate,
        goes_on,
    }
}

/// The first does best where two or three failures are enough; a loss that takes seven is hardly ever met with it. What comes after
/// the first loss mostly blurs what that weighs. But where a failover loses seconds, the region that fails next may lose days: the
/// second finds it.
const ZEALS: [Zeal; 4] = [
    zeal(0.4, Among::All, Rate::OneMore(1.0), false),
    zeal(0.2, Among::All, Rate::OneMore(1.0), true),
    zeal(0.2, Among::All, Rate::WhileOneEnds(2.0), false),
    zeal(0.2, Among::All, Rate::WhileOneEnds(6.0), false),
];

/// Beside failures that come often. Many of these come by nature while one seldom failure is repaired, and each that would be made more or
/// less likely would blur what the busy period weighs: so most zeals leave them alone. How long it takes until calm returns depends on
/// them, and on crews that they keep busy: so there are slower ones too. The last two find what failures that come often bring about by piling up.
const BESIDE_OFTEN: [Zeal; 8] = [
    zeal(0.25, Among::Seldom, Rate::OneMore(1.0), false),
    zeal(0.1, Among::Seldom, Rate::OneMore(1.0), true),
    zeal(0.2, Among::Seldom, Rate::OneMore(8.0), false),
    zeal(0.1, Among::Seldom, Rate::OneMore(64.0), false),
    zeal(0.1, Among::Seldom, Rate::WhileOneEnds(2.0), false),
    zeal(0.05, Among::Seldom, Rate::WhileOneEnds(6.0), false),
    zeal(0.1, Among::All, Rate::OneMore(1.0), false),
    zeal(0.1, Among::All, Rate::WhileOneEnds(2.0), false),
];

/// Where what comes often does harm by piling up: busy periods are split then, and most leave it alone.
const PILING_UP: [Zeal; 7] = [
    zeal(0.2, Among::Seldom, Rate::OneMore(1.0), false),
    zeal(0.1, Among::Seldom, Rate::OneMore(1.0), true),
    zeal(0.15, Among::Seldom, Rate::OneMore(8.0), false),
    zeal(0.1, Among::Seldom, Rate::OneMore(64.0), false),
    zeal(0.1, Among::Seldom, Rate::WhileOneEnds(2.0), false),
    zeal(0.05, Among::Seldom, Rate::WhileOneEnds(6.0), false),
    zeal(0.3, Among::None, Rate::OneMore(1.0), false),
];
const MOST_ZEALS: usize = BESIDE_OFTEN.len();

/// Times until the end of what is pending \[s\].
pub(super) struct Pending {
    pub longest: f64,
    pub mean: f64,
}

/// Failures from outside while nothing else happens \[1/s\]: some are chosen, the others come by nature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub among: Among,
    pub chosen: f64,
    pub beside: f64,
}

impl Source {
    pub(super) fn total(self) -> f64 {
        self.chosen + self.beside
    }
}

/// What is made likely beside what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside {
    /// Beside failures that come often.
    pub often: bool,
    /// Which do harm by piling up.
    pub piling_up: bool,
    /// Beside lives that are not exponential.
    pub ageing: bool,
}

/// What a busy period has come to, as far as zeals ask for it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// Failures so far, and those of them that do not come often.
    pub failures: u32,
    pub seldom: u32,
    /// Whether something has been lost.
    pub has_lost: bool,
    /// Whether the first loss is all that is wanted.
    pub until_loss: bool,
}

impl Zeal {
    /// Where failures come from beside such units, given their rates by nature and what is pending.
    fn source(
        &self,
        rates: Rates,
        pending: &Pending,
        progress: Progress,
        beside: Beside,
    ) -> Source {
        let (failures, most) = match self.among {
            Among::Seldom => (progress.seldom, MOST_FAILURES),
            _ if beside.often => (progress.failures, MOST_OFTEN),
            _ => (progress.failures, MOST_FAILURES),
        };
        // Where the outage is all that is wanted, the weight is that of its beginning.
        let is_over =
            failures >= most || (progress.has_lost && (progress.until_loss || !self.goes_on));
        // What comes by nature too, or comes often, is left to that.
        let leaves_alone = beside.ageing || (beside.often && self.among == Among::All);
        let among = if is_over && leaves_alone {
            Among::None
        } else {
            self.among
        };
        let by_nature = rates.of(among);
        let wanted = match self.rate {
            _ if is_over || by_nature <= 0.0 => by_nature,
            Rate::OneMore(times) => by_nature.max(LN_2 / (times * pending.longest)),
            Rate::WhileOneEnds(count) => by_nature.max(count / pending.mean),
        };
        Source {
            among,
            chosen: wanted,
            beside: rates.beside(among),
        }
    }
}

/// Logarithms of the likelihood ratio of what has happened in a busy period, were it of one zeal or another.
#[derive(Debug, Clone)]
pub(super) struct Ratios {
    zeals: &'static [Zeal],
    beside: Beside,
    logs: [f64; MOST_ZEALS],
    sources: [Source; MOST_ZEALS],
    /// The zeal that it is of.
    chosen: usize,
}

impl Ratios {
    /// Of a busy period.
    pub(super) fn new(beside: Beside, rng: &mut StreamRng) -> Self {
        let zeals: &[Zeal] = if beside.piling_up {
            &PILING_UP
        } else if beside.often {
            &BESIDE_OFTEN
        } else {
            &ZEALS
        };
        let at: f64 = rng.random();
        let mut sum = 0.0;
        let chosen = zeals.iter().position(|zeal| {
            sum += zeal.share;
            at < sum
        });
        Self {
            zeals,
            beside,
            logs: [0.0; MOST_ZEALS],
            sources: [Source {
                among: Among::None,
                chosen: 0.0,
                beside: 0.0,
            }; MOST_ZEALS],
            chosen: chosen.unwrap_or(zeals.len() - 1),
        }
    }

    /// What is wanted until something else happens. Returns where failures come from.
    pub(super) fn want(&mut self, rates: Rates, pending: &Pending, progress: Progress) -> Source {
        for (source, zeal) in self.sources.iter_mut().zip(self.zeals) {
            *source = zeal.source(rates, pending, progress, self.beside);
        }
        self.sources[self.chosen]
    }

    /// Time has passed without a failure from outside, the rates by nature being these.
    pub(super) fn pass(&mut self, rates: Rates, seconds: f64) {
        for (log, source) in self.logs.iter_mut().zip(&self.sources) {
            *log += (source.total() - rates.outside()) * seconds;
        }
    }

    /// A clock has run out: what that counts if some come from a source.
    pub(super) fn fail(&mut self, ratio: impl Fn(Source) -> f64) {
        let sources = self.sources.iter().take(self.zeals.len());
        for (log, source) in self.logs.iter_mut().zip(sources) {
            *log += ratio(*source).ln();
        }
    }

    /// Whether failures that come often are made no likelier.
    pub(super) fn leaves_often_alone(&self) -> bool {
        self.zeals[self.chosen].among != Among::All
    }

    pub(super) fn all(&mut self, more: f64) {
        self.logs.iter_mut().for_each(|log| *log += more);
    }

    /// The likelihood ratio against the mixture of all zeals: whatever one of them makes likely weighs little, whichever it came from
    /// (the balance heuristic: Veach & Guibas (1995), SIGGRAPH, 419-428, doi:10.1145/218380.218498).
    pub(super) fn likelihood(&self) -> f64 {
        let of_mixture = self.zeals.iter().zip(self.logs);
        let likelier: f64 = of_mixture
            .map(|(zeal, log)| zeal.share * (-log).exp())
            .sum();
        likelier.recip()
    }
}
