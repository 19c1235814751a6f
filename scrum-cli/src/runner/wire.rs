//! The two wire formats: what is sent, and what comes back. No I/O.

use scrum_core::config::Api;
use serde_json::{Map, Value, json};

use super::{Again, Answer, Details, Fault, one_line};

/// `anthropic` demands a limit.
const ANTHROPIC_MAX_TOKENS: u32 = 8192;

/// The version of the format that is spoken.
pub(super) const ANTHROPIC_VERSION: &str = "2023-06-01";

/// Longest part of a server's own words in an error, in characters.
const ERROR_WORDS: usize = 300;

/// What is asked for beside the prompt.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) api: Api,
    pub(super) model: String,
    pub(super) max_tokens: Option<u32>,
    pub(super) temperature: Option<f64>,
}

/// The address of the endpoint, from the base address of the configuration: with or without the path that all servers
/// share.
pub(super) fn endpoint(api: Api, url: &str) -> String {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (url, String::new()),
    };
    let base = base.trim_end_matches('/');
    let host = base.find("://").map_or(0, |at| at + 3);
    let bare = !base[host..].contains('/');
    let path = match api {
        Api::Openai if base.ends_with("/chat/completions") => "",
        Api::Openai if bare => "/v1/chat/completions",
        Api::Openai => "/chat/completions",
        Api::Anthropic if base.ends_with("/messages") => "",
        Api::Anthropic if base.ends_with("/v1") => "/messages",
        Api::Anthropic => "/v1/messages",
    };
    format!("{base}{path}{query}")
}

/// The host of an address, without port, user and brackets.
pub(super) fn host(url: &str) -> &str {
    let host = server(url);
    match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or(six),
        None => host.split(':').next().unwrap_or(host),
    }
}

/// The host of an address with its port, where one is named; without the user.
pub(super) fn server(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority)
}

/// Whether an address stays on this machine.
pub(super) fn is_loopback(url: &str) -> bool {
    let host = host(url);
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// The body of a request.
pub(super) fn request(settings: &Settings, url: &str, prompt: &str) -> Vec<u8> {
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(settings.model));
    let limit = match settings.api {
        // The maker's own server refuses the older name for its newer models; others know no other.
        Api::Openai if host(url) == "api.openai.com" => "max_completion_tokens",
        _ => "max_tokens",
    };
    let max_tokens = match settings.api {
        Api::Anthropic => Some(settings.max_tokens.unwrap_or(ANTHROPIC_MAX_TOKENS)),
        Api::Openai => settings.max_tokens,
    };
    if let Some(tokens) = max_tokens {
        body.insert(limit.to_owned(), json!(tokens));
    }
    if let Some(temperature) = settings.temperature {
        body.insert("temperature".to_owned(), json!(temperature));
    }
    body.insert(
        "messages".to_owned(),
        json!([{ "role": "user", "content": prompt }]),
    );
    // A map of strings, numbers and one list has no way to fail.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// Reads the body of a response with status 200.
pub(super) fn answer(api: Api, body: &[u8]) -> Result<Answer, Fault> {
    let garbage = || {
        let shown = one_line(&String::from_utf8_lossy(&body[..body.len().min(2000)]), 80);
        let reason = match shown.as_str() {
            "" => "the server answered nothing".to_owned(),
            shown => format!(
                "the server's answer is not the format `{}`: {shown}",
                name(api)
            ),
        };
        Fault::new(reason, Again::Later(None))
    };
    let body: Value = serde_json::from_slice(body).map_err(|_| garbage())?;
    if let Some(error) = body.get("error").filter(|error| !error.is_null()) {
        // Routers pass on the error of the server behind them with status 200.
        let code = error.get("code").and_then(Value::as_u64).unwrap_or(0);
        let again = u16::try_from(code).map_or(Again::Never, |code| again(code, None));
        return Err(Fault::new(error_words(error), again));
    }
    let usage = |key: &str| {
        body.pointer(&format!("/usage/{key}"))
            .and_then(Value::as_u64)
    };
    let text_of = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .map(|text| one_line(text, 200))
    };
    let (content, finish_reason, tokens_in, tokens_out) = match api {
        Api::Openai => {
            let choice = body.pointer("/choices/0").ok_or_else(garbage)?;
            let message = choice.get("message").ok_or_else(garbage)?;
            let refusal = message.get("refusal").and_then(Value::as_str);
            let content = text(message.get("content"))
                .filter(|text| !text.is_empty())
                .or(refusal.map(str::to_owned));
            (
                content.unwrap_or_default(),
                text_of(choice.get("finish_reason")),
                usage("prompt_tokens"),
                usage("completion_tokens"),
            )
        }
        Api::Anthropic => {
            let content = text(body.get("content")).ok_or_else(garbage)?;
            // What was read from the cache was a part of the prompt, too.
            let parts = [
                "input_tokens",
                "cache_read_input_tokens",
                "cache_creation_input_tokens",
            ];
            let parts: Vec<u64> = parts.iter().filter_map(|key| usage(key)).collect();
            let sum = parts
                .iter()
                .fold(0, |sum: u64, part| sum.saturating_add(*part));
            (
                content,
                text_of(body.get("stop_reason")),
                (!parts.is_empty()).then_some(sum),
                usage("output_tokens"),
            )
        }
    };
    let details = Details {
        model: text_of(body.get("model")),
        tokens_in,
        tokens_out,
        finish_reason,
        ..Details::default()
    };
    // A model that thought until its limit has answered; one that said nothing has not.
    let cut_off = matches!(
        details.finish_reason.as_deref(),
        Some("length" | "max_tokens")
    );
    if content.trim().is_empty() && !cut_off {
        return Err(Fault {
            details: Box::new(details),
            ..Fault::new("the answer is empty", Again::IfConfigured)
        });
    }
    Ok(Answer {
        text: content,
        details,
    })
}

