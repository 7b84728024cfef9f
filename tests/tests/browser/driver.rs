//! The few WebDriver commands that these tests need, spoken to chromedriver over HTTP.

use data_encoding::BASE64;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use turn::Turn;

#[path = "turn.rs"]
mod turn;

/// WebGPU on a software adapter, and a browser that talks to nobody else.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,1600",
];

/// The name under which WebDriver answers with an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The control key as WebDriver writes it.
const CONTROL: &str = "\u{e009}";

/// Seconds that one command may take.
const PATIENCE: u64 = 120;

/// How often chromedriver is started until it listens: it asks the system for a free port of IPv6, takes the
/// same one of IPv4, and ends where that is in use.
const STARTS: usize = 5;

/// The lines that chromedriver prints.
type Said = Lines<BufReader<ChildStdout>>;

/// A browser with a fresh profile, ended when dropped.
pub struct Browser {
    driver: Child,
    session: String,
    /// Kept open: a driver that finds its output closed may end.
    _said: Said,
    _turn: Turn,
}

impl Browser {
    /// Starts chromedriver and, through it, Chromium.
    pub fn start() -> Self {
        Self::with_flags(&[])
    }

    /// As [`Browser::start`], with more flags for Chromium.
    pub fn with_flags(flags: &[String]) -> Self {
        Self::of_turn(Turn::shared(), flags)
    }

    /// As [`Browser::with_flags`], while no other browser runs.
    pub fn alone(flags: &[String]) -> Self {
        Self::of_turn(Turn::alone(), flags)
    }

    fn of_turn(turn: Turn, flags: &[String]) -> Self {
        let (driver, port, said) = (0..STARTS)
            .find_map(|_| listening())
            .unwrap_or_else(|| panic!("chromedriver found no port in {STARTS} starts"));
        let address = format!("http://127.0.0.1:{port}");
        let mut browser = Self {
            driver,
            session: format!("{address}/session"),
            _said: said,
            _turn: turn,
        };
        let answer = browser.send("", Some(capabilities(flags)));
        let id = answer["sessionId"].as_str().expect("a session").to_owned();
        browser.session = format!("{address}/session/{id}");
        browser
    }

    /// Opens an address and waits until the document is there.
    pub fn open(&self, url: &str) {
        self.send("/url", Some(json!({ "url": url })));
    }

    /// The value that a function body returns in the page.
    pub fn script(&self, body: &str) -> Value {
        self.send("/execute/sync", Some(json!({ "script": body, "args": [] })))
    }

