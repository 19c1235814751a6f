use super::*;

/// Captures of which only the frequencies are known.
fn frequencies(occasions: usize, known: &[u64]) -> Captures {
    let mut frequencies = known.to_vec();
    frequencies.resize(occasions, 0);
    Captures {
        by_lineage: vec![0; occasions],
        frequencies,
    }
}

fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} {expected}");
}

#[test]
fn published_figures_come_out() {
    // Seber 1982, p. 107: 254 only on the first occasion, 781 only on the second, 167 on both.
    let (total, variance) = chapman(254 + 167, 781 + 167, 167);
    near(total, 2382.8, 0.05);
    near(variance.sqrt(), 129.1, 0.05);
    // Rabbits, Edwards and Eberhardt: 18 occasions, 76 animals.
    let rabbits = frequencies(18, &[43, 16, 8, 6, 0, 2, 1]);
    assert_eq!(rabbits.found(), 76);
    let (first, second) = jackknife(&rabbits);
    near(first, 116.61, 0.005);
    near(second, 141.45, 0.05);
    // Snowshoe hares: 6 occasions.
    near(
        chao(&frequencies(6, &[25, 22, 13, 5, 1, 2])).0,
        78.87,
        0.005,
    );
}

#[test]
fn it_is_refused_where_the_data_cannot_carry_it() {
    let of = |lineages, defects: &[&[usize]]| {
        estimate(
            &Captures::new(lineages, defects.iter().copied()),
            EstimateBasis::Confirmed,
        )
        .map(|estimate| estimate.found)
    };
    assert_eq!(of(1, &[&[0]]), Err(EstimateRefused::Lineages));
    assert_eq!(of(2, &[]), Err(EstimateRefused::Nothing));
    assert_eq!(of(3, &[&[0], &[1], &[2]]), Err(EstimateRefused::NoOverlap));
    assert_eq!(of(2, &[&[0, 1], &[1, 1]]), Ok(2));
    // Who is out of range reported nothing.
    assert_eq!(of(2, &[&[7]]), Err(EstimateRefused::Nothing));
}

#[test]
fn it_is_never_below_what_was_found() {
    for once in 0..12 {
        for twice in 0..8 {
            for thrice in 0..4 {
                let captures = frequencies(3, &[once, twice, thrice]);
                let Ok(estimate) = estimate(&captures, EstimateBasis::Unconfirmed) else {
                    continue;
                };
                let found = float(estimate.found);
                assert!(
                    found <= estimate.low
                        && estimate.low <= estimate.total
                        && estimate.total <= estimate.high
                        && estimate.high.is_finite(),
                    "{once} {twice} {thrice} {estimate:?}"
                );
            }
        }
    }
}

#[test]
fn few_lineages_are_only_indicative() {
    for (lineages, indicative) in [(2, true), (3, true), (4, false)] {
        let defects: [&[usize]; 2] = [&[0, 1], &[0]];
        let made = estimate(&Captures::new(lineages, defects), EstimateBasis::Confirmed).unwrap();
        assert_eq!(made.indicative, indicative);
        let method = if lineages == 2 {
            EstimateMethod::Chapman
        } else {
            EstimateMethod::Chao
        };
        assert_eq!(made.method, method);
    }
}

/// A generator of its own, so that the table is the same everywhere: `SplitMix64`.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        float((z ^ (z >> 31)) >> 11) / float(1 << 53)
    }
}

/// What many simulated reviews of `DEFECTS` defects give.
struct Simulated {
    refused: f64,
    /// Means over the runs with an estimate, as shares of all defects.
    found: f64,
    total: f64,
    /// Runs with an estimate whose interval contains the true number.
    coverage: f64,
}

const DEFECTS: usize = 100;
const RUNS: usize = 1000;

/// `chances` gives each defect its chance to be reported by one lineage.
fn simulate(lineages: usize, chances: impl Fn(&mut Random) -> f64) -> Simulated {
    let mut random = Random(1);
    let (mut refused, mut found, mut total, mut covered) = (0.0, 0.0, 0.0, 0.0);
    for _ in 0..RUNS {
        let defects: Vec<Vec<usize>> = (0..DEFECTS)
            .map(|_| {
                let chance = chances(&mut random);
                (0..lineages).filter(|_| random.unit() < chance).collect()
            })
            .collect();
        let captures = Captures::new(lineages, defects.iter().map(Vec::as_slice));
        match estimate(&captures, EstimateBasis::Confirmed) {
            Err(_) => refused += 1.0,
            Ok(made) => {
                found += float(made.found);
                total += made.total;
                covered += f64::from(made.low <= 100.0 && 100.0 <= made.high);
            }
        }
    }
    let made = float(RUNS as u64) - refused;
    Simulated {
        refused: refused / float(RUNS as u64),
        found: found / made / 100.0,
        total: total / made / 100.0,
        coverage: covered / made,
    }
}

/// The table of docs/rounds.md.
#[test]
fn the_simulation_shows_a_lower_bound() {
    type Chances = fn(&mut Random) -> f64;
    let kinds: [(&str, Chances); 3] = [
        ("equal, 0.4", |_| 0.4),
        ("half 0.2, half 0.6", |random| {
            if random.unit() < 0.5 { 0.2 } else { 0.6 }
        }),
        ("a third nearly invisible: 0.05, else 0.5", |random| {
            if random.unit() < 1.0 / 3.0 { 0.05 } else { 0.5 }
        }),
    ];
    let mut table = String::from(
        "| chance that a lineage finds a defect | lineages | found | estimate | interval contains 100 | refused |\n\
         |---|---|---|---|---|---|\n",
    );
    for (name, chances) in kinds {
        for lineages in 2..=6 {
            let run = simulate(lineages, chances);
            table.push_str(&format!(
                "| {name} | {lineages} | {:.0} | {:.0} | {:.0} % | {:.0} % |\n",
                run.found * 100.0,
                run.total * 100.0,
                run.coverage * 100.0,
                run.refused * 100.0
            ));
            // It adds to what was found and hardly overshoots: with equal chances it is nearly unbiased.
            assert!(
                run.found < run.total && run.total < 1.06,
                "{name} {lineages}"
            );
            if name.starts_with("equal") {
                assert!(
                    (run.total - 1.0).abs() < 0.06 && run.coverage > 0.85,
                    "{lineages}"
                );
            }
        }
    }
    insta::assert_snapshot!(table);
}
