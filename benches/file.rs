//! What the check of a file of 40 MB costs: `cargo bench --bench file`. Each figure is that of a process of its own, so that
//! its peak of memory is known.

#![allow(clippy::print_stdout, reason = "a benchmark says what it measured")]

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use postwatch::action::{FileChecker, FileCorrector, FileRules, LARGEST_FILE, Sha256Hasher};
use postwatch::delivery::{KnownText, KnownTexts, TextFrame};

/// How much is read at once.
const PIECE: usize = 256 * 1024;

/// How often each is measured; the fastest counts.
const ROUNDS: usize = 3;

/// The files, by name.
const FILES: [(&str, &str); 5] = [
    ("last", "one mistake, in its last row"),
    ("chinese", "the same in Chinese"),
    ("short", "rows as short as they can be"),
    ("wrong", "every row wrong in every cell"),
    ("windows", "Windows-1252 with semicolons"),
];

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Anything<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--measure") {
        let [what, path] = &arguments[at + 1..] else { return Err("what, and a file".into()) };
        return measure(what, Path::new(path));
    }
    let folder = tempfile::tempdir()?;
    let run = |what: &str, path: &Path| -> Anything<String> {
        let output = Command::new(std::env::current_exe()?).arg("--measure").arg(what).arg(path).output()?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    for (name, title) in FILES {
        let path = folder.path().join("file.csv");
        write(name, &path)?;
        println!("{title}");
        println!("  read and SHA-256   {}", run("hash", &path)?);
        println!("  checked            {}", run("check", &path)?);
        println!("  corrected as well  {}", run("correct", &path)?);
    }
    Ok(())
}

/// Prints how long it takes, the peak of memory, and what was found.
fn measure(what: &str, path: &Path) -> Anything<()> {
    let mut best = Duration::MAX;
    let mut found = String::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        found = match what {
            "hash" => {
                let mut hasher = Sha256Hasher::default();
                each_piece(path, |piece| hasher.update(piece))?;
                let _ = hasher.finish();
                String::new()
            }
            _ => {
                let mut checker = FileChecker::new("file.csv", rules());
                each_piece(path, |piece| checker.feed(piece))?;
                let checked = checker.finish();
                let mistakes = checked.mistakes();
                let mut found = format!("rows: {}, mistakes: {}, kinds: {}", checked.rows(), mistakes.len(), mistakes.groups().len());
                if what == "correct" {
                    let mut out = Vec::with_capacity(2 * PIECE);
                    let mut written = 0;
                    found = match FileCorrector::of(&checked) {
                        None => "nothing to correct".to_owned(),
                        Some(mut corrector) => {
                            each_piece(path, |piece| {
                                corrector.feed(piece, &mut out);
                                written += out.len();
                                out.clear();
                            })?;
                            format!("{written} bytes, of the same file: {}", corrector.finish(&mut out))
                        }
                    };
                }
                found
            }
        };
        best = best.min(begun.elapsed());
    }
    println!("{:>6.0} ms, {:>5.1} MB at most, {found}", best.as_secs_f64() * 1e3, peak() as f64 / 1e6);
    Ok(())
}

fn each_piece(path: &Path, mut give: impl FnMut(&[u8])) -> Anything<()> {
    let (mut file, mut piece) = (File::open(path)?, vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(()),
            read => give(&piece[..read]),
        }
    }
}

fn rules() -> FileRules {
    let frame = TextFrame { before: "Clinic\n\n---\n\n".to_owned(), after: "\n\n---\n\nDo not reply.".to_owned() };
    let text = |language: &str, body: &str| KnownText {
        language: language.to_owned(),
        body: body.to_owned(),
        frame: Some(frame.clone()),
        usual: Vec::new(),
    };
    let english = text("english", "Dear {{name}}, see you at {{place}} on {{date}} at {{time}}. Please bring your identity card.");
    let chinese = text("chinese", "{{name}}您好: {{date}} {{time}} {{place}}");
    FileRules { known: KnownTexts::new(vec!["english".to_owned(), "chinese".to_owned()], vec![english, chinese]), ..FileRules::default() }
}

/// Writes a file of nearly 40 MB.
fn write(name: &str, path: &Path) -> Anything<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let header = "recipient,language,name,place,date,time\n";
    let separate = |text: String| if name == "windows" { text.replace(',', ";") } else { text };
    file.write_all(separate(header.to_owned()).as_bytes())?;
    let row = |number: usize| -> Vec<u8> {
        let digits = format!("658{:07}", number % 10_000_000);
        match name {
            "chinese" => {
                format!("{digits},chinese,李欣怡 {number},淡滨尼综合诊疗所 (淡滨尼五道),12月{}日,早上9:30\n", number % 31 + 1).into_bytes()
            }
            "short" => format!("{digits},malay,a,b,c,d\n").into_bytes(),
            "wrong" => format!("{},english , Tan,,{{1 Dec}},9.30am \n", &digits[2..]).into_bytes(),
            "windows" => {
                let row = format!("{digits},english,Ren\u{e9} {number},Caf\u{e9} S\u{fc}d,{} Dec 2026,9.30 am\n", number % 31 + 1);
                separate(row).chars().map(|letter| letter as u8).collect()
            }
            _ => format!(
                "{digits},english,Tan Wei Ming {number},\"Bukit Timah Polyclinic, level {}\",{} Dec 2026,9.30 am\n",
                number % 9,
                number % 31 + 1
            )
            .into_bytes(),
        }
    };
    let mut written = header.len() as u64;
    for number in 0.. {
        let row = row(number);
        if written + row.len() as u64 + 100 > LARGEST_FILE {
            break;
        }
        written += row.len() as u64;
        file.write_all(&row)?;
    }
    if matches!(name, "last" | "chinese") {
        file.write_all("80001234,english,Tan Wei Ming,Bedok,1 Dec 2026,9.30 am\n".as_bytes())?;
    }
    Ok(file.flush()?)
}

/// The most memory that the process has had, if the system says, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<usize>().unwrap_or_default() * 1024
}
