//! A route over SMPP: an account at one SMSC, bound once or several times, which comes back when a bind is lost.
//!
//! What an operator may set is `config`, what goes on the wire is `message`. The life of one connection is `line`, a
//! session on it `session`, its stream `dial` and `wire`; messages wait in `queue`, which goes when is `traffic`, how
//! fast is `pace`. What answers mean is `verdict`, what the SMSC delivers is `heard`, how the route stands `standing`.

mod backoff;
mod config;
mod dial;
mod heard;
mod learned;
mod line;
mod message;
mod pace;
mod queue;
mod route;
mod session;
mod standing;
mod traffic;
mod verdict;
mod wire;

pub use config::{Alphabet, BindKind, DlrId, LongMessages, SmppConfig, SmppConfigError, Tls, Validity};
pub use route::{Clocks, SmppRoute, start};
pub use standing::{RouteState, RouteStatus};
