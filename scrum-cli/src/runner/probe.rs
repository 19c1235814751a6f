//! Asks one side of a parity probe: one request, one unmodified answer.
//!
//! A request goes only to the address on the command line: redirects are not followed, and a case has a path, never a
//! host. Time and size of an answer are limited as a whole.

use std::io::{ErrorKind, Read as _};
use std::time::Duration;

use scrum_core::gauntlet::parity::{Answer, Exchange, ParityCase, Reply};
use scrum_core::size;
use ureq::http::{Request, Response};
use ureq::tls::{RootCerts, TlsConfig};

use super::one_line;
use super::wire;

/// One side: `NAME=URL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProbeSide {
    pub(crate) name: String,
    /// Without a trailing slash.
    url: String,
}

impl std::str::FromStr for ProbeSide {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "write NAME=URL, as in go=http://127.0.0.1:8080";
        let (name, url) = text.split_once('=').ok_or(FORM)?;
        if name.trim().is_empty() {
            return Err(FORM.to_owned());
        }
        let rest = ["http://", "https://"]
            .iter()
            .find_map(|scheme| url.strip_prefix(scheme))
            .ok_or(FORM)?;
        if wire::server(url).is_empty() || rest.starts_with(':') {
            return Err(format!("`{url}` names no host"));
        }
        let unfit =
            |c: char| matches!(c, '?' | '#' | '@' | '\\') || c.is_whitespace() || c.is_control();
        if let Some(c) = rest.chars().find(|c| unfit(*c)) {
            return Err(format!(
                "`{url}` has `{}`, which only a case can have",
                c.escape_default()
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            url: url.trim_end_matches('/').to_owned(),
        })
    }
}

/// A side that can be asked.
pub(crate) struct Probe {
    agent: ureq::Agent,
    side: ProbeSide,
    timeout: Duration,
    max_body: u64,
}

impl Probe {
    pub(crate) fn new(side: ProbeSide, timeout: Duration, max_body: u64) -> Self {
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(timeout))
            .accept_encoding("identity")
            .user_agent(concat!("scrum/", env!("CARGO_PKG_VERSION")))
            .tls_config(
                TlsConfig::builder()
                    .root_certs(RootCerts::PlatformVerifier)
                    .build(),
            );
        // A proxy is on another machine, and knows nothing of the servers on this one.
        if wire::is_loopback(&side.url) {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().new_agent(),
            side,
            timeout,
            max_body,
        }
    }

    /// Asks once.
    pub(crate) fn ask(&self, case: &ParityCase) -> Reply {
        match self.answer(case) {
            Ok(answer) => Reply::Answer(answer),
            Err(reason) => Reply::Failed { reason },
        }
    }

    fn answer(&self, case: &ParityCase) -> Result<Answer, String> {
        let body = match (&case.body, &case.json) {
            (Some(text), _) => Some(text.clone().into_bytes()),
            (None, Some(json)) => Some(json.to_string().into_bytes()),
            (None, None) => None,
        };
        let mut request = Request::builder()
            .method(case.method())
            .uri(format!("{}{}", self.side.url, case.path));
        let typed = case
            .headers
            .keys()
            .any(|name| name.eq_ignore_ascii_case("content-type"));
        if case.json.is_some() && !typed {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in &case.headers {
            request = request.header(name, value);
        }
        let response = match body {
            Some(body) => self
                .agent
                .run(request.body(body).map_err(|error| error.to_string())?),
            None => self
                .agent
                .run(request.body(()).map_err(|error| error.to_string())?),
        };
        let mut response = response.map_err(|error| self.failure(&error))?;
        let body = self.body(&mut response)?;
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        if let Some(encoding) = header("content-encoding").filter(|name| name != "identity") {
            return Err(format!(
                "the body is encoded as {}, which was not asked for",
                one_line(&encoding, 40)
            ));
        }
        let mut answer = Answer::new(response.status().as_u16(), header("content-type"), &body);
        // Redirects to the same path on each server are equal.
        answer.location =
            header("location").map(|place| match place.strip_prefix(&self.side.url) {
                Some("") => "/".to_owned(),
                Some(rest) if rest.starts_with(['/', '?', '#']) => rest.to_owned(),
                _ => place,
            });
        Ok(answer)
    }

    fn body(&self, response: &mut Response<ureq::Body>) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        let reader = response.body_mut().with_config().limit(u64::MAX).reader();
        reader
            .take(self.max_body.saturating_add(1))
            .read_to_end(&mut body)
            .map_err(|error| self.failure(&ureq::Error::from(error)))?;
        if body.len() as u64 > self.max_body {
            let most = size::decimal(self.max_body);
            return Err(format!("the body is larger than {most} (`max_body`)"));
        }
        Ok(body)
    }

    fn failure(&self, error: &ureq::Error) -> String {
        match error {
            ureq::Error::Timeout(_) => {
                format!("no whole answer within {:?} (`timeout`)", self.timeout)
            }
            ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
                format!("connection refused by {}", wire::server(&self.side.url))
            }
            ureq::Error::HostNotFound => format!("there is no host {}", wire::host(&self.side.url)),
            error => one_line(&error.to_string(), 300),
        }
    }
}

/// Asks both sides about a case, the left one twice unless the case cannot be repeated.
pub(crate) fn exchange(case: &ParityCase, left: &Probe, right: &Probe) -> Exchange {
    Exchange {
        case: case.name.clone(),
        left: left.ask(case),
        left_again: case.repeat.then(|| left.ask(case)),
        right: right.ask(case),
    }
}

#[cfg(test)]
mod tests {
    use super::ProbeSide;

    #[test]
    fn a_side_is_a_name_and_an_address() {
        let side: ProbeSide = "go=http://127.0.0.1:8080/".parse().unwrap();
        assert_eq!(
            (side.name.as_str(), side.url.as_str()),
            ("go", "http://127.0.0.1:8080")
        );
        for text in [
            "go",
            "=http://a",
            "go=ftp://a",
            "go=http://",
            "go=http://:80",
            "go=http://a?b",
            "go=http://a@b",
            "go=http://a b",
            "go=http://a\\b",
        ] {
            assert!(text.parse::<ProbeSide>().is_err(), "{text}");
        }
    }
}
