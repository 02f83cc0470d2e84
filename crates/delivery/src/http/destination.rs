//! Where a request goes: a URL, read strictly. A spelling that two programs could read in two ways is refused
//! rather than repaired.

use super::EgressPolicy;
use hyper::Uri;
use hyper::http::uri::PathAndQuery;
use std::fmt;
use std::net::IpAddr;

const URL_LENGTH_MAX: usize = 2_048;

/// A place on the web that requests may be sent to, as far as its URL tells. Prints the host alone: paths and
/// queries of webhooks hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    pub(super) encrypted: bool,
    /// A name, or an address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// As the `Host` header has it.
    pub(super) authority: String,
    pub(super) path: PathAndQuery,
}

/// Why a URL is none that requests are sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlProblem {
    /// Longer than 2048 characters.
    TooLong,
    /// Not of the form `https://host[:port][/path][?query]` in ASCII; names outside ASCII are written in
    /// punycode.
    Malformed,
    /// Not `https` (nor `http`, where the policy reaches private addresses).
    Scheme,
    /// It holds a user name or a password, which would end up in logs.
    Credentials,
    /// It names an address that the policy keeps out of reach.
    Forbidden,
}

impl fmt::Display for UrlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UrlProblem::TooLong => "the URL is longer than 2048 characters",
            UrlProblem::Malformed => "the URL is not of the form https://host/path",
            UrlProblem::Scheme => "the URL does not begin with https://",
            UrlProblem::Credentials => "the URL holds a user name",
            UrlProblem::Forbidden => "the URL names an address that may not be called",
        })
    }
}

impl std::error::Error for UrlProblem {}

impl Destination {
    /// Reads a URL. Whether a name leads to an address that may be called is judged at every request, because
    /// names change their minds; an address in the URL itself is judged here already.
    pub fn parse(url: &str, policy: EgressPolicy) -> Result<Self, UrlProblem> {
        if url.len() > URL_LENGTH_MAX {
            return Err(UrlProblem::TooLong);
        }
        let plain = |octet: u8| octet.is_ascii_graphic() && !b"#\\".contains(&octet);
        if !url.bytes().all(plain) {
            return Err(UrlProblem::Malformed);
        }
        let uri: Uri = url.parse().map_err(|_| UrlProblem::Malformed)?;
        let encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if policy.allow_private => false,
            Some(_) => return Err(UrlProblem::Scheme),
            None => return Err(UrlProblem::Malformed),
        };
        let authority = uri.authority().ok_or(UrlProblem::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(UrlProblem::Credentials);
        }
        let bracketed = authority.host().to_ascii_lowercase();
        let spelled = match authority.port_u16() {
            Some(port) => format!("{bracketed}:{port}"),
            None => bracketed.clone(),
        };
        // No empty port, no leading zeros, nothing beyond 65535.
        if authority.port_u16() == Some(0) || !authority.as_str().eq_ignore_ascii_case(&spelled) {
            return Err(UrlProblem::Malformed);
        }
        let host = match bracketed.strip_prefix('[').map(|host| host.strip_suffix(']')) {
            Some(Some(host)) if host.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()) => host,
            None if is_name(&bracketed) => &*bracketed,
            _ => return Err(UrlProblem::Malformed),
        };
        if host.parse().is_ok_and(|address| !policy.allows(address, encrypted)) {
            return Err(UrlProblem::Forbidden);
        }
        Ok(Self {
            encrypted,
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(if encrypted { 443 } else { 80 }),
            authority: spelled,
            path: uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")),
        })
    }
}

/// Labels of letters, digits, hyphens and underscores; IPv4 addresses in four decimals are such, too. The odd
/// spellings of addresses that resolvers take (`0x7f.1`) are such as well, and judged once resolved.
fn is_name(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet))
    };
    labels.len() <= 253 && labels.split('.').all(is_label)
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "https" } else { "http" };
        write!(f, "Destination({scheme}://{}/…)", self.authority)
    }
}

#[cfg(test)]
#[path = "destination_tests.rs"]
mod tests;
