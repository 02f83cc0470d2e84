//! Who is asking, as far as a connection and its headers tell: network address, browser in words, language.

use crate::state::Server;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use std::net::{IpAddr, SocketAddr};

/// The address of the connection, set by the listener on every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection(pub(crate) SocketAddr);

/// The network address of the person. Behind `n` trusted proxies it is the n-th entry of `X-Forwarded-For` from the
/// right: everything further left was written by whoever liked to.
pub(crate) fn ip(server: &Server, headers: &HeaderMap, connection: Option<Connection>) -> Option<IpAddr> {
    let direct = connection.map(|connection| connection.0.ip());
    if server.inner.proxies == 0 {
        return direct;
    }
    let entries: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    let index = entries.len().checked_sub(server.inner.proxies);
    index.and_then(|index| entries.get(index)).and_then(|text| text.parse().ok()).or(direct)
}

/// Preferred language as the header has it, if it is readable text.
pub(crate) fn accept_language(headers: &HeaderMap) -> Option<&str> {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

/// Browser and system, as people call them: "Firefox on Windows". Only names from these lists come out, so that a
/// hostile header can put nothing into a page or a message.
pub(crate) fn device_label(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // First match wins: every browser claims to be several others, the specific name stands beside the general ones.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |list: &[(&str, &'static str)]| {
        list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(agent: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, agent.parse().unwrap());
        device_label(&headers)
    }

    #[test]
    fn browsers_are_named_as_people_name_them() {
        // User-agent strings as the browsers' makers publish them.
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 \
                      (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
        assert_eq!(label(chrome), "Chrome on Linux");
        assert_eq!(label(&format!("{chrome} Edg/120.0.0.0")), "Edge on Linux");
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) \
                      AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1";
        assert_eq!(label(safari), "Safari on iPhone");
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0";
        assert_eq!(label(firefox), "Firefox on Windows");
        assert_eq!(label("<script>alert(1)</script>"), "");
    }
}
