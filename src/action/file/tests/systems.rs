//! Files as spreadsheets and other systems write them, and what is said of each.

use super::*;

/// A file of another system.
struct Foreign {
    system: &'static str,
    bytes: Vec<u8>,
}

fn foreign(system: &'static str, text: &str) -> Foreign {
    Foreign { system, bytes: text.as_bytes().to_vec() }
}

/// In Windows-1252, of which only these letters are needed.
fn windows_1252(text: &str) -> Vec<u8> {
    let byte = |letter: char| match letter {
        '“' => 0x93,
        '”' => 0x94,
        '’' => 0x92,
        '€' => 0x80,
        _ => letter as u8,
    };
    text.chars().map(byte).collect()
}

fn utf_16_le(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn files() -> Vec<Foreign> {
    vec![
        foreign(
            "Excel, \"CSV UTF-8\"",
            "\u{feff}recipient,language,name,place\r\n6580001234,english,Tan Wei Ming,\"Bedok, level 2\"\r\n6580001235,chinese,李欣怡,淡滨尼\r\n",
        ),
        Foreign {
            system: "Excel, \"CSV\", German regional settings",
            bytes: windows_1252(
                "recipient;language;name;place\r\n6580001234;english;Jörg Müller;Café “Süd”\r\n6,58E+09;english;Jürgen;Bedok, Block 3\r\n",
            ),
        },
        Foreign {
            system: "Excel, \"Unicode Text\"",
            bytes: utf_16_le(
                "recipient\tlanguage\tname\tplace\r\n6580001234\tenglish\tTan\t\"Bedok, \"\"level 2\"\"\"\r\n6580001235\tchinese\t李欣怡\t淡滨尼\r\n",
            ),
        },
        Foreign {
            system: "Excel, \"CSV\", with Chinese in it",
            bytes: b"recipient,language,name,place\r\n6580001234,chinese,???,???\r\n6580001235,english,Tan,Bedok\r\n".to_vec(),
        },
        foreign("Excel, \"CSV (Macintosh)\"", "recipient,language,name,place\r6580001234,english,Tan,Bedok\r6580001235,english,Lim,Yishun"),
        Foreign {
            system: "The same with accents, which are in Mac Roman",
            bytes: b"recipient,language,name,place\r6580001234,english,Ren\x8e,Bedok\r".to_vec(),
        },
        foreign("Excel, for Excel: sep=; in its first line", "sep=;\r\nrecipient;language;name;place\r\n6580001234;english;Tan;Bedok\r\n"),
        foreign(
            "Excel, columns that were too narrow, and rows that had once something in them",
            "recipient,language,name,place,,\r\n6.58E+09,english,Tan,Bedok,,\r\n6.59E+09,english,Lim,Yishun,,\r\n,,,,,\r\n,,,,,\r\n",
        ),
        foreign(
            "Google Sheets, numbers with thousands",
            "recipient,language,name,place\r\n\"6,580,001,234\",english,Tan,Bedok\r\n+65 8000 1235,English,Lim ,Yishun\r\n80001236,english,Ong,Yishun",
        ),
        foreign(
            "LibreOffice, every text in quotes",
            "\"recipient\",\"language\",\"name\",\"place\"\n6580001234,\"english\",\"Tan \"\"Ah Kow\"\" Wei\",\"Bedok\nlevel 2\"\n",
        ),
        foreign(
            "MySQL, with NULL and backslashes",
            "\"recipient\",\"language\",\"name\",\"place\"\n\"6580001234\",\"english\",\"Tan \\\"Ah Kow\\\" Wei\",\"Bedok\"\n\"6580001235\",\"english\",\\N,\"Bedok\\nlevel 2\"\n\"6580001236\",\"english\",NULL,\"Yishun\"\n",
        ),
        foreign(
            "SQL Server, with CR LF in its cells",
            "recipient,language,name,place\r\n6580001234,english,Tan,\"Bedok\r\nlevel 2\"\r\n6580001235,english,NULL,Bedok\r\n",
        ),
        foreign(
            "pandas, with its index and an empty number",
            ",recipient,language,name,place\n0,6580001234.0,english,Tan,Bedok\n1,,english,Lim,Bedok\n2,6580001235.0,english,nan,Bedok\n",
        ),
        foreign(
            "Text from Word",
            "recipient,language,name,place\n6580001234,english,“Tan”,Tan’s clinic\n6580001235,english,Lim\u{a0},Bedok\u{a0}North\n",
        ),
        foreign(
            "Formulas that keep numbers as text",
            "recipient,language,name,place\r\n=\"6580001234\",english,Tan,Bedok\r\n=\"80001235\",english,=\"Lim\",Bedok\r\n",
        ),
        foreign(
            "By hand: a quote that is not closed in row 3",
            "recipient,language,name,place\n6580001234,english,\"Tan\",Bedok\n6580001235,english,\"Lim,Bedok\n6580001236,english,Ong,Yishun\n",
        ),
        foreign(
            "By hand: spaces behind the commas, and two numbers in a cell",
            "recipient, language, name, place\n6580001234, english, \"Tan, Ah Kow\", Bedok\n6580001235/6580001236, english, Lim, Bedok\n",
        ),
        foreign("A CSV that was pasted into one column", "\"recipient,language,name,place\"\r\n\"6580001234,english,Tan,Bedok\"\r\n"),
    ]
}

#[test]
fn files_of_other_systems() {
    let mut told = String::new();
    for Foreign { system, bytes } in files() {
        let file = checked(&bytes, rules());
        let copy = match corrected::copy_of(&bytes, &file).map(|copy| checked(copy, rules())) {
            None => "nothing can be corrected".to_owned(),
            Some(again) if again.mistakes().is_empty() => "a corrected copy is right".to_owned(),
            Some(again) => format!("a corrected copy has {} left", counted(again.mistakes().len() as usize, "mistake")),
        };
        let last = if file.mistakes().is_empty() { "right" } else { copy.as_str() };
        told.push_str(&format!("{system}\n  {}\n\n", said(&file).into_iter().chain([last.to_owned()]).collect::<Vec<_>>().join("\n  ")));
    }
    insta::assert_snapshot!(told);
}
