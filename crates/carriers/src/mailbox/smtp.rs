//! The receiving side of SMTP (RFC 5321) without sockets: bytes in, replies and whole mails out. Bounded in
//! line, size, recipients and patience. It checks no sender and relays nothing.

/// Largest mail taken (RFC 1870, SIZE).
pub(super) const MAIL_OCTETS_MAX: usize = 1024 * 1024;
/// Longest line; RFC 5321, 4.5.3.1 has 512 for commands and 1000 for text.
const LINE_OCTETS_MAX: usize = 4096;
const RECIPIENTS_MAX: usize = 100;
const BAD_COMMANDS_MAX: u32 = 20;

/// A mail as it came.
pub(super) struct Mail {
    /// Envelope sender, empty for a bounce.
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
    /// Headers and body, dots unstuffed, lines ended by CRLF.
    pub(super) data: Vec<u8>,
}

enum State {
    Command,
    /// Inside DATA; what is wrong with the mail so far.
    Data(Option<&'static str>),
    Over,
}

pub(super) struct Session {
    state: State,
    /// The line being read.
    line: Vec<u8>,
    line_too_long: bool,
    replies: Vec<u8>,
    greeted: bool,
    sender: Option<String>,
    recipients: Vec<String>,
    data: Vec<u8>,
    bad_commands: u32,
}

impl Session {
    pub(super) fn new() -> Self {
        let mut session = Self {
            state: State::Command,
            line: Vec::new(),
            line_too_long: false,
            replies: Vec::new(),
            greeted: false,
            sender: None,
            recipients: Vec::new(),
            data: Vec::new(),
            bad_commands: 0,
        };
        session.reply("220 carriers ESMTP simulated mailbox");
        session
    }

    pub(super) fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Takes bytes however they are cut; gives the mails that they complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Mail> {
        let mut mails = Vec::new();
        for byte in bytes {
            if self.is_over() {
                break;
            }
            if *byte != b'\n' {
                if self.line.len() < LINE_OCTETS_MAX {
                    self.line.push(*byte);
                } else {
                    self.line_too_long = true;
                }
                continue;
            }
            let mut line = std::mem::take(&mut self.line);
            let too_long = std::mem::take(&mut self.line_too_long);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            match self.state {
                State::Command if too_long => self.bad("500 5.5.2 Line too long"),
                State::Command => self.command(&String::from_utf8_lossy(&line)),
                State::Data(_) => mails.extend(self.data_line(&line, too_long)),
                State::Over => {}
            }
            // The allocation serves the next line.
            line.clear();
            self.line = line;
        }
        mails
    }

    fn reply(&mut self, words: &str) {
        self.replies.extend_from_slice(words.as_bytes());
        self.replies.extend_from_slice(b"\r\n");
    }

    fn bad(&mut self, words: &str) {
        self.bad_commands += 1;
        self.reply(words);
        if self.bad_commands >= BAD_COMMANDS_MAX {
            self.reply("421 4.7.0 Too many errors");
            self.state = State::Over;
        }
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
        self.data = Vec::new();
    }

    fn command(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.greeted = true;
                self.reset();
                self.reply("250-carriers");
                self.reply(&format!("250-SIZE {MAIL_OCTETS_MAX}"));
                self.reply("250-8BITMIME");
                self.reply("250-SMTPUTF8");
                self.reply("250 PIPELINING");
            }
            "HELO" => {
                self.greeted = true;
                self.reset();
                self.reply("250 carriers");
            }
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" if self.recipients.is_empty() => self.bad("503 5.5.1 Nobody to send to"),
            "DATA" => {
                self.state = State::Data(None);
                self.reply("354 End with a line that holds only a dot");
            }
            "RSET" => {
                self.reset();
                self.reply("250 2.0.0 Forgotten");
            }
            "NOOP" => self.reply("250 2.0.0 Nothing done"),
            "QUIT" => {
                self.reply("221 2.0.0 Goodbye");
                self.state = State::Over;
            }
            _ => self.bad("502 5.5.1 Not spoken here"),
        }
    }

    fn mail(&mut self, rest: &str) {
        if !self.greeted || self.sender.is_some() {
            return self.bad("503 5.5.1 Not now");
        }
        let Some((sender, parameters)) = path(rest, "FROM:") else {
            return self.bad("501 5.5.4 MAIL FROM:<address>");
        };
        let size = parameters.split_whitespace().find_map(|at| {
            let (name, value) = at.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE").then(|| value.parse::<usize>().ok())?
        });
        if size.is_some_and(|octets| octets > MAIL_OCTETS_MAX) {
            return self.reply("552 5.3.4 The mail is too large");
        }
        self.sender = Some(sender.to_owned());
        self.reply("250 2.1.0 Ok");
    }

    fn rcpt(&mut self, rest: &str) {
        if self.sender.is_none() {
            return self.bad("503 5.5.1 MAIL comes first");
        }
        match path(rest, "TO:") {
            Some((recipient, _)) if recipient.contains('@') && recipient.len() <= 320 => {
                if self.recipients.len() >= RECIPIENTS_MAX {
                    return self.reply("452 4.5.3 Too many recipients");
                }
                self.recipients.push(recipient.to_owned());
                self.reply("250 2.1.5 Ok");
            }
            _ => self.bad("501 5.1.3 RCPT TO:<address>"),
        }
    }

    fn data_line(&mut self, line: &[u8], too_long: bool) -> Option<Mail> {
        let State::Data(wrong) = &mut self.state else {
            return None;
        };
        if line != b"." || too_long {
            // RFC 5321, 4.5.2: a line that starts with a dot was given one more.
            let text = line.strip_prefix(b".").unwrap_or(line);
            if too_long {
                *wrong = Some("500 5.6.0 Line too long");
            } else if self.data.len() + text.len() + 2 > MAIL_OCTETS_MAX {
                *wrong = Some("552 5.3.4 The mail is too large");
            }
            if wrong.is_none() {
                self.data.extend_from_slice(text);
                self.data.extend_from_slice(b"\r\n");
            }
            return None;
        }
        let wrong = *wrong;
        self.state = State::Command;
        let mail = Mail {
            sender: self.sender.take().unwrap_or_default(),
            recipients: std::mem::take(&mut self.recipients),
            data: std::mem::take(&mut self.data),
        };
        self.reply(wrong.unwrap_or("250 2.0.0 Kept"));
        wrong.is_none().then_some(mail)
    }
}

