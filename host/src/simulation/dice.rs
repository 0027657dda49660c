//! Chance, as a function of what is decided: each question has a source of its own, made from the
//! seed and the question. So nothing need be kept of where the chances stand, and a run that was
//! cut off decides as it would have.

use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use sha2::{Digest as _, Sha256};

/// The seed of a city.
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A source for one question. The parts are told apart: `["a", "b"]` is not `["ab"]`.
    pub fn of(&self, question: &[&str]) -> Pcg64Mcg {
        let digest = self.digest(question);
        let mut seed = [0; 16];
        seed.iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        Pcg64Mcg::from_seed(seed)
    }

    /// A seed for one question.
    pub fn seed(&self, question: &[&str]) -> u64 {
        let mut seed = [0; 8];
        let digest = self.digest(question);
        seed.iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        u64::from_le_bytes(seed)
    }

    fn digest(&self, question: &[&str]) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.0.to_le_bytes());
        for part in question {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        digest.finalize().into()
    }
}

/// One of several, each as likely as its weight; none when all weights are 0.
pub fn weighted<T>(dice: &mut Pcg64Mcg, items: impl IntoIterator<Item = (u32, T)>) -> Option<T> {
    let mut items: Vec<(u32, T)> = items
        .into_iter()
        .filter(|(weight, _)| *weight > 0)
        .collect();
    let at = drawn(dice, &items)?;
    Some(items.swap_remove(at).1)
}

/// All of several, in an order in which what weighs more tends to come first.
pub fn shuffled<T>(dice: &mut Pcg64Mcg, mut items: Vec<(u32, T)>) -> Vec<T> {
    items.retain(|(weight, _)| *weight > 0);
    let mut found = Vec::with_capacity(items.len());
    while let Some(at) = drawn(dice, &items) {
        found.push(items.remove(at).1);
    }
    found
}

fn drawn<T>(dice: &mut Pcg64Mcg, items: &[(u32, T)]) -> Option<usize> {
    let all: u32 = items.iter().map(|(weight, _)| weight).sum();
    if all == 0 {
        return None;
    }
    let mut left = dice.random_range(0..all);
    items.iter().position(|(weight, _)| {
        let here = left < *weight;
        left = left.saturating_sub(*weight);
        here
    })
}

/// Any one of a list; none of an empty one.
pub fn any<'a, T>(dice: &mut Pcg64Mcg, items: &'a [T]) -> Option<&'a T> {
    if items.is_empty() {
        return None;
    }
    items.get(dice.random_range(0..items.len()))
}

/// Whether something happens that happens so often in a hundred.
pub fn percent(dice: &mut Pcg64Mcg, often: u32) -> bool {
    dice.random_range(0..100_u32) < often
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer_and_another_has_another() {
        let ask = |seed, question: &[&str]| Dice::new(seed).of(question).random::<u64>();
        assert_eq!(ask(1, &["a", "b"]), ask(1, &["a", "b"]));
        assert_ne!(ask(1, &["a", "b"]), ask(2, &["a", "b"]));
        assert_ne!(ask(1, &["a", "b"]), ask(1, &["ab"]));
        // What it draws is part of what a seed promises.
        assert_eq!(Dice::new(1).seed(&["a"]), Dice::new(1).seed(&["a"]));
    }

    #[test]
    fn what_weighs_nothing_is_never_drawn() {
        let mut dice = Dice::new(1).of(&["test"]);
        let drawn = |dice: &mut Pcg64Mcg| weighted(dice, [(0, 'a'), (3, 'b'), (1, 'c')]);
        let all: Vec<_> = (0..200).filter_map(|_| drawn(&mut dice)).collect();
        assert!(!all.contains(&'a') && all.contains(&'c'));
        assert!(all.iter().filter(|it| **it == 'b').count() > 100);
        assert_eq!(weighted(&mut dice, [(0, 'a')]), None);
        assert_eq!(
            shuffled(&mut dice, vec![(0, 'a'), (3, 'b'), (1, 'c')]).len(),
            2
        );
    }
}
