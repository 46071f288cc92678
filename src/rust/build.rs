//! Compiles the C++ shim over libtorch and puts it into the static library.
//!
//! `cc` alone compiles every file again when one has changed. A file of the shim takes many seconds,
//! because of libtorch's headers, so here each object is kept until its own sources are newer.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::SystemTime;

fn main() {
    println!("cargo:rerun-if-changed=shim");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LIBTORCH");

    // clippy links nothing, and would have a set of objects of its own.
    if env::var_os("CLIPPY_ARGS").is_some() {
        return;
    }
    let libtorch = libtorch();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let compiler = Compiler::new(&libtorch, &out);
    let sources = files_in_shim("cpp");
    let objects: Vec<PathBuf> = sources.iter().map(|source| object_of(source, &out)).collect();

    let stale: Vec<&PathBuf> = sources.iter().filter(|source| !compiler.is_fresh(&object_of(source, &out))).collect();
    compiler.compile_all(&stale, &out);

    // The shim's own symbols are found from Rust; libtorch's are left to the final link in Makevars.
    cc::Build::new().cpp(true).objects(&objects).compile("torchscript_shim");
}

fn libtorch() -> PathBuf {
    match env::var_os("LIBTORCH") {
        Some(path) if !path.is_empty() => PathBuf::from(path),
        _ => panic!("LIBTORCH is not set: run ./configure first, it finds libtorch"),
    }
}

fn files_in_shim(extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("shim")
        .expect("the shim's folder is beside build.rs")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn object_of(source: &Path, out: &Path) -> PathBuf {
    out.join(source.file_name().expect("a file")).with_extension("o")
}

/// The compiler with its flags.
struct Compiler {
    tool: cc::Tool,
    /// When the flags last changed: what is older was made with others.
    flags_since: SystemTime,
}

impl Compiler {
    fn new(libtorch: &Path, out: &Path) -> Self {
        let include = libtorch.join("include");
        let tool = cc::Build::new()
            .cpp(true)
            .std("c++17")
            .opt_level(2)
            .debug(false)
            .warnings(true)
            .extra_warnings(true)
            // As system headers: libtorch's own warnings are not ours to fix.
            .flag("-isystem")
            .flag(include.to_str().expect("a path in UTF-8"))
            .flag("-isystem")
            .flag(include.join("torch/csrc/api/include").to_str().expect("a path in UTF-8"))
            .flag("-fvisibility=hidden")
            .get_compiler();
        let stamp = out.join("flags");
        let flags = format!("{:?} {:?}", tool.path(), tool.args());
        if fs::read_to_string(&stamp).ok().as_ref() != Some(&flags) {
            fs::write(&stamp, flags).expect("a writable OUT_DIR");
        }
        let flags_since = modified(&stamp).expect("the stamp was just written");
        Compiler { tool, flags_since }
    }

    /// Whether `object` is newer than the flags and than every file that went into it.
    fn is_fresh(&self, object: &Path) -> bool {
        let Some(made) = modified(object) else { return false };
        let Ok(rule) = fs::read_to_string(object.with_extension("d")) else { return false };
        made >= self.flags_since && inputs(&rule).all(|input| modified(input).is_some_and(|changed| changed <= made))
    }

    /// Compiles on every core that cargo leaves us.
    fn compile_all(&self, sources: &[&PathBuf], out: &Path) {
        let jobs = env::var("NUM_JOBS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..usize::min(jobs, sources.len()) {
                scope.spawn(|| {
                    while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.compile(source, &object_of(source, out));
                    }
                });
            }
        });
    }

    fn compile(&self, source: &Path, object: &Path) {
        // An interrupted compilation must not leave a fresh-looking object, nor must one whose source
        // is edited meanwhile: it is as old as its start.
        let partial = object.with_extension("o.partial");
        let start = SystemTime::now();
        let status = self
            .tool
            .to_command()
            .args(["-MMD", "-MF"])
            .arg(object.with_extension("d"))
            .arg("-c")
            .arg(source)
            .arg("-o")
            .arg(&partial)
            .status()
            .unwrap_or_else(|error| panic!("can't run {:?}: {error}", self.tool.path()));
        assert!(status.success(), "{} does not compile", source.display());
        File::open(&partial).and_then(|file| file.set_modified(start)).expect("a writable object");
        fs::rename(partial, object).expect("a writable OUT_DIR");
    }
}

/// The files named in a dependency rule that the compiler wrote.
fn inputs(rule: &str) -> impl Iterator<Item = &Path> {
    rule.split_whitespace().filter(|word| *word != "\\" && !word.ends_with(':')).map(Path::new)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}
