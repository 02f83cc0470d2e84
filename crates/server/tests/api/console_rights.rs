//! Routes by roles: whoever lacks the right gets, on every path of the console, the very answer that a path gives which
//! does not exist; no page points at what its reader may not open; and no path is served that the table does not name.

use crate::console::{let_in_as, seed};
use crate::house::{House, NUMBER, Reply};
use axum::http::StatusCode;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::model::{Operator, Right, Role};
use countersign_core::staff::{is_voice, may};
use countersign_core::time::hours;
use countersign_server::{ConsoleRoute, console_routes};
use std::collections::BTreeSet;
use std::path::Path;

const HOLDER: &str = "holder@mail.example";

/// Things that exist, for what varies in paths.
struct Sample {
    account: String,
    message: String,
    operator: String,
}

impl Sample {
    /// The route with something real in each of its places, or something of the right kind.
    fn path(&self, route: &ConsoleRoute) -> String {
        let id = match route.path {
            path if path.starts_with("/console/accounts") => &self.account,
            path if path.starts_with("/console/staff") => &self.operator,
            _ => &self.message,
        };
        let part = |part: &str| match part {
            "{name}" => "sms".to_owned(),
            part if part.starts_with('{') => id.clone(),
            part => part.to_owned(),
        };
        route.path.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

fn email_of(role: Role) -> String {
    format!("{}@acme.example", role.as_str())
}

/// A service with a holder, a message, and one member of staff for each role.
async fn staffed() -> (House, Sample) {
    let mut house = House::new().await;
    house.flows.record_policy(house.service_id).await.unwrap();
    for role in Role::ALL {
        seed(&house, &email_of(*role), &[*role]).await;
    }
    let address = Address::from_exposed(HOLDER).unwrap();
    house.flows.import_account(house.service_id, address.clone(), "a quiet harbour", "en").await.unwrap();
    let account = house.flows.find_account(house.service_id, address).await.unwrap().unwrap().account.id;
    house.started(serde_json::json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    house.letter().await;
    let message = house.flows.newest_messages(house.service_id, None).await.unwrap()[0].id;
    let operator = house.flows.staff(house.service_id).await.unwrap()[0].operator.id;
    let (account, message) = (account.to_string(), message.to_string());
    (house, Sample { account, message, operator: operator.to_string() })
}

/// Everything of an answer but the number of its request.
fn whole(reply: &Reply) -> (StatusCode, String, Vec<(String, String)>) {
    let headers = reply.headers.iter().filter(|(name, _)| name.as_str() != "x-request-id");
    let headers = headers.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    (reply.status, reply.text.clone(), headers)
}

const FIELDS: &str = "reason=because&what=%2B447400123456&role=admin&email=a%40b.example&wish=paused&name=x";

#[tokio::test]
async fn without_the_right_every_path_answers_as_if_it_did_not_exist() {
    let (house, sample) = staffed().await;
    for role in Role::ALL {
        let (mut browser, form) = let_in_as(&house, &email_of(*role)).await;
        let nowhere = whole(&browser.get(&house, "/console/no-such-page").await);
        assert_eq!(nowhere.0, StatusCode::NOT_FOUND);
        assert_eq!(whole(&browser.post(&house, "/console/no-such-page", &form, FIELDS).await), nowhere);
        for route in console_routes() {
            let (path, who) = (sample.path(route), role.as_str());
            let has = |right: Option<Right>| right.is_some_and(|right| may(&[*role], right));
            if !has(route.get) {
                assert_eq!(whole(&browser.get(&house, &path).await), nowhere, "{who}: GET {path}");
            } else if !route.path.contains('{') {
                // The one page that is about what its query names.
                let query = if path.ends_with("/templates/edit") { "?name=default&locale=en" } else { "" };
                let reply = browser.get(&house, &format!("{path}{query}")).await;
                assert!(reply.status.is_success() || reply.status.is_redirection(), "{who}: GET {path}");
            }
            if !has(route.post) {
                for csrf in [form.as_str(), "", "0000"] {
                    let reply = browser.post(&house, &path, csrf, FIELDS).await;
                    assert_eq!(whole(&reply), nowhere, "{who}: POST {path}");
                }
            }
        }
        assert!(browser.has("__Host-cs_operator"), "still signed in");
    }
}

/// Whoever waits may do everything of their roles but be one of two who decide; the page says until when.
#[tokio::test]
async fn whoever_waits_finds_no_form_and_no_path_that_decides() {
    let (house, sample) = staffed().await;
    let (path_of, from) = (|route: &ConsoleRoute| sample.path(route), house.flows.now().after(hours(72)));
    for role in Role::ALL {
        let email = Address::from_exposed(&email_of(*role)).unwrap();
        let found = house.flows.staff_member_by_email(house.service_id, email).await.unwrap().unwrap();
        let waits = Operator { decides_from: Some(from), ..found.entry.operator };
        house.keep(vec![Change::SaveOperator(waits)]).await;
    }
    for (role, is_over) in Role::ALL.iter().flat_map(|role| [(role, false), (role, true)]) {
        let (mut browser, form) = let_in_as(&house, &email_of(*role)).await;
        if is_over {
            // As if the wait had been over before.
            let email = Address::from_exposed(&email_of(*role)).unwrap();
            let found = house.flows.staff_member_by_email(house.service_id, email).await.unwrap().unwrap();
            let free = Operator { decides_from: Some(house.flows.now()), ..found.entry.operator };
            house.keep(vec![Change::SaveOperator(free)]).await;
        }
        let nowhere = whole(&browser.get(&house, "/console/no-such-page").await);
        let has_voice = Right::ALL.iter().any(|right| is_voice(*right) && may(&[*role], *right));
        let me = browser.get(&house, "/console/me").await.succeeded();
        let says = me.text.contains("you can decide cases and proposals");
        assert_eq!(says, has_voice && !is_over, "{}: the page says until when", role.as_str());
        for route in console_routes().iter().filter(|route| route.post.is_some()) {
            let (path, who) = (path_of(route), role.as_str());
            let right = route.post.unwrap();
            let has = may(&[*role], right) && (is_over || !is_voice(right));
            if !has {
                let reply = browser.post(&house, &path, &form, FIELDS).await;
                assert_eq!(whole(&reply), nowhere, "{who}: POST {path}");
            } else if is_voice(right) {
                // A form that is theirs is refused as out of date without its token; that of others does not exist.
                let reply = browser.post(&house, &path, "0000", FIELDS).await;
                assert_eq!(reply.status, StatusCode::FORBIDDEN, "{who}: POST {path}");
            }
        }
    }
}

/// Where the links and forms of a page of the console lead.
fn places(page: &str) -> Vec<(bool, String)> {
    let mut places = Vec::new();
    for (is_form, marker) in [(false, "href=\"/console"), (true, "action=\"/console")] {
        for rest in page.split(marker).skip(1) {
            let rest = rest.split(['"', '?', '#']).next().unwrap();
            places.push((is_form, format!("/console{rest}")));
        }
    }
    places
}

fn route_of(path: &str) -> Option<&'static ConsoleRoute> {
    let fits = |route: &str| {
        let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
        let same = |(part, of): (&&str, &&str)| part.starts_with('{') || part == of;
        route.len() == path.len() && route.iter().zip(&path).all(same)
    };
    // The path itself goes before one with something that varies in the same place.
    let exact = console_routes().iter().find(|route| route.path == path);
    exact.or_else(|| console_routes().iter().find(|route| fits(route.path)))
}

#[tokio::test]
async fn no_page_points_at_what_its_reader_may_not_open() {
    let (house, sample) = staffed().await;
    for role in Role::ALL {
        let (mut browser, _) = let_in_as(&house, &email_of(*role)).await;
        let may_open = |path: &str, is_form: bool| {
            let route = route_of(path).unwrap_or_else(|| panic!("{path} is no route"));
            let rights = if is_form { [route.post, route.get] } else { [route.get, None] };
            rights.into_iter().flatten().any(|right| may(&[*role], right))
        };
        let open =
            console_routes().iter().filter(|route| route.get.is_some_and(|right| may(&[*role], right)));
        for path in open.map(|route| sample.path(route)).chain(["/console/no-such-page".to_owned()]) {
            let page = browser.get(&house, &path).await;
            for (is_form, place) in places(&page.text) {
                assert!(may_open(&place, is_form), "{}: {path} leads to {place}", role.as_str());
            }
        }
    }
}

#[tokio::test]
async fn the_bar_finds_only_what_its_reader_may_open_and_keeps_numbers_out_of_addresses() {
    let (house, sample) = staffed().await;
    let number = NUMBER.replace('+', "%2B");
    let unknown = "msg_00000000000070008000000000000000";
    for role in Role::ALL {
        let (mut browser, form) = let_in_as(&house, &email_of(*role)).await;
        let sees = |right| may(&[*role], right);
        let look_up = route_of("/console/numbers").and_then(|route| route.post);
        let sees_numbers = look_up.is_some_and(sees);
        for (what, may_see) in [
            (sample.message.clone(), sees(Right::MessagesSee)),
            (sample.operator.clone(), sees(Right::StaffManage)),
            (number.clone(), sees(Right::MessagesSee) || sees_numbers),
            (unknown.to_owned(), false),
            ("nonsense".to_owned(), false),
        ] {
            let reply = browser.post(&house, "/console/find", &form, &format!("what={what}")).await;
            if may_see {
                let place = reply.header("location").unwrap().to_owned();
                assert!(!place.contains("447400123456"), "R10: {place}");
                assert!(place.starts_with("/console/"), "{}: {what}: {place}", role.as_str());
            } else {
                assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}: {what}", role.as_str());
                assert!(reply.text.contains("data-problem=\"6207\""));
            }
        }
    }
}

/// The paths that a source file hands to the router.
fn paths_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            paths_in(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for rest in text.split(".route(").skip(1) {
            let quoted = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
            found.extend(quoted.filter(|path| path.starts_with("/console")).map(str::to_owned));
        }
    }
}

#[test]
fn every_path_of_the_router_stands_in_the_table_and_nothing_else() {
    const DOOR: [&str; 4] =
        ["/console/signin", "/console/signin/step", "/console/join", "/console/join/{token}"];
    let mut served = BTreeSet::new();
    paths_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut served);
    for path in DOOR {
        assert!(served.remove(path), "{path}");
    }
    let listed: BTreeSet<String> = console_routes().iter().map(|route| route.path.to_owned()).collect();
    assert_eq!(served, listed);
}
