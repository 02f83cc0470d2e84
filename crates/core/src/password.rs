//! Which passwords are accepted (NIST SP 800-63B-4 section 3.1.1.2, R38): long enough, not among the common ones,
//! not the account's own name. No composition rules, no rotation. How they are hashed is the flows' affair.

use crate::policy::Policy;

/// Longest password accepted, in characters: enough for any phrase, little enough that hashing it cannot be abused.
pub const LENGTH_MAX: usize = 256;

/// The most used passwords of at least eight characters, one per line, most used first.
const COMMON: &str = include_str!("../data/common_passwords.txt");

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Nothing was entered.
    Empty,
    /// Too short.
    TooShort {
        /// Fewest characters accepted.
        min: u64,
    },
    /// Over [`LENGTH_MAX`] characters.
    TooLong,
    /// Among the first that anyone would try.
    Common,
    /// The identifier or the brand's name, or little more than that.
    Guessable,
}

/// Judges a new password against the policy, the identifier it will guard and the brand's name.
pub fn judge(password: &str, identifier: &str, brand: &str, policy: &Policy) -> Result<(), PasswordProblem> {
    let length = password.chars().count();
    if length == 0 {
        return Err(PasswordProblem::Empty);
    }
    if length > LENGTH_MAX {
        return Err(PasswordProblem::TooLong);
    }
    if (length as u64) < policy.password_length_min {
        return Err(PasswordProblem::TooShort { min: policy.password_length_min });
    }
    let folded = password.to_lowercase();
    if is_one_step_repeated(&folded) || COMMON.lines().any(|common| common == folded) {
        return Err(PasswordProblem::Common);
    }
    let bare: String = folded.chars().filter(|c| c.is_alphabetic()).collect();
    let named = [identifier, identifier.split('@').next().unwrap_or(""), brand];
    let own_name = named.iter().map(|name| name.to_lowercase()).any(|name| {
        let letters: String = name.chars().filter(|c| c.is_alphabetic()).collect();
        folded == name || (!letters.is_empty() && letters.len() >= 4 && bare == letters)
    });
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    let own_number = digits.len() >= 8 && identifier.trim_start_matches('+').ends_with(digits.as_str());
    if own_name || own_number { Err(PasswordProblem::Guessable) } else { Ok(()) }
}

/// "aaaaaaaa", "12345678", "hgfedcba": every character the same step from the one before.
fn is_one_step_repeated(text: &str) -> bool {
    let points: Vec<i64> = text.chars().map(|c| i64::from(c as u32)).collect();
    let Some(step) = points.get(1).zip(points.first()).map(|(b, a)| b - a) else { return true };
    (-1..=1).contains(&step) && points.windows(2).all(|pair| pair[1] - pair[0] == step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), PasswordProblem> {
        judge(password, "ada.lovelace@example.com", "Acme", &Policy::default())
    }

    #[test]
    fn long_enough_and_not_common_is_all_that_is_asked() {
        for good in
            ["correct horse", "tr0mbone-cheese", "пароль со словами", "密码密码密码密码很长", "        x"]
        {
            assert_eq!(judged(good), Ok(()), "{good}");
        }
        assert_eq!(judged(&"é".repeat(256)), Err(PasswordProblem::Common));
        assert_eq!(judged(&"éa".repeat(128)), Ok(()));
    }

    #[test]
    fn each_problem_is_named() {
        assert_eq!(judged(""), Err(PasswordProblem::Empty));
        assert_eq!(judged("sev3n.."), Err(PasswordProblem::TooShort { min: 8 }));
        assert_eq!(judged(&"éa".repeat(129)), Err(PasswordProblem::TooLong));
        for common in
            ["password", "PassWord", "12345678", "hgfedcba", "aaaaaaaaaaaa", "iloveyou1", "password123"]
        {
            assert_eq!(judged(common), Err(PasswordProblem::Common), "{common}");
        }
        for own in ["ada.lovelace", "ada.lovelace@example.com", "AdaLovelace1815", "lovelaceada"] {
            let wanted = if own == "lovelaceada" { Ok(()) } else { Err(PasswordProblem::Guessable) };
            assert_eq!(judged(own), wanted, "{own}");
        }
        let own_number = judge("07400123456", "+447400123456", "Acme", &Policy::default());
        assert_eq!(own_number, Ok(()), "national form is not the suffix; the next one is");
        assert_eq!(
            judge("7400123456!", "+447400123456", "Acme", &Policy::default()),
            Err(PasswordProblem::Guessable)
        );
    }
}
