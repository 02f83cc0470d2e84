//! Files that are no harmless picture, sent to a case and to a ticket, with a script and without: each is refused in
//! words that say what to do, nothing of it is stored, shown or run, and nothing that is said about it is read.

use crate::console::{leads_to, staffed};
use crate::house::{House, Reply};
use crate::uploads::{Sender, counted, nothing_stored};
use crate::{logbook, pictures};
use axum::http::StatusCode;
use serde_json::json;

/// What a holder is told about each reason: the number of the problem and its sentence in English.
const SAID: [(&str, u16, &str); 11] = [
    ("empty", 7300, "The file is empty. Take a photo, or choose another picture."),
    (
        "too_many_bytes",
        7301,
        "The picture is larger than 15 MB. Take a new photo, or save it smaller as JPEG.",
    ),
    ("svg", 7302, "SVG drawings are not taken. Take a photo, or save the picture as JPEG."),
    ("pdf", 7303, "PDF documents are not taken. Take a photo of the document, or save its page as JPEG."),
    ("heic", 7304, "HEIC pictures are not taken. Take the photo here, or save the picture as JPEG."),
    ("gif", 7305, "GIF pictures are not taken. Take a photo, or save the picture as JPEG."),
    ("archive", 7306, "Archives are not taken. Send the picture inside it by itself."),
    ("not_a_picture", 7307, "This is not a picture that we can read. Take a photo, or save it as JPEG."),
    (
        "too_many_pixels",
        7308,
        "The picture has more than 50 megapixels. Take a new photo with fewer, or save it smaller.",
    ),
    ("too_small", 7309, "The picture is too small to be read. Take a new photo from nearby."),
    ("damaged", 7310, "The picture is cut off or broken. Choose it again, or take a new photo."),
];

/// A form in which no file was chosen, or an empty one: browsers send both alike.
const NOTHING_CHOSEN: (u16, &str) = (7314, "Choose a picture, or take a photo.");

const UNREADABLE: &str = "What was sent is not what this page takes. Nothing was changed.";
const OUT_OF_DATE: &str = "Nothing was changed. Go back, and send it again from a fresh page.";

fn said_about(refusal: &str) -> (u16, &'static str) {
    let (_, number, sentence) = *SAID.iter().find(|(of, ..)| *of == refusal).unwrap();
    (number, sentence)
}

async fn senders(house: &mut House) -> [Sender; 2] {
    [Sender::in_case(house, "ada").await, Sender::in_ticket(house, "eve").await]
}

/// Asserts that a page says what is wrong, and holds nothing of what was sent nor would run it.
fn says_so(reply: &Reply, number: u16, sentence: &str, what: &str) {
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {}", reply.text);
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"), "{what}");
    let problem = format!("data-problem=\"{number}\"");
    assert!(reply.text.contains(&problem) && reply.text.contains(sentence), "{what}: {}", reply.text);
    for part in ["alert(1)", "onerror", "rm -rf", "etc/passwd"] {
        assert!(!reply.text.contains(part), "{what}: {part}");
    }
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'; "), "{policy}");
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn no_bad_file_is_taken_in_pieces() {
    let mut house = staffed(House::new().await).await;
    let mut senders = senders(&mut house).await;
    for file in pictures::bad_files() {
        let (number, sentence) = said_about(file.refusal);
        for sender in &mut senders {
            let refused = sender.in_pieces(&house, &file.bytes).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}: {}", file.what, refused.text);
            assert_eq!(refused.header("content-type"), Some("application/problem+json"), "{}", file.what);
            let problem =
                json!({ "type": "about:blank", "title": sentence, "status": 422, "problem": number });
            assert_eq!(refused.json, problem, "{}", file.what);
            nothing_stored(&house, sender, &file.what).await;
        }
    }
}

#[tokio::test]
async fn no_bad_file_is_taken_by_a_form() {
    let mut house = staffed(House::new().await).await;
    let mut senders = senders(&mut house).await;
    for file in pictures::bad_files() {
        let nothing = file.bytes.is_empty();
        let (number, sentence) = if nothing { NOTHING_CHOSEN } else { said_about(file.refusal) };
        for sender in &mut senders {
            // A name and a type that lie.
            let refused = sender.form(&house, b"photo.jpg", &file.bytes).await;
            says_so(&refused, number, sentence, &file.what);
            nothing_stored(&house, sender, &file.what).await;
        }
    }
}

