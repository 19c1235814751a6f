//! A wave's bundles as a job matrix of GitHub Actions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use serde::Serialize;

use crate::wave::manifest::{BundleRecord, Manifest};

/// Maximum number of jobs that GitHub starts from one matrix.
pub const MATRIX_JOBS: usize = 256;

#[derive(Serialize)]
struct Matrix {
    include: Vec<Job>,
}

#[derive(Serialize)]
struct Job {
    /// 1-based, for unique names.
    job: usize,
    /// For people.
    name: String,
    /// The ids, separated by spaces; no id contains a space.
    bundles: String,
    /// Bytes of their diffs.
    bytes: u64,
}

/// Writes `{"include":[{"job":1,"name":"core","bundles":"core","bytes":46123},…]}` on one line: one job per bundle, in
/// the manifest's order. With more bundles than `jobs`, several share one, so that the jobs have about the same number
/// of bytes. Without bundles the list is empty, which GitHub rejects: the job that uses the matrix needs an `if`.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_matrix(manifest: &Manifest, jobs: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let include = share(&manifest.bundles, jobs.max(1))
        .into_iter()
        .enumerate()
        .map(|(at, bundles)| job(at + 1, &bundles))
        .collect();
    serde_json::to_writer(&mut *out, &Matrix { include })?;
    out.write_all(b"\n")
}

fn job(number: usize, bundles: &[&BundleRecord]) -> Job {
    let ids: Vec<&str> = bundles.iter().map(|bundle| bundle.id.as_str()).collect();
    Job {
        job: number,
        name: match ids.as_slice() {
            [first, more @ ..] if !more.is_empty() => format!("{first} and {} more", more.len()),
            ids => ids.concat(),
        },
        bundles: ids.join(" "),
        bytes: bundles.iter().map(|bundle| bundle.bytes).sum(),
    }
}

/// Distributes the bundles, the largest first, each to the smallest job.
fn share(bundles: &[BundleRecord], jobs: usize) -> Vec<Vec<&BundleRecord>> {
    let mut order: Vec<usize> = (0..bundles.len()).collect();
    order.sort_by_key(|at| Reverse(bundles[*at].bytes));
    let mut least: BinaryHeap<Reverse<(u64, usize)>> = (0..jobs.min(bundles.len()))
        .map(|job| Reverse((0, job)))
        .collect();
    let mut shares: Vec<Vec<usize>> = vec![Vec::new(); least.len()];
    for at in order {
        let Some(Reverse((bytes, job))) = least.pop() else {
            break;
        };
        shares[job].push(at);
        // An empty bundle is work, too.
        least.push(Reverse((bytes + bundles[at].bytes.max(1), job)));
    }
    shares.iter_mut().for_each(|share| share.sort_unstable());
    shares.sort_unstable();
    let shares = shares.into_iter();
    shares
        .map(|share| share.into_iter().map(|at| &bundles[at]).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::ground::tests::{bundle, manifest};

    fn matrix(count: usize, jobs: usize) -> serde_json::Value {
        let bundles = (0..count).map(|at| {
            let bytes = (at as u64 * 7_919) % 1_000;
            bundle(&format!("b{at}"), bytes, Vec::new())
        });
        let manifest = manifest(bundles.collect());
        let mut out = Vec::new();
        write_matrix(&manifest, jobs, &mut out).unwrap();
        assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn a_job_a_bundle_and_none_without() {
        assert_eq!(matrix(0, 256), serde_json::json!({"include": []}));
        let two = matrix(2, 256);
        let first = serde_json::json!({"job": 1, "name": "b0", "bundles": "b0", "bytes": 0});
        assert_eq!(two["include"][0], first);
        assert_eq!(two["include"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn more_bundles_than_jobs_share() {
        let many = matrix(1_000, 256);
        let jobs = many["include"].as_array().unwrap();
        assert_eq!(jobs.len(), 256);
        let mut ids: Vec<&str> = Vec::new();
        for job in jobs {
            ids.extend(job["bundles"].as_str().unwrap().split(' '));
            let bytes = job["bytes"].as_u64().unwrap();
            assert!((1_500..=2_600).contains(&bytes), "{job}");
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 1_000);
        assert_eq!(jobs[0]["job"], 1);
        assert!(jobs[0]["name"].as_str().unwrap().starts_with("b0 and "));
    }
}
