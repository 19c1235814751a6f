//! Which characters of untrusted text may reach a terminal.
//!
//! Takes a character; gives whether it is harmful. Used by reports, paths and the program's own messages.

/// Whether a character does more than being displayed: a control character, one that changes the direction of writing,
/// or an invisible one.
///
/// ```
/// use scrum_core::terminal::is_harmful;
/// assert!(is_harmful('\u{1b}') && is_harmful('\u{202e}') && is_harmful('\u{200b}'));
/// assert!(!is_harmful('ü') && !is_harmful('字'));
/// ```
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
