//! `countersign demo`: the server on an embedded database, with the simulated carriers as a child process, a seeded
//! operator and a seeded holder. Its secrets are constants that everybody knows; `serve` refuses every one of them.

use crate::carriers::{MESSAGES_SECRET, MESSAGES_TOKEN, Ready, SYSTEM_IDS};
use crate::config::{Config, Database, MasterKey};
use crate::world::SystemEntropy;
use crate::{assemble, output};
use countersign_core::address::{Address, Email};
use countersign_core::entropy::Entropy;
use countersign_core::model::{Role, Service};
use countersign_core::policy::Policy;
use countersign_core::route::Carries;
use countersign_core::totp;
use countersign_delivery::http::EgressPolicy;
use countersign_delivery::providers::HttpRouteConfig;
use countersign_delivery::smpp::SmppConfig;
use countersign_delivery::smtp::{SmtpConfig, Tls};
use countersign_delivery::voice::VoiceConfig;
use countersign_exchange::{ExchangeConfig, Secret, SeededUser};
use countersign_flows::{Clock, Flows, NewOperator};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};

/// The demo's master key. Public.
pub(crate) const MASTER_KEY: [u8; 32] = *b"countersign demo key, not secret";
/// The account of the simulated SMSC. Public.
pub(crate) const SMPP_SYSTEM_ID: &str = "demo";
/// Its password. Public.
pub(crate) const SMPP_PASSWORD: &str = "demopass";
/// The token of the simulated provider of calls. Public.
pub(crate) const CALLS_TOKEN: &str = "demo-calls";
const BRAND: &str = "Acme";
/// A member of staff of the demo. All of it is public.
struct DemoOperator {
    email: &'static str,
    password: &'static str,
    /// Key of their authenticator app (RFC 6238).
    key: &'static [u8; 20],
    name: &'static str,
    roles: &'static [Role],
}

/// Two, so that what takes four eyes can be tried.
const OPERATORS: [DemoOperator; 2] = [
    DemoOperator {
        email: "operator@acme.example",
        password: "demo operator passphrase",
        key: b"countersign demo Ada",
        name: "Ada",
        roles: &[Role::Support, Role::Reviewer, Role::Fraud, Role::Delivery, Role::Admin],
    },
    DemoOperator {
        email: "second@acme.example",
        password: "demo second passphrase",
        key: b"countersign demo Ben",
        name: "Ben",
        roles: &[Role::Support, Role::Reviewer, Role::Auditor],
    },
];
const HOLDER: (&str, &str) = ("holder@acme.example", "demo holder passphrase");
/// What the holder has at the sample exchange, and the password there.
const EXCHANGE_PASSWORD: &str = "demo exchange passphrase";
const BALANCES: [(&str, &str); 3] = [("BTC", "2.5"), ("ETH", "40"), ("USDT", "25000")];

/// How to run the demo.
#[derive(clap::Args)]
pub(crate) struct DemoArguments {
    /// Port of the pages and the API; handsets, mailbox, SMSC, SMTP and the sample exchange take the five after it.
    /// 0 takes free ones.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Keep the data here; without it the demo starts empty each time.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Seed of the simulated network.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When ready, print one line of JSON for programs instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs until it is told to stop.
pub(crate) async fn run(arguments: DemoArguments) -> Result<(), String> {
    let mut stop = assemble::stop_signal();
    let (mut carriers, lifeline, network) = start_carriers(&arguments).await?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        format!("port {}: {error}; choose another with --port, or --port 0 for any", arguments.port)
    })?;
    let listen = listener.local_addr().map_err(|error| error.to_string())?;
    let folder = Folder::open(arguments.data.clone())?;
    let exchange_at = exchange_address(&arguments)?;
    let config = config(listen, exchange_at, &network, &folder)?;
    let house = assemble::open(&config, assemble::clock()).await?;
    let service = assemble::service(&house.flows, BRAND, true).await?;
    let seeded = seed(&house.flows, &service).await?;
    let exchange = exchange_config(&config, exchange_at, &seeded, &folder);
    let engine = assemble::start(&house, &config).await?;
    let serving = assemble::listen(&house, &config, &service, listener, stop.clone());
    let told = async {
        engine.bound().await;
        let clock = assemble::clock();
        let unix_ms = Arc::new(move || clock.now().unix_ms());
        let random = Arc::new(|out: &mut [u8]| SystemEntropy.fill(out));
        match countersign_exchange::start(exchange, unix_ms, random).await {
            Err(error) => Err(error.to_string()),
            Ok(running) => {
                tell(&arguments, &config, &network, &seeded, &running.public_url);
                std::future::pending::<()>().await;
                drop(running);
                Ok(())
            }
        }
    };
    let ended = tokio::select! {
        served = serving => served,
        failed = told => failed,
        status = carriers.wait() => {
            let asked = *stop.borrow_and_update();
            if asked { Ok(()) } else { Err(format!("the simulated carriers ended: {status:?}")) }
        }
    };
    engine.stop(&house).await;
    drop(lifeline);
    let _ = tokio::time::timeout(std::time::Duration::from_secs(3), carriers.wait()).await;
    folder.close();
    ended
}

