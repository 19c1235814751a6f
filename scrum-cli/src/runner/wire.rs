//! The two API formats: requests and responses. No I/O.

use scrum_core::config::Api;
use serde_json::{Map, Value, json};

use super::{AnswerMeta, AskError, Retry, ReviewerAnswer, one_line};

/// `anthropic` requires a limit.
const ANTHROPIC_MAX_TOKENS: u32 = 8192;

/// The version of the API.
pub(super) const ANTHROPIC_VERSION: &str = "2023-06-01";

/// Maximum length of a server's message in an error, in characters.
const ERROR_WORDS: usize = 300;

/// The parameters besides the prompt.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) api: Api,
    pub(super) model: String,
    pub(super) max_tokens: Option<u32>,
    pub(super) temperature: Option<f64>,
}

/// The URL of the endpoint, from the configured base URL, which may lack the usual path.
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

/// The host of an address with its port, if there is one; without the user.
pub(super) fn server(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority)
}

/// Whether an address is on this machine.
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
        // OpenAI's server rejects the older name for newer models; other servers know only that name.
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
    // Some servers stream by default.
    body.insert("stream".to_owned(), json!(false));
    // Serialising strings, numbers and one list cannot fail.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// Reads the body of a response with status 200.
pub(super) fn answer(api: Api, body: &[u8]) -> Result<ReviewerAnswer, AskError> {
    let garbage = || {
        let shown = one_line(&String::from_utf8_lossy(&body[..body.len().min(2000)]), 80);
        let reason = match shown.as_str() {
            "" => "the server answered nothing".to_owned(),
            shown => format!("not a {} response: {shown}", name(api)),
        };
        AskError::new(reason, Retry::Later(None))
    };
    let body = value(api, body).ok_or_else(garbage)?;
    let choice = body.pointer("/choices/0");
    let of_choice = choice.and_then(|choice| choice.get("error"));
    if let Some(error) = body.get("error").or(of_choice).filter(|it| !it.is_null()) {
        // Routers report an error of the actual server with status 200.
        let retry = status_of(error).map_or(Retry::Never, |code| after_status(code, None));
        let retry = match retry {
            // The server had accepted the request, and then failed.
            Retry::Never if of_choice.is_some() => Retry::Later(None),
            retry => retry,
        };
        return Err(AskError::new(error_words(error), retry));
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
            let choice = choice.ok_or_else(garbage)?;
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
            // Tokens read from the cache were part of the prompt, too.
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
    let reasoning = ["reasoning_content", "reasoning"]
        .iter()
        .find_map(|key| choice?.get("message")?.get(key)?.as_str())
        .filter(|_| content.trim().is_empty());
    let meta = AnswerMeta {
        reasoning: reasoning.map(str::to_owned),
        model: text_of(body.get("model")),
        tokens_in,
        tokens_out,
        finish_reason,
        ..AnswerMeta::default()
    };
    let finish_reason = meta.finish_reason.as_deref();
    if finish_reason == Some("error") {
        let words = one_line(&content, ERROR_WORDS);
        let reason = match words.as_str() {
            "" => "the server broke off with an error".to_owned(),
            words => format!("the server broke off with an error: {words}"),
        };
        return Err(AskError {
            meta: Box::new(meta),
            ..AskError::new(reason, Retry::Later(None))
        });
    }
    // A model that reached its limit while reasoning has answered; one that said nothing has not.
    let cut_off = matches!(
        finish_reason,
        Some("length" | "max_tokens" | "content_filter")
    );
    if content.trim().is_empty() && !cut_off {
        let reason = match &meta.reasoning {
            Some(_) => "the answer is empty; there is only its reasoning",
            None => "the answer is empty",
        };
        return Err(AskError {
            meta: Box::new(meta),
            ..AskError::new(reason, Retry::IfConfigured)
        });
    }
    Ok(ReviewerAnswer {
        text: content,
        meta,
    })
}

fn name(api: Api) -> &'static str {
    match api {
        Api::Openai => "chat-completions",
        Api::Anthropic => "messages",
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
                .collect(),
        ),
        _ => None,
    }
}

