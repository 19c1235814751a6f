//! The template: the built-in one, or the user's.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::PromptContext;
use crate::nearest::nearest;

const BUILTIN: &str = include_str!("../../../prompts/review.md");
/// The only template of its environment, so its name is of no interest to anyone.
const NAME: &str = "prompt";

/// A template that is known to compile and to name nothing unknown.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    text: String,
    /// Whether it has its own place for the project's instructions.
    places_instructions: bool,
}

/// The heading of a project's instructions; the built-in template has the same.
const INSTRUCTIONS: &str = "## What this project asks of reviewers";

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// It names a variable that scrum does not offer.
    #[error("line {line}: there is no variable `{name}`")]
    UnknownVariable {
        /// Where it first stands, 1-based.
        line: usize,
        /// The name, with its fields: `bundle.size`.
        name: String,
        /// The name that may have been meant.
        nearest: Option<String>,
    },
    /// Not a template, or it fails while it is rendered.
    #[error("line {line}: {message}")]
    Invalid {
        /// Where, 1-based.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// It does not show the diff, so there would be nothing to review.
    #[error("it never shows `{{{{ diff }}}}`")]
    NoDiff,
}

impl Template {
    /// The template of `prompts/review.md`.
    ///
    /// # Panics
    ///
    /// Never: the text is part of the program, and a test renders it.
    pub fn builtin() -> Self {
        #[expect(
            clippy::expect_used,
            reason = "the text is built in, and a test renders it"
        )]
        Self::new(BUILTIN).expect("the built-in template compiles")
    }

    /// Takes a template's text, and tries it on a full and on an empty context before anything is written with it.
    /// Line ends and the mark at the beginning that an editor on Windows may have left make no difference.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] with the line.
    pub fn new(text: &str) -> Result<Self, TemplateError> {
        let text = text
            .strip_prefix('\u{feff}')
            .unwrap_or(text)
            .replace("\r\n", "\n");
        if let Some(line) = text.lines().position(|line| line.contains('\0')) {
            let message = "a NUL byte".to_owned();
            return Err(TemplateError::Invalid {
                line: line + 1,
                message,
            });
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment
            .add_template_owned(NAME, text.clone())
            .map_err(|error| invalid(&error))?;
        let mut template = Self {
            environment,
            text,
            places_instructions: false,
        };
        template.places_instructions = template.check_names()?;
        let shown = template.render(&PromptContext::full_sample(), super::DIFF_MARK)?;
        template.render(&PromptContext::default(), super::DIFF_MARK)?;
        if shown.contains(super::DIFF_MARK) {
            Ok(template)
        } else {
            Err(TemplateError::NoDiff)
        }
    }

    /// The template's own text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of a prompt around its diff; 0 if the template fails, which rendering will report.
    pub fn size_around(&self, context: &PromptContext) -> usize {
        self.render(context, "").map_or(0, |text| text.len())
    }

    /// Renders with `diff` in place of the diff.
    pub(super) fn render(
        &self,
        context: &PromptContext,
        diff: &str,
    ) -> Result<String, TemplateError> {
        let instructions = &context.instructions;
        let instructs = !instructions.is_empty();
        let context = context! { diff => diff, ..Value::from(Serde(context)) };
        let template = self
            .environment
            .get_template(NAME)
            .map_err(|error| invalid(&error))?;
        let mut rendered = template.render(context).map_err(|error| invalid(&error))?;
        // The engine drops the last line feed of a template.
        if self.text.ends_with('\n') {
            rendered.push('\n');
        }
        if !self.places_instructions && instructs {
            rendered.insert_str(0, &format!("{INSTRUCTIONS}\n\n{instructions}\n\n"));
        }
        Ok(rendered)
    }

    /// Refuses names that no context has, also in branches that no sample takes.
    ///
    /// Gives whether it names the instructions.
    fn check_names(&self) -> Result<bool, TemplateError> {
        let known = Value::from(Serde(PromptContext::full_sample()));
        let template = self
            .environment
            .get_template(NAME)
            .map_err(|error| invalid(&error))?;
        let names = template.undeclared_variables(true);
        let places_instructions = names.contains("instructions");
        let mut unknown: Vec<(usize, String)> = names
            .into_iter()
            .filter(|name| name != "diff" && !is_global(&self.environment, name))
            .filter(|name| {
                let mut value = known.clone();
                let found = name.split('.').all(|field| {
                    value = value.get_attr(field).unwrap_or_default();
                    !value.is_undefined()
                });
                !found
            })
            .map(|name| (self.line_of(&name), name))
            .collect();
        unknown.sort();
        match unknown.into_iter().next() {
            Some((line, name)) => Err(TemplateError::UnknownVariable {
                line,
                nearest: meant(&name),
                name,
            }),
            None => Ok(places_instructions),
        }
    }

    /// The line that first names a variable inside `{{ }}` or `{% %}`.
    fn line_of(&self, name: &str) -> usize {
        let word = regex::Regex::new(&format!(r"\b{}\b", regex::escape(name)));
        let mut inside = false;
        for (index, line) in self.text.lines().enumerate() {
            inside |= line.contains("{{") || line.contains("{%");
            if inside && word.as_ref().is_ok_and(|word| word.is_match(line)) {
                return index + 1;
            }
            inside &= !(line.contains("}}") || line.contains("%}"));
        }
        1
    }
}

