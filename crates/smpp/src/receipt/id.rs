//! Which of our messages a receipt may be about. SMSCs answer a submit with an id in one notation and write
//! their receipts in another; Kannel's `msg-id-type` exists for the same reason.

/// How the ids in a route's receipts relate to those in its submit answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DlrId {
    /// Not known yet: try all; the caller remembers which one worked.
    #[default]
    Auto,
    /// The same string, but for case and leading zeros.
    String,
    /// The submit answer was hexadecimal, the receipt is decimal.
    HexToDec,
    /// The submit answer was decimal, the receipt is hexadecimal.
    DecToHex,
}

impl DlrId {
    /// As written in configuration: `auto`, `string`, `hex_to_dec`, `dec_to_hex`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "string" => Some(Self::String),
            "hex_to_dec" => Some(Self::HexToDec),
            "dec_to_hex" => Some(Self::DecToHex),
            _ => None,
        }
    }

    /// The name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::String => "string",
            Self::HexToDec => "hex_to_dec",
            Self::DecToHex => "dec_to_hex",
        }
    }
}

/// The form ids are compared in: lower case, no leading zeros. Keep it beside the raw id of a submit answer.
pub fn fold_id(id: &str) -> String {
    let folded = id.trim().to_ascii_lowercase();
    let stripped = folded.trim_start_matches('0');
    if stripped.is_empty() && !folded.is_empty() { "0".to_owned() } else { stripped.to_owned() }
}

/// The folded submit ids that a receipt with `receipt_id` may be about, likeliest first, each with the rule
/// that gives it. Look them up within the route and the destination only: with [`DlrId::Auto`] a number can
/// stand for two messages.
pub fn id_candidates(rule: DlrId, receipt_id: &str) -> Vec<(DlrId, String)> {
    let folded = fold_id(receipt_id);
    let digits_only = !folded.is_empty() && folded.bytes().all(|octet| octet.is_ascii_digit());
    let as_hex = || digits_only.then(|| folded.parse::<u128>().ok()).flatten().map(|n| format!("{n:x}"));
    let as_decimal = || {
        let hexadecimal = folded.bytes().all(|octet| octet.is_ascii_hexdigit());
        hexadecimal.then(|| u128::from_str_radix(&folded, 16).ok()).flatten().map(|n| n.to_string())
    };
    let mut candidates = Vec::with_capacity(3);
    if matches!(rule, DlrId::Auto | DlrId::String) {
        candidates.push((DlrId::String, folded.clone()));
    }
    if matches!(rule, DlrId::Auto | DlrId::HexToDec)
        && let Some(id) = as_hex()
    {
        candidates.push((DlrId::HexToDec, id));
    }
    if matches!(rule, DlrId::Auto | DlrId::DecToHex)
        && let Some(id) = as_decimal()
    {
        candidates.push((DlrId::DecToHex, id));
    }
    candidates
}
