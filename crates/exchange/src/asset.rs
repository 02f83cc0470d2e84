//! What can be held and where it can go: assets, networks, and the simple shape of each network's addresses.
//! A shape is a guard against slips, not a promise that somebody owns the address.

use serde::{Deserialize, Serialize};

/// Something that a balance is kept of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Asset {
    Btc,
    Eth,
    Usdt,
    /// What buyers pay with. It comes in by sales and stays here.
    Eur,
}

impl Asset {
    pub(crate) const ALL: [Asset; 4] = [Asset::Btc, Asset::Eth, Asset::Usdt, Asset::Eur];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Asset::Btc => "BTC",
            Asset::Eth => "ETH",
            Asset::Usdt => "USDT",
            Asset::Eur => "EUR",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Asset::Btc => "Bitcoin",
            Asset::Eth => "Ether",
            Asset::Usdt => "Tether USD",
            Asset::Eur => "Euro",
        }
    }

    pub(crate) fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asset| asset.code() == code)
    }

    /// Digits after the point that its ledger knows.
    pub(crate) fn decimals(self) -> usize {
        match self {
            Asset::Btc => 8,
            Asset::Eth => 18,
            Asset::Usdt => 6,
            Asset::Eur => 2,
        }
    }

    /// What one is worth in BTC on this exchange: fixed, so that the demo is the same every day.
    pub(crate) fn btc_rate(self) -> &'static str {
        match self {
            Asset::Btc => "1",
            Asset::Eth => "0.031",
            Asset::Usdt => "0.0000105",
            Asset::Eur => "0.0000114",
        }
    }
}

/// A way out: an asset on a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rail {
    BtcBitcoin,
    EthEthereum,
    EthArbitrum,
    UsdtEthereum,
    UsdtTron,
}

impl Rail {
    pub(crate) const ALL: [Rail; 5] =
        [Rail::BtcBitcoin, Rail::EthEthereum, Rail::EthArbitrum, Rail::UsdtEthereum, Rail::UsdtTron];

    pub(crate) fn asset(self) -> Asset {
        match self {
            Rail::BtcBitcoin => Asset::Btc,
            Rail::EthEthereum | Rail::EthArbitrum => Asset::Eth,
            Rail::UsdtEthereum | Rail::UsdtTron => Asset::Usdt,
        }
    }

    pub(crate) fn network(self) -> &'static str {
        match self {
            Rail::BtcBitcoin => "Bitcoin",
            Rail::EthEthereum | Rail::UsdtEthereum => "Ethereum",
            Rail::EthArbitrum => "Arbitrum One",
            Rail::UsdtTron => "Tron",
        }
    }

    /// Its name in forms: `BTC-Bitcoin`.
    pub(crate) fn key(self) -> String {
        format!("{}-{}", self.asset().code(), self.network().replace(' ', "-"))
    }

    pub(crate) fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rail| rail.key() == key)
    }

    /// Whether a text looks like an address of the network: its first letters, its length and its alphabet.
    pub(crate) fn takes(self, address: &str) -> bool {
        match self.network() {
            "Bitcoin" => {
                is_bech32(address) || (starts_with_any(address, &["1", "3"]) && is_base58(address, 26, 35))
            }
            "Tron" => address.starts_with('T') && is_base58(address, 34, 34),
            _ => address
                .strip_prefix("0x")
                .is_some_and(|rest| rest.len() == 40 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())),
        }
    }

    /// How its addresses begin, for the hint beside the field.
    pub(crate) fn example(self) -> &'static str {
        match self.network() {
            "Bitcoin" => "bc1…, 1… or 3…",
            "Tron" => "T…, 34 characters",
            _ => "0x and 40 digits",
        }
    }
}

fn starts_with_any(text: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| text.starts_with(start))
}

/// Base58 leaves out the characters that look alike: 0, O, I and l.
fn is_base58(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte))
}

/// The shape of BIP 173: all small or all capital letters, the alphabet without 1, b, i and o.
fn is_bech32(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let one_case = text == lower || text == text.to_ascii_uppercase();
    let Some(data) = lower.strip_prefix("bc1") else { return false };
    one_case
        && (11..=87).contains(&data.len())
        && data.bytes().all(|byte| b"qpzry9x8gf2tvdw0s3jn54khce6mua7l".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_by_their_network() {
        // The examples of BIP 173, the genesis block, EIP-55 and Tron's documentation.
        let good = [
            (Rail::BtcBitcoin, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
            (Rail::BtcBitcoin, "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"),
            (Rail::BtcBitcoin, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
            (Rail::EthEthereum, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
            (Rail::UsdtTron, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
        ];
        for (rail, address) in good {
            assert!(rail.takes(address), "{address}");
            for other in Rail::ALL.into_iter().filter(|other| other.network() != rail.network()) {
                let both_evm =
                    !matches!(rail.network(), "Bitcoin" | "Tron") && other.example() == rail.example();
                assert_eq!(other.takes(address), both_evm, "{address} on {}", other.network());
            }
        }
        for wrong in [
            "",
            "bc1",
            "bc1qW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "bc1bbbbbbbbbbbbbbb",
            "1A1zP1eP5QGefi2DMPT",
        ] {
            assert!(!Rail::BtcBitcoin.takes(wrong), "{wrong}");
        }
        assert!(!Rail::EthEthereum.takes("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg"));
    }

    #[test]
    fn names_lead_back() {
        assert!(Rail::ALL.into_iter().all(|rail| Rail::named(&rail.key()) == Some(rail)));
        assert!(Asset::ALL.into_iter().all(|asset| Asset::named(asset.code()) == Some(asset)));
        assert_eq!(Rail::named("BTC-Tron"), None);
    }
}
