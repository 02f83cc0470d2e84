//! What a customer asks to leave the exchange: a withdrawal, or a sale to another person. An order never
//! changes; an edit is another order. Decides what Countersign is told of it, and which slips the customer is
//! shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::asset::{Asset, Rail};

/// One request to let value go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Order {
    Withdrawal { rail: Rail, address: String, memo: Option<String>, amount: Amount },
    P2pSell { asset: Asset, buyer: String, price_cents: u64, amount: Amount },
}

/// Somebody who buys from customers: asset, name, price in euro cents a piece, and how they pay.
pub(crate) struct Buyer {
    pub(crate) name: &'static str,
    pub(crate) asset: Asset,
    pub(crate) price_cents: u64,
    pub(crate) pays_by: &'static str,
    pub(crate) trades: u32,
}

/// The buyers of the demo.
pub(crate) const BUYERS: [Buyer; 4] = [
    Buyer {
        name: "mara_k",
        asset: Asset::Btc,
        price_cents: 8_731_250,
        pays_by: "SEPA transfer",
        trades: 412,
    },
    Buyer {
        name: "northpier",
        asset: Asset::Btc,
        price_cents: 8_719_900,
        pays_by: "Instant SEPA",
        trades: 96,
    },
    Buyer {
        name: "lena.eth",
        asset: Asset::Eth,
        price_cents: 270_640,
        pays_by: "SEPA transfer",
        trades: 188,
    },
    Buyer { name: "quayside", asset: Asset::Usdt, price_cents: 92, pays_by: "Instant SEPA", trades: 1_204 },
];

/// What is wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AmountSlip {
    Unreadable,
    Zero,
    TooFine,
}

/// Reads an amount of an asset as people type it.
pub(crate) fn read_amount(text: &str, asset: Asset) -> Result<Amount, AmountSlip> {
    let amount = Amount::read(text.trim()).ok_or(AmountSlip::Unreadable)?;
    if amount.is_zero() {
        Err(AmountSlip::Zero)
    } else if amount.decimals() > asset.decimals() {
        Err(AmountSlip::TooFine)
    } else {
        Ok(amount)
    }
}

impl Order {
    /// The action kind at Countersign.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Order::Withdrawal { .. } => "withdrawal",
            Order::P2pSell { .. } => "p2p_sell",
        }
    }

    pub(crate) fn asset(&self) -> Asset {
        match self {
            Order::Withdrawal { rail, .. } => rail.asset(),
            Order::P2pSell { asset, .. } => *asset,
        }
    }

    pub(crate) fn amount(&self) -> Amount {
        match self {
            Order::Withdrawal { amount, .. } | Order::P2pSell { amount, .. } => *amount,
        }
    }

    /// What a sale brings, in euro cents.
    pub(crate) fn proceeds_cents(&self) -> Option<u128> {
        match self {
            Order::Withdrawal { .. } => None,
            Order::P2pSell { price_cents, amount, .. } => amount.cents_at(*price_cents),
        }
    }

    /// The details that the digest is over: everything that says what leaves, and to whom.
    pub(crate) fn details(&self) -> BTreeMap<&'static str, String> {
        let amount = [("amount", self.amount().to_string()), ("asset", self.asset().code().to_owned())];
        let mut details = BTreeMap::from(amount);
        match self {
            Order::Withdrawal { rail, address, memo, .. } => {
                details.insert("network", rail.network().to_owned());
                details.insert("address", address.clone());
                details.extend(memo.clone().map(|memo| ("memo", memo)));
            }
            Order::P2pSell { buyer, price_cents, .. } => {
                details.insert("payee", buyer.clone());
                details.insert("price", format!("{}.{:02}", price_cents / 100, price_cents % 100));
                details.insert("currency", Asset::Eur.code().to_owned());
            }
        }
        details
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_held_to_the_asset() {
        assert_eq!(read_amount(" 0.05 ", Asset::Btc), Ok(Amount::read("0.05").expect("an amount")));
        assert_eq!(read_amount("0.000000001", Asset::Btc), Err(AmountSlip::TooFine));
        assert_eq!(read_amount("0.00", Asset::Btc), Err(AmountSlip::Zero));
        assert_eq!(read_amount("0,05", Asset::Btc), Err(AmountSlip::Unreadable));
    }

    #[test]
    fn details_say_all_that_leaves() {
        let amount = Amount::read("0.050").expect("an amount");
        let order =
            Order::P2pSell { asset: Asset::Btc, buyer: "mara_k".into(), price_cents: 8_731_205, amount };
        let details: Vec<String> =
            order.details().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(details, ["amount=0.05", "asset=BTC", "currency=EUR", "payee=mara_k", "price=87312.05"]);
        // 0.05 x 87 312.05 = 4 365.6025, by hand.
        assert_eq!(order.proceeds_cents(), Some(436_560));
    }
}