/// The variable, or the field of one, that is spelt nearly so.
fn meant(name: &str) -> Option<String> {
    let sample = serde_json::to_value(PromptContext::full_sample()).ok()?;
    let mut known = vec!["diff".to_owned()];
    for (variable, value) in sample.as_object()? {
        known.push(variable.clone());
        let fields = value.as_object().into_iter().flatten();
        known.extend(fields.map(|(field, _)| format!("{variable}.{field}")));
    }
    nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
}

fn is_global(environment: &Environment<'_>, name: &str) -> bool {
    environment.globals().any(|(global, _)| global == name)
}

fn invalid(error: &minijinja::Error) -> TemplateError {
    let message = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    TemplateError::Invalid {
        line: error.line().unwrap_or(1),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_template_is_usable() {
        assert!(Template::builtin().text().contains("VERDICT"));
    }

    #[test]
    fn unknown_names_are_refused_with_their_line() {
        for (text, line, name, meant) in [
            ("a\n{{ diff }}\n{{ whence }}\n", 3, "whence", None),
            (
                "{{ diff }}{{ bundle.btyes }}",
                1,
                "bundle.btyes",
                Some("bundle.bytes"),
            ),
            (
                "whence\n{% if false %}\n{{ whence }}{% endif %}{{ diff }}",
                3,
                "whence",
                None,
            ),
            ("{{ dif }}{{ diff }}", 1, "dif", Some("diff")),
        ] {
            let unknown = TemplateError::UnknownVariable {
                line,
                name: name.to_owned(),
                nearest: meant.map(str::to_owned),
            };
            assert_eq!(Template::new(text).unwrap_err(), unknown);
        }
    }

    #[test]
    fn what_is_no_template_is_refused_with_its_line() {
        for (text, line) in [
            ("a\n{% if %}", 2),
            ("{{ diff }}\n{{ diff | nofilter }}", 2),
            ("a\0", 1),
        ] {
            match Template::new(text) {
                Err(TemplateError::Invalid { line: found, .. }) => {
                    assert_eq!(found, line, "{text}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        let inner = Template::new("{{ diff }}\n{% for c in commits %}{{ c.sha }}{% endfor %}");
        assert!(
            matches!(inner, Err(TemplateError::Invalid { line: 2, .. })),
            "{inner:?}"
        );
    }

    #[test]
    fn a_template_without_the_diff_is_refused() {
        assert_eq!(
            Template::new("review this").unwrap_err(),
            TemplateError::NoDiff
        );
    }
}
