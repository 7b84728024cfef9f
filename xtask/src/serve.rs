//! A server of static files for the demo: one folder, this machine only.
//!
//! `trunk serve` would rebuild and reload pages that people are looking at, and serve the binaries as they were before
//! wasm-opt. What the page needs is little: the right types (a browser refuses to stream wasm otherwise), lengths (for
//! the progress of the weights) and no way out of the folder.

mod connection;

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::offline;
use connection::{Answer, Request};

/// How many ports are tried after the one that was asked for.
const PORTS_TRIED: u16 = 50;

/// What clients may take.
#[derive(Clone, Copy)]
struct Limits {
    /// Connections at the same time, each with a thread: who does not read blocks nobody else.
    clients: usize,
    /// How long a client may do nothing.
    patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            clients: 256,
            patience: Duration::from_secs(10),
        }
    }
}

/// A server that has its port and waits to run.
pub struct Server {
    listener: TcpListener,
    site: Site,
    address: SocketAddr,
    limits: Limits,
}

/// What is served.
struct Site {
    /// Canonical.
    folder: PathBuf,
    /// The page's policy. As a header it holds for workers too, which inherit none from a page.
    policy: Option<String>,
}

impl Site {
    fn of(folder: PathBuf) -> Self {
        let page = fs::read_to_string(folder.join("index.html")).unwrap_or_default();
        let policy = offline::policy(&page).ok().map(str::to_owned);
        Self { folder, policy }
    }
}

impl Server {
    /// Takes `port` on 127.0.0.1, or the next free one; port 0 lets the system choose.
    pub fn bind(folder: &Path, port: u16) -> Result<Self> {
        let folder = folder
            .canonicalize()
            .with_context(|| format!("cannot serve {}", folder.display()))?;
        let listener = listen(port)?;
        let address = listener.local_addr()?;
        Ok(Self {
            listener,
            site: Site::of(folder),
            address,
            limits: Limits::default(),
        })
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers requests until the process ends.
    pub fn run(&self) {
        let open = AtomicUsize::new(0);
        thread::scope(|scope| {
            for stream in self.listener.incoming() {
                let Ok(mut stream) = stream else {
                    // The system has no connection left: others end first.
                    thread::sleep(Duration::from_millis(10));
                    continue;
                };
                if open.load(Ordering::SeqCst) >= self.limits.clients {
                    let _ = stream.set_nonblocking(true);
                    let busy = Answer::text(503, "Too many connections.");
                    let _ = connection::send(&mut stream, busy, true, self.limits.patience);
                    continue;
                }
                open.fetch_add(1, Ordering::SeqCst);
                let open = &open;
                let started = thread::Builder::new().spawn_scoped(scope, move || {
                    // Nobody is left to tell.
                    let _ = answer(&mut stream, &self.site, self.limits.patience);
                    open.fetch_sub(1, Ordering::SeqCst);
                });
                if started.is_err() {
                    open.fetch_sub(1, Ordering::SeqCst);
                }
            }
        });
    }
}

fn listen(port: u16) -> Result<TcpListener> {
    let last = port.saturating_add(PORTS_TRIED);
    for candidate in port..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot listen on port {candidate}"));
            }
        }
    }
    bail!("the ports {port} to {last} are all in use: choose another with --port")
}

/// Answers one request and closes. With a connection that is kept open a page would hold threads between its requests.
fn answer(stream: &mut TcpStream, site: &Site, patience: Duration) -> io::Result<()> {
    let (answer, with_content) = match connection::read(stream, patience) {
        Ok(request) => (site.answer(&request), request.method != "HEAD"),
        Err(error) => (connection::refusal(&error).ok_or(error)?, true),
    };
    connection::send(stream, answer, with_content, patience)
}

