//! Finds the lineages of model ids and reviewer names by whole tokens.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::LineageSet;

/// The built-in rules. Comments in the file give their sources.
const BUILTIN: &str = include_str!("../../../data/lineages.toml");

/// Rules from tokens of a model id to lineages: the caller's own, then the built-in ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineageTable {
    own: Vec<LineageRule>,
    builtin: Vec<LineageRule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct LineageRule {
    /// Sequences of tokens, with any tokens in between.
    runs: Vec<Vec<String>>,
    place: TokenPlace,
    lineages: LineageSet,
}

/// Where a rule's tokens must be in an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenPlace {
    Anywhere,
    /// At its beginning.
    Beginning,
    /// They are the whole name, which is after the last `/`.
    WholeName,
    /// They are the whole id.
    WholeId,
}

#[derive(Deserialize)]
struct LineagesFile {
    rules: BTreeMap<String, Vec<String>>,
}

impl Default for LineageTable {
    fn default() -> Self {
        Self::builtin()
    }
}

impl LineageTable {
    /// The rules that come with this crate (`data/lineages.toml`).
    pub fn builtin() -> Self {
        // The file is part of the crate, and a test parses it.
        let rules = toml::from_str::<LineagesFile>(BUILTIN)
            .map_or_else(|_| BTreeMap::new(), |file| file.rules);
        Self {
            own: Vec::new(),
            builtin: rules
                .iter()
                .filter_map(|(key, names)| LineageRule::read(key, names))
                .collect(),
        }
    }

    /// Adds rules that override the built-in ones, from a model id, a reviewer's name or the tokens of either to
    /// lineages. Any names of lineages are allowed; an empty list means unknown.
    pub fn with_overrides<K, V>(mut self, overrides: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: AsRef<str>,
        V: AsRef<[String]>,
    {
        let own = overrides
            .into_iter()
            .filter_map(|(key, names)| LineageRule::read(key.as_ref(), names.as_ref()));
        self.own.extend(own);
        self
    }

    /// The lineages of a model id, as written by OpenRouter, Ollama, Bedrock, Vertex and the makers.
    ///
    /// Everything up to the last `/` comes from the host and is ignored. `None` if no rule matches, and for ids that a
    /// person chose (`azure/…` deployments, ARNs); an empty set if a rule says that the id tells nothing, such as that
    /// of a router.
    pub fn of_model(&self, id: &str) -> Option<LineageSet> {
        let id = id.trim();
        if let Some(own) = best(&self.own, &tokens(id), true) {
            return Some(own);
        }
        let lower = id.to_ascii_lowercase();
        let chosen_by_a_person = ["arn:", "azure/", "azure_ai/"];
        if chosen_by_a_person
            .iter()
            .any(|head| lower.starts_with(head))
        {
            return None;
        }
        let name = id.rsplit('/').find(|part| !part.is_empty())?;
        let whole = tokens(id);
        let name = tokens(name);
        // A rule for the whole id takes precedence over one for the name.
        let whole_only = self
            .builtin
            .iter()
            .find(|rule| rule.place == TokenPlace::WholeId && rule.find(&whole, true).is_some());
        match whole_only {
            Some(rule) => Some(rule.lineages.clone()),
            None => best(&self.builtin, &name, false),
        }
    }

    /// The lineages of a reviewer's name, such as `opus-2`. As [`of_model`](Self::of_model), but a `/` is a separator
    /// like any other.
    pub fn of_name(&self, name: &str) -> Option<LineageSet> {
        let tokens = tokens(name);
        best(&self.own, &tokens, true).or_else(|| best(&self.builtin, &tokens, true))
    }

    /// The caller's own rule for exactly this name, which takes precedence over the model id.
    pub fn of_own_name(&self, name: &str) -> Option<LineageSet> {
        let tokens = tokens(name);
        let rule = self
            .own
            .iter()
            .rev()
            .find(|rule| matches!(rule.runs.as_slice(), [run] if *run == tokens))?;
        Some(rule.lineages.clone())
    }
}

impl LineageRule {
    /// Parses one key of the data file; a key without tokens is not a rule.
    fn read(key: &str, names: &[String]) -> Option<Self> {
        let places = [
            ("==", TokenPlace::WholeId),
            ("=", TokenPlace::WholeName),
            ("^", TokenPlace::Beginning),
        ];
        let (place, key) = places
            .iter()
            .find_map(|(sign, place)| Some((*place, key.strip_prefix(sign)?)))
            .unwrap_or((TokenPlace::Anywhere, key));
        let runs: Vec<_> = key
            .split("...")
            .map(tokens)
            .filter(|run| !run.is_empty())
            .collect();
        (!runs.is_empty()).then(|| Self {
            runs,
            place,
            lineages: names.iter().map(|name| name.trim()).collect(),
        })
    }

