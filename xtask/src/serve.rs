//! A server of static files for the demo: one folder, this machine only.
//!
//! `trunk serve` would rebuild and reload pages that people are looking at, and serve the binaries as they were before
//! wasm-opt. What the page needs is little: the right types (a browser refuses to stream wasm otherwise), lengths (for
//! the progress of the weights) and no way out of the folder.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use tiny_http::{HTTPVersion, Header, Method, Request, Response};

use crate::offline;

/// How many ports are tried after the one that was asked for.
const PORTS_TRIED: u16 = 50;

/// Requests answered at the same time.
const THREADS: usize = 4;

/// A server that has its port and waits to run.
pub struct Server {
    http: Arc<tiny_http::Server>,
    site: Site,
    address: SocketAddr,
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
        let http = tiny_http::Server::from_listener(listener, None)
            .map_err(|error| anyhow!("the server could not start on {address}: {error}"))?;
        Ok(Self {
            http: Arc::new(http),
            site: Site::of(folder),
            address,
        })
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers requests until the process ends.
    pub fn run(&self) {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for request in self.http.incoming_requests() {
                        answer(request, &self.site);
                    }
                });
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

fn answer(request: Request, site: &Site) {
    let outcome = match *request.method() {
        Method::Get | Method::Head => match resolve(&site.folder, request.url()) {
            Some(path) => send_file(request, &path, site.policy.as_deref()),
            None => send_text(request, 404, "There is no such file."),
        },
        _ => send_text(request, 405, "Only GET and HEAD are answered."),
    };
    // The browser has closed the connection: nobody is left to tell.
    drop(outcome);
}

fn send_file(request: Request, path: &Path, policy: Option<&str>) -> std::io::Result<()> {
    let Ok(file) = fs::File::open(path) else {
        return send_text(request, 404, "The file cannot be read.");
    };
    // A chunked answer has no length, and the page shows progress in bytes.
    let mut response = Response::from_file(file).with_chunked_threshold(usize::MAX);
    response.add_header(header("Content-Type", content_type(path)));
    // A rebuilt page is seen at the next reload.
    response.add_header(header("Cache-Control", "no-cache"));
    response.add_header(header("X-Content-Type-Options", "nosniff"));
    if let Some(policy) = policy {
        response.add_header(header("Content-Security-Policy", policy));
    }
    send(request, response)
}

fn send_text(request: Request, status: u16, text: &str) -> std::io::Result<()> {
    let response = Response::from_string(text).with_status_code(status);
    send(
        request,
        response.with_header(header("Content-Type", "text/plain; charset=utf-8")),
    )
}

/// Answers as HTTP/1.0, after which the browser closes the connection. A connection that is kept open
/// holds one of the server's few reading threads, and with a service worker a page opens more of them
/// than there are: its last requests would never be read.
fn send<R: std::io::Read>(request: Request, response: Response<R>) -> std::io::Result<()> {
    let headers = request.headers().to_vec();
    let no_body = *request.method() == Method::Head;
    let mut writer = request.into_writer();
    response.raw_print(&mut writer, HTTPVersion(1, 0), &headers, no_body, None)?;
    writer.flush()
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("the names and values above are plain ASCII")
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

    #[test]
    fn answers_carry_type_and_length_and_the_next_port_is_taken() {
        let site = Folder::new("http");
        let server = Server::bind(&site.page(), 0).unwrap();
        let port = server.address.port();
        let second = Server::bind(&site.page(), port).unwrap();
        assert!(second.address.port() > port);
        thread::spawn(move || server.run());

        let answer = |line: &str| {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            write!(
                stream,
                "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
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
