//! The page of one exit, from its request to its end. Looking at it moves it on: the page says what is true
//! now, with or without a script.

use askama::Template as _;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::browser::{Member, Posted, Visit, page as draw, see_other};
use super::views::ExitPage;
use super::{sell, withdraw, words};
use crate::book::{Exit, State};
use crate::house::House;
use crate::moment;
use crate::order::Order;

pub(crate) async fn page(member: Member, Path(id): Path<String>) -> Response {
    let house = &member.visit.house;
    if of(house, &member.customer.id, &id).is_some() {
        house.settle(&id).await;
    }
    let Some(exit) = of(house, &member.customer.id, &id) else {
        let text = "It may belong to another account.";
        return member.visit.fault(StatusCode::NOT_FOUND, "There is no such request", text).await;
    };
    let drawn = draw_exit(&member.visit, &exit).await;
    draw(StatusCode::OK, &drawn)
}

pub(crate) async fn cancel(Path(id): Path<String>, form: Posted) -> Response {
    let visit = &form.visit;
    let Some(customer) = &visit.customer else { return see_other("/signin") };
    let Some(exit) = of(&visit.house, &customer.id, &id) else { return see_other("/") };
    if exit.state == State::Pending {
        visit.house.withdraw_request(&id).await;
    }
    see_other(&path(&exit))
}

/// A customer's own exit.
pub(super) fn of(house: &House, user: &str, id: &str) -> Option<Exit> {
    house.ledger.read(|book| book.exits.get(id).filter(|exit| exit.user == user).cloned())
}

pub(super) fn path(exit: &Exit) -> String {
    let folder = if matches!(exit.order, Order::Withdrawal { .. }) { "withdrawals" } else { "sales" };
    format!("/{folder}/{}", exit.id)
}

/// What it does, in a line.
pub(super) fn summary(exit: &Exit) -> String {
    let what = format!("{} {}", exit.order.amount(), exit.order.asset().code());
    match &exit.order {
        Order::Withdrawal { rail, address, .. } => {
            format!("Send {what} on {} to {}", rail.network(), head_and_tail(address))
        }
        Order::P2pSell { buyer, .. } => format!("Sell {what} to {buyer}"),
    }
}

/// Six characters of either end: enough against an address made to look alike (R55).
fn head_and_tail(address: &str) -> String {
    let length = address.chars().count();
    if length <= 14 {
        return address.to_owned();
    }
    let head: String = address.chars().take(6).collect();
    let tail: String = address.chars().skip(length - 6).collect();
    format!("{head}…{tail}")
}

/// The word that pages and programs read.
pub(super) fn status(exit: &Exit) -> &'static str {
    match exit.state {
        State::Requested | State::Pending => "pending",
        State::Redeeming { .. } => "confirming",
        State::Sent { .. } => "sent",
        State::Canceled { .. } => "canceled",
    }
}

async fn draw_exit(visit: &Visit, exit: &Exit) -> ExitPage {
    let is_withdrawal = matches!(exit.order, Order::Withdrawal { .. });
    let here = if is_withdrawal { "/withdraw" } else { "/sell" };
    let reason = match &exit.state {
        State::Canceled { reason, .. } => reason.clone(),
        _ => String::new(),
    };
    let action = exit.action.as_ref();
    let again = matches!(exit.state, State::Canceled { .. }) && exit.replaced_by.is_none();
    let form = if is_withdrawal {
        withdraw::filled(visit, exit).render()
    } else {
        sell::filled(visit, exit).render()
    };
    let replaced = exit.replaced_by.as_ref().and_then(|id| of(&visit.house, &exit.user, id));
    ExitPage {
        layout: visit.layout(here).await,
        path: path(exit),
        is_withdrawal,
        status: status(exit),
        summary: summary(exit),
        ended: words::ended(&reason),
        reason,
        facts: facts(exit),
        fingerprint: action.map(|action| action.fingerprint.clone()),
        expires_ms: action.map_or(exit.requested_ms, |action| action.expires_ms),
        confirm_url: action
            .and_then(|action| action.confirm_url.as_ref())
            .filter(|_| exit.state == State::Pending)
            .map(|url| url.expose().to_owned()),
        edit: format!("{here}?from={}", exit.id),
        replaced_by: replaced.as_ref().map(path),
        again: form.ok().filter(|_| again),
    }
}

fn facts(exit: &Exit) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Amount", format!("{} {}", exit.order.amount(), exit.order.asset().code()))];
    match &exit.order {
        Order::Withdrawal { rail, address, memo, .. } => {
            facts.push(("Network", rail.network().to_owned()));
            facts.push(("Address", address.clone()));
            facts.extend(memo.clone().map(|memo| ("Memo", memo)));
        }
        Order::P2pSell { buyer, price_cents, .. } => {
            facts.push(("Buyer", buyer.clone()));
            facts.push(("Price", format!("{}.{:02} EUR", price_cents / 100, price_cents % 100)));
            let cents = exit.order.proceeds_cents().unwrap_or_default();
            facts.push(("You receive", format!("{}.{:02} EUR", cents / 100, cents % 100)));
        }
    }
    if let State::Sent { at_ms } = exit.state {
        facts.push(("Sent", moment::in_words(at_ms)));
    }
    facts
}