/// Starts this same program as the carriers, and waits until it says where it listens.
async fn start_carriers(arguments: &DemoArguments) -> Result<(Child, ChildStdin, Ready), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let port = |step: u16| {
        let port = if arguments.port == 0 { 0 } else { arguments.port.saturating_add(step) };
        SocketAddr::from((Ipv4Addr::LOCALHOST, port)).to_string()
    };
    let mut child = Command::new(program)
        .args(["carriers", "--until-stdin-closes", "--seed", &arguments.seed.to_string()])
        .args(OPERATORS.iter().flat_map(|one| {
            ["--authenticator".to_owned(), format!("{}={}", one.name, totp::base32(one.key))]
        }))
        .args(["--handsets", &port(1), "--mailbox", &port(2), "--smpp", &port(3), "--smtp", &port(4)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("the simulated carriers could not start: {error}"))?;
    let out = child.stdout.take().ok_or("the simulated carriers have no output")?;
    // Taken out of the child, or waiting for it would close it: the carriers live as long as this end is open.
    let lifeline = child.stdin.take().ok_or("the simulated carriers have no input")?;
    let mut line = String::new();
    let read = BufReader::new(out).read_line(&mut line).await;
    match (read, serde_json::from_str(&line)) {
        (Ok(_), Ok(ready)) => Ok((child, lifeline, ready)),
        _ => {
            Err("the simulated carriers did not start (see above); is a port taken? try --port 0".to_owned())
        }
    }
}

/// Where the demo keeps its database.
struct Folder {
    path: PathBuf,
    is_temporary: bool,
}

impl Folder {
    fn open(kept: Option<PathBuf>) -> Result<Self, String> {
        let is_temporary = kept.is_none();
        let name = format!("countersign-demo-{}", std::process::id());
        let path = kept.unwrap_or_else(|| std::env::temp_dir().join(name));
        std::fs::create_dir_all(&path).map_err(|error| format!("--data {}: {error}", path.display()))?;
        Ok(Self { path, is_temporary })
    }

    fn close(self) {
        if self.is_temporary {
            let _ = std::fs::remove_dir_all(self.path);
        }
    }
}

/// Where the sample exchange will listen; it is named before it starts, since confirm pages lead back to it.
fn exchange_address(arguments: &DemoArguments) -> Result<SocketAddr, String> {
    if arguments.port != 0 {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port.saturating_add(5))));
    }
    let free = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
    free.map_err(|error| format!("no free port for the sample exchange: {error}"))
}

fn exchange_config(config: &Config, listen: SocketAddr, seeded: &Seeded, folder: &Folder) -> ExchangeConfig {
    ExchangeConfig {
        listen,
        public_url: None,
        api_base: format!("http://{}", config.listen),
        security_url: config.public_url.clone(),
        api_key: Secret::new(seeded.api_key.clone()),
        webhook_secret: None,
        state_path: Some(folder.path.join("exchange.json")),
        seeds: vec![SeededUser {
            email: HOLDER.0.to_owned(),
            password: Secret::new(EXCHANGE_PASSWORD.to_owned()),
            account: seeded.holder.clone(),
            balances: BALANCES
                .iter()
                .map(|(asset, amount)| ((*asset).to_owned(), (*amount).to_owned()))
                .collect(),
        }],
    }
}

