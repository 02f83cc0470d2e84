//! Every page in every state: no word is missing, nothing from outside comes through unescaped, nothing is
//! inline that the content security policy forbids, and what a screen reader relies on is there.

use super::samples::Samples;
use super::*;

fn in_every_language() -> Vec<(&'static str, String)> {
    let draw = |words| Samples { words, ..Samples::plain() }.all();
    Words::all().iter().flat_map(draw).collect()
}

fn count(html: &str, part: &str) -> usize {
    html.matches(part).count()
}

/// A page without its pictures, whose parts have titles of their own.
fn outside_pictures(html: &str) -> String {
    html.split("<svg").map(|part| part.split_once("</svg>").map_or(part, |(_, rest)| rest)).collect()
}

/// The opening tags of a page, `<` to `>`: no template writes `>` inside an attribute, and values are
/// escaped.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
}

fn attribute<'tag>(tag: &'tag str, name: &str) -> Option<&'tag str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

#[test]
fn no_word_is_missing_in_any_language() {
    for (name, html) in in_every_language() {
        assert!(!html.contains('⟦'), "{name} lacks a text: {}", &html[html.find('⟦').unwrap_or(0)..]);
        assert!(!html.contains("{$") && !html.contains("{ $"), "{name} shows a bare value");
    }
}

#[test]
fn texts_from_outside_are_escaped_wherever_they_stand() {
    let hostile = "<script>alert(1)</script>\"onx='y' {{7919*7907}}</title>";
    for (name, html) in (Samples { outside: Some(hostile), ..Samples::plain() }).all() {
        assert!(!html.contains("<script>"), "{name} lets a tag through");
        assert!(!html.contains("\"onx"), "{name} lets an attribute through");
        assert!(!html.contains("62615533"), "{name} evaluates a template");
        assert!(html.contains("{{7919*7907}}"), "{name} shows the text as it is");
        assert_eq!(count(&outside_pictures(&html), "</title>"), 1, "{name} ends its title early");
    }
}

#[test]
fn nothing_is_inline_and_nothing_is_loaded_from_elsewhere() {
    for (name, html) in in_every_language() {
        for tag in tags(&html) {
            let handler =
                tag.split_whitespace().skip(1).any(|part| part.starts_with("on") && part.contains('='));
            assert!(!handler, "{name}: inline handler in <{tag}>");
            assert!(
                attribute(tag, "style").is_none() && !tag.starts_with("style"),
                "{name}: inline style <{tag}>"
            );
            for place in ["href", "src", "action"].iter().filter_map(|link| attribute(tag, link)) {
                // Apps on the same device are all that is not a page of this host: authenticators and messages.
                let app = ["otpauth://", "sms:+"].iter().any(|scheme| place.starts_with(scheme));
                let app = tag.starts_with("a ") && app;
                let here = place.starts_with('/') && !place.starts_with("//");
                assert!(here || app || place.starts_with('#'), "{name}: {tag}");
            }
        }
        assert_eq!(count(&html, "<script"), 1, "{name}");
        assert_eq!(count(&html, "></script>"), 1, "{name}: the only script is a file");
    }
}

#[test]
fn every_form_carries_its_token_and_posts() {
    for (name, html) in in_every_language() {
        // What only asks and changes nothing may be a GET.
        for form in html.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap_or_default()) {
            if form.contains("method=\"get\"") {
                assert!(
                    !form.contains("csrf"),
                    "{name}: a form that only asks puts a token into the address"
                );
                continue;
            }
            assert!(form.contains("method=\"post\""), "{name}: a form that does not post");
            assert_eq!(
                count(form, "name=\"csrf\" value=\"cr5f-t0ken\""),
                1,
                "{name}: a form without its token"
            );
        }
    }
}

