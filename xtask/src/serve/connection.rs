//! One request and its answer over a socket, whoever is at the other end: a head is read up to a limit in bytes and in
//! time, no body is read, an answer is given up when nobody takes it, and the connection is closed.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// The most bytes of a request's head.
const HEAD: usize = 16 << 10;
/// What is read and forgotten of what follows a head, so that the client is not cut off while it reads the answer.
const REST: u64 = 64 << 10;

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub target: String,
    /// Whether a body follows, which nobody reads.
    pub has_body: bool,
}

/// An answer: its content is sent up to the length that is promised.
pub struct Answer<'a> {
    pub status: u16,
    pub headers: Vec<(&'static str, &'a str)>,
    pub content: Box<dyn Read>,
    pub length: u64,
}

impl Answer<'_> {
    /// A sentence.
    pub fn text(status: u16, text: &'static str) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", "text/plain; charset=utf-8")],
            content: Box::new(text.as_bytes()),
            length: text.len() as u64,
        }
    }
}

/// Reads a request; the whole head has to be there within `patience`.
///
/// # Errors
/// When the client goes, is too slow, or sends what is no request: [`refusal`] says what is answered.
pub fn read(stream: &mut TcpStream, patience: Duration) -> io::Result<Request> {
    let end = Instant::now() + patience;
    let (mut head, mut chunk) = (Vec::new(), [0; 1024]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut chunk)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => head.extend_from_slice(&chunk[..count]),
        }
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            return parse(&head[..end]).ok_or_else(|| ErrorKind::InvalidData.into());
        }
        if head.len() > HEAD {
            return Err(ErrorKind::FileTooLarge.into());
        }
    }
}

/// The answer to what is no request, if anybody is there to read it.
pub fn refusal(error: &io::Error) -> Option<Answer<'static>> {
    match error.kind() {
        ErrorKind::InvalidData => Some(Answer::text(400, "This is no request.")),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            Some(Answer::text(408, "The request did not come."))
        }
        ErrorKind::FileTooLarge => Some(Answer::text(431, "The request is too long.")),
        _ => None,
    }
}

fn parse(head: &[u8]) -> Option<Request> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if !version.starts_with("HTTP/1.") || words.next().is_some() {
        return None;
    }
    let body = |(name, value): (&str, &str)| {
        let length = name.eq_ignore_ascii_case("content-length") && value.trim() != "0";
        length || name.eq_ignore_ascii_case("transfer-encoding")
    };
    Some(Request {
        method: method.into(),
        target: target.into(),
        has_body: lines.filter_map(|line| line.split_once(':')).any(body),
    })
}

/// Answers and closes; the client has to take some of it within each `patience`.
///
/// # Errors
/// When it does not.
pub fn send(
    stream: &mut TcpStream,
    answer: Answer,
    with_content: bool,
    patience: Duration,
) -> io::Result<()> {
    stream.set_write_timeout(Some(patience))?;
    stream.set_read_timeout(Some(patience))?;
    let mut head = format!("HTTP/1.0 {} \r\nConnection: close\r\n", answer.status);
    for (name, value) in answer.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", answer.length);
    stream.write_all(head.as_bytes())?;
    if with_content {
        io::copy(&mut answer.content.take(answer.length), stream)?;
    }
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream.take(REST), &mut io::sink())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_line_and_fields() {
        let request = |head: &str| parse(head.as_bytes());
        let plain =
            request("GET /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 0").expect("a request");
        assert_eq!((&*plain.method, &*plain.target), ("GET", "/a?b"));
        assert!(!plain.has_body);
        for field in [
            "content-length: 1000000000000",
            "Transfer-Encoding: chunked",
        ] {
            let with = request(&format!("POST / HTTP/1.0\r\n{field}")).expect("a request");
            assert!(with.has_body, "{field}");
        }
        for wrong in [
            "",
            "GET /",
            "GET / HTTP/2",
            "GET / a HTTP/1.1",
            "GET  / HTTP/1.1",
        ] {
            assert_eq!(request(wrong), None, "{wrong}");
        }
        assert_eq!(parse(b"GET /\xff HTTP/1.1"), None);
    }
}