    /// Clicks the element of this CSS selector, as a person does.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.send(&format!("/element/{element}/click"), Some(json!({})));
    }

    /// Types into a field, or gives a file field the path of a file.
    pub fn keys(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.send(
            &format!("/element/{element}/value"),
            Some(json!({ "text": text })),
        );
    }

    /// Empties a field.
    pub fn clear(&self, selector: &str) {
        let element = self.element(selector);
        self.send(&format!("/element/{element}/clear"), Some(json!({})));
    }

    /// Sends a command of the DevTools protocol, for what WebDriver has no word for.
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        let wish = json!({ "cmd": command, "params": parameters });
        self.send("/goog/cdp/execute", Some(wish))
    }

    /// Runs a script in every page opened from now on, before the page's own: to take something away
    /// that other browsers lack.
    pub fn before_pages(&self, script: &str) {
        self.devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": script }),
        );
    }

    /// What a person sees now, as a PNG file.
    pub fn screenshot(&self) -> Vec<u8> {
        let text = self.send("/screenshot", None);
        BASE64
            .decode(text.as_str().expect("a picture").as_bytes())
            .expect("base64")
    }

    /// Ends the browser's graphics process, as a driver that fails does. The browser starts another one.
    pub fn crash_graphics(&self) {
        self.devtools("Browser.crashGpuProcess", json!({}));
    }

    /// Lets the browser end by itself, so that what it writes on its way is whole. Nothing can be asked of
    /// it from then on.
    pub fn close(&self) {
        let wish = json!({ "cmd": "Browser.close", "params": {} });
        let url = format!("{}/goog/cdp/execute", self.session);
        // The answer may be lost with who gives it.
        let _ = minreq::post(&url)
            .with_body(wish.to_string())
            .with_timeout(PATIENCE)
            .send();
    }

    /// A screen of this many CSS pixels.
    pub fn screen(&self, width: u32, height: u32) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 }),
        );
    }

    /// Presses the primary button on an element, moves along the points and lets go. Points are shares
    /// of the element's width and height from its centre, -0.5..=0.5.
    pub fn drag(&self, selector: &str, points: &[(f64, f64)], pointer: &str) {
        self.drag_with(selector, points, pointer, (20, 0));
    }

    /// As [`Browser::drag`]; each movement takes the first time and is followed by the second, ms.
    pub fn drag_with(
        &self,
        selector: &str,
        points: &[(f64, f64)],
        pointer: &str,
        (moving, resting): (u32, u32),
    ) {
        let (element, width, height) = self.brought_into_sight(selector);
        let moved = |(x, y): &(f64, f64)| {
            json!({ "type": "pointerMove", "duration": moving, "origin": { ELEMENT: element },
                "x": (x * width).round(), "y": (y * height).round() })
        };
        let mut actions = vec![
            moved(&points[0]),
            json!({ "type": "pointerDown", "button": 0 }),
        ];
        for point in &points[1..] {
            actions.push(moved(point));
            actions.push(json!({ "type": "pause", "duration": resting }));
        }
        actions.push(json!({ "type": "pointerUp", "button": 0 }));
        let source = json!({ "type": "pointer", "id": pointer, "parameters": { "pointerType": pointer }, "actions": actions });
        self.send("/actions", Some(json!({ "actions": [source] })));
    }

    /// Two fingers left and right of an element's centre, whose distance goes from the first to the second
    /// share of its width.
    pub fn pinch(&self, selector: &str, (from, to): (f64, f64)) {
        let (element, width, _) = self.brought_into_sight(selector);
        let moved = |side: f64, apart: f64, duration: u32| {
            json!({ "type": "pointerMove", "duration": duration, "origin": { ELEMENT: element },
                "x": (side * apart * width / 2.0).round(), "y": 0 })
        };
        let finger = |name: &str, side: f64| {
            let step = |part: f64| moved(side, from + part * (to - from), 20);
            json!({ "type": "pointer", "id": name, "parameters": { "pointerType": "touch" }, "actions": [
                moved(side, from, 0), { "type": "pointerDown", "button": 0 },
                step(0.25), step(0.5), step(0.75), step(1.0), { "type": "pointerUp", "button": 0 }] })
        };
        let both = [finger("left", -1.0), finger("right", 1.0)];
        self.send("/actions", Some(json!({ "actions": both })));
    }

    /// Turns the wheel by so many pixels over a place of an element, as [`Browser::drag`] counts places,
    /// while the control key is held.
    pub fn wheel(&self, selector: &str, (x, y): (f64, f64), by: i32) {
        let (element, width, height) = self.brought_into_sight(selector);
        let wheel = json!({ "type": "wheel", "id": "wheel", "actions": [
            { "type": "pause" },
            { "type": "scroll", "origin": { ELEMENT: element }, "x": (x * width).round() as i32, "y": (y * height).round() as i32,
                "deltaX": 0, "deltaY": by },
        ] });
        let key = |kind: &str| json!({ "type": kind, "value": CONTROL });
        let keys = json!({ "type": "key", "id": "keyboard", "actions": [key("keyDown"), { "type": "pause" }, key("keyUp")] });
        self.send("/actions", Some(json!({ "actions": [keys, wheel] })));
    }

    /// Presses keys one after the other on whatever has the focus; names as WebDriver writes them.
    pub fn press(&self, keys: &[&str]) {
        self.press_with(&[], keys);
    }

    /// As [`Browser::press`], while other keys are held.
    pub fn press_with(&self, held: &[&str], keys: &[&str]) {
        let way = |kind: &str, key: &str| json!({ "type": kind, "value": key });
        let down = held.iter().map(|key| way("keyDown", key));
        let pressed = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| way(kind, key)));
        let up = held.iter().rev().map(|key| way("keyUp", key));
        let actions: Vec<Value> = down.chain(pressed).chain(up).collect();
        let source = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.send("/actions", Some(json!({ "actions": [source] })));
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.send("/refresh", Some(json!({})));
    }

    /// Whether a person sees the element.
    pub fn displayed(&self, selector: &str) -> bool {
        let element = self.element(selector);
        self.send(&format!("/element/{element}/displayed"), None) == true
    }

    /// What the console has said since the last call: level and message.
    pub fn console(&self) -> Vec<(String, String)> {
        let log = self.send("/se/log", Some(json!({ "type": "browser" })));
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|e| (text(e, "level"), text(e, "message")))
            .collect()
    }

    /// An element, scrolled to the middle of the screen, and its width and height.
    fn brought_into_sight(&self, selector: &str) -> (String, f64, f64) {
        let element = self.element(selector);
        let script = format!(
            "const e = document.querySelector(`{selector}`); e.scrollIntoView({{ block: 'center' }});
             const r = e.getBoundingClientRect(); return [r.width, r.height]"
        );
        let size = self.script(&script);
        let side = |place: usize| size[place].as_f64().expect("a length");
        (element, side(0), side(1))
    }

    fn element(&self, selector: &str) -> String {
        let wish = json!({ "using": "css selector", "value": selector });
        let found = self.send("/element", Some(wish));
        found[ELEMENT]
            .as_str()
            .unwrap_or_else(|| panic!("no element {selector}"))
            .to_owned()
    }

    /// POST with a body, GET without.
    fn send(&self, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.session);
        let request = match &body {
            Some(body) => minreq::post(&url).with_body(body.to_string()),
            None => minreq::get(&url),
        };
        let answer = request
            .with_timeout(PATIENCE)
            .send()
            .unwrap_or_else(|e| panic!("{path}: {e}"));
        let text = answer.as_str().expect("JSON is UTF-8");
        let mut value: Value =
            serde_json::from_str(text).unwrap_or_else(|e| panic!("{path}: {e}: {text}"));
        let problem = &value["value"]["error"];
        assert!(
            !problem.is_string(),
            "{path}: {problem}: {}",
            value["value"]["message"]
        );
        value["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Nobody is left to tell when the browser is gone already.
        let _ = minreq::delete(&self.session).with_timeout(10).send();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// chromedriver with the port it listens on and what it prints from then on; none if it ended before.
fn listening() -> Option<(Child, u16, Said)> {
    let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
    let mut command = Command::new(&program);
    command
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut driver = command.spawn().unwrap_or_else(|e| panic!("{program}: {e}"));
    let mut said = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
    let mut before = Vec::new();
    for line in said.by_ref().map_while(Result::ok) {
        if let Some(port) = port(&line) {
            return Some((driver, port, said));
        }
        before.push(line);
    }
    let status = driver.wait().expect("its own child");
    eprintln!(
        "{program} ended ({status}) and said:\n{}",
        before.join("\n")
    );
    None
}

fn port(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

fn capabilities(more: &[String]) -> Value {
    let args: Vec<&str> = FLAGS
        .into_iter()
        .chain(more.iter().map(String::as_str))
        .collect();
    let mut options = json!({ "args": args });
    if let Ok(program) = std::env::var("CHROMIUM") {
        options["binary"] = program.into();
    }
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
        "unhandledPromptBehavior": "dismiss",
    } } })
}