#[test]
fn every_page_has_its_landmarks_one_heading_and_labels_for_its_fields() {
    for (name, html) in in_every_language() {
        for part in ["<main id=\"main\"", "<header", "<footer", "<h1>", "href=\"#main\"", "</title>"] {
            assert_eq!(count(&outside_pictures(&html), part), 1, "{name}: {part}");
        }
        for tag in tags(&html) {
            let Some(id) =
                attribute(tag, "id").filter(|_| tag.starts_with("input") || tag.starts_with("select"))
            else {
                continue;
            };
            assert_eq!(count(&html, &format!("<label for=\"{id}\"")), 1, "{name}: a label for {id}");
            for described in attribute(tag, "aria-describedby").unwrap_or_default().split(' ') {
                assert_eq!(count(&html, &format!("id=\"{described}\"")), 1, "{name}: {id} names {described}");
            }
        }
    }
}

#[test]
fn ids_are_unique_and_at_most_one_field_takes_the_focus() {
    for (name, html) in in_every_language() {
        let mut ids: Vec<&str> = tags(&html).filter_map(|tag| attribute(tag, "id")).collect();
        ids.sort_unstable();
        let before = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), before, "{name}: an id stands twice");
        assert!(count(&html, " autofocus") <= 1, "{name}: two fields want the focus");
    }
}

#[test]
fn a_problem_changes_the_title_and_marks_its_field() {
    for (name, html) in Samples::plain().all() {
        let in_title = html.contains("<title>Error: ");
        let shown =
            html.contains("data-problem=\"") && !name.starts_with("sms-") || name.starts_with("fault");
        assert_eq!(in_title, shown || html.contains("aria-invalid"), "{name}");
    }
}

#[test]
fn every_problem_has_its_own_number_and_a_sentence() {
    let problems = Samples::plain().every_problem();
    let mut numbers: Vec<u16> = problems.iter().map(Problem::number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), problems.len());
    let source = crate::web::words::CATALOGUES[0].3;
    assert_eq!(source.lines().filter(|line| line.starts_with("problem-")).count(), problems.len());
}

fn page(name: &str) -> String {
    let pages = Samples::plain().all();
    pages.into_iter().find(|(found, _)| *found == name).expect("a sample of this name").1
}

#[test]
fn the_code_field_is_one_real_field_that_phones_fill() {
    for name in ["signup-code", "signin-code", "prove-code", "activate-code", "code-wrong"] {
        let html = page(name);
        let field = tags(&html).find(|tag| attribute(tag, "name") == Some("code")).expect("field");
        for (attr, value) in
            [("type", "text"), ("inputmode", "numeric"), ("autocomplete", "one-time-code"), ("dir", "ltr")]
        {
            assert_eq!(attribute(field, attr), Some(value), "{name}");
        }
        assert!(field.contains(" required") && field.contains(" autofocus"), "{name}");
        // A pasted "482 913" must arrive whole, also without a script.
        assert!(!field.contains("maxlength") && !field.contains("pattern"), "{name}");
        assert_eq!(tags(&html).filter(|tag| attribute(tag, "name") == Some("code")).count(), 1);
        assert!(html.contains(" novalidate"), "{name}");
        assert!(html.contains("<details"), "{name}: help stands in the same place");
    }
}

#[test]
fn the_code_page_says_where_when_and_what_then() {
    let html = page("activate-code");
    assert!(html.contains("+66 81 234 5678") && html.contains(">14:32 UTC</time>"));
    assert!(html.contains("data-countdown=\"1763735520000\""), "drawn from the server's end");
    assert!(html.contains("data-wakes=\"1763735430000\""), "drawn from the server's resend time");
    assert!(page("code-wrong").contains("2 tries left."));
    let locked = page("code-locked");
    assert!(locked.contains(">14:45 UTC</time>") && !locked.contains("name=\"code\""));
    assert!(
        locked.contains("action=\"/signin/method\""),
        "another method stays open while codes are locked (R24)"
    );
    let twice = page("code-resent-twice");
    assert!(twice.contains("<details class=\"card more\" id=\"no-code\" open>"));
    assert!(twice.contains("name=\"method\" value=\"email\""));
    assert!(!page("code-sending-locked").contains("action=\"/signin/resend\""));
}