impl Site {
    fn answer(&self, request: &Request) -> Answer<'_> {
        if !matches!(&*request.method, "GET" | "HEAD") {
            return Answer::text(405, "Only GET and HEAD are answered.");
        }
        if request.has_body {
            return Answer::text(413, "No request has a body here.");
        }
        match resolve(&self.folder, &request.target) {
            Some(path) => self.file(&path),
            None => Answer::text(404, "There is no such file."),
        }
    }

    fn file(&self, path: &Path) -> Answer<'_> {
        let opened = fs::File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let Ok((length, file)) = opened else {
            return Answer::text(404, "The file cannot be read.");
        };
        let mut headers = vec![
            ("Content-Type", content_type(path)),
            // A rebuilt page is seen at the next reload.
            ("Cache-Control", "no-cache"),
            ("X-Content-Type-Options", "nosniff"),
        ];
        let policy = self.policy.as_deref();
        headers.extend(policy.map(|policy| ("Content-Security-Policy", policy)));
        Answer {
            status: 200,
            headers,
            content: Box::new(file),
            length,
        }
    }
}

/// The file inside `folder` that a request's target names; `folder` is canonical.
fn resolve(folder: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let mut file = folder.to_path_buf();
    for part in percent_decoded(path)?
        .split('/')
        .filter(|part| !part.is_empty())
    {
        if part == "." || part == ".." || part.contains(['\\', ':', '\0']) {
            return None;
        }
        file.push(part);
    }
    if file.is_dir() {
        file.push("index.html");
    }
    // A link inside the folder must not lead out of it either.
    let file = file.canonicalize().ok()?;
    (file.starts_with(folder) && file.is_file()).then_some(file)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = (rest.next()? as char).to_digit(16)?;
            let low = (rest.next()? as char).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn content_type(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" | "toml" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// A folder with a page inside and a secret outside, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let root =
                std::env::temp_dir().join(format!("scanweave-serve-{name}-{}", std::process::id()));
            fs::create_dir_all(root.join("page/models")).unwrap();
            fs::write(root.join("secret.txt"), "secret").unwrap();
            let page = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\"><p>page";
            fs::write(root.join("page/index.html"), page).unwrap();
            fs::write(root.join("page/models/a b.weave"), vec![1; 100_000]).unwrap();
            fs::write(root.join("page/app.wasm"), [0, 97, 115, 109]).unwrap();
            Self(root.canonicalize().unwrap())
        }

        fn page(&self) -> PathBuf {
            self.0.join("page")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn targets_name_files_inside_the_folder() {
        let site = Folder::new("inside");
        let page = site.page();
        assert_eq!(resolve(&page, "/"), Some(page.join("index.html")));
        assert_eq!(
            resolve(&page, "/?backend=cpu#x"),
            Some(page.join("index.html"))
        );
        assert_eq!(
            resolve(&page, "/models/a%20b.weave"),
            Some(page.join("models/a b.weave"))
        );
        assert_eq!(resolve(&page, "/models/"), None);
        assert_eq!(resolve(&page, "/missing"), None);
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let site = Folder::new("outside");
        for target in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/models/../../secret.txt",
            "/..%2fsecret.txt",
            "/..%5csecret.txt",
            "/%",
            "/%zz",
            "/%00",
            "//etc/passwd",
            "/./index.html",
        ] {
            assert_eq!(resolve(&site.page(), target), None, "{target}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_out() {
        let site = Folder::new("link");
        std::os::unix::fs::symlink(site.0.join("secret.txt"), site.page().join("link.txt"))
            .unwrap();
        assert_eq!(resolve(&site.page(), "/link.txt"), None);
    }

    /// All that is answered to `request`.
    fn asked(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn a_body_is_refused_before_it_comes_and_connections_are_closed() {
        let site = Folder::new("body");
        let server = Server::bind(&site.page(), 0).unwrap();
        let port = server.address.port();
        thread::spawn(move || server.run());
        for field in [
            "Content-Length: 1000000000000",
            "Transfer-Encoding: chunked",
        ] {
            let said = asked(port, &format!("GET / HTTP/1.1\r\n{field}\r\n\r\n"));
            assert!(said.starts_with("HTTP/1.0 413"), "{said}");
            let said = asked(port, &format!("POST / HTTP/1.1\r\n{field}\r\n\r\n"));
            assert!(said.starts_with("HTTP/1.0 405"), "{said}");
        }
        // Who asks for it to be kept open reads to its end all the same.
        let kept = asked(port, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assert!(kept.ends_with("<p>page"), "{kept}");
        assert!(asked(port, "nonsense\r\n\r\n").starts_with("HTTP/1.0 400"));
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(20_000));
        assert!(asked(port, &long).starts_with("HTTP/1.0 431"));
    }

    #[test]
    fn who_does_not_read_blocks_nobody() {
        let site = Folder::new("deaf");
        fs::write(site.page().join("large.weave"), vec![1; 32 << 20]).unwrap();
        let server = Server::bind(&site.page(), 0).unwrap();
        let port = server.address.port();
        thread::spawn(move || server.run());
        let deaf: Vec<TcpStream> = (0..20)
            .map(|_| {
                let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
                let request = b"GET /large.weave HTTP/1.1\r\n\r\n";
                stream.write_all(request).unwrap();
                stream
            })
            .collect();
        let page = asked(port, "GET / HTTP/1.1\r\n\r\n");
        assert!(page.ends_with("<p>page"), "{page}");
        drop(deaf);
    }

    /// A server of small limits.
    fn limited(site: &Folder, limits: Limits) -> u16 {
        let mut server = Server::bind(&site.page(), 0).unwrap();
        server.limits = limits;
        let port = server.address.port();
        thread::spawn(move || server.run());
        port
    }

    #[test]
    fn who_says_nothing_is_told_so_and_closed() {
        let site = Folder::new("mute");
        let patience = Duration::from_millis(100);
        let port = limited(
            &site,
            Limits {
                clients: 2,
                patience,
            },
        );
        assert!(asked(port, "").starts_with("HTTP/1.0 408"));
        assert!(asked(port, "GET / HTTP/1.1\r\n").starts_with("HTTP/1.0 408"));
    }

    #[test]
    fn there_is_a_most_of_clients_until_one_goes() {
        let site = Folder::new("most");
        let patience = Duration::from_hours(1);
        let port = limited(
            &site,
            Limits {
                clients: 2,
                patience,
            },
        );
        let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        let both = [connect(), connect()];
        assert!(asked(port, "").starts_with("HTTP/1.0 503"));
        drop(both);
        let mut page = String::new();
        while !page.ends_with("<p>page") {
            let mut stream = connect();
            let _ = stream.write_all(b"GET / HTTP/1.1\r\n\r\n");
            page.clear();
            let _ = stream.read_to_string(&mut page);
        }
    }

    #[test]
    fn answers_carry_type_and_length_and_the_next_port_is_taken() {
        let site = Folder::new("http");
        let server = Server::bind(&site.page(), 0).unwrap();
        let port = server.address.port();
        let second = Server::bind(&site.page(), port).unwrap();
        assert!(second.address.port() > port);
        thread::spawn(move || server.run());

        let answer = |line: &str| {
            let fields = "Host: x\r\nConnection: close\r\n\r\n";
            asked(port, &format!("{line} HTTP/1.1\r\n{fields}"))
        };
        let wasm = answer("GET /app.wasm");
        assert!(wasm.starts_with("HTTP/1.0 200"), "{wasm}");
        assert!(wasm.contains("Content-Type: application/wasm"), "{wasm}");
        assert!(answer("GET /models/a%20b.weave").contains("Content-Length: 100000"));
        assert!(answer("GET /../secret.txt").starts_with("HTTP/1.0 404"));
        assert!(answer("POST /").starts_with("HTTP/1.0 405"));
        let head = answer("HEAD /");
        assert!(
            head.contains("Content-Length: ") && !head.contains("<p>page"),
            "{head}"
        );
        let policy = "Content-Security-Policy: default-src 'self'";
        assert!(
            head.contains(policy) && wasm.contains(policy),
            "{head}{wasm}"
        );
    }
}
