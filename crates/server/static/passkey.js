// Passkeys: the options that the server wrote as JSON go to the browser's WebAuthn, its answer goes back as JSON in a form
// (WebAuthn Level 3, 5.1.8 to 5.1.10). No word is spelt here; nothing is decided here.

import { all, one, say } from './app.js';

const bytes = (text) => Uint8Array.from(
  atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

// For browsers that have WebAuthn but not its JSON: the few members that are binary are turned by hand.
const listed = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));
const creationOptions = (options) => PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? {
  ...options,
  challenge: bytes(options.challenge),
  user: { ...options.user, id: bytes(options.user.id) },
  excludeCredentials: listed(options.excludeCredentials),
};
const requestOptions = (options) => PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? {
  ...options,
  challenge: bytes(options.challenge),
  allowCredentials: listed(options.allowCredentials),
};
function asJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { id, rawId, type, response } = credential;
  const read = { clientDataJSON: base64url(response.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) read[name] = base64url(response[name]);
  }
  if (response.getTransports) read.transports = response.getTransports();
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: base64url(rawId), type, response: read, clientExtensionResults };
}

// Turning back is no fault: it is said calmly, and the page stays as it is.
function tell(button, text) {
  const slot = one('.slot[id="passkey-problem"]', button.form);
  slot.textContent = text;
  say(text);
}

async function ask(button) {
  const { passkeyGet, passkeyCreate, into, canceled, known, unsupported } = button.dataset;
  if (!window.PublicKeyCredential) return tell(button, unsupported);
  button.disabled = true;
  try {
    const { publicKey } = JSON.parse(passkeyGet || passkeyCreate);
    const credential = passkeyGet
      ? await navigator.credentials.get({ publicKey: requestOptions(publicKey) })
      : await navigator.credentials.create({ publicKey: creationOptions(publicKey) });
    button.form.elements[into].value = JSON.stringify(asJson(credential));
    button.form.requestSubmit();
  } catch (fault) {
    tell(button, fault.name === 'InvalidStateError' && known ? known : canceled);
  } finally {
    button.disabled = false;
  }
}

// Password managers drop what is gone here, and show the name that is shown here.
function signal({ passkeySignal: rpId, user: userId, name, accepted }) {
  const allAcceptedCredentialIds = accepted.split(' ').filter(Boolean);
  const quietly = (promise) => promise?.catch(() => {});
  quietly(window.PublicKeyCredential?.signalAllAcceptedCredentials?.(
    { rpId, userId, allAcceptedCredentialIds }));
  quietly(window.PublicKeyCredential?.signalCurrentUserDetails?.(
    { rpId, userId, name, displayName: name }));
}

export function passkeys() {
  for (const hint of all('[data-without-script]')) hint.hidden = true;
  for (const button of all('[data-passkey-get], [data-passkey-create]')) {
    button.hidden = false;
    button.addEventListener('click', () => ask(button));
  }
  for (const place of all('[data-passkey-signal]')) signal(place.dataset);
}