#[test]
fn no_country_is_preset_and_a_refused_one_says_why() {
    let html = page("phone-number");
    assert!(html.contains("<option value=\"\">Choose a country</option>"));
    assert!(
        !html
            .split("<select id=\"region\"")
            .nth(1)
            .expect("select")
            .contains("<option value=\"TH\" selected")
    );
    assert!(html.contains(">Thailand (ไทย) +66</option>"));
    assert!(html.contains(
        " disabled data-why=\"paused at the moment\">Nigeria +234 – paused at the moment</option>"
    ));
    let chosen = page("phone-number-landline");
    let thai = tags(&chosen).find(|tag| tag.starts_with("option value=\"TH\"")).expect("option");
    assert!(thai.ends_with(" selected"));
}

#[test]
fn switching_sms_off_is_not_offered_where_it_is_refused() {
    assert!(page("sms-on").contains("name=\"state\" value=\"off\""));
    assert!(page("sms-off").contains("name=\"state\" value=\"on\""));
    for name in ["sms-only-factor", "sms-identity", "sms-no-phone", "sms-suspended"] {
        assert!(!page(name).contains("name=\"state\""), "{name}");
    }
}

#[test]
fn this_session_cannot_be_ended_from_its_own_row() {
    let html = page("devices");
    assert_eq!(count(&html, "name=\"session\""), 2);
    assert!(!html.contains("name=\"session\" value=\"s1\""));
    assert!(!page("devices-alone").contains("/security/devices/end-others"));
}

#[test]
fn a_page_of_activity_keeps_its_filter() {
    let html = page("activity-codes");
    assert!(html.contains("href=\"/security/activity?kind=codes&#38;after=c2Vjb25k\""));
    assert!(html.contains("href=\"/security/activity?kind=codes\" aria-current=\"true\""));
}

#[test]
fn a_way_back_never_leads_to_another_host() {
    for foreign in
        ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "", "/\t/evil"]
    {
        assert_eq!(LocalPath::new(foreign).as_str(), "/security", "{foreign:?}");
    }
    assert_eq!(LocalPath::new("/security/phone?x=1").as_str(), "/security/phone?x=1");
}

#[test]
fn names_in_forms_and_addresses_come_back_as_what_they_were() {
    for theme in Theme::ALL {
        assert_eq!(Theme::named(theme.name()), theme);
    }
    for notice in Notice::ALL {
        assert_eq!(Notice::named(notice.name()), Some(notice));
    }
    for method in Method::ALL {
        assert_eq!(Method::named(method.name()), Some(method));
    }
    assert_eq!(ActivityKind::named("codes"), Some(ActivityKind::Codes));
    assert_eq!((Notice::named("<b>"), Method::named(""), Theme::named("x")), (None, None, Theme::System));
}

#[test]
fn the_confirm_page_shows_what_is_confirmed_and_asks_in_real_fields() {
    let html = page("confirm");
    assert!(html.contains("<h1>Confirm withdrawal</h1>") && html.contains("<bdi>0.05 BTC</bdi>"));
    assert!(html.contains(">bc1p0x..zk5jj0</bdi>"), "the ends of the payee, as in the text message");
    assert!(html.contains("<span>bc1p</span><wbr><span>0xlx</span>"), "and all of it in groups of four");
    assert!(html.contains(">ocean tiger</strong>") && html.contains("blue heron"));
    for (field, attr, value) in [
        ("totp", "autocomplete", "one-time-code"),
        ("totp", "inputmode", "numeric"),
        ("trading_password", "type", "password"),
        ("trading_password", "inputmode", "numeric"),
        ("trading_password", "autocomplete", "off"),
        ("password", "autocomplete", "current-password"),
        ("recovery_code", "type", "text"),
    ] {
        let tag = tags(&html).find(|tag| attribute(tag, "name") == Some(field)).expect(field);
        assert_eq!(attribute(tag, attr), Some(value), "{field}");
        assert!(!tag.contains("maxlength") && !tag.contains("pattern"), "{field}");
    }
    for action in ["", "/more-time", "/way", "/decline"] {
        assert_eq!(count(&html, &format!("action=\"/confirm/act_01{action}\"")), 1, "{action}");
    }
    assert!(html.contains("data-countdown=\"1763735520000\" data-deadline"), "drawn from the server's end");
    assert!(html.contains(" data-careful"), "a pasted code never confirms a withdrawal by itself");
    assert!(page("confirm-code").contains(" data-careful"));
}

