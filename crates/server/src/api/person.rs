//! What a request can say about the person behind it: where national numbers are read, the language of
//! messages, the network address that limits go by. Knows no operation.

use super::body::Fields;
use super::problem::Problem;
use countersign_flows::core::numbers::RegionCode;
use std::net::IpAddr;
use unic_langid::LanguageIdentifier;

/// The region in which a national number is read, or in which the person seems to be.
pub(super) fn region(fields: &mut Fields) -> Result<Option<RegionCode>, Problem> {
    fields.value("region", "It takes a region code such as GB; /v1/regions lists them.", |text| {
        text.parse().ok()
    })
}

/// The language of messages (BCP 47).
pub(super) fn language(fields: &mut Fields) -> Result<Option<String>, Problem> {
    let read = |text: &str| text.parse::<LanguageIdentifier>().ok().map(|tag| tag.to_string());
    fields.value("locale", "It takes a language tag (BCP 47).", |text| {
        (text.len() <= 35).then(|| read(text)).flatten()
    })
}

/// The person's network address.
pub(super) fn client_ip(fields: &mut Fields) -> Result<Option<IpAddr>, Problem> {
    fields.value("client_ip", "It takes an IPv4 or IPv6 address.", |text| text.parse().ok())
}
