//! What every handler has at hand: the flows, the service that the pages speak for, and what is derived from the public
//! address. Holds no decision and nothing that a second process would need to know.

use countersign_flows::core::entropy::Entropy;
use countersign_flows::core::id::ServiceId;
use countersign_flows::{EgressPolicy, Flows};
use std::sync::Arc;

/// What the binary hands in.
pub struct ServerConfig {
    /// The use cases.
    pub flows: Flows,
    /// The service that the pages speak for.
    pub service_id: ServiceId,
    /// Its name.
    pub brand: String,
    /// Where people reach the pages, without a trailing slash: `https://accounts.acme.example`.
    pub public_url: String,
    /// Where holders reach support: an address or a page, shown as it is.
    pub support: String,
    /// Proxies in front that add to `X-Forwarded-For`; 0 when clients connect directly.
    pub proxies: usize,
    /// Which addresses webhooks may be told at.
    pub egress: EgressPolicy,
    /// Key of the form tokens.
    pub csrf_key: [u8; 32],
    /// The operating system's generator.
    pub entropy: Arc<dyn Entropy>,
}

/// Shared by every request. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    pub(crate) inner: Arc<ServerConfig>,
}

impl Server {
    /// Takes the configuration as checked by the binary.
    pub fn new(config: ServerConfig) -> Self {
        Self { inner: Arc::new(config) }
    }

    pub(crate) fn flows(&self) -> &Flows {
        &self.inner.flows
    }

    pub(crate) fn service_id(&self) -> ServiceId {
        self.inner.service_id
    }

    /// Whether browsers reach us over TLS, so that cookies are `Secure` and carry the `__Host-` prefix. Only a loopback
    /// address may do without; the binary refuses anything else.
    pub(crate) fn is_secure(&self) -> bool {
        self.inner.public_url.starts_with("https://")
    }
}
