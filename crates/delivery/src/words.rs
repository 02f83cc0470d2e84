//! wip
use crate::Letter;
/// wip
pub fn render_sms(_l: &Letter) -> String { String::new() }
