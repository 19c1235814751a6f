//! Times the reading of reviews: `time_reading ROUNDS FILE…`. Prints bytes, citations and seconds of the best round.

use std::time::Instant;
use std::{env, fs};

use scrum_core::review::{ReadOptions, Review};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let rounds: u32 = arguments.next().ok_or("how many rounds?")?.parse()?;
    let texts = arguments.map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let options = ReadOptions::default().max_bytes(u64::MAX);
    let mut best = f64::INFINITY;
    let mut citations = 0;
    for _ in 0..rounds {
        let started = Instant::now();
        citations = texts
            .iter()
            .map(|text| Review::read(text, &options).findings.len())
            .sum();
        best = best.min(started.elapsed().as_secs_f64());
    }
    println!(
        "{} bytes, {citations} citations, {best:.4} s",
        texts.iter().map(Vec::len).sum::<usize>()
    );
    Ok(())
}
