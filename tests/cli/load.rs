//! Not a test but a measurement: 40 bundles, four reviewers, a server that takes 200 ms. `benches/review.sh` runs it.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::review::repository;
use crate::server::{Reply, Server};

const BUNDLES: usize = 40;
const REVIEWERS: [&str; 4] = ["kimi", "opus", "qwen", "glm"];
const JOBS: usize = 16;
const ANSWER: Duration = Duration::from_millis(200);

#[test]
#[ignore = "a measurement: benches/review.sh"]
fn wall_time_beside_the_ideal() {
    let server = Server::start(|_, _| {
        let text = "SEVERITY: WARN\nWHERE: c00/file.txt:3\nWHAT: x\n\nVERDICT: FIX\n".to_owned();
        Reply::After(ANSWER, Box::new(Reply::Review(text)))
    });
    let place = repository(BUNDLES);
    let seats: String = REVIEWERS
        .iter()
        .map(|name| {
            format!("[[reviewers]]\nname = \"{name}\"\napi = \"openai\"\nurl = \"{}\"\nmodel = \"{name}\"\n", server.url)
        })
        .collect();
    place.write("scrum.toml", format!("[review]\njobs = {JOBS}\n{seats}"));
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level"])
        .expect(0);
    let start = Instant::now();
    let mut child = place
        .scrum_command()
        .arg("review")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = None;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        // The highest so far, as Linux counts it.
        let text = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.map(|line| line.trim().to_owned()).or(peak);
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = start.elapsed();
    assert!(status.success());
    assert_eq!(server.requests().len(), BUNDLES * REVIEWERS.len());
    let rounds = u32::try_from((BUNDLES * REVIEWERS.len()).div_ceil(JOBS)).unwrap();
    let ideal = ANSWER * rounds;
    let again = Instant::now();
    place.scrum(&["review"]).expect(0);
    println!(
        "{} questions, {JOBS} at once: {:.2} s, ideal {:.2} s, ratio {:.3}; peak memory {}; again with nothing to ask {:.2} s",
        BUNDLES * REVIEWERS.len(),
        wall.as_secs_f64(),
        ideal.as_secs_f64(),
        wall.as_secs_f64() / ideal.as_secs_f64(),
        peak.as_deref().unwrap_or("unknown"),
        again.elapsed().as_secs_f64()
    );
}
