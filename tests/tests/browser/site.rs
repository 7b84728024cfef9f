//! A copy of the built page with models of our own, served on this machine.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
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
    served: Arc<Mutex<Vec<String>>>,
    listening: Mutex<Option<Listening>>,
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
            let sha256 = scanweave_tests::hex(&Sha256::digest(offer.announced));
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
        let served = Arc::default();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listening = Listening::at(any, folder.path(), &served);
        let address = listening.server.server_addr().to_ip().expect("a port");
        Self {
            folder,
            address,
            served,
            listening: Mutex::new(Some(listening)),
        }
    }

    /// The page's address with these parameters.
    pub fn url(&self, query: &str) -> String {
        format!("http://{}/?{query}", self.address)
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
        let listening = Listening::at(self.address, self.folder.path(), &self.served);
        let mut now = self.listening.lock().expect("no thread panics with it");
        *now = Some(listening);
    }

    /// How often a file was asked for while somebody answered.
    pub fn served(&self, path: &str) -> usize {
        let served = self.served.lock().expect("no thread panics with it");
        served.iter().filter(|p| *p == path).count()
    }

    /// What the page was served from.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Listening {
    fn at(address: SocketAddr, folder: &Path, served: &Arc<Mutex<Vec<String>>>) -> Self {
        let server = Arc::new(Server::http(address).expect("a port"));
        let (own, log, root) = (server.clone(), served.clone(), folder.to_path_buf());
        let thread = std::thread::spawn(move || {
            for request in own.incoming_requests() {
                let path = path_of(&request);
                log.lock().expect("no thread panics with it").push(path);
                let root = root.clone();
                // Each on a thread of its own: the service worker stores files while the page waits for
                // others, and one that is not read to its end must not hold up the rest.
                std::thread::spawn(move || answer(request, &root));
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

fn answer(request: Request, root: &Path) {
    let name = path_of(&request);
    let headers = request.headers().to_vec();
    let mut writer = request.into_writer();
    // HTTP/1.0: the browser closes the connection after the answer. One that is kept open holds a reading
    // thread of the server, and with a service worker a page opens more of them than there are.
    let version = HTTPVersion(1, 0);
    let sent = match fs::read(root.join(&name)) {
        Ok(bytes) => Response::from_data(bytes)
            .with_header(content_type(&name))
            .with_chunked_threshold(usize::MAX)
            .raw_print(&mut writer, version, &headers, false, None),
        Err(_) => Response::from_string("no such file")
            .with_status_code(404)
            .raw_print(&mut writer, version, &headers, false, None),
    };
    // The browser may have left.
    drop(sent.and_then(|()| writer.flush()));
}

/// The file that a request means.
fn path_of(request: &Request) -> String {
    let path = request.url().split('?').next().unwrap_or_default();
    match path.trim_start_matches('/') {
        "" => "index.html".to_owned(),
        path => path.to_owned(),
    }
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