    fn len(&self) -> usize {
        self.runs.iter().map(Vec::len).sum()
    }

    /// The first span of `tokens` that matches. `is_whole` says that they are those of the whole id.
    fn find(&self, tokens: &[String], is_whole: bool) -> Option<(usize, usize)> {
        let fits_all = self.len() == tokens.len();
        let refused = match self.place {
            TokenPlace::WholeId => !(is_whole && fits_all),
            TokenPlace::WholeName => !fits_all,
            TokenPlace::Anywhere | TokenPlace::Beginning => false,
        };
        if refused {
            return None;
        }
        let mut span: Option<(usize, usize)> = None;
        for run in &self.runs {
            let from = span.map_or(0, |(_, end)| end);
            let at = tokens.get(from..)?.windows(run.len()).position(|window| {
                window
                    .iter()
                    .zip(run)
                    .all(|(token, rule)| fits(token, rule))
            })?;
            let start = span.map_or(from + at, |(start, _)| start);
            span = Some((start, from + at + run.len()));
        }
        span.filter(|(start, _)| self.place != TokenPlace::Beginning || *start == 0)
    }
}

/// The lineages of the matching rule with the most tokens, and those of the remaining tokens.
fn best(rules: &[LineageRule], tokens: &[String], is_whole: bool) -> Option<LineageSet> {
    let mut hits: Vec<(usize, (usize, usize), &LineageRule)> = rules
        .iter()
        .filter_map(|rule| Some((rule.len(), rule.find(tokens, is_whole)?, rule)))
        .collect();
    hits.sort_by_key(|(len, span, _)| (std::cmp::Reverse(*len), *span));
    let mut taken = vec![false; tokens.len()];
    let mut lineages: Option<LineageSet> = None;
    let mut longest = 0;
    for (len, (start, end), rule) in hits {
        // A later rule with the same key replaces nothing: matched tokens are not matched again. Overlapping rules of
        // equal length contradict each other; their union gives the fewest independent votes.
        let overlaps = taken[start..end].contains(&true);
        if overlaps && len < longest {
            continue;
        }
        taken[start..end].fill(true);
        longest = longest.max(len);
        lineages
            .get_or_insert_with(LineageSet::unknown)
            .join(&rule.lineages);
    }
    lineages
}

/// Whether a token of an id is a rule's token, optionally followed directly by a version.
fn fits(token: &str, rule: &str) -> bool {
    let Some(rest) = token.strip_prefix(rule) else {
        return false;
    };
    match (rest.as_bytes().first(), rule.as_bytes().last()) {
        (None, _) => true,
        (Some(b'.'), Some(b'0'..=b'9')) => rule.bytes().all(|b| b.is_ascii_digit()),
        (Some(b'0'..=b'9'), Some(last)) => !last.is_ascii_digit(),
        _ => false,
    }
}

/// Splits at every character that is not a letter or digit, except at a dot between two digits. Lower case.
fn tokens(id: &str) -> Vec<String> {
    let bytes = id.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let mut tokens = vec![String::new()];
    for (at, c) in id.char_indices() {
        let inside =
            c.is_alphanumeric() || c == '.' && digit(at.checked_sub(1)) && digit(at.checked_add(1));
        match tokens.last_mut() {
            Some(token) if inside => token.extend(c.to_lowercase()),
            _ => tokens.push(String::new()),
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str) -> Option<String> {
        LineageTable::builtin()
            .of_model(id)
            .map(|set| set.to_string())
    }

    #[test]
    fn the_data_file_reads_whole() {
        let file: LineagesFile = toml::from_str(BUILTIN).unwrap();
        assert_eq!(LineageTable::builtin().builtin.len(), file.rules.len());
        assert!(file.rules.len() > 60);
    }

    #[test]
    fn ids_as_hosts_write_them() {
        for (id, lineage) in [
            ("anthropic/claude-opus-4:free", "anthropic"),
            ("us.anthropic.claude-opus-4-20250514-v1:0", "anthropic"),
            ("eu.meta.llama3-3-70b-instruct-v1:0", "meta"),
            ("apac.amazon.nova-pro-v1:0", "amazon"),
            ("us.deepseek.r1-v1:0", "deepseek"),
            ("claude-sonnet-4@20250514", "anthropic"),
            ("publishers/google/models/gemini-2.5-pro", "google"),
            ("qwen3-coder:30b", "alibaba"),
            ("someone/qwen2.5-coder:7b-instruct-q4_K_M", "alibaba"),
            (
                "hf.co/bartowski/DeepSeek-R1-Distill-Qwen-7B-GGUF:Q4_K_M",
                "alibaba+deepseek",
            ),
            (
                "deepseek/deepseek-r1-distill-llama-70b:free",
                "deepseek+meta",
            ),
            ("deepseek-r1:32b", "alibaba+deepseek"),
            ("deepseek-r1:671b", "deepseek"),
            ("deepseek-ai/DeepSeek-V3.1", "deepseek"),
            ("gpt4o", "openai"),
            ("openai/gpt-oss-120b:nitro", "openai"),
            ("o3-mini", "openai"),
            ("llama3.1", "meta"),
            ("nvidia/llama-3.1-nemotron-70b-instruct", "meta+nvidia"),
            ("nvidia/llama-3_3-nemotron-super-49b-v1", "meta+nvidia"),
            ("nvidia/openreasoning-nemotron-32b", "alibaba+nvidia"),
            ("nvidia/nemotron-nano-9b-v2:free", "nvidia"),
            ("nvidia/nemotron-3-nano-30b-a3b", "nvidia"),
            ("nousresearch/hermes-4-405b", "meta+nous"),
            ("nousresearch/hermes-3-llama-3.1-405b", "meta+nous"),
            ("microsoft/mai-ds-r1:free", "deepseek+microsoft"),
            ("perplexity/r1-1776", "deepseek+perplexity"),
            ("composer-2", "cursor+moonshot"),
            ("moonshotai/kimi-k2-0905:exacto", "moonshot"),
            ("z-ai/glm-4.5-air", "zhipu"),
            ("x-ai/grok-code-fast-1", "xai"),
            ("cohere/command-r-plus", "cohere"),
            ("bytedance/seed-oss-36b-instruct", "bytedance"),
        ] {
            assert_eq!(of(id).as_deref(), Some(lineage), "{id}");
        }
    }

    #[test]
    fn derived_models_descend_from_their_base() {
        for (id, lineage) in [
            ("AIDC-AI/Marco-o1", "alibaba"),
            ("Skywork/Skywork-o1-Open-Llama-3.1-8B", "meta"),
            ("Skywork/Skywork-o1-Open-PRM-Qwen-2.5-7B", "alibaba"),
            ("Skywork/Skywork-OR1-32B", "alibaba+deepseek"),
            ("deepseek-r1", "alibaba+deepseek"),
            ("deepseek-r1:latest", "alibaba+deepseek"),
            ("ollama/deepseek-r1", "alibaba+deepseek"),
            ("deepseek-r1:8b", "alibaba+deepseek"),
            ("deepseek-r1:1.5b", "alibaba+deepseek"),
            ("deepseek-r1:8b-0528-qwen3-q4_K_M", "alibaba+deepseek"),
            ("deepseek-r1:8b-llama-distill-q4_K_M", "deepseek+meta"),
            ("deepseek-r1:70b", "deepseek+meta"),
            ("deepseek/deepseek-r1", "deepseek"),
            ("deepseek-ai/DeepSeek-R1-0528", "deepseek"),
            ("deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", "alibaba+deepseek"),
            ("qihoo360/Light-R1-32B", "alibaba"),
            ("qihoo360/Light-R1-32B-DS", "alibaba+deepseek"),
            ("mistralai/mistral-nemotron", "mistral+nvidia"),
            ("tencent/hy4-preview", "tencent"),
            ("inclusionai/ling-3.0-flash", "inclusionai"),
            ("nvidia/AceReason-Nemotron-14B", "alibaba+deepseek+nvidia"),
            ("nvidia/AceReason-Nemotron-1.1-7B", "alibaba+nvidia"),
            ("nvidia/OpenCodeReasoning-Nemotron-32B", "alibaba+nvidia"),
            ("nvidia/OpenMath-Nemotron-32B", "alibaba+nvidia"),
            ("nvidia/Qwen3-Nemotron-32B-RLBFF", "alibaba+nvidia"),
            ("nvidia/Nemotron-Cascade-8B", "alibaba+nvidia"),
            ("nvidia/Nemotron-Cascade-2-30B-A3B", "nvidia"),
            ("nvidia/NVIDIA-Nemotron-Nano-12B-v2", "nvidia"),
            ("nvidia/nemotron-nano-12b-v2-vl:free", "nvidia"),
            ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B", "nvidia"),
            ("nvidia/Nemotron-4-340B-Instruct", "nvidia"),
            ("nvidia/Llama-3_1-Nemotron-Ultra-253B-v1", "meta+nvidia"),
            ("nvidia/Mistral-NeMo-Minitron-8B-Instruct", "mistral+nvidia"),
            ("CohereLabs/aya-expanse-32b", "cohere"),
            ("cohere/command-a", "cohere"),
            ("ai21/jamba-large-1.7", "ai21"),
            ("tiiuae/Falcon3-10B-Instruct", "tii"),
            ("tiiuae/Falcon-H1-34B-Instruct", "tii"),
            ("LGAI-EXAONE/EXAONE-4.0-32B", "lg"),
            ("alibaba/tongyi-deepresearch-30b-a3b", "alibaba"),
            ("tencent/Hy3-preview", "tencent"),
            ("tencent/Hunyuan-A13B-Instruct", "tencent"),
            ("inclusionAI/Ling-1T", "inclusionai"),
            ("inclusionAI/Ring-flash-2.0", "inclusionai"),
            ("NousResearch/Hermes-4.3-36B", "bytedance+nous"),
            ("NousResearch/Hermes-4-14B", "alibaba+nous"),
            ("NousResearch/Hermes-2-Pro-Mistral-7B", "mistral+nous"),
            (
                "NousResearch/Nous-Hermes-2-Mixtral-8x7B-DPO",
                "mistral+nous",
            ),
            (
                "NousResearch/DeepHermes-3-Mistral-24B-Preview",
                "mistral+nous",
            ),
            ("hermes3:8b", "meta+nous"),
            ("teknium/OpenHermes-2.5-Mistral-7B", "mistral"),
            (
                "cognitivecomputations/dolphin3.0-r1-mistral-24b:free",
                "mistral",
            ),
            ("dolphin3:8b", "meta"),
            ("NovaSky-AI/Sky-T1-32B-Preview", "alibaba"),
            ("simplescaling/s1.1-32B", "alibaba"),
            ("open-thoughts/OpenThinker3-7B", "alibaba"),
            ("agentica-org/DeepCoder-14B-Preview", "alibaba+deepseek"),
            ("microsoft/phi-4-reasoning-plus", "microsoft"),
            ("microsoft/wizardlm-2-8x22b", "microsoft+mistral"),
            ("lmsys/vicuna-13b-v1.5", "meta"),
            ("HuggingFaceH4/zephyr-7b-beta", "huggingface+mistral"),
            ("HuggingFaceH4/zephyr-7b-gemma-v0.1", "google+huggingface"),
            ("upstage/SOLAR-10.7B-Instruct-v1.0", "mistral+upstage"),
            ("mistralai/mistral-nemo", "mistral+nvidia"),
            ("internlm/internlm3-8b-instruct", "internlm"),
            ("EleutherAI/gpt-neox-20b", "eleutherai"),
            ("openai/o3-mini-high", "openai"),
        ] {
            assert_eq!(of(id).as_deref(), Some(lineage), "{id}");
        }
    }

    #[test]
    fn what_tells_nothing_is_unknown() {
        for id in [
            "openrouter/auto",
            "free",
            "composer-1",
            "swe-1",
            "swe-1.5",
            "sonar-pro",
        ] {
            assert_eq!(of(id).as_deref(), Some("unknown"), "{id}");
        }
        for id in [
            "azure/gpt-4o-prod",
            "arn:aws:bedrock:us-east-1:1:application-inference-profile/claude",
            "groq",
            "groq-compound",
            "qwenlong",
            "fabled",
            "our-deployment",
            "o31",
            "Xkev/LLaVA-o1",
            "marco",
            "ring",
            "a-ling",
            "anthropic/secret-model",
            "",
            "///",
        ] {
            assert_eq!(of(id), None, "{id}");
        }
    }

    #[test]
    fn seats() {
        let table = LineageTable::builtin();
        for (name, lineage) in [
            ("opus-2", "anthropic"),
            ("kimi_k2", "moonshot"),
            ("Qwen", "alibaba"),
        ] {
            assert_eq!(table.of_name(name).unwrap().to_string(), lineage);
        }
        assert_eq!(table.of_name("alice"), None);
    }

    #[test]
    fn a_mixture_descends_from_all_of_it() {
        assert_eq!(
            of("qwen-claude-merge").as_deref(),
            Some("alibaba+anthropic")
        );
    }

    #[test]
    fn own_rules_go_first_and_may_name_new_lineages() {
        let own = [
            ("our-finetune".to_owned(), vec!["alibaba".to_owned()]),
            ("claude".to_owned(), vec!["house".to_owned()]),
        ];
        let table = LineageTable::builtin().with_overrides(own);
        assert_eq!(
            table.of_model("acme/our-finetune-v2").unwrap().to_string(),
            "alibaba"
        );
        assert_eq!(
            table.of_model("claude-opus-4").unwrap().to_string(),
            "house"
        );
        assert_eq!(table.of_model("opus").unwrap().to_string(), "anthropic");
        assert_eq!(
            table.of_own_name("our_finetune").unwrap().to_string(),
            "alibaba"
        );
        assert_eq!(table.of_own_name("our-finetune-v2"), None);
    }
}
