//! The order of a chain: each step comes after those it needs.

use std::collections::BTreeMap;

/// A chain that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A step needs one that does not exist.
    #[error("smoke step `{step}` needs `{needs}`, which is not in the chain")]
    Unknown {
        /// The step.
        step: String,
        /// The unknown name.
        needs: String,
    },
    /// Steps need each other in a cycle.
    #[error("smoke steps need each other in a cycle: {}", .steps.join(", "))]
    Circle {
        /// The steps that can never start, in the order of the chain.
        steps: Vec<String>,
    },
}

/// Indices of `steps`, each after those it needs, otherwise in the given order. A step is its name and the names of
/// those it needs.
///
/// # Errors
///
/// [`ChainError`].
pub fn order(steps: &[(&str, Vec<&str>)]) -> Result<Vec<usize>, ChainError> {
    let names: BTreeMap<&str, usize> = (0..).zip(steps).map(|(i, step)| (step.0, i)).collect();
    let mut needs = Vec::with_capacity(steps.len());
    for (name, needed) in steps {
        let known = needed.iter().map(|needed| {
            names
                .get(needed)
                .copied()
                .ok_or_else(|| ChainError::Unknown {
                    step: (*name).to_owned(),
                    needs: (*needed).to_owned(),
                })
        });
        needs.push(known.collect::<Result<Vec<usize>, _>>()?);
    }
    let mut placed = vec![false; steps.len()];
    let mut order = Vec::with_capacity(steps.len());
    while order.len() < steps.len() {
        let next = (0..steps.len())
            .find(|&step| !placed[step] && needs[step].iter().all(|&needed| placed[needed]));
        let Some(next) = next else {
            let left = (0..steps.len()).filter(|&step| !placed[step]);
            return Err(ChainError::Circle {
                steps: left.map(|step| steps[step].0.to_owned()).collect(),
            });
        };
        placed[next] = true;
        order.push(next);
    }
    Ok(order)
}
