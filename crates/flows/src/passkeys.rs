//! Passkeys by the library's ceremony (WebAuthn Level 3 sections 7.1 and 7.2, R39): challenges made, answers verified
//! with user verification required. Slow enough to stand outside transactions; its state goes through rows, so that any
//! node can finish what another began. Knows no action and no setting.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::model::{Authenticator, AuthenticatorSecret, OperatorAuthenticator, Redacted};
use url::Url;
use webauthn_rs::prelude::*;

/// Something enrolled that may be a passkey, of a holder or of staff.
pub(crate) trait Enrolled {
    /// What it is checked against, while it can still prove something.
    fn live_secret(&self) -> Option<&AuthenticatorSecret>;
}

impl Enrolled for Authenticator {
    fn live_secret(&self) -> Option<&AuthenticatorSecret> {
        self.is_live().then_some(&self.secret)
    }
}

impl Enrolled for OperatorAuthenticator {
    fn live_secret(&self) -> Option<&AuthenticatorSecret> {
        self.is_live().then_some(&self.secret)
    }
}

/// The ceremonies of one site. Without a name that browsers accept as a relying party (an IP address is none), there
/// are no passkeys.
pub(crate) struct Passkeys {
    site: Option<Webauthn>,
}

/// A challenge: what the browser is given, and what is kept of it.
pub(crate) struct Challenge {
    /// JSON for the page's script.
    pub(crate) options: String,
    /// JSON for the row.
    pub(crate) state: Redacted,
}

/// A verified answer: the credential with its counter moved on.
pub(crate) struct Verified {
    pub(crate) credential_id: String,
    pub(crate) credential: Redacted,
    pub(crate) backed_up: bool,
}

impl Passkeys {
    pub(crate) fn new(public_url: &str) -> Self {
        let site = Url::parse(public_url).ok().and_then(|origin| {
            let host = origin.domain()?.to_owned();
            WebauthnBuilder::new(&host, &origin).ok()?.rp_name(&host).build().ok()
        });
        Self { site }
    }

    /// Whether browsers can make passkeys for this site.
    pub(crate) fn are_possible(&self) -> bool {
        self.site.is_some()
    }

    /// Asks for one of somebody's passkeys.
    pub(crate) fn ask(&self, enrolled: &[impl Enrolled]) -> Option<Challenge> {
        let known: Vec<Passkey> = enrolled.iter().filter_map(credential_of).collect();
        let (options, state) = self.site.as_ref()?.start_passkey_authentication(&known).ok()?;
        Some(Challenge {
            options: serde_json::to_string(&options).ok()?,
            state: Redacted(serde_json::to_string(&state).ok()?),
        })
    }

    /// Verifies the answer to [`Passkeys::ask`]. `enrolled` are the live passkeys as they are now: one that was removed
    /// since proves nothing.
    pub(crate) fn verify(
        &self,
        answer: &str,
        state: &Redacted,
        enrolled: &[impl Enrolled],
    ) -> Option<Verified> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
        let state: PasskeyAuthentication = serde_json::from_str(&state.0).ok()?;
        let result = self.site.as_ref()?.finish_passkey_authentication(&answer, &state).ok()?;
        let mut passkey =
            enrolled.iter().filter_map(credential_of).find(|key| key.cred_id() == result.cred_id())?;
        if !result.user_verified() {
            return None;
        }
        passkey.update_credential(&result)?;
        Some(Verified {
            credential_id: id_text(passkey.cred_id()),
            credential: Redacted(serde_json::to_string(&passkey).ok()?),
            backed_up: result.backup_state(),
        })
    }

    /// Begins the making of a passkey for whoever has this identifier; those that they have are left out.
    pub(crate) fn make(&self, owner: [u8; 16], label: &str, enrolled: &[impl Enrolled]) -> Option<Challenge> {
        let exclude = enrolled.iter().filter_map(credential_of).map(|key| key.cred_id().clone()).collect();
        let user = Uuid::from_bytes(owner);
        let (options, state) =
            self.site.as_ref()?.start_passkey_registration(user, label, label, Some(exclude)).ok()?;
        Some(Challenge {
            options: serde_json::to_string(&options).ok()?,
            state: Redacted(serde_json::to_string(&state).ok()?),
        })
    }

    /// Verifies the answer to [`Passkeys::make`].
    pub(crate) fn made(&self, answer: &str, state: &Redacted) -> Option<AuthenticatorSecret> {
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).ok()?;
        let state: PasskeyRegistration = serde_json::from_str(&state.0).ok()?;
        let passkey = self.site.as_ref()?.finish_passkey_registration(&answer, &state).ok()?;
        let model = model_of(&answer).map(|model| model.to_string()).unwrap_or_default();
        let json = serde_json::to_value(&passkey).ok()?;
        let backed_up =
            json.pointer("/cred/backup_state").and_then(serde_json::Value::as_bool).unwrap_or(false);
        Some(AuthenticatorSecret::Passkey {
            credential_id: id_text(passkey.cred_id()),
            credential: Redacted(json.to_string()),
            model,
            backed_up,
        })
    }
}

fn credential_of(enrolled: &impl Enrolled) -> Option<Passkey> {
    match enrolled.live_secret()? {
        AuthenticatorSecret::Passkey { credential, .. } => serde_json::from_str(&credential.0).ok(),
        _ => None,
    }
}

/// The secret of the passkey that answered, with its counter moved on; none if it is not that one.
pub(crate) fn moved_on(secret: &AuthenticatorSecret, verified: &Verified) -> Option<AuthenticatorSecret> {
    match secret {
        AuthenticatorSecret::Passkey { credential_id, model, .. }
            if *credential_id == verified.credential_id =>
        {
            Some(AuthenticatorSecret::Passkey {
                credential: verified.credential.clone(),
                credential_id: credential_id.clone(),
                model: model.clone(),
                backed_up: verified.backed_up,
            })
        }
        _ => None,
    }
}

fn id_text(id: &CredentialID) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// The maker's model number in an attestation object (WebAuthn Level 3 section 6.5.1: after 37 bytes of authenticator
/// data). Browsers put zeros there unless attestation is asked for; it is shown, never judged by.
fn model_of(answer: &RegisterPublicKeyCredential) -> Option<Uuid> {
    let object: &[u8] = answer.response.attestation_object.as_ref();
    let marker = b"hauthData";
    let start = object.windows(marker.len()).position(|window| window == marker)? + marker.len();
    // A CBOR byte string of 24 to 65535 bytes: 0x58 with one byte of length, or 0x59 with two.
    let data = match object.get(start)? {
        0x58 => object.get(start + 2..)?,
        0x59 => object.get(start + 3..)?,
        _ => return None,
    };
    let model: [u8; 16] = data.get(37..53)?.try_into().ok()?;
    Some(Uuid::from_bytes(model)).filter(|model| !model.is_nil())
}