/// The number that holders can text to.
const INBOUND_NUMBER: &str = "+447860000001";

/// One route to each of the simulated SMSC's accounts, the first one cheapest.
fn smpp_routes(network: &Ready) -> Result<Vec<SmppConfig>, String> {
    let route = |(order, system_id): (usize, &&str)| {
        serde_json::from_value(json!({
            "name": if order == 0 { "simulated".to_owned() } else { format!("simulated-{}", order + 1) },
            "host": network.smpp.ip(),
            "port": network.smpp.port(),
            "system_id": system_id,
            "password": SMPP_PASSWORD,
            "reconnect_s_max": 5,
            "sender": BRAND,
            "carries": {
                "order": order,
                "price_micros": 40_000 + 5_000 * order,
                "fallback_sender": INBOUND_NUMBER,
                "inbound_number": (order == 0).then_some(INBOUND_NUMBER),
            },
        }))
        .map_err(|error| error.to_string())
    };
    SYSTEM_IDS.iter().enumerate().map(route).collect()
}

/// The simulated provider of texts over HTTP, in the form that any provider can be described in.
fn http_route(network: &Ready) -> Result<HttpRouteConfig, String> {
    let settings = json!({
        "name": "simulated-http",
        "provider": "generic",
        "sender": BRAND,
        "carries": { "order": 9, "price_micros": 60_000, "fallback_sender": INBOUND_NUMBER },
        "account": {
            "url": network.messages_url,
            "headers": { "authorization": format!("Bearer {MESSAGES_TOKEN}") },
            "body": "{\"reference\":\"{reference}\",\"to\":\"{to}\",\"from\":\"{from}\",\"text\":\"{text}\",\
                      \"valid_s\":{valid_s},\"callback_url\":\"{callback}\"}",
            "secret": MESSAGES_SECRET,
            "receipt": {
                "id": "/id",
                "status": "/status",
                "error": "/error",
                "delivered": ["delivered"],
                "failed": ["failed"],
            },
        },
    });
    serde_json::from_value(settings).map_err(|error| error.to_string())
}

fn config(
    listen: SocketAddr,
    exchange: SocketAddr,
    network: &Ready,
    folder: &Folder,
) -> Result<Config, String> {
    Ok(Config {
        // By its name: browsers make passkeys for names, not for addresses.
        public_url: format!("http://localhost:{}", listen.port()),
        listen,
        service: BRAND.to_owned(),
        support: "support@acme.example".to_owned(),
        proxies: 0,
        database: Database::Sqlite(folder.path.join("countersign.db")),
        queue_max: 1_024,
        master: vec![(1, MasterKey(MASTER_KEY))],
        policy: Policy::default(),
        smpp: smpp_routes(network)?,
        http: vec![http_route(network)?],
        gammu: Vec::new(),
        smtp: vec![SmtpConfig {
            name: "mailbox".to_owned(),
            host: network.smtp.ip().to_string(),
            port: network.smtp.port(),
            tls: Tls::None,
            username: None,
            password: None,
            from: format!("{BRAND} <security@acme.example>"),
            timeout_s: 10,
            carries: Carries::default(),
        }],
        voice: vec![VoiceConfig {
            name: "calls".to_owned(),
            url: network.calls_url.clone(),
            token: CALLS_TOKEN.to_owned(),
            caller: "+442079460000".to_owned(),
            timeout_s: 10,
            carries: Carries::default(),
        }],
        android_app_hash: None,
        identity: None,
        return_origins: vec![format!("http://{exchange}")],
        egress: EgressPolicy { allow_private: true },
    })
}

/// What the demo began with.
struct Seeded {
    api_key: String,
    /// The holder's account.
    holder: String,
}

