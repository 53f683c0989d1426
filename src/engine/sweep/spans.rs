//! Sets of spans of time: where more of several sets overlap than a number.

/// A span of time, the end not included \[s\].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Span {
    pub start: f64,
    pub end: f64,
}

/// A stretch of an arena of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stretch {
    pub first: u32,
    pub len: u32,
}

impl Stretch {
    /// The stretch from `first` to the end of an arena.
    pub(super) fn from(first: usize, arena: &[Span]) -> Self {
        Self {
            first: first as u32,
            len: (arena.len() - first) as u32,
        }
    }

    pub(super) fn of(self, arena: &[Span]) -> &[Span] {
        &arena[self.first as usize..][..self.len as usize]
    }

    pub(super) fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Puts together sets of spans; keeps its buffers.
#[derive(Debug, Default)]
pub(super) struct Overlap {
    spans: Vec<Span>,
    ends: Vec<f64>,
}

impl Overlap {
    /// Forgets all spans.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
    }

    /// Adds a set of spans.
    pub(super) fn add(&mut self, spans: &[Span]) {
        self.spans.extend_from_slice(spans);
    }

    /// Appends to `out` the spans of time in which more than `tolerance` of those added overlap, in order and apart.
    pub(super) fn deeper_than(&mut self, tolerance: usize, out: &mut Vec<Span>) {
        // Times are not negative: their bits are in their order.
        self.spans.sort_unstable_by_key(|span| span.start.to_bits());
        let first = out.len();
        if tolerance == 0 {
            for span in &self.spans {
                push(out, first, *span);
            }
            return;
        }
        self.ends.clear();
        for span in &self.spans {
            self.ends.retain(|end| *end > span.start);
            self.ends.push(span.end);
            let excess = self.ends.len().saturating_sub(tolerance);
            if excess > 0 {
                // So many of those under way must end before no more than the tolerance are left.
                self.ends.sort_unstable_by(f64::total_cmp);
                let piece = Span {
                    start: span.start,
                    end: self.ends[excess - 1],
                };
                push(out, first, piece);
            }
        }
    }
}

/// Adds a span that starts no earlier than those from `first` on, and joins it to the last where they touch.
fn push(out: &mut Vec<Span>, first: usize, span: Span) {
    match out[first..].last_mut() {
        Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
        _ => out.push(span),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn deeper(sets: &[Vec<(u32, u32)>], tolerance: usize) -> Vec<Span> {
        let mut overlap = Overlap::default();
        for set in sets {
            let spans: Vec<Span> = set.iter().copied().map(span).collect();
            overlap.add(&spans);
        }
        let mut out = vec![Span::default()];
        overlap.deeper_than(tolerance, &mut out);
        out.split_off(1)
    }

    fn span((start, len): (u32, u32)) -> Span {
        Span {
            start: f64::from(start),
            end: f64::from(start + len),
        }
    }

    proptest! {
        #[test]
        fn every_instant_is_counted(
            sets in prop::collection::vec(prop::collection::vec((0_u32..40, 1_u32..8), 0..4), 0..6),
            tolerance in 0_usize..4,
        ) {
            let found = deeper(&sets, tolerance);
            for instant in 0..50_u32 {
                let time = f64::from(instant) + 0.5;
                let holds = |span: &Span| span.start < time && time < span.end;
                let depth = sets.iter().flatten().filter(|set| holds(&span(**set))).count();
                prop_assert_eq!(found.iter().any(holds), depth > tolerance);
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