#[test]
fn a_wrong_answer_is_shown_again_unless_it_is_a_password() {
    let html = page("confirm-wrong");
    assert!(html.contains("value=\"482913\"") && html.contains("2 tries left."));
    let field = tags(&html).find(|tag| attribute(tag, "name") == Some("trading_password")).expect("field");
    assert!(attribute(field, "value").is_none() && field.contains("aria-invalid"));
    for (name, html) in Samples::plain().all() {
        for tag in tags(&html).filter(|tag| attribute(tag, "type") == Some("password")) {
            assert!(attribute(tag, "value").is_none(), "{name}: {tag}");
        }
    }
}

#[test]
fn a_locked_factor_leaves_the_other_ways_open() {
    let html = page("confirm-locked");
    assert!(html.contains(">14:45 UTC</time>") && html.contains("<details class=\"card more\" open>"));
    assert!(html.contains("name=\"way\" value=\"1\"><span>Passkey + Trading password</span>"));
    assert!(!html.contains("name=\"totp\""));
}

#[test]
fn a_passkey_is_asked_for_by_a_button_that_sleeps_without_a_script() {
    for (name, option, field) in [
        ("confirm-passkey", "data-passkey-get", "passkey"),
        ("passkey-new", "data-passkey-create", "credential"),
    ] {
        let html = page(name);
        let button = tags(&html).find(|tag| tag.contains(option)).expect("button");
        assert!(button.contains(" hidden ") && attribute(button, "data-into") == Some(field), "{button}");
        assert_eq!(attribute(button, "data-canceled"), Some("Nothing was changed. You can try again."));
        let options = attribute(button, option).expect("options").replace("&#34;", "\"");
        assert!(options.starts_with("{\"publicKey\":{\"challenge\""), "{options}");
        assert_eq!(count(&html, "data-without-script"), 1);
        assert_eq!(count(&html, "id=\"passkey-problem\""), 1);
    }
}

#[test]
fn the_key_of_an_authenticator_is_a_picture_a_text_and_a_link() {
    let html = page("totp-new");
    assert!(html.contains("role=\"img\" aria-label=\"QR code") && html.contains("<svg xmlns"));
    assert!(!html.contains("<?xml"), "a prologue has no place inside a page");
    assert!(
        html.contains("<span>JBSW</span><wbr><span>Y3DP</span>") && html.contains("href=\"otpauth://totp/")
    );
}

#[test]
fn a_removal_says_what_follows_before_its_button() {
    for name in ["totp", "trading-password", "recovery-codes"] {
        let html = page(name);
        let effect = html.find("withdrawals stop for 24 hours").expect("effect");
        assert!(effect < html.find("/remove\"").expect("button"), "{name}");
    }
    let html = page("passkeys");
    assert_eq!(count(&html, "aria-describedby=\"remove-effect\""), 2);
    assert!(html.contains("data-accepted=\"Y3JlZDE Y3JlZDI\""));
    assert!(page("phone-bound").contains("your other devices are signed out"));
}

#[test]
fn recovery_codes_stand_one_to_a_line_and_nowhere_else() {
    let html = page("recovery-codes-shown");
    assert!(html.contains("id=\"recovery-codes\">\nabcd-efgh-jkmn-pqrs\n2345-6789-abcd-efgh\n</pre>"));
    let all = Samples::plain().all();
    let shown = all.iter().filter(|(_, html)| html.contains("2345-6789-abcd-efgh"));
    assert_eq!(shown.map(|(name, _)| *name).collect::<Vec<_>>(), ["recovery-codes-shown"]);
    assert!(
        page("recovery-codes-low").contains("3 of 10 left")
            && page("recovery-codes-low").contains("Few are left")
    );
}

