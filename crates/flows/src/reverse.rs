//! Proof by a text of the holder's own: showing the code, hearing the text, going on. The text is compared under the
//! lock of the verification it may finish; a number that texted wrong codes is not listened to for a while. Nothing is
//! ever answered by text, and nothing of a text reaches the log (R10).

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use crate::guess::CodeAnswer;
use crate::journeys;
use countersign_core::address::Address;
use countersign_core::code::Code;
use countersign_core::id::{ServiceId, SessionId, VerificationId};
use countersign_core::model::*;
use countersign_core::numbers::PhoneNumber;
use countersign_core::outbox::Inbound;
use countersign_core::reverse::{self, AskRefusal, Hearing};
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{factors, inbound, verifications};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// How the holder's own text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnText {
    /// It would do; no code was shown yet.
    Offered,
    /// A code was shown; its text has not come.
    Awaited,
    /// It has come: the page can go on.
    Heard,
}

/// What a page shows to whoever texts us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTextPage {
    /// How it stands.
    pub own_text: OwnText,
    /// What it proves.
    pub purpose: Purpose,
    /// The number it must come from.
    pub from: Address,
    /// The number of ours to send it to.
    pub to: PhoneNumber,
    /// Until when it counts.
    pub deadline: Timestamp,
    /// Whether the code that the page says it showed is the one it shows at the moment.
    pub is_shown: bool,
}

/// What came of asking for a code to text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnTextAsk {
    /// This one, shown once.
    Shown(Code),
    /// None.
    Refused(AskRefusal),
    /// There is no such journey any more, or no number to text to.
    Gone,
}

/// How a text of the holder's own stands for a verification; none where it would not do.
pub(crate) fn stands(kit: &Kit, found: &Verification, now: Timestamp) -> Option<OwnText> {
    let is_open = found.status == VerificationStatus::Pending && now < found.deadline;
    if kit.inbound_numbers.is_empty() || !is_open || !reverse::is_offered(found) {
        return None;
    }
    Some(match (found.reverse_heard_at, found.reverse_hash) {
        (Some(_), _) => OwnText::Heard,
        (None, Some(_)) => OwnText::Awaited,
        (None, None) => OwnText::Offered,
    })
}

/// The number of ours that is nearest: in the holder's own country if there is one.
fn number_for(kit: &Kit, address: &Address) -> Option<PhoneNumber> {
    let country = address.phone().map(PhoneNumber::calling_code);
    let near = kit.inbound_numbers.iter().find(|number| Some(number.calling_code()) == country);
    near.or(kit.inbound_numbers.first()).cloned()
}

/// Goes on with what was heard, in the caller's transaction; none while no text has come.
pub(crate) async fn finish(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    id: VerificationId,
    page: TokenHash,
    scene: &Scene,
    now: Timestamp,
) -> Result<Option<CodeAnswer>, StorageError> {
    let Some(pending) = verifications::lock(tx, &kit.rows, service_id, id).await? else {
        return Ok(Some(CodeAnswer::Unknown));
    };
    let state = factor_of(tx, kit, &pending, now).await?;
    let decision = reverse::finish(pending, Some(page), state, kit.world(scene, now));
    Ok(kit.save(tx, decision).await?.map(CodeAnswer::Judged))
}

async fn factor_of(
    tx: &mut Tx,
    kit: &Kit,
    pending: &Verification,
    now: Timestamp,
) -> Result<FactorState, StorageError> {
    let factor = pending.channel.factor();
    factors::lock(tx, &kit.rows, pending.service_id, pending.subject, factor, None, now).await
}

impl Flows {
    /// Draws the code that a journey's page shows to be texted to us.
    pub async fn ask_for_own_text(
        &self,
        service_id: ServiceId,
        token: &str,
        session: Option<SessionId>,
    ) -> Result<OwnTextAsk, FlowError> {
        let token = token.to_owned();
        self.write(Ask { kit: self.kit.clone(), service_id, token, session }).await
    }

    /// How the holder's own text stands in a journey; none if there is no such journey, or it would not do there.
    /// `shown` is the code that the page says it showed, if it says so.
    pub async fn own_text(
        &self,
        service_id: ServiceId,
        token: &str,
        session: Option<SessionId>,
        shown: &str,
    ) -> Result<Option<OwnTextPage>, FlowError> {
        let (token, shown) = (token.to_owned(), shown.to_owned());
        self.read(Look { kit: self.kit.clone(), service_id, token, session, shown }).await
    }