/// The operators, the holder and a fresh API key; what an earlier run left in kept data stays, but for its keys.
async fn seed(flows: &Flows, service: &Service) -> Result<Seeded, String> {
    let broken = |error: countersign_flows::FlowError| format!("the demo could not be seeded: {error}");
    let email = |text: &str| Email::parse(text).map(Address::Email).map_err(|error| format!("{error:?}"));
    for one in &OPERATORS {
        let operator = NewOperator {
            service_id: service.id,
            email: email(one.email)?,
            name: one.name.to_owned(),
            roles: one.roles.to_vec(),
        };
        flows.seed_operator(operator, one.password, *one.key, assemble::by_hand()).await.map_err(broken)?;
    }
    flows.import_account(service.id, email(HOLDER.0)?, HOLDER.1, "en").await.map_err(broken)?;
    for key in flows.api_keys(service.id).await.map_err(broken)? {
        if key.revoked_at.is_none() {
            flows.revoke_api_key(service.id, key.id, &assemble::by_hand()).await.map_err(broken)?;
        }
    }
    // An exchange of an earlier run registered itself; nobody listens there any more.
    for webhook in flows.webhooks(service.id).await.map_err(broken)? {
        flows.delete_webhook(service.id, webhook.id).await.map_err(broken)?;
    }
    let holder = flows.find_account(service.id, email(HOLDER.0)?).await.map_err(broken)?;
    let holder = holder.map(|view| view.account.id.to_string()).unwrap_or_default();
    let made = flows.create_api_key(service.id, "demo", &assemble::by_hand()).await.map_err(broken)?;
    Ok(Seeded { api_key: made.secret.expose().to_owned(), holder })
}

fn operator_text(one: &DemoOperator) -> String {
    format!("{:16} {} / {} / key {}\n  ", one.name, one.email, one.password, totp::base32(one.key))
}

fn operator_json(one: &DemoOperator) -> serde_json::Value {
    let roles: Vec<&str> = one.roles.iter().map(|role| role.as_str()).collect();
    json!({
        "email": one.email,
        "password": one.password,
        "totp_secret": totp::base32(one.key),
        "name": one.name,
        "roles": roles,
    })
}

fn tell(arguments: &DemoArguments, config: &Config, network: &Ready, seeded: &Seeded, exchange: &str) {
    let (base, api_key) = (&config.public_url, &seeded.api_key);
    if arguments.json {
        let line = json!({
            "base_url": base,
            "security_url": format!("{base}/security"),
            "handsets_url": format!("http://{}", network.handsets),
            "mailbox_url": format!("http://{}", network.mailbox),
            "api_docs_url": format!("{base}/docs"),
            "exchange_url": exchange,
            "api_key": api_key,
            "console_url": format!("{base}/console"),
            "authenticator_url": format!("http://{}/authenticator", network.handsets),
            "operator": operator_json(&OPERATORS[0]),
            "operators": OPERATORS.iter().map(operator_json).collect::<Vec<_>>(),
            "holder": {
                "email": HOLDER.0,
                "password": HOLDER.1,
                "exchange_password": EXCHANGE_PASSWORD,
                "account": seeded.holder,
            },
            "smpp": {
                "host": network.smpp.ip(),
                "port": network.smpp.port(),
                "system_id": SMPP_SYSTEM_ID,
                "password": SMPP_PASSWORD,
            },
        });
        output::say(&line.to_string());
        return;
    }
    let kept = match &arguments.data {
        Some(path) => format!("kept in {}", path.display()),
        None => "forgotten when you stop (--data DIR keeps it)".to_owned(),
    };
    output::say(&format!(
        "\nCountersign demo is ready. Stop it with Ctrl+C; its data is {kept}.\n\n  \
         Sample exchange  {exchange}\n  \
         Security Center  {base}/security\n  \
         Sign up          {base}/signup\n  \
         Handsets         http://{}\n  \
         Mailbox          http://{}\n  \
         API docs         {base}/docs\n\n  \
         Holder           {} / {} (at the exchange: {EXCHANGE_PASSWORD})\n  \
         Console          {base}/console\n  \
         {}\
         Authenticator    http://{}/authenticator (or any app, or `oathtool --totp -b KEY`)\n  \
         API key          {api_key}\n",
        network.handsets,
        network.mailbox,
        HOLDER.0,
        HOLDER.1,
        OPERATORS.iter().map(operator_text).collect::<String>(),
        network.handsets,
    ));
}
