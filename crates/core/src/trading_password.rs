//! Which trading passwords are accepted: six digits that are not the first anyone would try (R37). People
//! choose such numbers badly (Markert et al., IEEE S&P 2020), so dates, patterns of the keypad and the
//! best-known numbers are refused. It never stands alone, and how it is hashed is the flows' affair.

use crate::code::{CodeProblem, TypedCode};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Digits of a trading password.
pub const DIGITS: u8 = 6;

/// Well known for what they mean or where they stood, and caught by no rule below: counting, corners of the
/// keypad, numbers of mathematics, "I love you" in Chinese, and two from lists of leaked passwords.
const WELL_KNOWN: [&str; 19] = [
    "010203", "020304", "030201", "102030", "203040", "302010", "101112", "111213", "112358", "124578",
    "134679", "142536", "235689", "271828", "292513", "314159", "315475", "201314", "520131",
];

/// A trading password in clear: six ASCII digits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TradingPassword(String);

impl TradingPassword {
    /// The digits. For hashing only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TradingPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TradingPassword(…)")
    }
}

/// Why a text is refused as a trading password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradingPasswordProblem {
    /// Nothing was entered.
    Empty,
    /// Not six digits.
    NotSixDigits,
    /// Among the first that anyone would try.
    Common,
    /// A date as people write birthdays.
    Date,
    /// Part of the account's own number.
    OwnNumber,
}

/// Reads a trading password that is to be checked: six digits of any script, spaces between them ignored.
pub fn read(typed: &str) -> Result<TradingPassword, TradingPasswordProblem> {
    // A code is taken out of whatever was pasted around it; a password is all that was typed.
    let bare = typed.chars().filter(|c| !c.is_whitespace()).take(usize::from(DIGITS) + 1).count();
    match TypedCode::lenient(typed, DIGITS) {
        Ok(code) if bare == usize::from(DIGITS) => Ok(TradingPassword(code.digits().to_owned())),
        Err(CodeProblem::Empty) => Err(TradingPasswordProblem::Empty),
        _ => Err(TradingPasswordProblem::NotSixDigits),
    }
}

/// Judges a new trading password. `identifier` is the account's phone number, or whatever else it is known
/// by; six of its digits in a row are refused.
pub fn judge(typed: &str, identifier: &str) -> Result<TradingPassword, TradingPasswordProblem> {
    let password = read(typed)?;
    let digits: String = identifier.chars().filter(char::is_ascii_digit).collect();
    if digits.contains(password.expose()) {
        return Err(TradingPasswordProblem::OwnNumber);
    }
    if is_common(password.expose()) {
        return Err(TradingPasswordProblem::Common);
    }
    if is_date(password.expose()) {
        return Err(TradingPasswordProblem::Date);
    }
    Ok(password)
}

fn is_common(password: &str) -> bool {
    let digits: Vec<u8> = password.bytes().map(|b| b - b'0').collect();
    let (first, second) = digits.split_at(digits.len() / 2);
    // 000000, 121212, 111222
    let few = digits.iter().fold(0u16, |seen, digit| seen | 1 << digit).count_ones() <= 2;
    // 123123, 420024
    let twice = first == second || first.iter().eq(second.iter().rev());
    // 112233
    let pairs = digits.chunks(2).all(|pair| pair[0] == pair[1]);
    // 123456, 246802, 890123
    let run = digits.windows(3).all(|w| (10 + w[0] + w[2] - 2 * w[1] % 10).is_multiple_of(10));
    // Rows, columns and diagonals of the keypad, forwards and backwards: 147258, 159753, 789456, 852456
    let lines = is_line(first) && is_line(second);
    few || twice || pairs || run || lines || WELL_KNOWN.contains(&password)
}

/// Three digits with the same step between them.
fn is_line(half: &[u8]) -> bool {
    half.windows(3).all(|w| w[0] + w[2] == 2 * w[1])
}

/// Whether the six digits read as a day (DDMMYY, MMDDYY, YYMMDD) or as a month of this century or the last
/// (YYYYMM, MMYYYY).
fn is_date(password: &str) -> bool {
    let number = |from: usize, to: usize| password.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let part = |index: usize| number(2 * index, 2 * index + 2).unwrap_or_default();
    let year_first = number(0, 4).is_some_and(is_year) && is_month(part(2));
    let year_last = number(2, 6).is_some_and(is_year) && is_month(part(0));
    let days = [(part(0), part(1)), (part(1), part(0)), (part(2), part(1))];
    year_first || year_last || days.into_iter().any(|(day, month)| is_day(day, month))
}

