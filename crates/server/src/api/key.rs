//! Who is calling: the service behind a bearer key (RFC 6750, 2.1). Every failure looks the same. Which
//! objects that service may see is held by the flows, which take the service with every call (R77).

use super::problem::Problem;
use super::problem::table::Kind;
use crate::state::Server;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use countersign_flows::core::id::ServiceId;

/// The service whose key came with the request. Asked for first by every handler, so that nothing is read for
/// strangers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RelyingParty(pub(crate) ServiceId);

impl FromRequestParts<Server> for RelyingParty {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let refused = || Problem::new(Kind::KeyInvalid);
        let key = bearer(&parts.headers).ok_or_else(refused)?;
        server.flows().service_of_key(key).await?.map(RelyingParty).ok_or_else(refused)
    }
}

/// The key of exactly one `Authorization` header, if it is shaped as our keys are: 64 lower-case hexadecimal
/// digits.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let (scheme, key) = only.to_str().ok()?.split_once(' ')?;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (scheme.eq_ignore_ascii_case("bearer") && key.len() == 64 && key.bytes().all(is_hex)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(AUTHORIZATION, line.parse().unwrap());
        }
        bearer(&headers).is_some()
    }

    #[test]
    fn only_one_well_formed_key_is_looked_up() {
        let key = "0123456789abcdef".repeat(4);
        assert!(read(&[&format!("Bearer {key}")]));
        assert!(read(&[&format!("bearer {key}")]));
        for bad in [
            String::new(),
            "Bearer".to_owned(),
            "Bearer ".to_owned(),
            key.clone(),
            format!("Basic {key}"),
            format!("Bearer  {key}"),
            format!("Bearer {key} "),
            format!("Bearer {}", key.to_uppercase()),
            format!("Bearer {}", &key[1..]),
            format!("Bearer {key}0"),
        ] {
            assert!(!read(&[&bad]), "{bad:?}");
        }
        assert!(!read(&[]));
        assert!(!read(&[&format!("Bearer {key}"), &format!("Bearer {key}")]));
    }
}
