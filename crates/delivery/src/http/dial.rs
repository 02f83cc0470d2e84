//! From a destination to a connection: resolve once, judge every address, connect to exactly what was judged,
//! and let TLS prove whose it is.

use super::{Destination, EgressPolicy, HttpError};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Addresses of one host that are tried, in the resolver's order.
const ADDRESSES_MAX: usize = 4;
/// How long one of them has, so that a dead one leaves time for the next.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// A look-up under way.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Turns names into addresses. Asked once for each request.
pub trait Resolver: Send + Sync {
    /// The addresses of a host, best first. A host that is an address is its own.
    fn addresses<'a>(&'a self, host: &'a str) -> Resolving<'a>;
}

/// The resolver of the system.
#[derive(Clone, Copy, Debug)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn addresses<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        Box::pin(async move { Ok(lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Whose certificates are believed. TLS 1.2 and 1.3; names are checked against the certificate.
#[derive(Clone)]
pub struct Trust(Arc<ClientConfig>);

impl Trust {
    /// Those that the system trusts. Without any, every https request fails as [`HttpError::NotTrusted`].
    pub fn system() -> Self {
        let loaded = rustls_native_certs::load_native_certs();
        if loaded.certs.is_empty() {
            tracing::warn!("the system has no root certificates: no https request will succeed");
        }
        Self::of(loaded.certs)
    }

    /// Those that these certificates (X.509, DER) signed, and no others.
    pub fn only(roots: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self::of(roots.into_iter().map(CertificateDer::from).collect())
    }

    #[allow(clippy::expect_used)] // ring speaks both versions; the error is for providers that do not.
    fn of(certificates: Vec<CertificateDer<'static>>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates);
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self(Arc::new(config))
    }
}

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Opens a connection to a destination.
pub(super) async fn dial(
    to: &Destination,
    policy: EgressPolicy,
    resolver: &dyn Resolver,
    trust: &Trust,
) -> Result<Box<dyn Stream>, HttpError> {
    let addresses = resolver.addresses(&to.host).await.map_err(|_| HttpError::UnknownHost)?;
    if addresses.is_empty() {
        return Err(HttpError::UnknownHost);
    }
    let allowed = addresses.into_iter().filter(|address| policy.allows(*address, to.encrypted));
    let mut failure = HttpError::Forbidden;
    for address in allowed.take(ADDRESSES_MAX) {
        // The address itself, never the name again: a second look-up could answer otherwise (DNS rebinding).
        let connecting = TcpStream::connect(SocketAddr::new(address, to.port));
        let Ok(Ok(stream)) = timeout(CONNECT_MAX, connecting).await else {
            failure = HttpError::NoConnection;
            continue;
        };
        // One small request: nothing is gained by waiting for more to send.
        let _ = stream.set_nodelay(true);
        if !to.encrypted {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(to.host.clone()).map_err(|_| HttpError::NotTrusted)?;
        let encrypted = TlsConnector::from(Arc::clone(&trust.0)).connect(name, stream).await;
        return encrypted
            .map(|stream| Box::new(stream) as Box<dyn Stream>)
            .map_err(|_| HttpError::NotTrusted);
    }
    Err(failure)
}