#[test]
fn a_hold_and_a_freeze_stand_on_the_page_until_they_end() {
    let held = page("held");
    assert!(held.contains("2025-11-22 13:42 UTC</time> (23 h 12 min) because"), "{held}");
    assert!(held.contains("Support can&#39;t shorten this.") && held.contains("href=\"/security/freeze\""));
    assert!(!page("freeze-hold-over").contains("Withdrawals are paused"));
    let frozen = page("phrase-frozen");
    assert!(
        frozen.contains("action=\"/security/unfreeze\"") && !frozen.contains("href=\"/security/freeze\"")
    );
    assert!(!page("security-fair").contains("/security/unfreeze"));
}

#[test]
fn nothing_takes_the_focus_away_from_what_is_confirmed_but_a_problem() {
    for name in ["confirm", "confirm-code", "confirm-send", "confirm-passkey"] {
        assert!(!page(name).contains(" autofocus"), "{name}");
    }
    for name in ["confirm-wrong", "confirm-code-wrong"] {
        assert_eq!(count(&page(name), " autofocus"), 1, "{name}");
    }
}

#[test]
fn a_country_in_trouble_is_said_in_one_line_with_the_other_ways_beside_it() {
    let blocked = page("code-blocked");
    assert!(blocked.contains("Messages to <bdi>Thailand</bdi> are not getting through at the moment."));
    assert!(blocked.contains("still waiting to leave"));
    assert!(page("code-wrong").contains("Thailand</bdi> are slow at the moment (about 1 minute)."));
    for channel in ["voice", "whatsapp"] {
        assert!(blocked.contains(&format!("name=\"channel\" value=\"{channel}\" data-wakes=")), "{channel}");
        assert!(!page("activate-code").contains(channel), "not before it is of use");
    }
    assert!(blocked.contains("action=\"/security/phone/text\""));
    assert!(page("code-slow-sign-in").contains("name=\"method\" value=\"email\""));
}

#[test]
fn what_the_carrier_says_of_the_message_is_said_and_opens_the_ways_only_when_it_is_lost() {
    let delivered = page("code-delivered");
    assert!(delivered.contains("Your carrier says it was delivered."));
    assert!(!delivered.contains("/security/phone/text") && !delivered.contains("value=\"voice\""));
    let failed = page("code-failed");
    assert!(failed.contains("could not be delivered") && failed.contains("value=\"voice\""));
    assert!(!failed.contains("/security/phone/text"), "only where it would do");
}

#[test]
fn after_a_call_the_text_message_is_offered_again_and_a_text_that_was_begun_is_gone_on_with() {
    let html = page("code-by-call");
    assert!(html.contains("name=\"channel\" value=\"sms\"") && !html.contains("value=\"voice\""));
    assert!(html.contains("<a class=\"button\" href=\"/signup/text\">"));
    assert!(!html.contains("action=\"/signup/text\""), "asking again would kill the code that was shown");
}

#[test]
fn the_own_text_is_one_code_one_number_and_a_way_on_without_a_script() {
    let html = page("own-text");
    assert!(html.contains("<strong dir=\"ltr\" id=\"own-text-code\">4821 9931</strong>"));
    assert!(html.contains("+44 7400 999999") && html.contains("+66 81 234 5678"));
    assert!(html.contains("href=\"sms:+447400999999?&#38;body=48219931\""));
    assert!(html.contains("role=\"status\"") && html.contains(">14:40 UTC</time>"));
    assert!(html.contains("action=\"/security/phone/text/done\" data-awaits=\"/security/phone/text/state\""));
    assert!(
        html.contains("name=\"shown\" value=\"48219931\""),
        "the page that goes on too early shows it again"
    );
    assert!(page("own-text-early").contains("data-problem=\"2013\""));
    let again = page("own-text-again");
    assert!(!again.contains("sms:") && !again.contains("4821") && again.contains("action=\"/signup/text\""));
    let heard = page("own-text-heard");
    assert!(heard.contains("Your message has arrived.") && !heard.contains("data-awaits"));
}
