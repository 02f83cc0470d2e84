//! The network's dice: SplitMix64 (Steele, Lea, Flood 2014). Small, seeded, and nothing to do with secrets.

/// One stream of numbers; equal seeds give equal streams.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    /// A stream of its own for each name under one seed (FNV-1a over the name).
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let hashed = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        Self { state: seed ^ hashed }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

/// A drawn number as a place between two ends, both included.
pub(crate) fn between(drawn: u64, least: u64, most: u64) -> u64 {
    let width = most.saturating_sub(least).saturating_add(1);
    least + drawn % width.max(1)
}

/// Whether a drawn number falls within so many percent.
pub(crate) fn within_percent(drawn: u64, percent: u8) -> bool {
    drawn % 100 < u64::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First outputs of the reference implementation (prng.di.unimi.it/splitmix64.c) for the state 1234567,
    /// as printed in the tests of many ports.
    #[test]
    fn the_stream_is_splitmix64() {
        let mut dice = Dice { state: 1_234_567 };
        let drawn: Vec<u64> = (0..3).map(|_| dice.next()).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn ends_are_included_and_percents_are_percents() {
        assert!((0..50).all(|drawn| (3..=5).contains(&between(drawn, 3, 5))));
        assert_eq!((between(9, 4, 4), between(9, 5, 4)), (4, 5));
        assert_eq!((0..1000).filter(|drawn| within_percent(*drawn, 30)).count(), 300);
    }
}
