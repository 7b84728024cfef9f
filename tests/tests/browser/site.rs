//! A copy of the built page with models of our own, served on this machine.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use tempfile::TempDir;
use tiny_http::{HTTPVersion, Header, Request, Response, Server};

/// Where the list of models lies on the page.
pub const MANIFEST: &str = "assets/manifest.json";

/// The folder of the built page.
pub fn dist() -> PathBuf {
    let built = std::env::var_os("SCANWEAVE_DIST").map(PathBuf::from);
    let built = built.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist"));
    let problem =
        "holds no built page: run `cargo xtask build`, or name the page by SCANWEAVE_DIST";
    assert!(
        built.join("index.html").is_file(),
        "{} {problem}",
        built.display()
    );
    built
}

/// A served page, gone when dropped.
pub struct Site {
    folder: TempDir,
    address: SocketAddr,
    host: Arc<Host>,
    listening: Mutex<Option<Listening>>,
}

/// What the threads of the server share.
struct Host {
    /// The folder of the page.
    root: PathBuf,
    /// Where the page lies; begins and ends with a slash.
    path: Mutex<String>,
    /// What was asked for.
    served: Mutex<Vec<String>>,
    /// Files that are given away bit by bit.
    taps: Mutex<HashMap<String, Arc<Tap>>>,
}

/// How much of a file is given away.
#[derive(Default)]
struct Tap {
    flow: Mutex<Flow>,
    turned: Condvar,
}

#[derive(Default)]
struct Flow {
    /// So many bytes from its beginning.
    bytes: usize,
    /// After them the connection breaks.
    breaks: bool,
}

/// A server and the thread that takes its requests.
struct Listening {
    server: Arc<Server>,
    thread: JoinHandle<()>,
}

/// A model of the list.
pub struct Offer<'a> {
    /// Its id and title.
    pub id: &'a str,
    /// The file as it is served.
    pub served: Option<&'a [u8]>,
    /// The file as the list announces it by size and checksum.
    pub announced: &'a [u8],
}

impl<'a> Offer<'a> {
    /// A model that is what the list says.
    pub fn whole(id: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            id,
            served: Some(bytes),
            announced: bytes,
        }
    }
}

impl Site {
    /// The built page as it is.
    pub fn shipped() -> Self {
        Self::serve(copy_of_dist())
    }

