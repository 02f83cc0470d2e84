//! The binary `countersign`: reads flags, environment and file, puts the parts together, runs one role. Output is
//! for people; `--json` gives one line for programs. No rule stands here.

mod admin;
mod assemble;
mod audit;
mod bench;
mod carriers;
mod config;
mod demo;
mod environment;
mod output;
mod policy;
mod serve;
mod world;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A self-hosted security centre: binds phones, sends and checks one-time codes, guards what moves money.
#[derive(Parser)]
#[command(name = "countersign", version, max_term_width = 100)]
struct Arguments {
    /// Log as JSON lines instead of text.
    #[arg(long, global = true)]
    log_json: bool,
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Run everything on this machine, with simulated phones and mailboxes, to try it out.
    Demo(demo::DemoArguments),
    /// Run the server on real routes.
    Serve(ConfigArgument),
    /// Create or upgrade the database's tables, and stop.
    Migrate(ConfigArgument),
    /// Read the configuration, say what is wrong or what it means, and stop.
    CheckConfig(ConfigArgument),
    /// What the policy asks for, why, and how likely it is guessed through.
    Policy(policy::PolicyArguments),
    /// Services, API keys, operators, accounts.
    Admin(admin::AdminArguments),
    /// Whether anybody changed what happened; signed checkpoints; the entries as JSON.
    Audit {
        #[command(subcommand)]
        act: audit::AuditAct,
    },
    /// Measure this machine: requests and commits per second, time from commit to wire, memory, start.
    Bench(bench::BenchArguments),
    /// Run only the simulated carriers: an SMSC, handsets, a mailbox.
    Carriers(carriers::CarriersArguments),
}

/// Where the configuration is.
#[derive(clap::Args)]
struct ConfigArgument {
    /// The configuration file (TOML). Values in the environment (`COUNTERSIGN__SECTION__KEY`) go on top.
    #[arg(long, short, env = "COUNTERSIGN_CONFIG", default_value = "countersign.toml")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    output::start_log(arguments.log_json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&format!("the runtime could not start: {error}")),
    };
    let result = runtime.block_on(async {
        match arguments.role {
            Role::Demo(demo) => demo::run(demo).await,
            Role::Serve(file) => serve::run(&file.config).await,
            Role::Migrate(file) => serve::migrate(&file.config).await,
            Role::CheckConfig(file) => serve::check_config(&file.config),
            Role::Policy(policy) => policy::run(policy),
            Role::Admin(admin) => admin::run(admin).await,
            Role::Audit { act } => audit::run(act).await,
            Role::Bench(bench) => bench::run(bench).await,
            Role::Carriers(carriers) => carriers::run(carriers).await,
        }
    });
    // Steps that are still writing finish on their own thread; nothing else is worth waiting for.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => output::fail(&problem),
    }
}
