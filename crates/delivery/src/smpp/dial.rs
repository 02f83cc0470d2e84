//! A connection to the SMSC, encrypted if it is set so: then its certificate proves the name, or there is none.

use super::config::{SmppConfig, SmppConfigError, Tls};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Where to and how.
#[derive(Clone)]
pub(super) struct Dialling {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// What was reached.
pub(super) enum Dialled {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Dialling {
    /// Reads the certificates to believe.
    pub(super) fn new(config: &SmppConfig) -> Result<Self, SmppConfigError> {
        let tls = match config.tls {
            Tls::Tls => {
                let name = config.tls_name.as_ref().unwrap_or(&config.host).clone();
                let name = ServerName::try_from(name)
                    .map_err(|_| SmppConfigError("tls_name must be a host name or an address".to_owned()))?;
                Some((TlsConnector::from(Arc::new(trusting(config.tls_ca.as_deref())?)), name))
            }
            Tls::None if config.tls_name.is_some() || config.tls_ca.is_some() => {
                return Err(SmppConfigError("tls_name and tls_ca need tls = \"tls\"".to_owned()));
            }
            Tls::None => None,
        };
        Ok(Self { host: config.host.clone(), port: config.port, tls })
    }

    /// Connects. The error is for operators and holds no secret.
    pub(super) async fn dial(&self) -> Result<Dialled, String> {
        let no_connection = |error: io::Error| format!("no connection: {}", error.kind());
        let stream = TcpStream::connect((&*self.host, self.port)).await.map_err(no_connection)?;
        // Answers of a few octets must not wait for the acknowledgement of those before (measured: 23
        // submits/s with it).
        stream.set_nodelay(true).map_err(no_connection)?;
        match &self.tls {
            None => Ok(Dialled::Plain(stream)),
            Some((connector, name)) => match connector.connect(name.clone(), stream).await {
                Ok(stream) => Ok(Dialled::Encrypted(Box::new(stream))),
                Err(error) => Err(format!("no TLS: {error}")),
            },
        }
    }
}

#[allow(clippy::expect_used)] // ring speaks both versions; the error is for providers that do not.
fn trusting(authorities: Option<&Path>) -> Result<ClientConfig, SmppConfigError> {
    let certificates = match authorities {
        Some(file) => CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| SmppConfigError(format!("tls_ca cannot be read: {error}")))?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    let (believed, _) = roots.add_parsable_certificates(certificates);
    if believed == 0 {
        let whose = if authorities.is_some() { "tls_ca" } else { "the system" };
        return Err(SmppConfigError(format!("{whose} holds no certificate to trust")));
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth())
}