fn is_year(number: u32) -> bool {
    (1900..=2099).contains(&number)
}

fn is_month(number: u32) -> bool {
    (1..=12).contains(&number)
}

/// Whether some year has this day.
fn is_day(day: u32, month: u32) -> bool {
    let last = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    is_month(month) && (1..=last).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use TradingPasswordProblem::{Common, Date, Empty, NotSixDigits, OwnNumber};

    fn judged(typed: &str) -> Result<(), TradingPasswordProblem> {
        judge(typed, "+447400739182").map(drop)
    }

    #[test]
    fn six_digits_nobody_would_guess_are_accepted() {
        for good in ["739184", "804931", "048267", "957306", "284913", "123984", "321322"] {
            assert_eq!(judged(good), Ok(()), "{good}");
        }
    }

    /// The ten that people choose most (Markert et al., "This PIN Can Be Easily Guessed", 2020), and the
    /// six-digit ones among the thousand most leaked passwords.
    #[test]
    fn the_best_known_are_refused() {
        for common in [
            "000000", "111111", "112233", "121212", "123123", "123456", "159753", "654321", "666666",
            "789456", "696969", "123321", "555555", "131313", "777777", "222222", "123654", "987654",
            "999999", "333333", "232323", "888888", "159357", "101010", "444444", "212121", "102030",
            "252525", "315475", "007007", "111222", "147147", "147258", "010203", "147852", "420420",
            "242424", "123789", "098765", "141414", "202020", "852456", "159951", "134679", "151515",
            "456789",
        ] {
            assert_eq!(judged(common), Err(Common), "{common}");
        }
    }

    #[test]
    fn each_pattern_is_refused_by_its_own_rule() {
        for (rule, codes) in [
            ("two digits", ["100010", "887878"]),
            ("a half twice", ["804804", "804408"]),
            ("pairs", ["449911", "770055"]),
            ("steps over ten", ["890123", "135791"]),
            ("lines", ["369741", "753258"]),
        ] {
            for code in codes {
                assert_eq!(judged(code), Err(Common), "{rule}: {code}");
            }
        }
    }

    #[test]
    fn birthdays_are_refused_in_every_order() {
        for date in ["310785", "073185", "850731", "290200", "022984", "198507", "071985", "200912", "122009"]
        {
            assert_eq!(judged(date), Err(Date), "{date}");
        }
        // 31 April, 30 February, the years before 1900 and after 2099, month 13 and month 0.
        for none in ["310485", "300285", "185413", "210013", "131885", "002187", "198593", "931985"] {
            assert_eq!(judged(none), Ok(()), "{none}");
        }
    }

    #[test]
    fn the_own_number_is_refused_wherever_the_digits_stand() {
        for own in ["447400", "400739", "739182"] {
            assert_eq!(judged(own), Err(OwnNumber), "{own}");
        }
        assert_eq!(judge("739182", "+44 7400 739-182").map(drop), Err(OwnNumber));
        assert_eq!(judge("739182", "ada@example.com").map(drop), Ok(()));
    }

    #[test]
    fn only_six_digits_are_read() {
        for typed in ["739184", " 739 184\n", "٧٣٩١٨٤", "７３９１８４", "७३९१८४"] {
            assert_eq!(read(typed).as_ref().map(TradingPassword::expose), Ok("739184"), "{typed}");
        }
        for typed in ["", "  "] {
            assert_eq!(read(typed), Err(Empty));
        }
        for typed in
            ["73918", "7391840", "my 739184", "#739184", "739184½", "739-184", "-739184", "73918a", "abcdef"]
        {
            assert_eq!(read(typed), Err(NotSixDigits), "{typed}");
        }
    }

    /// A list that refused too much would make people choose what little is left; dates alone are a tenth.
    #[test]
    fn most_numbers_remain() {
        let all = (0..1_000_000).map(|n| format!("{n:06}"));
        let refused = all.filter(|password| is_common(password) || is_date(password)).count();
        assert!((90_000..120_000).contains(&refused), "{refused}");
    }

    #[test]
    fn a_trading_password_does_not_print() {
        assert_eq!(format!("{:?}", judge("739184", "")), "Ok(TradingPassword(…))");
    }
}
