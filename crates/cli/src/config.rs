//! Configuration, in two steps: read (TOML with the environment on top), then checked. A bad value stops the start
//! and names itself, its place and what would be right. Secrets print as `…`.

use crate::world::wall_now;
use countersign_core::policy::{Policy, PolicyFile};
use countersign_core::template::AppHash;
use countersign_delivery::http::{Destination, EgressPolicy, HttpClient};
use countersign_delivery::providers::{GammuConfig, GammuRoute, HttpRoute, HttpRouteConfig};
use countersign_delivery::smpp::SmppConfig;
use countersign_delivery::smtp::{SmtpConfig, SmtpRoute};
use countersign_delivery::voice::{VoiceConfig, VoiceRoute};
use countersign_delivery::webhook::WebhookSecret;
use countersign_flows::IdentityProvider;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A secret of the file or the environment.
#[derive(Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    public_url: String,
    #[serde(default = "default_listen")]
    listen: SocketAddr,
    service: String,
    support: String,
    #[serde(default)]
    proxies: usize,
    /// Origins that a confirm page may lead back to.
    #[serde(default)]
    return_origins: Vec<String>,
    /// Eleven characters that tell the service's Android app that a text message is for it.
    android_app_hash: Option<AppHash>,
    #[serde(default)]
    egress: EgressPolicy,
    storage: RawStorage,
    keys: RawKeys,
    #[serde(default)]
    policy: PolicyFile,
    #[serde(default)]
    routes: RawRoutes,
    identity: Option<RawIdentity>,
}

/// Who looks at the pictures of recovery cases beside the operators.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIdentity {
    name: String,
    url: Secret,
    secrets: Vec<Secret>,
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStorage {
    sqlite: Option<PathBuf>,
    postgres: Option<Secret>,
    #[serde(default = "default_queue")]
    queue_max: usize,
}

fn default_queue() -> usize {
    1_024
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKeys {
    master: Vec<Secret>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawRoutes {
    smpp: Vec<SmppConfig>,
    smtp: Vec<SmtpConfig>,
    voice: Vec<VoiceConfig>,
    http: Vec<HttpRouteConfig>,
    gammu: Vec<GammuConfig>,
}

/// Where the rows live.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(Secret),
}

/// The configuration, checked.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) public_url: String,
    pub(crate) listen: SocketAddr,
    pub(crate) service: String,
    pub(crate) support: String,
    pub(crate) proxies: usize,
    pub(crate) database: Database,
    pub(crate) queue_max: usize,
    /// Master keys with their ids, the active one first.
    pub(crate) master: Vec<(u8, MasterKey)>,
    pub(crate) policy: Policy,
    pub(crate) smpp: Vec<SmppConfig>,
    pub(crate) smtp: Vec<SmtpConfig>,
    pub(crate) voice: Vec<VoiceConfig>,
    pub(crate) http: Vec<HttpRouteConfig>,
    pub(crate) gammu: Vec<GammuConfig>,
    pub(crate) return_origins: Vec<String>,
    pub(crate) android_app_hash: Option<AppHash>,
    pub(crate) egress: EgressPolicy,
    pub(crate) identity: Option<IdentityProvider>,
}

/// A master key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MasterKey(pub(crate) [u8; 32]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Reads and checks the configuration.
pub(crate) fn load(path: &Path) -> Result<Config, String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        format!(
            "{}: {error}. Write one (docs/OPERATIONS.md shows how), or name it with --config",
            path.display()
        )
    })?;
    let mut tree: toml::Table =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    crate::environment::overlay(&mut tree, std::env::vars())?;
    check(read(&text, tree, path)?)
}

/// From the tree, so that the environment counts; on a mistake that the text alone has too, with its line.
fn read(text: &str, tree: toml::Table, path: &Path) -> Result<Raw, String> {
    tree.try_into().map_err(|error| match toml::from_str::<Raw>(text) {
        Err(with_line) => format!("{}: {with_line}", path.display()),
        Ok(_) => format!("{} with the environment on top: {error}", path.display()),
    })
}

