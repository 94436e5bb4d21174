//! Extracting the bits in which keys differ, in a few steps per key whatever the bits are.
//!
//! The digits of phone numbers differ in half of their bits and in bytes that are not adjacent: taking one run of
//! bits after another would cost more for a million keys than all the rest of sorting them.

/// How often the distance of a move doubles from one bit to all 128.
const STEPS: usize = 7;

/// The chosen bits of a number, moved together at its lower end in the same order.
///
/// By doubling distances: the bits that have an odd number of holes below them move by one, then those
/// that have an odd number of pairs of holes by two, and so on ("compress" in Hacker's Delight, 7-4).
#[derive(Debug, Clone, Copy)]
pub struct Squeeze {
    chosen: u128,
    /// Which bits move, for each distance.
    moves: [u128; STEPS],
}

impl Squeeze {
    /// The rule for these bits.
    pub fn new(chosen: u128) -> Self {
        let mut moves = [0; STEPS];
        let mut bits = chosen;
        // The holes below each bit, of which only the parity matters.
        let mut holes = !chosen << 1;
        for (step, moved) in moves.iter_mut().enumerate() {
            let odd = (0..STEPS).fold(holes, |odd, doubled| odd ^ odd << (1 << doubled));
            *moved = odd & bits;
            bits = bits ^ *moved | *moved >> (1 << step);
            holes &= !odd;
        }
        Self { chosen, moves }
    }

    /// The chosen bits of a number.
    pub fn of(&self, number: u128) -> u128 {
        let mut bits = number & self.chosen;
        for (step, moved) in self.moves.iter().enumerate() {
            let moving = bits & moved;
            bits = bits ^ moving | moving >> (1 << step);
        }
        bits
    }

    /// The same for numbers of half the size, in half the time, if no higher bits are chosen.
    pub fn halved(&self) -> Option<HalfSqueeze> {
        let chosen = u64::try_from(self.chosen).ok()?;
        let mut moves = [0; STEPS - 1];
        moves.iter_mut().zip(self.moves).for_each(|(half, whole)| *half = whole as u64);
        Some(HalfSqueeze { chosen, moves })
    }
}

/// The chosen bits of a number of 64 bits, see [`Squeeze`].
#[derive(Debug, Clone, Copy)]
pub struct HalfSqueeze {
    chosen: u64,
    moves: [u64; STEPS - 1],
}

impl HalfSqueeze {
    /// The chosen bits of a number.
    pub fn of(&self, number: u64) -> u64 {
        let mut bits = number & self.chosen;
        for (step, moved) in self.moves.iter().enumerate() {
            let moving = bits & moved;
            bits = bits ^ moving | moving >> (1 << step);
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One bit after the other.
    fn plain(number: u128, chosen: u128) -> u128 {
        let places = (0..u128::BITS).rev().filter(|index| chosen >> index & 1 == 1);
        places.fold(0, |bits, index| bits << 1 | number >> index & 1)
    }

    proptest! {
        #[test]
        fn the_chosen_bits_stand_together(number in any::<u128>(), one in any::<u128>(), other in any::<u128>()) {
            for chosen in [0, u128::MAX, one, one & other, one | other, one >> 64, one & other >> 70, 0x0f0f_0f0f_0f0f_0f00 << 17] {
                let squeeze = Squeeze::new(chosen);
                prop_assert_eq!(squeeze.of(number), plain(number, chosen));
                match squeeze.halved() {
                    Some(half) => prop_assert_eq!(u128::from(half.of(number as u64)), plain(number, chosen)),
                    None => prop_assert!(chosen > u128::from(u64::MAX)),
                }
            }
        }
    }
}