    /// The built page with these models instead of its own, and one picture in the gallery.
    pub fn with_models(offers: &[Offer]) -> Self {
        let folder = copy_of_dist();
        let assets = folder.path().join("assets");
        let entry = |offer: &Offer| {
            let file = format!("{}.weave", offer.id);
            if let Some(bytes) = offer.served {
                fs::write(assets.join(&file), bytes).expect("a model");
            }
            let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(offer.announced));
            json!({ "id": offer.id, "title": offer.id, "file": file, "bytes": offer.announced.len(), "sha256": sha256 })
        };
        let models: Vec<Value> = offers.iter().map(entry).collect();
        let picture =
            image::GrayImage::from_fn(32, 32, |x, y| image::Luma([(x * 8) as u8 ^ y as u8]));
        picture
            .save(assets.join("gallery-test.png"))
            .expect("a picture");
        let manifest = json!({ "models": models }).to_string();
        fs::write(folder.path().join(MANIFEST), manifest).expect("the list of models");
        show_test_picture(
            &folder.path().join("index.html"),
            offers.first().map_or("", |offer| offer.id),
        );
        Self::serve(folder)
    }

    fn serve(folder: TempDir) -> Self {
        let host = Arc::new(Host::of(folder.path()));
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listening = Listening::at(any, &host);
        let address = listening.server.server_addr().to_ip().expect("a port");
        Self {
            folder,
            address,
            host,
            listening: Mutex::new(Some(listening)),
        }
    }

    /// The same page under a path of a host whose other paths belong to others; it begins and ends with a
    /// slash.
    pub fn under(self, path: &str) -> Self {
        path.clone_into(&mut self.host.path.lock().expect("no thread panics with it"));
        self
    }

    /// The page's address with these parameters.
    pub fn url(&self, query: &str) -> String {
        let path = self.host.path.lock().expect("no thread panics with it");
        format!("{}{path}?{query}", self.origin())
    }

    /// The host, as browsers name who asks.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A file of ours beside the page, for the file field.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path.to_string_lossy().into_owned()
    }

    /// Puts a script at the head of the engine's own, where scripts of the page do not reach.
    pub fn before_engine(&self, script: &str) {
        for name in ["engine_loader.js", "graphics_loader.js"] {
            let loader = self.folder().join(name);
            let own = fs::read_to_string(&loader).expect("the engine's script");
            fs::write(&loader, format!("{script}\n{own}")).expect("a file");
        }
    }

    /// From now on nobody listens at the page's address.
    pub fn stop(&self) {
        let listening = self
            .listening
            .lock()
            .expect("no thread panics with it")
            .take();
        listening.expect("it listens").end();
    }

    /// The server is back.
    pub fn go_on(&self) {
        let listening = Listening::at(self.address, &self.host);
        let mut now = self.listening.lock().expect("no thread panics with it");
        *now = Some(listening);
    }

    /// How often a file was asked for while somebody answered.
    pub fn served(&self, path: &str) -> usize {
        let served = self.host.served.lock().expect("no thread panics with it");
        served.iter().filter(|p| *p == path).count()
    }

    /// What was asked for beside the page's path.
    pub fn asked_elsewhere(&self) -> Vec<String> {
        let served = self.host.served.lock().expect("no thread panics with it");
        served
            .iter()
            .filter(|path| path.starts_with('/'))
            .cloned()
            .collect()
    }

    /// From now on a file is sent no further than this; who asks for it waits for the rest.
    pub fn give(&self, path: &str, bytes: usize) {
        self.turn(path, |flow| flow.bytes = bytes);
    }

    /// Who waits for the rest of a file gets a connection that broke.
    pub fn break_off(&self, path: &str) {
        self.turn(path, |flow| flow.breaks = true);
    }

    /// A file is served as any other again.
    pub fn give_all(&self, path: &str) {
        self.give(path, usize::MAX);
        self.host
            .taps
            .lock()
            .expect("no thread panics with it")
            .remove(path);
    }

    fn turn(&self, path: &str, turn: impl FnOnce(&mut Flow)) {
        let mut taps = self.host.taps.lock().expect("no thread panics with it");
        let tap = taps.entry(path.to_owned()).or_default();
        turn(&mut tap.flow.lock().expect("no thread panics with it"));
        tap.turned.notify_all();
    }

    /// What the page was served from.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Host {
    fn of(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            path: Mutex::new("/".to_owned()),
            served: Mutex::default(),
            taps: Mutex::default(),
        }
    }

    /// The file that a request means, from the page's folder; what lies beside the page keeps its slash.
    fn file(&self, request: &Request) -> String {
        let path = request.url().split('?').next().unwrap_or_default();
        let home = self.path.lock().expect("no thread panics with it");
        match path.strip_prefix(home.as_str()) {
            Some("") => "index.html".to_owned(),
            Some(file) => file.to_owned(),
            None => path.to_owned(),
        }
    }
}

impl Tap {
    /// Sends what may be sent, in pieces without an announced length: one that breaks is noticed even though
    /// the connection stays open.
    fn pour(&self, bytes: &[u8], writer: &mut dyn Write) -> io::Result<()> {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\
            Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        writer.write_all(head.as_bytes())?;
        writer.flush()?;
        let mut sent = 0;
        while sent < bytes.len() {
            let Some(end) = self.beyond(sent) else {
                // No length: no browser goes on from here.
                writer.write_all(b"broken\r\n")?;
                return writer.flush();
            };
            let end = end.min(bytes.len());
            write!(writer, "{:x}\r\n", end - sent)?;
            writer.write_all(&bytes[sent..end])?;
            writer.write_all(b"\r\n")?;
            writer.flush()?;
            sent = end;
        }
        writer.write_all(b"0\r\n\r\n")?;
        writer.flush()
    }