    /// Takes in a text that somebody sent to a number of ours; answers whether it was waited for.
    pub async fn take_inbound(&self, text: Inbound) -> Result<bool, FlowError> {
        let Some(from) = sender(&text.from) else { return Ok(false) };
        if !self.is_ours(&text) {
            return Ok(false);
        }
        self.write(TakeInbound { kit: self.kit.clone(), from, text: text.text }).await
    }
}

impl Flows {
    /// Whether it came to the number that people are told to text to, over the route that has it: what another route
    /// says of a sender proves nothing.
    fn is_ours(&self, text: &Inbound) -> bool {
        let digits = |number: &str| -> String { number.chars().filter(char::is_ascii_digit).collect() };
        let Some(road) = self.kit.roads.find(&text.route) else { return false };
        let number = road.route.carries.inbound_number.as_deref();
        road.route.channel == Channel::Sms && number.is_some_and(|number| digits(number) == digits(&text.to))
    }
}

/// The number that a text came from. Carriers write it with and without a plus sign; names and short codes are nobody's
/// number.
fn sender(text: &str) -> Option<Address> {
    let digits = text.trim();
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    PhoneNumber::from_e164(&format!("+{digits}")).ok().map(Address::Phone)
}

/// The verification that a journey of this browser waits for.
fn waiting(journey: Option<Journey>, session: Option<SessionId>) -> Option<(Journey, VerificationId)> {
    let journey = journey.filter(|journey| journeys::belongs_to(&journey.stage, session))?;
    let id = journeys::verification_of(&journey.stage)?;
    Some((journey, id))
}

struct Ask {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    session: Option<SessionId>,
}

impl Step for Ask {
    type Output = OwnTextAsk;

    async fn run(&self, tx: &mut Tx) -> Result<OwnTextAsk, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = journeys::lock(tx, kit, self.service_id, &self.token, now).await?;
        let Some((journey, id)) = waiting(found, self.session) else { return Ok(OwnTextAsk::Gone) };
        let found = verifications::lock(tx, &kit.rows, self.service_id, id).await?;
        let Some(pending) = found.filter(|_| !kit.inbound_numbers.is_empty()) else {
            return Ok(OwnTextAsk::Gone);
        };
        let state = factor_of(tx, kit, &pending, now).await?;
        let scene = Scene::default();
        let decision = reverse::ask(pending, Some(journey.token), &state, kit.world(&scene, now));
        Ok(kit.save(tx, decision).await?.map_or_else(OwnTextAsk::Refused, OwnTextAsk::Shown))
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    session: Option<SessionId>,
    shown: String,
}

impl Step for Look {
    type Output = Option<OwnTextPage>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = journeys::load(tx, kit, self.service_id, &self.token, now).await?;
        let Some((_, id)) = waiting(found, self.session) else { return Ok(None) };
        let Some(found) = verifications::load(tx, &kit.rows, self.service_id, id).await? else {
            return Ok(None);
        };
        let (Some(own_text), Some(to)) = (stands(kit, &found, now), number_for(kit, &found.address)) else {
            return Ok(None);
        };
        Ok(Some(OwnTextPage {
            own_text,
            to,
            purpose: found.purpose,
            deadline: found.deadline,
            is_shown: reverse::is_shown(&found, &self.shown, &kit.key),
            from: found.address,
        }))
    }
}

struct TakeInbound {
    kit: Arc<Kit>,
    from: Address,
    text: String,
}

impl Step for TakeInbound {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let index = kit.rows.index(&self.from);
        let awaited = verifications::pending_by_address(tx, &kit.rows, index).await?;
        if awaited.is_empty() {
            return Ok(false);
        }
        // Counted before it is compared (R21); only the right one gives the count back.
        let texts = inbound::count(tx, &kit.rows, &index, now).await?;
        if u64::from(texts) > kit.policy.inbound_failures_max {
            return Ok(false);
        }
        let mut heard = false;
        // Every one of them is looked at: the same number may be waited for by two services, or on two pages.
        for pending in awaited {
            let hearing = reverse::hear(pending, &self.from, &self.text, &kit.key, now);
            heard |= kit.save(tx, hearing).await? == Hearing::Heard;
        }
        if heard {
            inbound::reset(tx, &kit.rows, &index).await?;
        }
        Ok(heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_number_with_or_without_its_plus_sign_and_nothing_else() {
        let number = |text: &str| sender(text).map(|address| address.expose().to_owned());
        for text in ["+447400123456", "447400123456", " 447400123456 "] {
            assert_eq!(number(text).as_deref(), Some("+447400123456"), "{text}");
        }
        for text in
            ["", "+", "Acme", "71234", "07400123456", "++447400123456", "+44 7400 123456", "٤٤٧٤٠٠١٢٣٤٥٦"]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
