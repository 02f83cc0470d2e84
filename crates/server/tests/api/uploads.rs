//! Pictures sent to a case and to a ticket as browsers send them, with a script and without: what comes back of them,
//! from where a cut one goes on, and who sees them. What is not taken stands in `uploads_refused`, what is too long in
//! `uploads_large`.

use crate::console::{Browser, csrf, leads_to, let_in, staffed};
use crate::house::{Ask, House, Reply};
use crate::{pictures, tickets};
use axum::http::{Method, StatusCode};
use countersign_core::address::Address;
use countersign_core::model::{AccountStatus, Evidence, EvidenceOwner};
use countersign_storage::{Step, StorageError, Tx};

/// What stands between the parts of a form, and the type that says so (RFC 7578).
const BOUNDARY: &str = "----UploadOfTheTests7MA4YWxk";
pub(crate) const FORM: &str = "multipart/form-data; boundary=----UploadOfTheTests7MA4YWxk";

/// A holder in a browser, with a case or a ticket of their own.
pub(crate) struct Sender {
    pub(crate) browser: Browser,
    /// The token of their forms.
    pub(crate) token: String,
    /// Where the case or the ticket is.
    pub(crate) path: String,
    /// The page that shows its pictures.
    pub(crate) page: String,
    /// Where a form with a picture leads to.
    pub(crate) thanks: String,
    /// The field that a picture is sent in.
    pub(crate) slot: &'static str,
    pub(crate) owner: EvidenceOwner,
}

impl Sender {
    /// Somebody whose account is flagged: their case waits for documents.
    pub(crate) async fn in_case(house: &mut House, name: &str) -> Sender {
        let email = format!("{name}@holder.example");
        let (mut browser, token) = tickets::holder(house, &email).await;
        let address = Address::from_exposed(&email).unwrap();
        let found = house.flows.find_account(house.service_id, address).await.unwrap().unwrap();
        let (service_id, account_id) = (house.service_id, found.account.id);
        let flagged = house.flows.set_account_status(service_id, account_id, AccountStatus::Flagged).await;
        assert!(flagged.unwrap().is_some());
        let opened = browser.post(house, "/security/identity", &token, "").await.succeeded();
        let link = opened.text.split("id=\"recover-access\">https://accounts.example").nth(1).unwrap();
        let path = link.split('\n').next().unwrap().to_owned();
        let id = path.strip_prefix("/recover/").unwrap().parse().unwrap();
        let documents = format!("{path}/documents");
        Sender {
            browser,
            token,
            page: documents.clone(),
            thanks: documents,
            path,
            slot: "document_front",
            owner: EvidenceOwner::Case(id),
        }
    }

    /// Somebody who asked support.
    pub(crate) async fn in_ticket(house: &mut House, name: &str) -> Sender {
        let (mut browser, token) = tickets::holder(house, &format!("{name}@holder.example")).await;
        let path = tickets::ask(&mut browser, house, &token, "What is this?").await;
        let id = path.strip_prefix("/support/").unwrap().parse().unwrap();
        Sender {
            browser,
            token,
            page: path.clone(),
            thanks: format!("{path}?notice=message-sent"),
            path,
            slot: "attachment",
            owner: EvidenceOwner::Ticket(id),
        }
    }

    /// Somebody who lost the phone and asked at the door: the ticket is theirs by its code.
    async fn by_code(house: &mut House, name: &str) -> Sender {
        let email = format!("{name}@holder.example");
        let address = Address::from_exposed(&email).unwrap();
        let (service_id, password) = (house.service_id, tickets::PASSWORD);
        assert!(house.flows.import_account(service_id, address, password, "en").await.unwrap());
        let mut browser = Browser::default();
        let token = csrf(&browser.get(house, "/signin").await);
        let fields = format!("identifier={email}&password={password}").replace(' ', "+");
        leads_to(&browser.post(house, "/signin", &token, &fields).await, "/signin/code");
        house.code().await;
        let fields = "topic=phone_lost&title=Stolen&text=On+the+train";
        let opened = browser.post(house, "/signin/support", &token, fields).await.succeeded();
        let address = opened.text.split("id=\"ticket-address\">https://accounts.example").nth(1).unwrap();
        let path = address.split('<').next().unwrap().to_owned();
        let id = path.strip_prefix("/support/t/").unwrap().parse().unwrap();
        Sender {
            browser,
            token,
            page: path.clone(),
            thanks: format!("{path}?notice=message-sent"),
            path,
            slot: "attachment",
            owner: EvidenceOwner::Ticket(id),
        }
    }

    fn asking(&self, method: Method, path: &str) -> Ask {
        Ask::new(method, path).header("x-csrf", &self.token)
    }

