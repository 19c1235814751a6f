//! Labels and telling words of answers without the prompt's labels, from the data files.

mod label;
mod remark;

pub(super) use self::label::{
    Field, field, label, labelled, labels, numbered_title, several_labelled,
};
pub(super) use self::remark::{
    approves, compares, is_count, is_done, is_noise, is_reply, is_stated, no_findings_below,
    passes, praises, resolves, same_file, says_again, says_failed, says_passed,
    speaks_of_a_problem,
};