fn check(raw: Raw) -> Result<Config, String> {
    let policy = Policy::from_file(raw.policy)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))?;
    let database = match (raw.storage.sqlite, raw.storage.postgres) {
        (Some(path), None) => Database::Sqlite(path),
        (None, Some(url)) => Database::Postgres(url),
        _ => return Err("storage: give exactly one of sqlite (a path) and postgres (an address)".to_owned()),
    };
    let master = raw.keys.master.iter().map(master_key).collect::<Result<Vec<_>, _>>()?;
    if master.is_empty() {
        return Err("keys.master: give at least one key, as \"1:<64 hexadecimal digits>\"".to_owned());
    }
    let service = service_name(&raw.service)?;
    for route in &raw.routes.smpp {
        route.check().map_err(|error| format!("routes.smpp {:?}: {error}", route.name))?;
    }
    for route in &raw.routes.smtp {
        SmtpRoute::new(route.clone(), Arc::new(|| 0))
            .map_err(|error| format!("routes.smtp {:?}: {error}", route.name))?;
    }
    let public_url = public_url(&raw.public_url)?;
    let http = HttpClient::new(raw.egress);
    for route in &raw.routes.voice {
        VoiceRoute::new(route.clone(), http.clone())
            .map_err(|error| format!("routes.voice {:?}: {error}", route.name))?;
    }
    for route in &raw.routes.http {
        HttpRoute::new(route.clone(), http.clone(), &public_url, wall_now())
            .map_err(|error| format!("routes.http {:?}: {error}", route.name))?;
    }
    for route in &raw.routes.gammu {
        GammuRoute::new(route.clone(), wall_now())
            .map_err(|error| format!("routes.gammu {:?}: {error}", route.name))?;
    }
    let names = route_names(&raw.routes);
    if let Some(odd) = names.iter().find(|name| !is_route_name(name)) {
        return Err(format!("routes: {odd:?} is no name for a route: 1 to 40 of a-z, 0-9, - and _"));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.into_iter().find(|name| !seen.insert(name.as_str())) {
        return Err(format!("routes: two are named {twice:?}; receipts are told apart by the name"));
    }
    Ok(Config {
        public_url,
        listen: raw.listen,
        service,
        support: raw.support,
        proxies: raw.proxies,
        database,
        queue_max: raw.storage.queue_max,
        master,
        policy,
        smpp: raw.routes.smpp,
        smtp: raw.routes.smtp,
        voice: raw.routes.voice,
        http: raw.routes.http,
        gammu: raw.routes.gammu,
        return_origins: raw
            .return_origins
            .iter()
            .map(|text| return_origin(text))
            .collect::<Result<_, _>>()?,
        android_app_hash: raw.android_app_hash,
        identity: raw.identity.map(|identity| provider(identity, raw.egress)).transpose()?,
        egress: raw.egress,
    })
}

fn service_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 30 {
        return Err(
            "service: the brand's name, 1 to 30 characters, as holders read it in messages".to_owned()
        );
    }
    Ok(name.to_owned())
}

/// A provider has a name, an address that may be called, and at least one secret to sign with.
fn provider(raw: RawIdentity, egress: EgressPolicy) -> Result<IdentityProvider, String> {
    let name = raw.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 60 {
        return Err("identity.name: 1 to 60 characters, as operators and holders read it".to_owned());
    }
    Destination::parse(&raw.url.0, egress).map_err(|problem| format!("identity.url: {problem}"))?;
    let secrets: Option<Vec<WebhookSecret>> =
        raw.secrets.iter().map(|secret| WebhookSecret::parse(&secret.0)).collect();
    match secrets {
        Some(secrets) if !secrets.is_empty() => Ok(IdentityProvider { name, url: raw.url.0, secrets }),
        _ => {
            Err("identity.secrets: one or more of \"whsec_\" and the base64 of 24 to 64 octets, the newest \
                  first"
                .to_owned())
        }
    }
}

fn route_names(routes: &RawRoutes) -> Vec<&String> {
    let texts = routes.smpp.iter().map(|route| &route.name);
    let mails = routes.smtp.iter().map(|route| &route.name);
    let calls = routes.voice.iter().map(|route| &route.name);
    let http = routes.http.iter().map(|route| &route.name);
    let modems = routes.gammu.iter().map(|route| &route.name);
    texts.chain(mails).chain(calls).chain(http).chain(modems).collect()
}

/// It stands in addresses that providers call back at.
fn is_route_name(name: &str) -> bool {
    let fits = |at: u8| at.is_ascii_lowercase() || at.is_ascii_digit() || at == b'-' || at == b'_';
    (1..=40).contains(&name.len()) && name.bytes().all(fits)
}

