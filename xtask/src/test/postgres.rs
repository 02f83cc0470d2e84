//! A PostgreSQL server of our own: made for one run, on a free port of the loopback, gone afterwards.
//!
//! Decides where it lives and as whom it runs (it refuses root). Refuses to change its settings: the tests
//! mean a server as installed, with fsync on.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::needs::{is_root, on_path};
use crate::step::{output, run};

/// A cold disk may take its time; a server that is not ready by then never will be.
const READY_SECONDS_MAX: u64 = 90;
const READY: &str = "database system is ready to accept connections";

/// The folder of a cluster, followed by the process that made it.
const FOLDER_PREFIX: &str = "countersign-postgres-";

/// The running server. Dropping it stops the server and removes its files; so does the end of this process,
/// however it comes, where the machine has `setpriv`.
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
    keep: bool,
}

impl Postgres {
    /// Makes a cluster and starts its server; `keep` leaves the files for a look afterwards.
    pub(crate) fn start(programs: &Path, target: &Path, keep: bool) -> Result<Postgres, String> {
        let user = Owner::choose()?;
        remove_left_behind(target);
        let folder = user.folder(target)?;
        let data = folder.join("data");
        let initdb = programs.join("initdb");
        let mut make = user.command(&initdb);
        make.arg("--pgdata").arg(&data);
        make.args(["--username=countersign", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        run(make.current_dir(&folder).stdout(Stdio::null()))?;

        let port = free_port()?;
        let mut serve = user.command(&programs.join("postgres"));
        serve.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k", ""]);
        let mut server = serve
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the server did not start: {error}"))?;
        let ready = wait_until_ready(&mut server);
        let postgres = Postgres { server, folder, port, keep };
        ready?;
        println!(
            "    {} on port {port}",
            output(Command::new(programs.join("postgres")).arg("--version")).unwrap_or_default()
        );
        Ok(postgres)
    }

    /// The address for `COUNTERSIGN_TEST_POSTGRES`. The account may create databases, so that tests need not
    /// share one.
    pub(crate) fn address(&self) -> String {
        format!("postgres://countersign@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown: sessions end, files are left whole.
        let asked = run(Command::new("kill").args(["-INT", &self.server.id().to_string()]));
        if asked.is_err() {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        if self.keep {
            println!("    the cluster's files are kept in {}", self.folder.display());
        } else if let Err(error) = fs::remove_dir_all(&self.folder) {
            println!("    {} could not be removed: {error}", self.folder.display());
        }
    }
}

/// As whom the server runs: ourselves, or an account without rights where we are root.
enum Owner {
    Ourselves,
    Account { user: &'static str, group_id: String },
}

impl Owner {
    fn choose() -> Result<Owner, String> {
        if !is_root() {
            return Ok(Owner::Ourselves);
        }
        let account = ["postgres", "nobody"].into_iter().find_map(|user| {
            output(Command::new("id").args(["-g", user])).map(|group_id| Owner::Account { user, group_id })
        });
        account.filter(|_| on_path("setpriv").is_some()).ok_or_else(|| {
            "PostgreSQL refuses to run as root: run this as another user, or have `setpriv` and an account \
             `postgres` or `nobody`"
                .to_owned()
        })
    }

    /// A program run as this owner, that ends when we do.
    fn command(&self, program: &Path) -> Command {
        let Some(setpriv) = on_path("setpriv") else {
            return Command::new(program);
        };
        let mut command = Command::new(setpriv);
        if let Owner::Account { user, group_id } = self {
            command.args([&format!("--reuid={user}"), &format!("--regid={group_id}"), "--clear-groups"]);
        }
        command.args(["--pdeathsig", "INT", "--"]).arg(program);
        command
    }

    /// An empty folder of the owner's: under the target folder, or where that one is closed to the account,
    /// in the system's folder for passing things.
    fn folder(&self, target: &Path) -> Result<PathBuf, String> {
        let name = format!("{FOLDER_PREFIX}{}", std::process::id());
        let under_target = target.join(&name);
        match self {
            Owner::Ourselves => make_folder(&under_target).map(|()| under_target),
            Owner::Account { user, .. } => {
                for folder in [under_target, env::temp_dir().join(&name)] {
                    make_folder(&folder)?;
                    run(Command::new("chown").arg(user).arg(&folder))?;
                    let reach = self.command(Path::new("test")).arg("-w").arg(&folder).status();
                    if reach.is_ok_and(|status| status.success()) {
                        return Ok(folder);
                    }
                    let _ = fs::remove_dir(&folder);
                }
                Err(format!("no folder that the account {user} can write to"))
            }
        }
    }
}

/// A run that was killed had no chance to remove its files; the next one does it.
fn remove_left_behind(target: &Path) {
    for entry in fs::read_dir(target).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)) else { continue };
        if output(Command::new("kill").args(["-0", process])).is_none() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), String> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

/// Waits for the server's own word, and goes on emptying its log so that it never blocks.
fn wait_until_ready(server: &mut Child) -> Result<(), String> {
    let log = server.stderr.take().ok_or("the server has no log")?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut last = String::new();
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            if line.contains(READY) {
                let _ = tell.send(Ok(()));
            }
            last = line;
        }
        let _ = tell.send(Err(format!("the server ended: {last}")));
    });
    told.recv_timeout(Duration::from_secs(READY_SECONDS_MAX))
        .unwrap_or_else(|_| Err(format!("the server was not ready within {READY_SECONDS_MAX} s")))
}
