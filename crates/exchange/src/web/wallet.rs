//! Balances, what waits, and what came and went; the page about security; and the page for no page.

use axum::http::StatusCode;
use axum::response::Response;

use super::browser::{Customer, Member, Visit, page as draw};
use super::exit;
use super::views::{Balance, ExitRow, HistoryRow, Moment, Security, Wallet, Welcome};
use crate::amount::Amount;
use crate::asset::Asset;
use crate::book::{Book, State};
use crate::house::House;

const HISTORY_MAX: usize = 50;

pub(crate) async fn page(visit: Visit) -> Response {
    match &visit.customer {
        Some(customer) => {
            let layout = visit.layout("/").await;
            draw(StatusCode::OK, &wallet(&visit.house, customer, layout))
        }
        None => draw(StatusCode::OK, &Welcome { layout: visit.layout("").await }),
    }
}

fn wallet(house: &House, customer: &Customer, layout: super::views::Layout) -> Wallet {
    house.ledger.read(|book| Wallet {
        layout,
        balances: balances(book, &customer.id),
        total_btc: total_btc(book, &customer.id),
        open: open(book, &customer.id),
        history: history(book, &customer.id),
    })
}

fn balances(book: &Book, user: &str) -> Vec<Balance> {
    let balance = |asset| Balance {
        asset,
        balance: book.balance(user, asset),
        available: book.available(user, asset),
        reserved: book.reserved(user, asset),
    };
    Asset::ALL.into_iter().map(balance).collect()
}

fn total_btc(book: &Book, user: &str) -> Option<Amount> {
    Asset::ALL.into_iter().try_fold(Amount::ZERO, |sum, asset| {
        let worth = book.balance(user, asset).at_rate(Amount::read(asset.btc_rate())?)?;
        sum.plus(worth)
    })
}

fn open(book: &Book, user: &str) -> Vec<ExitRow> {
    let mut open: Vec<_> = book.exits.values().filter(|exit| exit.user == user && exit.is_open()).collect();
    open.sort_by_key(|exit| std::cmp::Reverse(exit.requested_ms));
    let row = |exit: &crate::book::Exit| ExitRow {
        id: exit.id.clone(),
        path: exit::path(exit),
        what: exit::summary(exit),
        status: exit::status(exit),
    };
    open.into_iter().map(row).collect()
}

/// Movements and requests that came to nothing, newest first.
fn history(book: &Book, user: &str) -> Vec<HistoryRow> {
    let entries = book.users.get(user).map(|user| user.entries.as_slice()).unwrap_or_default();
    let moved = entries.iter().map(|entry| HistoryRow {
        at: Moment(entry.at_ms),
        what: entry.what.clone(),
        amount: format!("{}{} {}", if entry.is_credit { "+" } else { "−" }, entry.amount, entry.asset.code()),
        is_credit: entry.is_credit,
    });
    let stopped = book.exits.values().filter(|exit| exit.user == user).filter_map(|exit| match &exit.state {
        State::Canceled { at_ms, .. } => Some(HistoryRow {
            at: Moment(*at_ms),
            what: format!("{} (nothing was sent)", exit::summary(exit)),
            amount: String::new(),
            is_credit: false,
        }),
        _ => None,
    });
    let mut rows: Vec<HistoryRow> = moved.chain(stopped).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.at.0));
    rows.truncate(HISTORY_MAX);
    rows
}

pub(crate) async fn security(member: Member) -> Response {
    let layout = member.visit.layout("/security").await;
    let status = member.visit.house.standing(&member.customer.account).await.status;
    draw(StatusCode::OK, &Security { layout, status })
}

pub(crate) async fn nowhere(visit: Visit) -> Response {
    visit
        .fault(StatusCode::NOT_FOUND, "There is no such page", "The address may be mistyped or out of date.")
        .await
}
