//! The withdrawal form: what was typed becomes an order, or comes back with its slips. Sent again from an
//! earlier request, it takes that one's place.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::browser::{Member, Posted, Visit, page as draw, see_other};
use super::exit;
use super::views::{Alert, Problems, Withdraw, WithdrawForm};
use super::words;
use crate::amount::Amount;
use crate::asset::{Asset, Rail};
use crate::book::{Exit, State};
use crate::house::House;
use crate::order::{AmountSlip, Order, read_amount};

/// Longest memo, in characters, as Countersign takes details.
const MEMO_CHARS_MAX: usize = 120;

#[derive(Deserialize)]
pub(crate) struct From {
    #[serde(default)]
    pub(super) from: String,
}

pub(crate) async fn page(member: Member, Query(from): Query<From>) -> Response {
    let house = &member.visit.house;
    let earlier = exit::of(house, &member.customer.id, &from.from);
    let form = match &earlier {
        Some(exit) => filled(&member.visit, exit),
        None => empty(&member.visit),
    };
    let layout = member.visit.layout("/withdraw").await;
    draw(StatusCode::OK, &Withdraw { layout, alert: None, form })
}

fn empty(visit: &Visit) -> WithdrawForm {
    WithdrawForm {
        csrf: visit.session.form_token.clone(),
        rail: Rail::BtcBitcoin.key(),
        address: String::new(),
        memo: String::new(),
        amount: String::new(),
        from: String::new(),
        available: visit.customer.as_ref().map(|user| available(&visit.house, &user.id)).unwrap_or_default(),
        problems: Problems::default(),
        button: "Continue",
    }
}

/// With everything that was typed for an earlier request.
pub(super) fn filled(visit: &Visit, exit: &Exit) -> WithdrawForm {
    let mut form = empty(visit);
    if let Order::Withdrawal { rail, address, memo, amount } = &exit.order {
        form.rail = rail.key();
        form.address.clone_from(address);
        form.memo = memo.clone().unwrap_or_default();
        form.amount = amount.to_string();
        form.from.clone_from(&exit.id);
        form.button = if exit.state == State::Pending { "Change the request" } else { "Start again" };
    }
    form
}

pub(super) fn available(house: &House, user: &str) -> Vec<(Asset, Amount)> {
    let assets = [Asset::Btc, Asset::Eth, Asset::Usdt];
    house.ledger.read(|book| assets.map(|asset| (asset, book.available(user, asset))).to_vec())
}

pub(crate) async fn place(form: Posted) -> Response {
    let visit = &form.visit;
    let Some(customer) = visit.customer.clone() else { return see_other("/signin") };
    let mut typed = WithdrawForm {
        rail: form.text("rail"),
        address: form.text("address"),
        memo: form.text("memo"),
        amount: form.text("amount"),
        from: form.text("from"),
        ..empty(visit)
    };
    let order = match read(&typed) {
        Ok(order) => order,
        Err(problems) => {
            typed.problems = problems;
            return again(visit, StatusCode::UNPROCESSABLE_ENTITY, None, typed).await;
        }
    };
    let from = Some(typed.from.as_str()).filter(|from| !from.is_empty());
    match visit.house.place(&customer.id, order, from, visit.client_ip.clone()).await {
        Ok(confirm_url) => see_other(confirm_url.expose()),
        Err(problem) => {
            let alert = words::not_placed(&visit.house, &problem);
            typed.available = available(&visit.house, &customer.id);
            again(visit, StatusCode::CONFLICT, Some(alert), typed).await
        }
    }
}

async fn again(visit: &Visit, status: StatusCode, alert: Option<Alert>, form: WithdrawForm) -> Response {
    let layout = visit.layout("/withdraw").await;
    draw(status, &Withdraw { layout, alert, form })
}

fn read(typed: &WithdrawForm) -> Result<Order, Problems> {
    let mut problems = Problems::default();
    let rail = Rail::named(&typed.rail);
    let Some(rail) = rail else {
        problems.add("rail", "Choose what to send, and on which network.");
        return Err(problems);
    };
    if typed.address.is_empty() {
        problems.add("address", "Enter the address to send to.");
    } else if !rail.takes(&typed.address) {
        let text = format!("That is no address on {} ({}).", rail.network(), rail.example());
        problems.add("address", text);
    }
    if typed.memo.chars().count() > MEMO_CHARS_MAX || typed.memo.chars().any(char::is_control) {
        problems.add("memo", format!("Use at most {MEMO_CHARS_MAX} letters and digits."));
    }
    let amount = read_amount(&typed.amount, rail.asset());
    if let Err(slip) = amount {
        problems.add("amount", slip_in_words(slip, rail.asset()));
    }
    let memo = Some(typed.memo.clone()).filter(|memo| !memo.is_empty());
    match amount {
        Ok(amount) if problems.is_empty() => {
            Ok(Order::Withdrawal { rail, address: typed.address.clone(), memo, amount })
        }
        _ => Err(problems),
    }
}

pub(super) fn slip_in_words(slip: AmountSlip, asset: Asset) -> String {
    match slip {
        AmountSlip::Unreadable => "Enter the amount in digits with a point, like 0.05.".to_owned(),
        AmountSlip::Zero => "Enter an amount above zero.".to_owned(),
        AmountSlip::TooFine => {
            format!("{} has at most {} digits after the point.", asset.code(), asset.decimals())
        }
    }
}
