//! A service that prepares waves on request, tells how far it is, and lets a client give up.
//!
//! `cargo run -p scrum-core --example cancellable_service -- REPOSITORY RANGE`

use std::error::Error;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use scrum_core::control::{Cancel, Control, Progress};
use scrum_core::git::{DiffOptions, Repository};
use scrum_core::plan::{BundleOptions, Plan};
use scrum_core::wave::manifest::Manifest;
use scrum_core::wave::prompt::Template;
use scrum_core::wave::{self, Discard, WaveOptions};

type Answer = Result<Manifest, Box<dyn Error + Send + Sync>>;

/// A request that is being worked on.
struct Job {
    cancel: Cancel,
    progress: Receiver<Progress>,
    thread: JoinHandle<Answer>,
}

impl Job {
    fn start(repository: &Path, range: &str) -> Self {
        let (send, progress) = mpsc::channel();
        let cancel = Cancel::new();
        let control = Control::default()
            .cancel(&cancel)
            // A client that hung up is no reason to fail.
            .progress(move |now| {
                let _ = send.send(now);
            });
        let (repository, range) = (repository.to_owned(), range.to_owned());
        let thread = thread::spawn(move || prepare(&repository, &range, &control));
        Self {
            cancel,
            progress,
            thread,
        }
    }

    fn wait(self) -> Answer {
        self.thread
            .join()
            .unwrap_or_else(|_| Err("the job failed".into()))
    }
}

/// From a range to a manifest. One control serves all stages.
fn prepare(repository: &Path, range: &str, control: &Control) -> Answer {
    let options = DiffOptions::default().control(control.clone());
    let changes = Repository::discover(repository)?.changes(&range.parse()?, &options)?;
    let options = BundleOptions::default()
        .split(true)
        .control(control.clone());
    let plan = Plan::new(&changes, &options)?;
    let options = WaveOptions::default().control(control.clone());
    Ok(wave::write(
        &changes,
        &plan,
        &Template::builtin(),
        &options,
        &Discard,
    )?)
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "cancellable_service REPOSITORY RANGE";
    let job = Job::start(
        Path::new(&arguments.next().ok_or(usage)?),
        &arguments.next().ok_or(usage)?,
    );
    for now in &job.progress {
        println!("{:?}: {} of {}", now.stage, now.done, now.total);
        // A client would cancel here: job.cancel.cancel()
    }
    if job.cancel.is_cancelled() {
        println!("given up");
    }
    println!("{} bundles", job.wait()?.bundles.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| {
            let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
            let mut command = Command::new("git");
            command
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_CONFIG_NOSYSTEM", "1");
            let status = command
                .current_dir(folder.path())
                .args(identity)
                .args(args)
                .status();
            assert!(status.unwrap().success());
        };
        git(&["init", "-q", "-b", "main"]);
        git(&["commit", "-q", "--allow-empty", "-m", "Base"]);
        std::fs::write(folder.path().join("pool.rs"), "fn drain() {}\n").unwrap();
        git(&["add", "."]);
        git(&["commit", "-q", "-m", "Add a pool"]);
        folder
    }

    #[test]
    fn a_job_tells_how_far_it_is_and_can_be_given_up() {
        let folder = repository();
        let job = Job::start(folder.path(), "main~1..main");
        let stages = job.progress.iter().count();
        assert!(stages > 3);
        assert_eq!(job.wait().unwrap().bundles.len(), 1);

        let cancel = Cancel::new();
        cancel.cancel();
        let control = Control::default().cancel(&cancel);
        let error = prepare(folder.path(), "main~1..main", &control).unwrap_err();
        assert_eq!(error.to_string(), "cancelled");
    }
}