fn name(api: Api) -> &'static str {
    match api {
        Api::Openai => "openai",
        Api::Anthropic => "anthropic",
    }
}

/// A text, or the texts of a list of parts.
fn text(content: Option<&Value>) -> Option<String> {
    match content? {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => Some(
            parts
                .iter()
                .filter(|part| part.get("type").is_none_or(|kind| kind == "text"))
                .filter_map(|part| part.get("text").and_then(Value::as_str))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
        _ => None,
    }
}

/// What to do after a status other than 200.
pub(super) fn again(status: u16, after: Option<std::time::Duration>) -> Again {
    match status {
        401 => Again::NeverThisReviewer,
        429 | 503 | 529 => Again::LaterAll(after),
        408 | 500..=599 => Again::Later(after),
        _ => Again::Never,
    }
}

/// The fault behind a status other than 200.
pub(super) fn refusal(status: u16, after: Option<std::time::Duration>, body: &[u8]) -> Fault {
    let said = match serde_json::from_slice::<Value>(body) {
        Ok(value) => value.get("error").map(error_words),
        Err(_) => None,
    };
    let said = said.unwrap_or_else(|| one_line(&String::from_utf8_lossy(body), ERROR_WORDS));
    let mut reason = format!("HTTP {status}");
    if !said.is_empty() {
        reason = format!("{reason}: {said}");
    }
    let mut fault = Fault::new(reason, again(status, after));
    fault.details.http_status = Some(status);
    fault
}

fn error_words(error: &Value) -> String {
    let words = match error {
        Value::String(text) => text.clone(),
        error => match error
            .get("message")
            .or(error.get("type"))
            .and_then(Value::as_str)
        {
            Some(text) => text.to_owned(),
            None => error.to_string(),
        },
    };
    one_line(&words, ERROR_WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_a_path() {
        use Api::{Anthropic, Openai};
        for (api, url, full) in [
            (
                Openai,
                "http://127.0.0.1:11434",
                "http://127.0.0.1:11434/v1/chat/completions",
            ),
            (Openai, "http://h/v1/", "http://h/v1/chat/completions"),
            (
                Openai,
                "https://h/api/v1/chat/completions",
                "https://h/api/v1/chat/completions",
            ),
            (
                Openai,
                "https://h/d/x?api-version=1",
                "https://h/d/x/chat/completions?api-version=1",
            ),
            (
                Anthropic,
                "https://api.anthropic.com",
                "https://api.anthropic.com/v1/messages",
            ),
            (Anthropic, "https://h/v1", "https://h/v1/messages"),
            (Anthropic, "https://h/api", "https://h/api/v1/messages"),
        ] {
            assert_eq!(endpoint(api, url), full);
        }
    }

    #[test]
    fn hosts() {
        for (url, name, loopback) in [
            ("http://127.0.0.1:1/v1", "127.0.0.1", true),
            ("http://[::1]:1", "::1", true),
            ("http://localhost", "localhost", true),
            ("http://u:p@host.io:8/x", "host.io", false),
            ("http://127.0.0.1.evil.io", "127.0.0.1.evil.io", false),
        ] {
            assert_eq!((host(url), is_loopback(url)), (name, loopback));
        }
        assert_eq!(server("http://u:p@host.io:8/x"), "host.io:8");
    }

    #[test]
    fn requests_name_the_limit_as_the_server_knows_it() {
        let mut settings = Settings {
            api: Api::Openai,
            model: "m".to_owned(),
            max_tokens: Some(5),
            temperature: Some(0.5),
        };
        let of = |settings: &Settings, url: &str| -> Value {
            serde_json::from_slice(&request(settings, url, "p")).unwrap()
        };
        assert_eq!(
            of(&settings, "http://h/v1"),
            json!({"model": "m", "max_tokens": 5, "temperature": 0.5, "messages": [{"role": "user", "content": "p"}]})
        );
        assert_eq!(
            of(&settings, "https://api.openai.com/v1")["max_completion_tokens"],
            5
        );
        settings.api = Api::Anthropic;
        settings.max_tokens = None;
        assert_eq!(
            of(&settings, "https://h")["max_tokens"],
            ANTHROPIC_MAX_TOKENS
        );
    }

    #[test]
    fn both_formats_are_read() {
        let openai = json!({
            "model": "kimi-k2", "choices": [{"message": {"content": "NONE"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 2}
        });
        let anthropic = json!({
            "model": "claude", "stop_reason": "max_tokens",
            "content": [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": "NO"}, {"type": "text", "text": "NE"}],
            "usage": {"input_tokens": 4, "cache_read_input_tokens": 6, "output_tokens": 2}
        });
        for (api, body, text, finish) in [
            (Api::Openai, openai, "NONE", "stop"),
            (Api::Anthropic, anthropic, "NO\nNE", "max_tokens"),
        ] {
            let answer = answer(api, body.to_string().as_bytes()).unwrap();
            assert_eq!(answer.text, text);
            assert_eq!(answer.details.finish_reason.as_deref(), Some(finish));
            assert_eq!(
                (answer.details.tokens_in, answer.details.tokens_out),
                (Some(10), Some(2))
            );
        }
    }

    #[test]
    fn faults_say_why_and_whether_to_ask_again() {
        let of = |body: &str| answer(Api::Openai, body.as_bytes()).unwrap_err();
        assert_eq!(of("<html>no").again, Again::Later(None));
        assert_eq!(of("{}").again, Again::Later(None));
        assert_eq!(
            of(r#"{"error":{"code":429,"message":"slow"}}"#).again,
            Again::LaterAll(None)
        );
        assert_eq!(of(r#"{"error":"no"}"#).again, Again::Never);
        let silent = r#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#;
        assert_eq!(of(silent).again, Again::IfConfigured);
        assert!(answer(Api::Openai, silent.replace("stop", "length").as_bytes()).is_ok());
        for (status, expected) in [
            (400, Again::Never),
            (401, Again::NeverThisReviewer),
            (403, Again::Never),
            (404, Again::Never),
            (429, Again::LaterAll(None)),
            (500, Again::Later(None)),
            (529, Again::LaterAll(None)),
        ] {
            let fault = refusal(status, None, br#"{"error":{"message":"words\u001b[2J"}}"#);
            assert_eq!(fault.again, expected, "{status}");
            assert_eq!(fault.reason, format!("HTTP {status}: words [2J"));
        }
    }
}