    /// The script's word that so much is coming.
    pub(crate) async fn begin(&mut self, house: &House, length: &str) -> Reply {
        let ask = self.asking(Method::POST, &format!("{}/evidence", self.path));
        let ask = ask.header("upload-slot", self.slot).header("upload-length", length);
        self.browser.ask(house, ask).await
    }

    /// The same where it is taken; answers where the pieces go.
    pub(crate) async fn begun(&mut self, house: &House, length: usize) -> String {
        let begun = self.begin(house, &length.to_string()).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
        let to = begun.header("location").unwrap();
        assert!(to.starts_with(&format!("{}/evidence/evd_", self.path)), "{to}");
        to.to_owned()
    }

    /// A piece without its bytes.
    pub(crate) fn asking_piece(&self, to: &str, offset: usize) -> Ask {
        let ask = self.asking(Method::PATCH, to).header("content-type", "application/offset+octet-stream");
        ask.header("upload-offset", &offset.to_string())
    }

    pub(crate) async fn piece(&mut self, house: &House, to: &str, offset: usize, bytes: &[u8]) -> Reply {
        let ask = self.asking_piece(to, offset).body(bytes.to_vec());
        self.browser.ask(house, ask).await
    }

    /// Where the server stands.
    pub(crate) async fn offset(&mut self, house: &House, to: &str) -> Reply {
        self.browser.ask(house, Ask::new(Method::HEAD, to)).await
    }

    pub(crate) async fn withdraw(&mut self, house: &House, to: &str) -> Reply {
        let ask = self.asking(Method::DELETE, to);
        self.browser.ask(house, ask).await
    }

    /// A whole file in two pieces, as far as the server goes along; its last answer.
    pub(crate) async fn in_pieces(&mut self, house: &House, bytes: &[u8]) -> Reply {
        let begun = self.begin(house, &bytes.len().to_string()).await;
        let Some(to) = begun.header("location").map(str::to_owned) else { return begun };
        let half = bytes.len().div_ceil(2);
        stands_at(&self.piece(house, &to, 0, &bytes[..half]).await, StatusCode::NO_CONTENT, half);
        let last = self.piece(house, &to, half, &bytes[half..]).await;
        if last.status == StatusCode::UNPROCESSABLE_ENTITY {
            // Neither to be gone on with nor to be looked at.
            assert_eq!(self.offset(house, &to).await.status, StatusCode::NOT_FOUND);
            assert_eq!(self.piece(house, &to, 0, bytes).await.status, StatusCode::NOT_FOUND);
            assert_eq!(self.browser.get(house, &to).await.status, StatusCode::NOT_FOUND);
        }
        last
    }

    /// A picture that is taken, in pieces; answers where it is.
    pub(crate) async fn sent(&mut self, house: &House, bytes: &[u8]) -> String {
        let to = self.begun(house, bytes.len()).await;
        is_complete(&self.piece(house, &to, 0, bytes).await, StatusCode::NO_CONTENT);
        to
    }

    /// A form with a picture, without its body.
    pub(crate) fn asking_form(&self) -> Ask {
        Ask::new(Method::POST, &format!("{}/evidence", self.path)).header("content-type", FORM)
    }

    /// What a browser sends before the file's own bytes: the token, the camera's field, in which nothing was chosen,
    /// and what is said about the file.
    pub(crate) fn form_head(&self, file_name: &[u8]) -> Vec<u8> {
        let field = |rest: &str| format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{rest}");
        let token = field(&format!("csrf\"\r\n\r\n{}\r\n", self.token));
        let unchosen = "filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n";
        let camera = field(&format!("{}\"; {unchosen}", self.slot));
        let file = field(&format!("{}\"; filename=\"", self.slot));
        let kind = b"\"\r\nContent-Type: image/jpeg\r\n\r\n";
        [token.as_bytes(), camera.as_bytes(), file.as_bytes(), file_name, kind].concat()
    }

    /// A file as a browser without a script sends it, under this name and said to be a JPEG.
    pub(crate) async fn form(&mut self, house: &House, file_name: &[u8], bytes: &[u8]) -> Reply {
        let end = format!("\r\n--{BOUNDARY}--\r\n");
        let body = [self.form_head(file_name).as_slice(), bytes, end.as_bytes()].concat();
        let ask = self.asking_form().header("content-length", &body.len().to_string()).body(body);
        self.browser.ask(house, ask).await
    }

    /// The pictures that were taken.
    pub(crate) async fn taken(&self, house: &House) -> Vec<Evidence> {
        house.flows.evidence_of(house.service_id, self.owner).await.unwrap()
    }
}

