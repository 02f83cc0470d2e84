//! Use cases, one file each: load, decide, save, answer. The only owner of transactions: whatever a decision of the
//! core asks to change is saved in the transaction that loaded what it was decided on, and nobody hears of it before
//! the commit. Pages, API and command line all call the same functions here, so that no door can forget a rule.

mod accounts;
mod admin;
mod bind;
mod clock;
mod context;
mod devices;
mod dispatch;
mod error;
mod guess;
mod identify;
mod journeys;
mod overview;
mod passwords;
mod sending;
mod sessions;
mod sign_in;
mod sign_up;
mod sms_switch;
mod timers;
mod verifications;

pub use accounts::AccountView;
pub use admin::{NewApiKey, NewOperator};
pub use bind::activate::ActivateOutcome;
pub use bind::number::NumberOutcome;
pub use bind::open::OpenOutcome;
pub use bind::prove::ProveSendOutcome;
pub use bind::{BindState, BindView};
pub use clock::Clock;
pub use context::{Caller, Flows, FlowsConfig};
pub use devices::{DeviceEntry, SessionEntry};
pub use dispatch::{Dispatcher, RouteChannel};
pub use error::FlowError;
pub use guess::CodeAnswer;
pub use journeys::{CodePage, JourneyResend};
pub use overview::{Activity, Overview};
pub use sessions::SignedIn;
pub use sign_in::check::SignInCheck;
pub use sign_in::method::MethodOutcome;
pub use sign_in::start::SignInStart;
pub use sign_up::check::SignUpCheck;
pub use sign_up::start::SignUpStart;
pub use sms_switch::SwitchOutcome;
pub use timers::TimerReport;
pub use verifications::{ApiCheck, ApiResend, ApiStart, NewVerification, VerificationView};

pub use countersign_core as core;
