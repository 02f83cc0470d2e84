//! An SMPP route over TLS: it speaks to whoever proves the name it was told, and to nobody else.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod route_under_test;
mod smsc;
mod tls_files;

use countersign_core::outbox::Submission;
use countersign_delivery::smpp::{RouteState, SmppConfig, Tls};
use route_under_test::{in_time, letter};
use smsc::{Smsc, World};
use std::sync::Arc;
use tls_files::{AUTHORITY, Authority, CERTIFICATE, KEY, NAME};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

fn acceptor() -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(KEY.to_vec()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE.to_vec())], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn encrypted(change: impl FnOnce(&mut SmppConfig)) -> World {
    World::new(|config| {
        config.tls = Tls::Tls;
        config.tls_name = Some(NAME.to_owned());
        change(config);
    })
    .await
}

async fn down(world: &World) -> String {
    world.reaches(|state| matches!(state, RouteState::Down { .. })).await;
    let RouteState::Down { reason } = world.route.status().state else { panic!("down") };
    reason
}

#[tokio::test]
async fn a_whole_window_goes_out_and_comes_back_encrypted() {
    let authority = Authority::written(AUTHORITY);
    let world = encrypted(|config| {
        (config.window, config.tls_ca) = (200, Some(authority.path.clone()));
    })
    .await;
    let (stream, _) = in_time(world.listener.accept()).await.unwrap();
    let stream = in_time(acceptor().accept(stream)).await.unwrap();
    let (mut smsc, bind) = Smsc::asked(stream).await;
    assert_eq!(bind.system_id, "acme");
    smsc.session.accept_bind("SIM").unwrap();
    smsc.write().await;
    world.reaches(|state| *state == RouteState::Bound).await;
    let submissions: Vec<_> = (0..500).map(|n| world.submit(letter(&format!("{n:06}")))).collect();
    for _ in 0..500 {
        let (sequence, message) = smsc.submitted().await;
        let id = String::from_utf8_lossy(&message.short_message[..6]).into_owned();
        smsc.answer(sequence, Ok(&format!("x{id}"))).await;
    }
    for (n, submission) in submissions.into_iter().enumerate() {
        let provider_ids = vec![format!("x{n:06}")];
        assert_eq!(in_time(submission).await.unwrap(), Submission::Accepted { provider_ids });
    }
}

#[tokio::test]
async fn whoever_cannot_prove_the_name_hears_no_password() {
    let ours = Authority::written(AUTHORITY);
    // A certificate that signs nothing: not the one that the SMSC's hangs on.
    let stranger = Authority::written(CERTIFICATE);
    for (name, authority) in [("other.example", &ours), (NAME, &stranger)] {
        let world = encrypted(|config| {
            config.tls_name = Some(name.to_owned());
            config.tls_ca = Some(authority.path.clone());
        })
        .await;
        let (stream, _) = in_time(world.listener.accept()).await.unwrap();
        assert!(in_time(acceptor().accept(stream)).await.is_err(), "{name}");
        let reason = down(&world).await;
        assert!(reason.starts_with("no TLS: invalid peer certificate"), "{reason}");
    }
    let world = encrypted(|config| config.tls_ca = Some(ours.path.clone())).await;
    let (mut stream, _) = in_time(world.listener.accept()).await.unwrap();
    // Whoever speaks no TLS proves nothing: the answer to a bind of nobody's.
    stream.write_all(b"\0\0\0\x10\x80\0\0\x09\0\0\0\0\0\0\0\x01").await.unwrap();
    let reason = down(&world).await;
    assert!(reason.starts_with("no TLS"), "{reason}");
}