/// Names as phones and enemies write them; the word in each is looked for.
fn names() -> Vec<Vec<u8>> {
    let long = format!("lemuria{}.jpg", "a".repeat(289));
    assert_eq!(long.len(), 300);
    let names = [
        "../../etc/lemuria",
        "..\\..\\windows\\lemuria.exe",
        "/etc/lemuria%00.jpg",
        "lemuria.svg",
        "lemuria.php.jpg",
        "CON.lemuria",
        "<img src=x onerror=lemuria>.jpg",
        "lemuria%22; name=%22note_photo",
        "lemuria; name=note_photo",
        "\u{202E}gpj.lemuria",
        "lemuria\u{2066}\u{200F}\u{FEFF}.jpg",
        "фото-lemuria-写真.jpg",
        "",
        &long,
    ];
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}

const NAMED: &str = "SELECT COUNT(*) FROM events WHERE event LIKE '%lemuria%'";

/// Asserts that an answer holds nothing of a name.
fn keeps_no_name(reply: &Reply, name: &[u8]) {
    let name = String::from_utf8_lossy(name);
    let headers = format!("{:?}", reply.headers);
    for part in ["lemuria", "Lemuria", "\u{202E}", "\u{2066}\u{200F}", "фото", "aaaaaaaa"] {
        assert!(!reply.text.contains(part) && !headers.contains(part), "{name}: {}", reply.text);
    }
}

#[tokio::test]
async fn nothing_of_a_file_s_name_is_kept_or_shown() {
    let mut house = staffed(House::new().await).await;
    let mut sender = Sender::in_case(&mut house, "ada").await;
    let good = pictures::jpeg(480, 401);
    for name in names() {
        let shown = String::from_utf8_lossy(&name);
        let refused = sender.form(&house, &name, b"GIF89a").await;
        let (number, sentence) = said_about("gif");
        says_so(&refused, number, sentence, &shown);
        keeps_no_name(&refused, &name);
        nothing_stored(&house, &sender, &shown).await;
    }
    for name in names() {
        let kept = sender.form(&house, &name, &good).await;
        keeps_no_name(leads_to(&kept, &sender.thanks), &name);
        keeps_no_name(&sender.browser.get(&house, &sender.page).await.succeeded(), &name);
        let all = sender.taken(&house).await;
        let [picture] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((picture.slot.as_str(), picture.note.as_str()), ("document_front", ""));
        let path = format!("{}/evidence/{}", sender.path, picture.id);
        keeps_no_name(&sender.browser.get(&house, &path).await.succeeded(), &name);
    }
    assert_eq!(counted(&house, NAMED).await, 0);
    assert!(!logbook::text().contains("lemuria"));
}

#[tokio::test]
async fn a_form_whose_file_name_cannot_be_read_is_refused() {
    let mut house = staffed(House::new().await).await;
    let good = pictures::jpeg(480, 401);
    for mut sender in senders(&mut house).await {
        let names: [&[u8]; 4] =
            [b"lemuria\0.jpg", b"lemuria\x7F.jpg", b"lemuria\xFF\xFE.jpg", b"lemuria\r\nX-Lemuria: yes"];
        for name in names {
            let refused = sender.form(&house, name, &good).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{name:?}: {}", refused.text);
            assert!(refused.text.contains(UNREADABLE), "{name:?}: {}", refused.text);
            keeps_no_name(&refused, name);
            nothing_stored(&house, &sender, &String::from_utf8_lossy(name)).await;
        }
    }
    assert!(!logbook::text().contains("lemuria"));
}

#[tokio::test]
async fn a_strangers_page_sends_no_picture() {
    let mut house = staffed(House::new().await).await;
    let good = pictures::jpeg(480, 401);
    for mut sender in senders(&mut house).await {
        let to = sender.begun(&house, good.len()).await;
        let own = std::mem::replace(&mut sender.token, "0".repeat(64));
        for refused in [
            sender.form(&house, b"photo.jpg", &good).await,
            sender.begin(&house, "1000").await,
            sender.piece(&house, &to, 0, &good).await,
            sender.withdraw(&house, &to).await,
        ] {
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
            assert!(refused.text.contains(OUT_OF_DATE), "{}", refused.text);
        }
        sender.token = own;
        assert_eq!(sender.withdraw(&house, &to).await.status, StatusCode::NO_CONTENT);
        nothing_stored(&house, &sender, "a stranger's form").await;
    }
}