/// The body as JSON. A lone surrogate becomes U+FFFD, and a stream becomes the equivalent response without streaming.
fn value(api: Api, body: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let streamed = ["data:", "event:", "id:", "retry:", ":"];
    if streamed.iter().any(|field| text.starts_with(field)) {
        return Some(assembled(api, text));
    }
    json_of(text)
}

fn json_of(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&without_lone_surrogates(text)))
        .ok()
}

/// A JSON text in which each `\u` escape of a lone surrogate is replaced by U+FFFD.
fn without_lone_surrogates(text: &str) -> String {
    /// The value of the four digits after `\u`.
    fn unit(text: &str) -> Option<u32> {
        u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        clean.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match unit(rest) {
            Some(0xD800..=0xDBFF) => match rest.get(6..).and_then(unit) {
                Some(0xDC00..=0xDFFF) => 12,
                _ => 0,
            },
            Some(0xDC00..=0xDFFF) => 0,
            Some(_) => 6,
            // An escape has two characters.
            None => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
        };
        if length == 0 {
            clean.push_str("\\uFFFD");
            rest = &rest[6..];
        } else {
            clean.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    clean + rest
}

/// The answer in server-sent events, as if it had come in one response.
fn assembled(api: Api, text: &str) -> Value {
    let mut whole = Map::new();
    let mut texts: [(&str, String); 2] = [
        ("content", String::new()),
        ("reasoning_content", String::new()),
    ];
    let (mut usage, mut finish) = (Map::new(), Value::Null);
    let events = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .filter_map(|data| json_of(data.trim()));
    for event in events {
        // Anthropic's first event contains the message that the others fill.
        let message = event.get("message").unwrap_or(&event);
        if let Some(model) = message.get("model") {
            whole.insert("model".to_owned(), model.clone());
        }
        for usage_of in [&event, message] {
            if let Some(Value::Object(counts)) = usage_of.get("usage") {
                usage.extend(counts.clone());
            }
        }
        let choice = event.pointer("/choices/0").unwrap_or(&event);
        for error in [&event, choice] {
            if let Some(error) = error.get("error").filter(|error| !error.is_null()) {
                whole.insert("error".to_owned(), error.clone());
            }
        }
        // A server may send the whole message in a single event.
        let delta = choice.get("delta").or(choice.get("message"));
        let Some(delta) = delta.filter(|delta| delta.is_object()) else {
            continue;
        };
        for (key, text) in &mut texts {
            let piece = match *key {
                "content" => self::text(delta.get("content"))
                    .or_else(|| Some(delta.get("text")?.as_str()?.to_owned())),
                key => delta.get(key).and_then(Value::as_str).map(str::to_owned),
            };
            text.push_str(&piece.unwrap_or_default());
        }
        let reason = choice.get("finish_reason").or(delta.get("stop_reason"));
        if let Some(reason) = reason.filter(|reason| !reason.is_null()) {
            finish = reason.clone();
        }
    }
    let [(_, content), (_, reasoning)] = texts;
    whole.insert("usage".to_owned(), Value::Object(usage));
    if finish.is_null() && !whole.contains_key("error") {
        let broken = json!({ "code": 500, "message": "the stream ended before the answer did" });
        whole.insert("error".to_owned(), broken);
    }
    match api {
        Api::Openai => {
            let message = json!({ "content": content, "reasoning_content": reasoning });
            let choice = json!({ "message": message, "finish_reason": finish });
            whole.insert("choices".to_owned(), json!([choice]));
        }
        Api::Anthropic => {
            whole.insert("content".to_owned(), json!(content));
            whole.insert("stop_reason".to_owned(), finish);
        }
    }
    Value::Object(whole)
}

/// The status of an error in a body: its code as a number or a text, or else from its type.
fn status_of(error: &Value) -> Option<u16> {
    let number = |key: &str| match error.get(key)? {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let kind = |key: &str| match error.get(key)?.as_str()? {
        "rate_limit_error" | "rate_limit_exceeded" | "too_many_requests" => Some(429),
        "overloaded_error" | "overloaded" => Some(529),
        "api_error" | "server_error" | "internal_server_error" => Some(500),
        "timeout_error" | "timeout" => Some(408),
        "authentication_error" | "invalid_api_key" => Some(401),
        _ => None,
    };
    number("code")
        .or_else(|| number("status"))
        .or_else(|| kind("type"))
        .or_else(|| kind("code"))
}

/// What to do after a status other than 200.
pub(super) fn after_status(status: u16, after: Option<std::time::Duration>) -> Retry {
    match status {
        401 => Retry::NeverThisReviewer,
        429 | 503 | 529 => Retry::LaterAll(after),
        408 | 500..=599 => Retry::Later(after),
        _ => Retry::Never,
    }
}

/// The failure for a status other than 200.
pub(super) fn refusal(status: u16, after: Option<std::time::Duration>, body: &[u8]) -> AskError {
    let said = match serde_json::from_slice::<Value>(body) {
        Ok(value) => value.get("error").map(error_words),
        Err(_) => None,
    };
    let said = said.unwrap_or_else(|| one_line(&String::from_utf8_lossy(body), ERROR_WORDS));
    let mut reason = format!("HTTP {status}");
    if !said.is_empty() {
        reason = format!("{reason}: {said}");
    }
    let mut failure = AskError::new(reason, after_status(status, after));
    failure.meta.http_status = Some(status);
    failure
}

fn error_words(error: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let words = match error {
        Value::String(text) => text.clone(),
        error => text(error.get("message").or(error.get("type"))).unwrap_or(error.to_string()),
    };
    // OpenRouter's own message is general; that of the actual server says why.
    let raw = error
        .pointer("/metadata/raw")
        .map(|raw| raw.as_str().map_or_else(|| raw.to_string(), str::to_owned));
    let words = match raw {
        Some(raw) if !raw.trim().is_empty() => format!("{words}: {raw}"),
        _ => words,
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
            json!({"model": "m", "max_tokens": 5, "temperature": 0.5, "stream": false, "messages": [{"role": "user", "content": "p"}]})
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
            (Api::Anthropic, anthropic, "NONE", "max_tokens"),
        ] {
            let answer = answer(api, body.to_string().as_bytes()).unwrap();
            assert_eq!(answer.text, text);
            assert_eq!(answer.meta.finish_reason.as_deref(), Some(finish));
            assert_eq!(
                (answer.meta.tokens_in, answer.meta.tokens_out),
                (Some(10), Some(2))
            );
        }
    }

    #[test]
    fn faults_say_why_and_whether_to_ask_again() {
        let of = |body: &str| answer(Api::Openai, body.as_bytes()).unwrap_err();
        assert_eq!(of("<html>no").retry, Retry::Later(None));
        assert_eq!(of("{}").retry, Retry::Later(None));
        assert_eq!(
            of(r#"{"error":{"code":429,"message":"slow"}}"#).retry,
            Retry::LaterAll(None)
        );
        assert_eq!(of(r#"{"error":"no"}"#).retry, Retry::Never);
        let silent = r#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#;
        assert_eq!(of(silent).retry, Retry::IfConfigured);
        assert!(answer(Api::Openai, silent.replace("stop", "length").as_bytes()).is_ok());
        for (status, expected) in [
            (400, Retry::Never),
            (401, Retry::NeverThisReviewer),
            (403, Retry::Never),
            (404, Retry::Never),
            (429, Retry::LaterAll(None)),
            (500, Retry::Later(None)),
            (529, Retry::LaterAll(None)),
        ] {
            let failure = refusal(status, None, br#"{"error":{"message":"words\u001b[2J"}}"#);
            assert_eq!(failure.retry, expected, "{status}");
            assert_eq!(failure.reason, format!("HTTP {status}: words [2J"));
        }
    }

    #[test]
    fn what_is_no_answer_is_a_fault_with_the_servers_words() {
        for (body, retry, words) in [
            (
                r#"{"error":{"code":"429","message":"slow"}}"#,
                Retry::LaterAll(None),
                "slow",
            ),
            (
                r#"{"error":{"type":"overloaded_error","message":"busy"}}"#,
                Retry::LaterAll(None),
                "busy",
            ),
            (
                r#"{"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"upstream died"}}}"#,
                Retry::Later(None),
                "Provider returned error: upstream died",
            ),
            (
                r#"{"choices":[{"error":{"code":502,"message":"gone"},"finish_reason":"error","message":{"content":"hal"}}]}"#,
                Retry::Later(None),
                "gone",
            ),
            (
                r#"{"choices":[{"error":{"message":"gone"},"message":{"content":"hal"}}]}"#,
                Retry::Later(None),
                "gone",
            ),
            (
                r#"{"choices":[{"finish_reason":"error","message":{"content":"out of memory"}}]}"#,
                Retry::Later(None),
                "the server broke off with an error: out of memory",
            ),
            (
                "data: {\"choices\":[{\"delta\":{\"content\":\"hal\"}}]}\n\n",
                Retry::Later(None),
                "the stream ended before the answer did",
            ),
            (
                "data: {\"choices\":[{\"delta\":{\"content\":\"hal\"}}]}\n\ndata: {\"error\":{\"code\":\"503\",\"message\":\"down\"}}\n\n",
                Retry::LaterAll(None),
                "down",
            ),
        ] {
            let failure = answer(Api::Openai, body.as_bytes()).unwrap_err();
            assert_eq!(
                (failure.retry, failure.reason.as_str()),
                (retry, words),
                "{body}"
            );
        }
    }

    #[test]
    fn filtered_answers_are_cut_off_and_reasoning_alone_is_said_and_kept() {
        let body = |finish: &str| {
            format!(
                r#"{{"choices":[{{"message":{{"content":"","reasoning_content":"hm"}},"finish_reason":"{finish}"}}]}}"#
            )
        };
        let kept = answer(Api::Openai, body("content_filter").as_bytes()).unwrap();
        assert_eq!(kept.meta.finish_reason.as_deref(), Some("content_filter"));
        let failure = answer(Api::Openai, body("stop").as_bytes()).unwrap_err();
        assert!(
            failure.reason.contains("only its reasoning"),
            "{}",
            failure.reason
        );
        assert_eq!(failure.meta.reasoning.as_deref(), Some("hm"));
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_the_answer_kept() {
        for (escaped, text) in [
            (r"a\ud83db", "a\u{fffd}b"),
            (r"\udc00", "\u{fffd}"),
            (r"\uD83D\uD83D\uDE00", "\u{fffd}\u{1f600}"),
            (r"\ud83d\\ud83d", "\u{fffd}\\ud83d"),
            (r"\ud83d\u0041é\ud8", "\u{fffd}Aé"),
        ] {
            let escaped = escaped.trim_end_matches(r"\ud8");
            let body = format!(r#"{{"choices":[{{"message":{{"content":"{escaped}"}}}}]}}"#);
            let answer = answer(Api::Openai, body.as_bytes()).unwrap();
            assert_eq!(answer.text, text, "{escaped}");
        }
        // What is no JSON for another reason stays so.
        for broken in [r#"{"a":"\ud8"}"#, r#"{"a":"\ud83d"#, "\\", r"\u", r"\ué"] {
            assert_eq!(json_of(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_stream_nobody_asked_for_is_put_together() {
        let openai = ": wait\n\ndata: {\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"NO\"}}]}\r\n\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"NE\"},\"finish_reason\":null}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
        let anthropic = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}\n\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"NO\"}}\n\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"NE\"}}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"stop\"},\"usage\":{\"output_tokens\":2}}\n\n";
        for (api, body) in [(Api::Openai, openai), (Api::Anthropic, anthropic)] {
            let answer = answer(api, body.as_bytes()).unwrap();
            assert_eq!(answer.text, "NONE");
            assert_eq!(answer.meta.model.as_deref(), Some("m"));
            assert_eq!(answer.meta.finish_reason.as_deref(), Some("stop"));
            assert_eq!(
                (answer.meta.tokens_in, answer.meta.tokens_out),
                (Some(10), Some(2))
            );
        }
    }
}