    /// Waits until more than this may be sent and says how much; nothing when it breaks.
    fn beyond(&self, sent: usize) -> Option<usize> {
        let flow = self.flow.lock().ok()?;
        let flow = self
            .turned
            .wait_while(flow, |flow| flow.bytes <= sent && !flow.breaks);
        flow.ok()
            .map(|flow| flow.bytes)
            .filter(|bytes| *bytes > sent)
    }
}

impl Listening {
    fn at(address: SocketAddr, host: &Arc<Host>) -> Self {
        let server = Arc::new(Server::http(address).expect("a port"));
        let (own, host) = (server.clone(), host.clone());
        let thread = std::thread::spawn(move || {
            for request in own.incoming_requests() {
                let file = host.file(&request);
                let mut served = host.served.lock().expect("no thread panics with it");
                served.push(file.clone());
                drop(served);
                let host = host.clone();
                // Each on a thread of its own: the service worker stores files while the page waits for
                // others, and one that is not read to its end must not hold up the rest.
                std::thread::spawn(move || answer(request, &file, &host));
            }
        });
        Self { server, thread }
    }

    /// Ends the thread, and with the last owner of the server its port is free.
    fn end(self) {
        self.server.unblock();
        // A server that panicked has failed its test already.
        let _ = self.thread.join();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let listening = self
            .listening
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(listening) = listening.take() {
            listening.end();
        }
    }
}

/// One picture in the gallery, of this model.
fn show_test_picture(page: &Path, model: &str) {
    const LIST: &str = "<ul id=\"gallery-pictures\">";
    let html = fs::read_to_string(page).expect("the page");
    let (before, rest) = html.split_once(LIST).expect("a gallery");
    let (_, after) = rest.split_once("</ul>").expect("its end");
    let picture = format!(
        "<li><button type=\"button\" data-gallery-model=\"{model}\" data-gallery-seed=\"3\" data-gallery-class=\"0\">\
         <img src=\"assets/gallery-test.png\" alt=\"A test picture, synthetic\"><span>A test picture</span></button></li>"
    );
    fs::write(page, format!("{before}{LIST}{picture}</ul>{after}")).expect("the page");
}

fn copy_of_dist() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&dist(), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the built page") {
        let path = entry.expect("the built page").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

fn answer(request: Request, name: &str, host: &Host) {
    let headers = request.headers().to_vec();
    let mut writer = request.into_writer();
    // HTTP/1.0: the browser closes the connection after the answer. One that is kept open holds a reading
    // thread of the server, and with a service worker a page opens more of them than there are.
    let version = HTTPVersion(1, 0);
    let ours = !name.starts_with('/');
    let bytes = ours.then(|| fs::read(host.root.join(name)).ok()).flatten();
    let tap = host
        .taps
        .lock()
        .expect("no thread panics with it")
        .get(name)
        .cloned();
    let sent = match (bytes, tap) {
        (Some(bytes), Some(tap)) => tap.pour(&bytes, &mut writer),
        (Some(bytes), None) => Response::from_data(bytes)
            .with_header(content_type(name))
            .with_chunked_threshold(usize::MAX)
            .raw_print(&mut writer, version, &headers, false, None),
        (None, _) => Response::from_string("no such file")
            .with_status_code(404)
            .raw_print(&mut writer, version, &headers, false, None),
    };
    // The browser may have left.
    drop(sent.and_then(|()| writer.flush()));
}

fn content_type(name: &str) -> Header {
    let kind = match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript",
        "css" => "text/css",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
    Header::from_bytes("Content-Type", kind).expect("plain ASCII")
}
