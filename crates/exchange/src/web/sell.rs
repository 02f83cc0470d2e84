//! The sale form: to one of the listed buyers, at their price.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;

use super::browser::{Member, Posted, Visit, page as draw, see_other};
use super::exit;
use super::views::{Alert, Problems, Sell, SellForm};
use super::withdraw::{From, available, slip_in_words};
use super::words;
use crate::book::{Exit, State};
use crate::order::{BUYERS, Order, read_amount};

pub(crate) async fn page(member: Member, Query(from): Query<From>) -> Response {
    let earlier = exit::of(&member.visit.house, &member.customer.id, &from.from);
    let form = match &earlier {
        Some(exit) => filled(&member.visit, exit),
        None => empty(&member.visit),
    };
    let layout = member.visit.layout("/sell").await;
    draw(StatusCode::OK, &Sell { layout, alert: None, form })
}

fn empty(visit: &Visit) -> SellForm {
    SellForm {
        csrf: visit.session.form_token.clone(),
        buyer: BUYERS[0].name.to_owned(),
        amount: String::new(),
        from: String::new(),
        available: visit.customer.as_ref().map(|user| available(&visit.house, &user.id)).unwrap_or_default(),
        problems: Problems::default(),
        button: "Continue",
    }
}

/// With everything that was typed for an earlier request.
pub(super) fn filled(visit: &Visit, exit: &Exit) -> SellForm {
    let mut form = empty(visit);
    if let Order::P2pSell { buyer, amount, .. } = &exit.order {
        form.buyer.clone_from(buyer);
        form.amount = amount.to_string();
        form.from.clone_from(&exit.id);
        form.button = if exit.state == State::Pending { "Change the request" } else { "Start again" };
    }
    form
}

pub(crate) async fn place(form: Posted) -> Response {
    let visit = &form.visit;
    let Some(customer) = visit.customer.clone() else { return see_other("/signin") };
    let mut typed = SellForm {
        buyer: form.text("buyer"),
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

async fn again(visit: &Visit, status: StatusCode, alert: Option<Alert>, form: SellForm) -> Response {
    let layout = visit.layout("/sell").await;
    draw(status, &Sell { layout, alert, form })
}

/// The price is the listed one, never one that came with the form.
fn read(typed: &SellForm) -> Result<Order, Problems> {
    let mut problems = Problems::default();
    let Some(buyer) = BUYERS.iter().find(|buyer| buyer.name == typed.buyer) else {
        problems.add("buyer", "Choose a buyer.");
        return Err(problems);
    };
    let amount = match read_amount(&typed.amount, buyer.asset) {
        Ok(amount) => amount,
        Err(slip) => {
            problems.add("amount", slip_in_words(slip, buyer.asset));
            return Err(problems);
        }
    };
    Ok(Order::P2pSell {
        asset: buyer.asset,
        buyer: buyer.name.to_owned(),
        price_cents: buyer.price_cents,
        amount,
    })
}
