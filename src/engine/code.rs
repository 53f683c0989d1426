//! States as bytes, so that a million of them can be kept and found again.
//!
//! Each part of a state is a number: what a unit, a pool, or controller and traffic together look like is looked up in a book of all
//! that has been seen of its kind, which is short; gates are told by how far they are from where they start. Most numbers are
//! one byte.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::snapshot::{PoolKey, Scene, State, UnitKey};
use crate::plan::Plan;

/// A set that numbers what is in it, in order of insertion.
pub(super) type Book<T> = IndexSet<T, FxBuildHasher>;

/// What parts of states may look like.
#[derive(Debug, Default)]
pub(super) struct Codebook {
    units: Book<UnitKey>,
    pools: Book<PoolKey>,
    scenes: Book<Scene>,
}

impl Codebook {
    /// Packs a state; equal states, and only those, are equal bytes.
    pub(super) fn encode(&mut self, state: &State, plan: &Plan, code: &mut Vec<u8>) {
        code.clear();
        for slots in state.pending.chunks(8) {
            let bits = slots.iter().rev();
            code.push(bits.fold(0, |byte, pending| byte << 1 | u8::from(*pending)));
        }
        for unit in &state.units {
            write(code, number(&mut self.units, unit));
        }
        for (busy, waiting) in &state.crews {
            write(code, *busy);
            write(code, waiting.len() as u32);
            for unit in waiting {
                write(code, *unit);
            }
        }
        for pool in &state.pools {
            write(code, number(&mut self.pools, pool));
        }
        write(code, number(&mut self.scenes, &state.scene));
        for (spare, initial) in state.spare.iter().zip(&plan.network.initial) {
            let used = initial - spare;
            // 0, -1, 1, -2, … as 0, 1, 2, 3, …
            write(code, ((used << 1) ^ (used >> 31)) as u32);
        }
    }

    /// Unpacks a state.
    pub(super) fn decode(&self, code: &[u8], plan: &Plan, state: &mut State) {
        let (flags, mut code) = code.split_at(state.pending.len().div_ceil(8));
        for (slots, byte) in state.pending.chunks_mut(8).zip(flags) {
            for (bit, pending) in slots.iter_mut().enumerate() {
                *pending = byte >> bit & 1 == 1;
            }
        }
        for unit in &mut state.units {
            *unit = self.units[read(&mut code)];
        }
        for (busy, waiting) in &mut state.crews {
            *busy = read(&mut code) as u32;
            waiting.clear();
            let n_waiting = read(&mut code);
            waiting.extend((0..n_waiting).map(|_| read(&mut code) as u32));
        }
        for pool in &mut state.pools {
            pool.clone_from(&self.pools[read(&mut code)]);
        }
        state.scene.clone_from(&self.scenes[read(&mut code)]);
        for (spare, initial) in state.spare.iter_mut().zip(&plan.network.initial) {
            let packed = read(&mut code) as i32;
            *spare = initial - ((packed >> 1) ^ -(packed & 1));
        }
    }
}

/// Number of something in its book, where it is written if it is new.
fn number<T: Clone + Eq + std::hash::Hash>(book: &mut Book<T>, part: &T) -> u32 {
    let known = book.get_index_of(part);
    known.unwrap_or_else(|| book.insert_full(part.clone()).0) as u32
}

/// Appends a number, seven bits a byte, the lowest first.
fn write(code: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        code.push(number as u8 | 0x80);
        number >>= 7;
    }
    code.push(number as u8);
}

/// Takes a number off.
fn read(code: &mut &[u8]) -> usize {
    let (mut number, mut shift) = (0, 0);
    while let Some((byte, rest)) = code.split_first() {
        *code = rest;
        number |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if *byte < 0x80 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_come_back() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, u32::MAX];
        let mut code = Vec::new();
        for number in numbers {
            write(&mut code, number);
        }
        assert_eq!(code.len(), 1 + 1 + 1 + 2 + 2 + 3 + 5);
        let mut rest = &code[..];
        for number in numbers {
            assert_eq!(read(&mut rest), number as usize);
        }
        assert!(rest.is_empty());
    }
}