/// The address between `<` and `>` after a keyword, and the parameters behind it.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let head = rest.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, parameters) = rest[keyword.len()..].trim_start().strip_prefix('<')?.split_once('>')?;
    Some((address.trim(), parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENING: &str = "EHLO here\r\nMAIL FROM:<a@x.example> SIZE=10\r\nRCPT TO:<b@x.example>\r\nDATA\r\n";

    fn talk(bytes: &[u8]) -> (Vec<Mail>, String) {
        let mut session = Session::new();
        let mails = session.push(bytes);
        (mails, String::from_utf8(session.take_replies()).expect("ASCII"))
    }

    fn codes(replies: &str) -> Vec<&str> {
        replies.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect()
    }

    #[test]
    fn a_mail_is_taken_however_its_bytes_are_cut() {
        let talked = format!("{OPENING}Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n");
        let mut session = Session::new();
        let mails: Vec<Mail> = talked.bytes().flat_map(|byte| session.push(&[byte])).collect();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].data, b"Subject: x\r\n\r\n.dot\r\n");
        assert_eq!(
            (mails[0].sender.as_str(), &mails[0].recipients[..]),
            ("a@x.example", &["b@x.example".into()][..])
        );
        let replies = String::from_utf8(session.take_replies()).expect("ASCII");
        assert_eq!(codes(&replies), ["220", "250", "250", "250", "354", "250", "221"]);
        assert!(session.is_over());
        assert!(replies.contains("250-SIZE 1048576\r\n"));
    }

    #[test]
    fn the_order_of_commands_is_kept() {
        let replies = |talked: &str| codes(&talk(talked.as_bytes()).1).join(" ");
        assert_eq!(replies("MAIL FROM:<a@x>\r\n"), "220 503");
        assert_eq!(replies("HELO x\r\nRCPT TO:<a@x>\r\nDATA\r\n"), "220 250 503 503");
        assert_eq!(replies("HELO x\r\nMAIL FROM:<>\r\nRSET\r\nRCPT TO:<a@x>\r\n"), "220 250 250 250 503");
        assert_eq!(replies("helo x\r\nmail from:<>\r\nrcpt to: <a@x>\r\nNOOP\r\n"), "220 250 250 250 250");
        assert_eq!(replies("HELO x\r\nMAIL a@x\r\nMAIL FROM:a@x\r\nSTARTTLS\r\nAUTH PLAIN x\r\n"), {
            "220 250 501 501 502 502"
        });
        assert_eq!(
            replies("HELO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<>\r\nRCPT TO:<local>\r\n"),
            "220 250 250 501 501"
        );
    }

    #[test]
    fn size_and_line_are_capped_and_the_session_goes_on() {
        let line = "x".repeat(900) + "\r\n";
        let big = format!("{OPENING}{}.\r\nNOOP\r\n", line.repeat(1200));
        let (mails, replies) = talk(big.as_bytes());
        assert!(mails.is_empty());
        assert_eq!(codes(&replies), ["220", "250", "250", "250", "354", "552", "250"]);
        let (_, replies) = talk(b"EHLO x\r\nMAIL FROM:<a@x> SIZE=1048577\r\n");
        assert_eq!(codes(&replies), ["220", "250", "552"]);
        let long = format!("{OPENING}{}\r\n.\r\n", "y".repeat(5000));
        let (mails, replies) = talk(long.as_bytes());
        assert!(mails.is_empty() && replies.ends_with("500 5.6.0 Line too long\r\n"));
        let (_, replies) = talk(format!("{}\r\nNOOP\r\n", "z".repeat(100_000)).as_bytes());
        assert_eq!(codes(&replies), ["220", "500", "250"]);
    }

    #[test]
    fn patience_and_recipients_are_bounded() {
        let (_, replies) = talk("BAD\r\n".repeat(50).as_bytes());
        assert_eq!(codes(&replies).len(), 1 + 20 + 1);
        assert!(replies.ends_with("421 4.7.0 Too many errors\r\n"));
        let many = format!("HELO x\r\nMAIL FROM:<>\r\n{}", "RCPT TO:<a@x>\r\n".repeat(101));
        assert!(talk(many.as_bytes()).1.ends_with("452 4.5.3 Too many recipients\r\n"));
    }
}
