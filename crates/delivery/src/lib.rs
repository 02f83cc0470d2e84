//! Ways out to people and systems: SMPP routes, providers' HTTP interfaces and modems for text messages, SMTP for
//! email, calls, webhooks, and the words that travel over them.
//!
//! Decides how one letter goes over one route and what the other side's answer means. Refuses to know which
//! route is best, when to try again and how tries are recorded: that is the dispatcher's and the core's.
//! Nothing here touches storage.

pub mod http;
pub mod providers;
pub mod smpp;
pub mod smtp;
pub mod voice;
pub mod webhook;
pub mod words;

use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::Body;
use countersign_core::outbox::{Inbound, Receipt, Submission};
use countersign_core::template::{AppHash, Template};
use countersign_core::time::Timestamp;
use providers::{CallbackRequest, Reading};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// One message for one try over one route. Prints no address and no code (R10).
#[derive(Clone, Debug)]
pub struct Letter {
    /// The message, for logs and for the Message-ID of an email.
    pub reference: MessageId,
    /// Where it goes.
    pub to: Address,
    /// What it says.
    pub body: Body,
    /// In which language (BCP 47); English when there is no catalogue for it.
    pub locale: String,
    /// Whose name it carries.
    pub brand: String,
    /// In whose name it is sent, where that is not the route's own: a number, a short code or a name (E.164 with `+`).
    pub sender: Option<String>,
    /// Host of the site that the code is for, as in `acme.example`; binds the code to it (R13). Empty for
    /// none.
    pub host: String,
    /// Where the service's pages are, as in `https://accounts.acme.example`, for links; no slash at its end.
    pub origin: String,
    /// The phrase that the account's owner chose; emails show it, so that a fake one is recognised.
    pub phrase: Option<String>,
    /// The service's own text for it, if there is one in this language.
    pub template: Option<Template>,
    /// What tells the service's Android app that a text message is for it (R14).
    pub app_hash: Option<AppHash>,
    /// How long it is still of use: carriers are told to drop it after that.
    pub valid_for: Duration,
}

/// A try under way. It ends within [`TRY_MAX`].
pub type Submitting<'a> = Pin<Box<dyn Future<Output = Submission> + Send + 'a>>;

/// No try takes longer, so that its message is still leased when the answer is recorded (core's outbox
/// lease).
pub const TRY_MAX: Duration = Duration::from_secs(25);

/// How a way out stands on this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// Messages may go.
    Up,
    /// It is being connected.
    Connecting,
    /// It is not connected.
    Down {
        /// Why, in English for operators: no secret, no address of a person.
        reason: String,
    },
}

/// A way out.
pub trait Channel: Send + Sync {
    /// Hands one letter over, once. The identifiers in [`Submission::Accepted`] are spelled as those in
    /// [`Receipt::provider_ids`], so that equal texts mean the same message on the same route.
    fn submit(&self, letter: Letter) -> Submitting<'_>;

    /// How it stands. One that connects for each letter is always up.
    fn live_state(&self) -> LiveState {
        LiveState::Up
    }

    /// Whether it would take one more letter now without letting it wait.
    fn has_room(&self) -> bool {
        true
    }

    /// Ends its connections once nothing is on its way (`false`), or connects again.
    fn keep_connected(&self, _keep: bool) {}
}

/// Where receipts go.
pub trait ReceiptSink: Send + Sync + 'static {
    /// Takes one receipt. Called on a connection's own task: must not block. A receipt may come before the
    /// answer to the submit it is about.
    fn receipt(&self, receipt: Receipt);

    /// Takes a text that somebody sent to a number of ours. Must not block.
    fn inbound(&self, inbound: Inbound);
}

/// Where a provider calls us back. The addresses are `/callbacks/{name}` and `/callbacks/{name}/{token}`.
pub trait CallbackDoor: Send + Sync + 'static {
    /// The route's name.
    fn name(&self) -> &str;

    /// Believes a request or not, and reads it.
    fn read<'a>(&'a self, request: &'a CallbackRequest, now: Timestamp) -> Reading<'a>;
}
