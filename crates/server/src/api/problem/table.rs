//! The one table of errors: what each is called, its status, and what an integrator should do. Problem
//! details, the OpenAPI document and the pages under `/docs/errors` are made from these rows, so no error can
//! lack a page. Decides nothing about when an error arises: that is `outcomes` and the handlers.

use axum::http::StatusCode;

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Stable text that programs compare with; also the last part of the page's address.
    pub(crate) code: &'static str,
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// Short and the same every time (RFC 9457, 3.1.3).
    pub(crate) title: &'static str,
    /// What happened, for anyone who meets it.
    pub(crate) cause: &'static str,
    /// What to do about it.
    pub(crate) remedy: &'static str,
}

macro_rules! table {
    ($($kind:ident $code:literal $status:ident $title:literal $cause:literal $remedy:literal)*) => {
        /// Every error that the API answers with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Kind { $(#[doc = $title] $kind,)* }

        impl Kind {
            /// Every error, in the order of the table.
            pub(crate) const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// Its row.
            pub(crate) const fn row(self) -> Row {
                match self {
                    $(Kind::$kind => Row {
                        code: $code,
                        status: StatusCode::$status,
                        title: $title,
                        cause: $cause,
                        remedy: $remedy,
                    },)*
                }
            }
        }
    };
}

