//! A real HTTP server on loopback that speaks both wire formats, well and badly.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A question as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) at: Instant,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or_default()
    }

    pub(crate) fn prompt(&self) -> &str {
        self.body["messages"][0]["content"]
            .as_str()
            .unwrap_or_default()
    }
}

/// What the server does with a question.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A review in the format of the path that was asked.
    Review(String),
    /// A status, headers and a body.
    Status(u16, Vec<(&'static str, String)>, String),
    /// Another reply after a while.
    After(Duration, Box<Reply>),
    /// A review in chunks of a few bytes.
    Pieces(String),
    /// Half of a review, then the end of the connection.
    CutOff(String),
    /// A review of so many bytes.
    Flood(usize),
    /// The connection stays open, and nothing comes.
    Never,
}

pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    most: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

/// A connection that is open as long as this lives.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn count(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Server {
    /// Starts a server; `reply` sees the question and how many came before it.
    pub(crate) fn start(reply: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let reply = Arc::new(reply);
        let (seen, highest) = (Arc::clone(&requests), Arc::clone(&most));
        let open: Arc<AtomicUsize> = Arc::default();
        let connections = Arc::clone(&open);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                // Head and body go out in two writes; the second must not wait for an acknowledgement.
                let _ = stream.set_nodelay(true);
                let (reply, seen) = (Arc::clone(&reply), Arc::clone(&seen));
                let (under_way, highest) = (Arc::clone(&under_way), Arc::clone(&highest));
                let connection = Open::count(&connections);
                thread::spawn(move || {
                    let _connection = connection;
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    let mut stream = stream;
                    while let Some(request) = read(&mut reader, &mut stream) {
                        let number = {
                            let mut seen = seen.lock().unwrap();
                            seen.push(request.clone());
                            seen.len() - 1
                        };
                        let now = under_way.fetch_add(1, Ordering::SeqCst) + 1;
                        highest.fetch_max(now, Ordering::SeqCst);
                        let more = answer(&request, reply(&request, number), &mut stream);
                        under_way.fetch_sub(1, Ordering::SeqCst);
                        if !more {
                            return;
                        }
                    }
                });
            }
        });
        Self {
            url,
            requests,
            most,
            open,
        }
    }

    /// Waits until all that was sent by clients that are gone has arrived.
    pub(crate) fn settle(&self) {
        let address = self.url.strip_prefix("http://").unwrap();
        // Connections are accepted in their order, so once this one is closed by the server, no older one waits.
        let mut last = TcpStream::connect(address).unwrap();
        last.shutdown(Shutdown::Write).unwrap();
        let _ = last.read_to_end(&mut Vec::new());
        let begun = Instant::now();
        while self.open.load(Ordering::SeqCst) > 0 {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "a client is left"
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Everything that was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The most questions that were under way at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

fn read(reader: &mut BufReader<TcpStream>, stream: &mut TcpStream) -> Option<Request> {
    let mut line = String::new();
    let (path, headers, length) = loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let first: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let (mut headers, mut length) = (Vec::new(), 0);
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        // As a proxy the server is the way to itself.
        if first[0] == "CONNECT" {
            write!(stream, "HTTP/1.1 200 OK\r\n\r\n").ok()?;
            continue;
        }
        break (first[1].clone(), headers, length);
    };
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        path,
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        at: Instant::now(),
    })
}

/// Answers, and says whether the connection lives on.
fn answer(request: &Request, reply: Reply, stream: &mut TcpStream) -> bool {
    match reply {
        Reply::Review(text) => whole(stream, 200, &[], review(request, &text).as_bytes()),
        Reply::Status(status, headers, body) => whole(stream, status, &headers, body.as_bytes()),
        Reply::After(time, reply) => {
            thread::sleep(time);
            answer(request, *reply, stream)
        }
        Reply::Pieces(text) => {
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            let body = review(request, &text);
            let mut sent = stream.write_all(head.as_bytes());
            for piece in body.as_bytes().chunks(7) {
                sent = sent.and_then(|()| write!(stream, "{:x}\r\n", piece.len()));
                sent = sent.and_then(|()| stream.write_all(piece));
                sent = sent.and_then(|()| stream.write_all(b"\r\n"));
            }
            sent.and_then(|()| stream.write_all(b"0\r\n\r\n")).is_ok()
        }
        Reply::CutOff(text) => {
            let body = review(request, &text);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&body.as_bytes()[..body.len() / 2]);
            false
        }
        Reply::Flood(bytes) => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
            let chunk = vec![b'x'; 1 << 20];
            let mut left = bytes;
            while left > 0 && stream.write_all(&chunk[..left.min(chunk.len())]).is_ok() {
                left -= left.min(chunk.len());
            }
            false
        }
        Reply::Never => {
            thread::sleep(Duration::from_secs(60));
            false
        }
    }
}

fn whole(stream: &mut TcpStream, status: u16, headers: &[(&str, String)], body: &[u8]) -> bool {
    let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let sent = stream.write_all(head.as_bytes());
    sent.and_then(|()| stream.write_all(body)).is_ok()
}

/// A review in the format of the path that was asked.
pub(crate) fn review(request: &Request, text: &str) -> String {
    let (tokens_in, tokens_out) = (request.prompt().len() / 4, text.len() / 4);
    let body = if request.path.ends_with("/messages") {
        json!({
            "model": request.model(), "stop_reason": "end_turn", "content": [{"type": "text", "text": text}],
            "usage": {"input_tokens": tokens_in, "output_tokens": tokens_out}
        })
    } else {
        json!({
            "model": request.model(), "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
        })
    };
    body.to_string()
}
