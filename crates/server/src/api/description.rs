//! What the OpenAPI document says beside the operations: who may call, what is the same everywhere. The
//! operations bring their own words.

use super::problem::ProblemBody;
use std::sync::LazyLock;
use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{OpenApi, OpenApiBuilder};

/// The whole document as served; it is the same for every request.
pub(super) static TEXT: LazyLock<String> = LazyLock::new(super::openapi_json);

const ABOUT: &str = "\
Countersign guards what matters for services that hold money: it asks the holder of an account for the \
factors that your policy wants, and hands you a signed yes or a cancelled no. It also sends one-time codes \
and checks them. This is the API for your server: the relying party. People use the Security Center pages \
instead.

An action goes so: open it with its details, send the person's browser to its `confirm_url`, look at it when \
the browser is back or a webhook tells you, check its assertion with the published keys, redeem it, and only \
then carry out what was confirmed.

Every request carries `Authorization: Bearer` with a key of your service. Everything that the key reaches \
belongs to that service; ids of other services look like ids that never were.

Bodies are JSON objects in UTF-8 of at most 64 KiB. Names are in snake_case, ids carry a prefix (`act_`, \
`acc_`), amounts are strings, times are RFC 3339 in UTC. A name that an operation does not know is \
refused. In answers, new names may appear: ignore the ones you do not know.

Errors are problem details (RFC 9457). `code` is for programs, `type` is the address of a page with the \
cause and the remedy, `request_id` finds the request in the server's log. Where waiting helps, \
`retry_after` and the `Retry-After` header say for how many seconds.

No answer ever holds a code or a whole phone number that you did not just send. Browsers of other origins \
cannot call this API, and a key must never reach a browser.";

/// The document without its operations.
pub(super) fn frame() -> OpenApi {
    let license =
        LicenseBuilder::new().name("Apache-2.0 OR MIT").identifier(Some("Apache-2.0 OR MIT")).build();
    let info = InfoBuilder::new()
        .title("Countersign API")
        .version("1")
        .description(Some(ABOUT))
        .license(Some(license))
        .build();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A key of your service: 64 hexadecimal digits, made by `countersign admin`."))
        .build();
    let components = ComponentsBuilder::new()
        .schema_from::<ProblemBody<'_>>()
        .security_scheme("api_key", SecurityScheme::Http(key))
        .build();
    let tag = |name: &str, text: &str| TagBuilder::new().name(name).description(Some(text)).build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .components(Some(components))
        .tags(Some([
            tag(
                "Verifications",
                "Send a code to a phone number or an email address, and check what was entered.",
            ),
            tag("Numbers", "What a phone number is, and the regions it can belong to."),
            tag("Accounts", "The holders who use the Security Center of your service."),
            tag("Actions", "What a holder must authorise, and the assertion that says so."),
            tag("Rates", "What assets are worth, so that the policy knows a large amount from a small one."),
            tag("Webhooks", "Be told what became of actions and accounts instead of asking."),
        ]))
        .build()
}