table! {
    BodyMalformed "body_malformed" BAD_REQUEST
    "The body is not JSON"
    "The body is not one JSON object in UTF-8, or a name stands in it twice. `detail` says at which line \
     and column reading stopped."
    "Send one JSON object, encoded by a JSON library, and nothing after it."

    ParamUnknown "param_unknown" BAD_REQUEST
    "A parameter is not known"
    "The body or the query holds a name that this operation does not take. Nothing was done: a misspelt \
     name would otherwise be ignored in silence."
    "Compare the names with the API reference. `param` says inside which object the unknown name stands, \
     if not at the top."

    ParamMissing "param_missing" BAD_REQUEST
    "A parameter is missing"
    "The operation needs the parameter that `param` names."
    "Add it. The API reference says which parameters are required."

    ParamInvalid "param_invalid" BAD_REQUEST
    "A parameter has a wrong value"
    "The parameter that `param` names has a wrong type, is too long, or is none of the values it can \
     have."
    "`detail` says what the parameter takes. Codes are strings: a number would lose the zeros a code may \
     begin with."

    AddressUnreadable "address_unreadable" BAD_REQUEST
    "This is neither a phone number nor an email address"
    "The text cannot be read as an address that a code could be sent to. `reason` says why: `empty`, \
     `not_a_number`, `region_needed`, `unknown_calling_code`, `too_short`, `too_long`, `not_in_plan`, \
     `input_too_long`, `email_malformed` or `email_too_long`."
    "Send phone numbers with a plus sign and the calling code, or nationally together with `region`. Show \
     the person what they typed and let them correct it."

    CodeMalformed "code_malformed" BAD_REQUEST
    "This cannot be a code"
    "A code is exactly as many ASCII digits as `code_length` of the verification says. What was sent was \
     compared with nothing and not counted as a wrong code."
    "Remove spaces and dashes before sending, keep zeros at the front, and send a JSON string."

    ProofUnreadable "proof_unreadable" BAD_REQUEST
    "This cannot be an answer to that factor"
    "What was sent cannot be a code or a password of the factor: it is empty, or has other characters or \
     another length. It was compared with nothing and not counted as a wrong answer."
    "Send what the person entered as a JSON string, with the zeros at its front."

    IdempotencyKeyMissing "idempotency_key_missing" BAD_REQUEST
    "The Idempotency-Key header is missing"
    "The operation must be done once, so a repeated request must be recognisable as the same one."
    "Send a fresh random value (a UUID) with each new request, and the same value when you repeat a request \
     whose answer did not arrive."

    IdempotencyKeyMalformed "idempotency_key_malformed" BAD_REQUEST
    "The Idempotency-Key header cannot be used"
    "The key must be one header of 1 to 255 visible ASCII characters."
    "Use a UUID."

    KeyInvalid "key_invalid" UNAUTHORIZED
    "No valid API key"
    "The request has no API key, or one that does not work. A missing, a malformed, an unknown and a \
     revoked key are answered alike."
    "Send `Authorization: Bearer` and the 64 hexadecimal digits of a key of your service. Keys are shown \
     once, when they are made; make a new one if yours is lost."

    PathUnknown "path_unknown" NOT_FOUND
    "There is nothing at this address"
    "The path is not one of the API."
    "Compare it with the API reference; paths have no slash at their end."

    VerificationNotFound "verification_not_found" NOT_FOUND
    "No such verification"
    "Your service has no verification with this id. Ids of other services look the same as ids that never \
     were."
    "Use the `id` from the answer that started it, with a key of the same service."

    AccountNotFound "account_not_found" NOT_FOUND
    "No such account"
    "Your service has no account with this id or identifier. Accounts of other services look the same as \
     none."
    "Check the id, or look for the account by its email address or phone number."

    ActionNotFound "action_not_found" NOT_FOUND
    "No such action"
    "Your service has no action with this id. Actions of other services, and those that the Security Center \
     opened for itself, look the same as none."
    "Use the `id` from the answer that opened it, with a key of the same service."

    WebhookNotFound "webhook_not_found" NOT_FOUND
    "No such webhook"
    "Your service has no webhook with this id, or it is not told any more."
    "List the webhooks of your service."

    DeliveryNotFound "delivery_not_found" NOT_FOUND
    "No such delivery"
    "This webhook was never to be told an event with this id, or it is not told any more."
    "List the deliveries of the webhook; the `event` of each is its id."

    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED
    "This address takes another method"
    "The path exists, the method does not. The `Allow` header names the methods that do."
    "Use one of the methods in `Allow`."

    Conflict "conflict" CONFLICT
    "Another request was first"
    "Another request changed the same thing at the same moment, or the same request is still in flight. \
     This one did nothing."
    "Repeat it with the same Idempotency-Key; that is safe."

    CodeExpired "code_expired" CONFLICT
    "The code has run out"
    "The newest code of this verification or action is no longer accepted. Nothing was compared or counted."
    "Send a new one, with the resend operation of the verification or the codes operation of the action, as \
     long as it is pending."

    VerificationApproved "verification_approved" CONFLICT
    "The verification is already approved"
    "Its code was entered once, and a code works once."
    "Read the verification: its `status` is what counts. Start a new one for a new purpose."

    VerificationExpired "verification_expired" CONFLICT
    "The verification has expired"
    "Its deadline has passed, with or without resends."
    "Start a new verification."

    VerificationCanceled "verification_canceled" CONFLICT
    "The verification was canceled"
    "It was withdrawn; its codes are dead."
    "Start a new verification."

    VerificationFailed "verification_failed" CONFLICT
    "The verification has failed"
    "Too many wrong codes were entered."
    "Start a new verification once the factor is open again; `factor_locked` says when that is."

    VerificationSuperseded "verification_superseded" CONFLICT
    "A newer verification took its place"
    "A verification for the same person, channel and purpose was started later. Only the newest one can \
     be finished."
    "Use the newest verification."

    VerificationOfPage "verification_of_page" CONFLICT
    "This verification belongs to a page"
    "It was started on a page of the Security Center, and only the browser that started it can finish it."
    "Start a verification of your own."

    SendsSpent "sends_spent" CONFLICT
    "This verification has sent all its codes"
    "A verification sends a limited number of codes, and waiting does not add to them."
    "Let the person enter the newest code while it works, or start a new verification."

    ActionHeld "action_held" CONFLICT
    "Exits are held"
    "After a change of its security settings nothing leaves the account for a while. `reason` is the change: \
     `phone_changed`, `phone_added`, `factor_added`, `sms_switched_off`, `email_changed`, \
     `password_changed`, `trading_password_changed`, `totp_changed`, `passkey_changed`, \
     `recovery_codes_changed`, `unfrozen` or `recovered`. The hold that ends last counts, and nobody can \
     shorten one."
    "Tell the person when it ends: `retry_after` seconds from now. `/v1/accounts/{id}/holds` says the same \
     before anything is opened."

    ActionRefused "action_refused" CONFLICT
    "This is not possible for this account"
    "`reason` says why: `account_frozen`, `account_restricted` (the policy refuses this to restricted and \
     flagged accounts), or `policy` (it refuses this under these circumstances: a SIM that was changed, a \
     region, an amount)."
    "Send the person to the Security Center, or to support. Asking again changes nothing."

    FactorsMissing "factors_missing" CONFLICT
    "The account lacks factors"
    "The policy asks for factors that the account does not have. `reason` names those that would have to be \
     set up, separated by commas."
    "Send the person to the Security Center to set them up. Changing or removing one holds exits for a while."

    ActionOver "action_over" CONFLICT
    "The action is over"
    "It takes no more codes and answers. `reason` says what became of it: `authorised`, `redeemed`, \
     `lapsed`, or why it was cancelled: `timed_out`, `withdrawn`, `declined`, `too_many_failures`, `frozen` \
     or `held`."
    "Read the action: its `status` is what counts. To try again, open a new one."

    ActionOfPage "action_of_page" CONFLICT
    "A browser has this action"
    "Its confirm link was opened, and only the browser that opened it can go on."
    "Wait for the action to end, or withdraw it and open a new one."

    FactorNotAsked "factor_not_asked" CONFLICT
    "The action does not ask for this factor"
    "The factor stands in no set of `any_of`, is proved already, or cannot be reached any more. Nothing was \
     compared, counted or sent."
    "Ask for the factors in one of the sets of `any_of` that are not in `proved` yet."

    CodeNotSent "code_not_sent" CONFLICT
    "No code is out for this action"
    "A code of this factor is sent first, and none was since the last proof. Nothing was compared or counted."
    "Send one, then let the person enter it."

    AssertionExpired "assertion_expired" CONFLICT
    "The assertion has run out"
    "It was not redeemed within 60 seconds. The action has lapsed, and nothing may be carried out."
    "Open a new action and let the person confirm it again. Redeem right after it is authorised."

    AssertionUsed "assertion_used" CONFLICT
    "The assertion is used up"
    "It was redeemed under another Idempotency-Key, and an assertion serves once."
    "Look whether you carried this out already. Repeat a redemption whose answer did not arrive with the \
     same Idempotency-Key."

    WebhooksTooMany "webhooks_too_many" CONFLICT
    "There are too many webhooks"
    "A service has at most 20 that are told."
    "Delete those that nobody listens to."

    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE
    "The body is too large"
    "Bodies are read up to 64 KiB."
    "Requests of this API take a few hundred bytes; check what your client sends."

    ContentTypeUnsupported "content_type_unsupported" UNSUPPORTED_MEDIA_TYPE
    "The body must be JSON"
    "The body has no `Content-Type: application/json`, another character set than UTF-8, or a content \
     encoding."
    "Send `Content-Type: application/json` and the plain JSON text."

    DetailsMismatch "details_mismatch" UNPROCESSABLE_ENTITY
    "The details do not belong to this verification"
    "Withdrawals and P2P sales must say `details`, other purposes must not, and a resend must repeat \
     exactly what the verification was started with: its codes confirm that amount and that payee only."
    "Send the same `details`. To confirm something else, start a new verification."

    DetailsInvalid "details_invalid" UNPROCESSABLE_ENTITY
    "The details cannot be confirmed"
    "`param` names the detail that is missing or cannot be used. Names are of `a`-`z` and `_`, at most 32; \
     texts are 1 to 256 characters without control characters and marks that turn the direction; `amount` is \
     a decimal number above zero with at most 18 digits before and after its point; there are at most 16."
    "Send the details that the kind needs; the operation lists them. What the person confirms is exactly \
     this."

    ReturnUrlRefused "return_url_refused" UNPROCESSABLE_ENTITY
    "The page may not lead there"
    "The origin of `return_url` is none of those in the server's configuration (`return_origins`), or the \
     URL is malformed."
    "Use a page of your own site, or have its origin added to the configuration."

    ProofWrong "proof_wrong" UNPROCESSABLE_ENTITY
    "The answer is wrong"
    "It was compared and counted. `attempts_left` wrong answers are left before the factor locks for this \
     person, whatever the action; `reason` is `earlier_code` if it was the code of an earlier message."
    "Tell the person, and let them try again. New actions do not reset the count."

    AssertionInvalid "assertion_invalid" UNPROCESSABLE_ENTITY
    "This is no assertion for your service"
    "The text is not signed by this server, belongs to another service, or its action was withdrawn since."
    "Carry nothing out. Read the action: its `assertion` is the one that counts."

    DigestMismatch "digest_mismatch" UNPROCESSABLE_ENTITY
    "This is not what was confirmed"
    "The digest differs from that of the action: another amount, payee, account or audience. The assertion \
     is not used up."
    "Carry nothing out. Compute the digest from what you are about to do, not from what you stored with the \
     action."

    WebhookUrlRefused "webhook_url_refused" UNPROCESSABLE_ENTITY
    "This address cannot be told anything"
    "The URL is not an `https` address on the public Internet; `detail` says what is wrong with it."
    "Use an address of your server that the Internet reaches. Private addresses must be allowed in the \
     server's configuration."

    RateInvalid "rate_invalid" UNPROCESSABLE_ENTITY
    "A rate cannot be kept"
    "`param` says which one, and `reason` why: `zero`, `twice` (the asset stands in the list before) or \
     `ahead` (dated more than a minute from now). None of the list was kept."
    "Correct it and send the list again. Without a fresh rate every amount counts as a large one."

    IdempotencyKeyReused "idempotency_key_reused" UNPROCESSABLE_ENTITY
    "The Idempotency-Key was used for another request"
    "Your service used this key for a request that asked for something else. Nothing was done."
    "Use a fresh key for every new request."

    NumberRefused "number_refused" UNPROCESSABLE_ENTITY
    "No code is sent to this number"
    "The number exists, but cannot or may not receive codes. `reason` says why: `line_fixed`, \
     `line_voip`, `line_toll_free`, `line_premium_rate`, `line_pager`, `line_other`, `no_country`, \
     `country_not_allowed` or `denied`."
    "Ask the person for a mobile number, or send the code by email. Judge numbers first to tell them \
     early."

    FactorLocked "factor_locked" TOO_MANY_REQUESTS
    "Too many wrong codes"
    "Wrong codes have locked this channel for this person. Nothing more is compared or sent until \
     `retry_after` seconds have passed; each further run of wrong codes locks for longer."
    "Tell the person when to come back. A new verification does not open the lock."

    FactorDisabled "factor_disabled" TOO_MANY_REQUESTS
    "This channel is shut for this person"
    "Their budget of wrong codes is used up. An account must bind the factor again; an address without an \
     account opens as the failures grow a year old."
    "Let the person prove themselves another way."

    SendingLocked "sending_locked" TOO_MANY_REQUESTS
    "Too many codes without one being entered"
    "Codes were sent again and again and none was entered, so sending rests for `retry_after` seconds."
    "Offer another channel, and check that the address is the person's own."

    SendLimited "send_limited" TOO_MANY_REQUESTS
    "A limit on sending is reached"
    "`reason` names the limit: `address`, `account`, `ip`, `network`, `device`, `prefix`, `country` or \
     `money`. It opens after `retry_after` seconds."
    "Wait, or offer another channel. Pass `client_ip` and `device` of the person so that one of them \
     cannot use up what is meant for all."

    ResendTooSoon "resend_too_soon" TOO_MANY_REQUESTS
    "The last code is too fresh"
    "The next code may be asked for at `resend_at` of the verification, and each wait is longer than the \
     one before."
    "Show a countdown to `resend_at`."

    Internal "internal" INTERNAL_SERVER_ERROR
    "Something broke on our side"
    "The request was not finished. What happened is in the server's log under `request_id`."
    "Repeat it with the same Idempotency-Key. If it stays, give `request_id` to whoever runs the server."

    Busy "busy" SERVICE_UNAVAILABLE
    "Too many requests at once"
    "The queue is full. This request did nothing."
    "Repeat it after `retry_after` seconds, with the same Idempotency-Key."
}

impl Kind {
    /// The error with this code.
    pub(crate) fn named(code: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.row().code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_error_has_a_code_of_its_own_and_words() {
        let codes: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.row().code).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let row = kind.row();
            assert_eq!(Kind::named(row.code), Some(*kind));
            assert!(row.code.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()), "{}", row.code);
            assert!(row.status.is_client_error() || row.status.is_server_error(), "{}", row.code);
            assert!(!row.title.ends_with('.') && row.cause.ends_with('.') && row.remedy.ends_with('.'));
        }
        assert_eq!(Kind::named("KEY_INVALID"), None);
    }
}
