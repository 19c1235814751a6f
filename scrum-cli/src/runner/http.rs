//! Asks a reviewer over HTTP.

use std::io::{ErrorKind, Read as _};
use std::time::{Duration, SystemTime};

use scrum_core::config::{Api, Reviewer};
use ureq::tls::{RootCerts, TlsConfig};

use super::wire::{self, Settings};
use super::{ApiKeys, AskError, Retry, ReviewerAnswer, one_line};

/// Maximum time for connecting to a server.
const CONNECT: Duration = Duration::from_secs(30);

/// Maximum number of bytes read of an error response.
const REFUSAL_BYTES: u64 = 64 << 10;

/// A server, and what to send to it.
#[derive(Debug)]
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    headers: Vec<(String, String)>,
    settings: Settings,
    keys: ApiKeys,
    timeout: Duration,
    max_output: u64,
}

impl Client {
    /// `headers` are those of the configuration with the key, ready to be sent; `keys` are the values to hide.
    pub(crate) fn new(
        reviewer: &Reviewer,
        api: Api,
        headers: Vec<(String, String)>,
        keys: ApiKeys,
        max_output: u64,
    ) -> Self {
        let base = reviewer.url.as_deref().unwrap_or_default();
        let timeout = reviewer.timeout();
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // A redirected request would lose its body, or send its key to another server.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            .timeout_connect(Some(timeout.min(CONNECT)))
            .max_idle_connections_per_host(16)
            .user_agent(concat!("scrum/", env!("CARGO_PKG_VERSION")))
            .tls_config(
                TlsConfig::builder()
                    .root_certs(RootCerts::PlatformVerifier)
                    .build(),
            );
        // A proxy on another machine cannot reach servers on this one.
        if wire::is_loopback(base) {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().new_agent(),
            url: wire::endpoint(api, base),
            headers,
            settings: Settings {
                api,
                model: reviewer.model.clone().unwrap_or_default(),
                max_tokens: reviewer.max_tokens,
                temperature: reviewer.temperature,
            },
            keys,
            timeout,
            max_output,
        }
    }

    /// Asks once.
    pub(crate) fn ask(&self, prompt: &str) -> Result<ReviewerAnswer, AskError> {
        self.ask_openly(prompt)
            .map(|answer| ReviewerAnswer {
                text: self.keys.hide(&answer.text),
                ..answer
            })
            .map_err(|failure| AskError {
                reason: self.keys.hide(&failure.reason),
                ..failure
            })
    }

    fn ask_openly(&self, prompt: &str) -> Result<ReviewerAnswer, AskError> {
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("accept", "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = wire::request(&self.settings, &self.url, prompt);
        let mut response = request
            .send(&body[..])
            .map_err(|error| self.failure(&error))?;
        drop(body);
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let after = header("retry-after-ms")
            .and_then(|value| Some(seconds(value)? / 1000))
            .or_else(|| retry_after(header("retry-after")?, SystemTime::now()));
        // JSON escapes make some characters longer.
        let limit = match status {
            200 => self
                .max_output
                .saturating_mul(2)
                .saturating_add(REFUSAL_BYTES),
            _ => REFUSAL_BYTES,
        };
        let mut body = Vec::new();
        let mut reader = response.body_mut().with_config().limit(u64::MAX).reader();
        let read = reader.by_ref().take(limit + 1).read_to_end(&mut body);
        if status != 200 {
            body.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            let mut failure = wire::refusal(status, after, &body);
            if (300..400).contains(&status) {
                failure
                    .reason
                    .push_str("; `url` must name the server itself");
            }
            return Err(failure);
        }
        let with_status = |mut failure: AskError| {
            failure.meta.http_status = Some(status);
            failure
        };
        let too_long = || {
            let shown = scrum_core::size::decimal(self.max_output);
            with_status(AskError::new(
                format!("the answer is longer than {shown} (`max_output`)"),
                Retry::Never,
            ))
        };
        if let Err(error) = read {
            let error = ureq::Error::from(error);
            let mut failure = self.failure(&error);
            if matches!(failure.retry, Retry::Later(_)) {
                failure.reason = format!("the answer broke off: {}", failure.reason);
            }
            return Err(with_status(failure));
        }
        if body.len() as u64 > limit {
            return Err(too_long());
        }
        let mut answer = wire::answer(self.settings.api, &body).map_err(with_status)?;
        answer.meta.http_status = Some(status);
        if answer.text.len() as u64 > self.max_output {
            return Err(too_long());
        }
        Ok(answer)
    }

    fn failure(&self, error: &ureq::Error) -> AskError {
        use ureq::Error as E;
        let never = |reason: String| AskError::new(reason, Retry::Never);
        match error {
            E::Timeout(ureq::Timeout::Connect) => AskError::new(
                "the server did not accept a connection in time",
                Retry::Later(None),
            ),
            E::Timeout(_) => AskError::new(
                format!("no answer within {:?} (`timeout`)", self.timeout),
                Retry::Later(None),
            ),
            E::Io(error) if error.kind() == ErrorKind::ConnectionRefused => AskError::new(
                format!(
                    "connection refused; is a server running at {}?",
                    wire::server(&self.url)
                ),
                Retry::Later(None),
            ),
            E::HostNotFound => AskError::new(
                format!("there is no host {}", wire::host(&self.url)),
                Retry::Later(None),
            ),
            E::BadUri(_)
            | E::Http(_)
            | E::InvalidProxyUrl
            | E::Tls(_)
            | E::Rustls(_)
            | E::Pem(_) => never(one_line(&error.to_string(), 300)),
            error => AskError::new(one_line(&error.to_string(), 300), Retry::Later(None)),
        }
    }
}

/// `Retry-After`: seconds, whole or not, or a date.
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Some(time) = seconds(value) {
        return Some(time);
    }
    let date = httpdate::parse_http_date(value.trim()).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// A number of seconds, whole or not.
fn seconds(value: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(value.trim().parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        for (value, seconds) in [
            ("7", Some(7.0)),
            (" 120 ", Some(120.0)),
            ("0.25", Some(0.25)),
            ("-1", None),
            ("inf", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7.0)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0.0)),
            ("soon", None),
        ] {
            assert_eq!(
                retry_after(value, now),
                seconds.map(Duration::from_secs_f64),
                "{value}"
            );
        }
    }
}
