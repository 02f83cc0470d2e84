//! The life of an exit, arrow by arrow, and what it does to a balance.

use super::*;
use crate::asset::Rail;

fn amount(text: &str) -> Amount {
    Amount::read(text).expect("an amount")
}

fn order(text: &str) -> Order {
    let address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4".to_owned();
    Order::Withdrawal { rail: Rail::BtcBitcoin, address, memo: None, amount: amount(text) }
}

fn book() -> Book {
    let mut user = User {
        id: "usr_1".into(),
        email: "Ada@example.com".into(),
        password_hash: Secret::new("x"),
        account: "acc_1".into(),
        balances: BTreeMap::new(),
        entries: Vec::new(),
        api_keys: Vec::new(),
    };
    user.credit(Asset::Btc, amount("1"), "Opening balance".into(), 0).expect("credited");
    Book { users: BTreeMap::from([("usr_1".to_owned(), user)]), ..Book::default() }
}

fn action() -> OpenAction {
    OpenAction {
        id: "act_1".into(),
        expires_ms: 120_000,
        fingerprint: "ocean tiger".into(),
        confirm_url: None,
    }
}

/// A book with one exit of 0.4 BTC in each state, reached by the arrows.
fn in_state(name: &str) -> Book {
    let mut book = book();
    book.place("wd_1", "usr_1", order("0.4"), 1).expect("placed");
    let steps = ["requested", "pending", "redeeming", "sent"];
    let last = steps.iter().position(|step| *step == name).unwrap_or(0);
    if last >= 1 {
        book.opened("wd_1", action()).expect("opened");
    }
    if last >= 2 {
        book.redeeming("wd_1", Secret::new("jws"), "digest".into()).expect("redeeming");
    }
    if last >= 3 {
        book.execute("wd_1", 2).expect("executed");
    }
    if name == "canceled" {
        book.cancel("wd_1", "timed_out", 2).expect("canceled");
    }
    book
}

#[test]
fn each_step_begins_where_the_drawing_says() {
    type Step = fn(&mut Book) -> Result<(), Refused>;
    let steps: [(&str, Step, &[&str]); 6] = [
        ("discard", |book| book.discard("wd_1"), &["requested"]),
        ("opened", |book| book.opened("wd_1", action()), &["requested"]),
        ("redeeming", |book| book.redeeming("wd_1", Secret::new("j"), "d".into()), &["pending"]),
        ("replace", |book| book.replace("wd_1", "wd_2", 3), &["pending"]),
        ("cancel", |book| book.cancel("wd_1", "x", 3), &["requested", "pending", "redeeming"]),
        ("execute", |book| book.execute("wd_1", 3), &["redeeming"]),
    ];
    for state in ["requested", "pending", "redeeming", "sent", "canceled"] {
        for (name, step, begins) in steps {
            let expected = if begins.contains(&state) { Ok(()) } else { Err(Refused::NotNow) };
            assert_eq!(step(&mut in_state(state)), expected, "{name} from {state}");
        }
    }
}

#[test]
fn open_exits_reserve_and_only_a_sent_one_takes() {
    for (state, balance, available) in [
        ("requested", "1", "0.6"),
        ("pending", "1", "0.6"),
        ("redeeming", "1", "0.6"),
        ("sent", "0.6", "0.6"),
        ("canceled", "1", "1"),
    ] {
        let book = in_state(state);
        assert_eq!(book.balance("usr_1", Asset::Btc), amount(balance), "{state}");
        assert_eq!(book.available("usr_1", Asset::Btc), amount(available), "{state}");
    }
}

#[test]
fn nothing_is_reserved_twice() {
    let mut book = in_state("pending");
    assert_eq!(book.place("wd_2", "usr_1", order("0.60000001"), 3), Err(Refused::NotEnough));
    assert_eq!(book.place("wd_2", "usr_1", order("0.6"), 3), Ok(()));
    assert_eq!(book.place("wd_3", "usr_1", order("0.00000001"), 3), Err(Refused::NotEnough));
    assert_eq!(book.place("wd_1", "usr_1", order("0.1"), 3), Err(Refused::Unknown), "an id is used once");
    assert_eq!(book.place("wd_4", "usr_2", order("0.1"), 3), Err(Refused::Unknown));
}

#[test]
fn a_sale_pays_whole_cents_into_the_euro_balance() {
    let mut book = book();
    let sale = Order::P2pSell {
        asset: Asset::Btc,
        buyer: "mara_k".into(),
        price_cents: 5_812_345,
        amount: amount("0.12345678"),
    };
    book.place("sale_1", "usr_1", sale, 1).expect("placed");
    book.opened("sale_1", action()).expect("opened");
    book.redeeming("sale_1", Secret::new("jws"), "digest".into()).expect("redeeming");
    book.execute("sale_1", 2).expect("executed");
    assert_eq!(book.balance("usr_1", Asset::Btc), amount("0.87654322"));
    // 0.12345678 x 58 123.45 = 7 175.7339794910 (bc -l).
    assert_eq!(book.balance("usr_1", Asset::Eur), amount("7175.73"));
}

#[test]
fn the_book_reads_back_as_it_was_written() {
    let written = serde_json::to_string(&in_state("redeeming")).expect("JSON");
    let mut read: Book = serde_json::from_str(&written).expect("a book");
    assert_eq!(read.available("usr_1", Asset::Btc), amount("0.6"));
    assert_eq!(read.execute("wd_1", 9), Ok(()));
    assert!(read.user_by_email("ada@EXAMPLE.com").is_some());
}
