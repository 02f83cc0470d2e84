//! Use cases, one file each: load, decide, save, answer. The only owner of transactions: whatever a decision of the
//! core asks to change is saved in the transaction that loaded what it was decided on, and nobody hears of it before
//! the commit. Pages, API and command line all call the same functions here, so that no door can forget a rule.

mod accounts;
mod actions;
mod admin;
mod bind;
mod clock;
mod console;
mod context;
mod devices;
mod dispatch;
mod error;
mod freezing;
mod guess;
mod identify;
mod journeys;
mod market;
mod overview;
mod passkeys;
mod passwords;
mod policies;
mod reverse;
mod roads;
mod sending;
mod sessions;
mod settings;
mod sign_in;
mod sign_up;
mod signer;
mod sms_switch;
mod timers;
mod verifications;
mod webhooks;

pub use accounts::AccountView;
pub use actions::api::{ActionOpen, ActionView, NewAction};
pub use actions::code::ActionSend;
pub use actions::open::{Context, StepUp};
pub use actions::page::{ConfirmAct, ConfirmLook, ConfirmView};
pub use actions::prove::{Answers, Judged, ProveOutcome};
pub use actions::settle::Effect;
pub use admin::{NewApiKey, NewOperator};
pub use bind::activate::ActivateOutcome;
pub use bind::number::NumberOutcome;
pub use bind::open::OpenOutcome;
pub use bind::prove::ProveSendOutcome;
pub use bind::{BindState, BindView};
pub use clock::Clock;
pub use console::delivery::acts::TestSend;
pub use console::delivery::messages::{AttemptView, MessageTimeline, MessageView};
pub use console::delivery::{DeliveryCell, DeliveryWindow, RouteView};
pub use console::desk::accounts::{
    AccountFile, FactorFile, NumberFile, ProtectOutcome, RevealOutcome, SessionFile,
};
pub use console::desk::lists::Lockout;
pub use console::desk::numbers::{NumberOwner, NumberReport, RouteReach};
pub use console::desk::proposals::{
    DecideOutcome, ProposalEffect, ProposalFile, ProposalView, ProposeOutcome,
};
pub use console::desk::today::{Figures, Queue, QueueKind, TodayDelivery};
pub use console::desk::{EntryView, Voice};
pub use console::policy::PolicyInForce;
pub use console::session::SignedInOperator;
pub use console::sign_in::{ConsoleCheck, ConsoleStart};
pub use console::templates::{Letterhead, TemplateDraft, TemplateEntry, TemplateJudged, TemplateRefusal};
pub use context::{Caller, Flows, FlowsConfig};
pub use devices::{DeviceEntry, SessionEntry};
pub use dispatch::Dispatcher;
pub use dispatch::receipts::CallbackTaken;
pub use error::FlowError;
pub use freezing::FreezeLink;
pub use guess::CodeAnswer;
pub use journeys::{CodePage, JourneyResend};
pub use market::Holds;
pub use overview::{Activity, Overview};
pub use reverse::{OwnText, OwnTextAsk, OwnTextPage};
pub use roads::{DispatchCounts, RouteChannel, RouteLive};
pub use sessions::SignedIn;
pub use settings::factors::FactorEntry;
pub use settings::passkey::PasskeyEnrol;
pub use settings::recovery::RecoveryMake;
pub use settings::secret::{PHRASE_LENGTH_MAX, SecretSet};
pub use settings::totp::{TotpEnrol, TotpKey};
pub use sign_in::check::SignInCheck;
pub use sign_in::method::MethodOutcome;
pub use sign_in::start::SignInStart;
pub use sign_up::check::SignUpCheck;
pub use sign_up::start::SignUpStart;
pub use sms_switch::SwitchOutcome;
pub use timers::TimerReport;
pub use verifications::{ApiCheck, ApiResend, ApiStart, NewVerification, VerificationView};
pub use webhooks::{EndpointAdd, Teller};

pub use countersign_core as core;
pub use countersign_delivery::LiveState;
pub use countersign_delivery::http::EgressPolicy;
pub use countersign_delivery::providers::{CallbackAnswer, CallbackRefusal, CallbackRequest};
pub use countersign_delivery::words::{Preview, PreviewCoding, Samples, languages};
pub use countersign_storage::tables::outbox::ErrorCount;