fn master_key(secret: &Secret) -> Result<(u8, MasterKey), String> {
    let wrong = || {
        "keys.master: each key is \"<id>:<64 hexadecimal digits>\" with an id from 1 to 255; \
         `openssl rand -hex 32` draws one"
            .to_owned()
    };
    let (id, hex) = secret.0.split_once(':').ok_or_else(wrong)?;
    let id = id.trim().parse().ok().filter(|id| *id > 0).ok_or_else(wrong)?;
    let hex = hex.trim().as_bytes();
    let mut key = [0u8; 32];
    if hex.len() != 64 {
        return Err(wrong());
    }
    for (byte, pair) in key.iter_mut().zip(hex.chunks(2)) {
        let text = std::str::from_utf8(pair).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(text, 16).map_err(|_| wrong())?;
    }
    Ok((id, MasterKey(key)))
}

/// An origin: scheme and host, nothing behind. Without TLS only on this machine itself, where browsers allow it too.
fn public_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let plain = text.strip_prefix("http://");
    let host = plain.or_else(|| text.strip_prefix("https://")).unwrap_or_default();
    let name = without_port(host);
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return Err(format!("public_url: {text:?} is not an origin such as https://accounts.acme.example"));
    }
    if plain.is_some() && !matches!(name, "localhost" | "127.0.0.1" | "[::1]") {
        return Err(format!("public_url: {text:?} must be https; plain http is for this machine only"));
    }
    Ok(text.to_owned())
}

/// An origin of the relying party, by the same rules as our own.
fn return_origin(text: &str) -> Result<String, String> {
    public_url(text).map_err(|error| error.replacen("public_url", "return_origins", 1))
}

/// The host that codes are bound to (R13): that of the public address, without port.
pub(crate) fn code_host(public_url: &str) -> String {
    without_port(public_url.split("://").nth(1).unwrap_or_default()).to_owned()
}

/// The host of a host and port; an IPv6 address keeps its brackets.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        public_url = "https://accounts.acme.example/"
        service = "Acme"
        support = "support@acme.example"
        [storage]
        sqlite = "countersign.db"
        [keys]
        master = ["1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"]
    "#;

    fn loaded(text: &str) -> Result<Config, String> {
        let tree: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
        check(read(text, tree, Path::new("test.toml"))?)
    }

    #[test]
    fn a_good_file_is_read_and_its_secrets_do_not_print() {
        let config = loaded(GOOD).unwrap();
        assert_eq!(config.public_url, "https://accounts.acme.example");
        assert_eq!(config.master[0].1.0[31], 0x1f);
        assert_eq!(code_host(&config.public_url), "accounts.acme.example");
        let shown = format!("{config:?}");
        assert!(!shown.contains("0, 1, 2") && !shown.contains("0001020304"));
    }

    #[test]
    fn each_mistake_is_named() {
        for url in ["http://[::1]", "http://[::1]:8080", "http://localhost:1", "http://127.0.0.1"] {
            assert_eq!(public_url(url).as_deref(), Ok(url));
        }
        for (from, to, named) in [
            ("https://accounts.acme.example/", "http://accounts.acme.example", "must be https"),
            ("https://accounts.acme.example/", "https://acme.example/accounts", "is not an origin"),
            ("1:0001", "1:00", "64 hexadecimal digits"),
            ("1:0001", "0:0001", "id from 1 to 255"),
            ("sqlite =", "sqlit =", "unknown field `sqlit`"),
            ("service = \"Acme\"", "service = \"\"", "1 to 30 characters"),
            ("[storage]", "android_app_hash = \"FA+9qCX9VS\"\n[storage]", "eleven characters"),
            ("[keys]", "[identity]\nname = \"\"\nurl = \"\"\nsecrets = []\n[keys]", "identity.name"),
            ("[keys]", "[identity]\nname = \"I\"\nurl = \"ftp://i\"\nsecrets = []\n[keys]", "identity.url"),
            (
                "[keys]",
                "[identity]\nname = \"I\"\nurl = \"https://i.example\"\nsecrets = [\"x\"]\n[keys]",
                "identity.secrets",
            ),
            ("[keys]", "[policy]\ncode_length = 4\n[keys]", "policy.code_length: 4 is outside 6 to 8"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let error = loaded(&GOOD.replace(from, to)).unwrap_err();
            assert!(error.contains(named), "{to}: {error}");
        }
    }
}