/// Asserts that a script is told to go on from here.
pub(crate) fn stands_at(reply: &Reply, status: StatusCode, offset: usize) {
    let told = (reply.status, reply.header("upload-offset"));
    assert_eq!(told, (status, Some(offset.to_string().as_str())), "{}", reply.text);
}

/// Asserts that a script is told that all of it is there.
fn is_complete(reply: &Reply, status: StatusCode) {
    assert_eq!((reply.status, reply.header("upload-complete")), (status, Some("?1")), "{}", reply.text);
}

const ROWS: &str = "SELECT COUNT(*) FROM evidence";
pub(crate) const PARTS: &str = "SELECT COUNT(*) FROM evidence_parts";
const LOOKED_AT: &str = "SELECT COUNT(*) FROM events WHERE kind = 'evidence_seen'";

struct Counted(&'static str);

impl Step for Counted {
    type Output = i64;

    async fn run(&self, tx: &mut Tx) -> Result<i64, StorageError> {
        tx.rows(self.0, &[]).await?[0].int(0)
    }
}

pub(crate) async fn counted(house: &House, sql: &'static str) -> i64 {
    house.store.read(Counted(sql)).await.unwrap()
}

/// Asserts that there is no picture, none on its way, and no byte of any.
pub(crate) async fn nothing_stored(house: &House, sender: &Sender, what: &str) {
    assert!(sender.taken(house).await.is_empty(), "{what}");
    assert_eq!((counted(house, ROWS).await, counted(house, PARTS).await), (0, 0), "{what}");
}

/// Where the pictures are that a page shows.
fn shown(page: &Reply) -> Vec<String> {
    let sources = page.text.split("<img").skip(1).filter_map(|rest| rest.split("src=\"").nth(1));
    let sources = sources.filter_map(|rest| rest.split('"').next());
    sources.filter(|source| source.contains("/evidence/")).map(str::to_owned).collect()
}

/// Asserts that it is a plain JPEG, which no browser takes for anything else or does anything with but show it.
fn is_a_picture(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("content-disposition", "inline"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        let said: Vec<_> = reply.headers.get_all(name).iter().collect();
        assert!(said.len() == 1 && said[0] == value, "{name}: {said:?}");
    }
    assert!(reply.bytes.starts_with(&[0xFF, 0xD8, 0xFF]), "the mark of a JPEG");
    assert!(reply.bytes.ends_with(&[0xFF, 0xD9]), "and nothing behind its end");
}

#[tokio::test]
async fn a_photo_comes_back_without_a_word_of_where_it_was_taken() {
    let mut house = staffed(House::new().await).await;
    let sent = pictures::photo_that_tells_all();
    assert!(pictures::TRACES.iter().all(|trace| pictures::holds(&sent, trace)));
    for mut sender in [Sender::in_case(&mut house, "ada").await, Sender::in_ticket(&mut house, "eve").await] {
        let by_script = sender.sent(&house, &sent).await;
        let page = sender.browser.get(&house, &sender.page).await.succeeded();
        assert_eq!(shown(&page), [by_script.as_str()]);
        is_a_picture(&sender.browser.get(&house, &by_script).await);
        leads_to(&sender.form(&house, b"IMG_2041.JPG", &sent).await, &sender.thanks);

        let page = sender.browser.get(&house, &sender.page).await.succeeded();
        let all = shown(&page);
        // A case has one picture of each kind, a ticket keeps what was sent.
        assert_eq!(all.len(), if sender.owner.replaces() { 1 } else { 2 }, "{all:?}");
        for path in all {
            let picture = sender.browser.get(&house, &path).await;
            is_a_picture(&picture);
            for trace in pictures::TRACES {
                assert!(!pictures::holds(&picture.bytes, trace), "{}", String::from_utf8_lossy(trace));
            }
        }
        // The camera lay on its side; it is the pixels that stand upright now.
        for picture in sender.taken(&house).await {
            assert_eq!((picture.width, picture.height, picture.note.as_str()), (480, 640, ""));
        }
    }
}

#[tokio::test]
async fn a_cut_upload_goes_on_from_where_the_server_stands_and_for_its_owner_alone() {
    let mut house = staffed(House::new().await).await;
    let mut ada = Sender::in_case(&mut house, "ada").await;
    let mut eve = Sender::in_case(&mut house, "eve").await;
    let bytes = pictures::jpeg(640, 480);
    let to = ada.begun(&house, bytes.len()).await;
    stands_at(&ada.offset(&house, &to).await, StatusCode::OK, 0);
    stands_at(&ada.piece(&house, &to, 0, &bytes[..1_000]).await, StatusCode::NO_CONTENT, 1_000);
    // The line was cut. Whoever goes on from elsewhere, or sends more than they said, is told where the server stands.
    let longer = [&bytes[1_000..], b"x"].concat();
    for (offset, piece) in [
        (0, &bytes[..]),
        (999, &bytes[999..]),
        (1_001, &bytes[1_001..]),
        (1_000, &longer[..]),
        (15_000_001, &bytes[..1]),
    ] {
        stands_at(&ada.piece(&house, &to, offset, piece).await, StatusCode::CONFLICT, 1_000);
    }
    stands_at(&ada.offset(&house, &to).await, StatusCode::OK, 1_000);

    // Under ada's case eve has no key, under her own there is no such picture.
    for path in [to.clone(), to.replace(&ada.path, &eve.path)] {
        for reply in [
            eve.offset(&house, &path).await,
            eve.piece(&house, &path, 1_000, &bytes[1_000..]).await,
            eve.withdraw(&house, &path).await,
            eve.browser.get(&house, &path).await,
        ] {
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}: {}", reply.text);
            assert_eq!((reply.header("upload-offset"), reply.header("upload-complete")), (None, None));
        }
    }
    assert!(eve.taken(&house).await.is_empty());

    is_complete(&ada.piece(&house, &to, 1_000, &bytes[1_000..]).await, StatusCode::NO_CONTENT);
    is_complete(&ada.offset(&house, &to).await, StatusCode::OK);
    // The last answer was lost as well.
    is_complete(&ada.piece(&house, &to, 1_000, &bytes[1_000..]).await, StatusCode::NO_CONTENT);
    assert_eq!(ada.taken(&house).await.len(), 1);
    is_a_picture(&ada.browser.get(&house, &to).await);
    for path in [to.clone(), to.replace(&ada.path, &eve.path)] {
        assert_eq!(eve.browser.get(&house, &path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(eve.withdraw(&house, &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(ada.withdraw(&house, &to).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ada.browser.get(&house, &to).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_ticket_shows_its_picture_to_its_holder_and_to_staff_and_to_nobody_else() {
    let mut house = staffed(House::new().await).await;
    let (mut staff, _) = let_in(&mut house).await;
    let mut ada = Sender::in_ticket(&mut house, "ada").await;
    let mut eve = Sender::in_ticket(&mut house, "eve").await;
    leads_to(&ada.form(&house, b"IMG_2041.JPG", &pictures::png(640, 480)).await, &ada.thanks);
    let all = shown(&ada.browser.get(&house, &ada.path).await.succeeded());
    let [picture] = all.as_slice() else { panic!("{all:?}") };
    assert!(picture.starts_with(&format!("{}/evidence/evd_", ada.path)), "{picture}");
    is_a_picture(&ada.browser.get(&house, picture).await);
    assert_eq!(counted(&house, LOOKED_AT).await, 0, "who looks at their own leaves no entry");

    let at_desk = |path: &str| path.replace("/support/", "/console/tickets/");
    let desk = staff.get(&house, &at_desk(&ada.path)).await.succeeded();
    assert_eq!(shown(&desk), [at_desk(picture)]);
    is_a_picture(&staff.get(&house, &at_desk(picture)).await);
    assert_eq!(counted(&house, LOOKED_AT).await, 1, "staff do (R63)");

    for path in [picture.clone(), picture.replace(&ada.path, &eve.path), ada.path.clone()] {
        assert_eq!(eve.browser.get(&house, &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(shown(&eve.browser.get(&house, &eve.path).await.succeeded()).is_empty());
    let by_code = |path: &str| path.replace("/support/", "/support/t/");
    let asks_for_code = format!("{}/code", by_code(&ada.path));
    leads_to(&eve.browser.get(&house, &by_code(picture)).await, &asks_for_code);
    leads_to(&eve.browser.get(&house, &at_desk(picture)).await, "/console/signin");
    leads_to(&Browser::default().get(&house, picture).await, "/signin");
    assert_eq!(counted(&house, LOOKED_AT).await, 1);
}

#[tokio::test]
async fn whoever_lost_the_phone_sends_pictures_by_the_ticket_s_code() {
    let mut house = staffed(House::new().await).await;
    let mut ada = Sender::by_code(&mut house, "ada").await;
    leads_to(&ada.form(&house, b"IMG_2041.JPG", &pictures::png(640, 480)).await, &ada.thanks);
    let by_script = ada.sent(&house, &pictures::webp(640, 480)).await;
    let all = shown(&ada.browser.get(&house, &ada.page).await.succeeded());
    assert!(all.len() == 2 && all.contains(&by_script), "{all:?}");
    for path in &all {
        is_a_picture(&ada.browser.get(&house, path).await);
        leads_to(&Browser::default().get(&house, path).await, &format!("{}/code", ada.path));
    }
}
