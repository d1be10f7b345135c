//! A statement written down: short forms, separators, order, case, and what stands around it.

use unicode_normalization::UnicodeNormalization;

use super::super::draw::Draw;
use super::super::places::capitalised;
use super::law::{Statement, bare};

/// Forms of each type word, the usual one first.
const FORMS: [(&str, [&str; 6]); 6] = [
    ("xã", ["xã ", "Xã ", "X. ", "X.", "x.", "X "]),
    ("phường", ["phường ", "Phường ", "P. ", "P.", "p.", "F."]),
    ("thị trấn", ["thị trấn ", "Thị trấn ", "TT. ", "TT.", "TT ", "tt "]),
    ("huyện", ["huyện ", "Huyện ", "H. ", "H.", "h.", "H "]),
    ("thị xã", ["thị xã ", "Thị xã ", "TX. ", "TX.", "TX ", "tx "]),
    ("thành phố", ["thành phố ", "Thành phố ", "TP. ", "TP.", "Tp ", "tp."]),
];
const HAMLETS: [&str; 12] = [
    "Xóm Lung",
    "Kinh Tư",
    "Nhà Mát",
    "Tân Lập",
    "Thạnh Phú",
    "Vàm Đầm",
    "Bà Điều",
    "Tân Hưng Mỹ",
    "Cái Nai",
    "Tân Phong",
    "Bình Tốt",
    "Hòa Trung",
];
const STREETS: [&str; 6] =
    ["Ngô Quyền", "Lý Văn Lâm", "30 Tháng 4", "Trần Hưng Đạo", "Phan Ngọc Hiển", "Nguyễn Việt Khái"];

/// Writes an address; adds how to its traits.
pub(super) fn write(said: &Statement, draw: &mut Draw, traits: &mut Vec<&'static str>) -> String {
    let plain = traits.contains(&"no_accents");
    let separator = separator(draw, traits);
    let mut parts = lead(draw);
    let leads = parts.len();
    parts.push(unit(said.kind.as_deref(), &said.name, draw, traits));
    if let Some(district) = &said.district {
        parts.push(unit(said.district_kind.as_deref(), district, draw, traits));
    }
    if let Some(province) = &said.province {
        parts.push(self::province(province, said.is_typed_province, draw));
        if draw.chance(0.05) {
            parts.push("Việt Nam".to_owned());
        }
    }
    if draw.chance(0.05) && separator != " " && parts.len() > leads + 1 {
        traits.push("reversed");
        parts.reverse();
    }
    let mut text = parts.join(separator);
    if plain {
        text = unaccented(&text);
    }
    shaped(text, draw, traits)
}

fn separator(draw: &mut Draw, traits: &mut Vec<&'static str>) -> &'static str {
    let (separator, word) = match draw.weighted(&[75, 5, 5, 2, 2, 3, 8]) {
        0 => (", ", "commas"),
        1 => (",", "commas"),
        2 => (" - ", "dashes"),
        3 => ("-", "dashes"),
        4 => ("; ", "commas"),
        5 => ("  ", "double_spaces"),
        _ => (" ", "spaces"),
    };
    traits.push(word);
    separator
}

fn lead(draw: &mut Draw) -> Vec<String> {
    let hamlet = if draw.chance(0.5) {
        format!("{} {}", draw.pick(&["Ấp", "Khóm", "ấp", "K."]), draw.between(1, 14))
    } else {
        format!("{} {}", draw.pick(&["Ấp", "Khóm", "ấp"]), draw.pick(&HAMLETS))
    };
    let house = format!("Số {}", draw.between(1, 430));
    match draw.weighted(&[10, 45, 20, 15, 10]) {
        0 => Vec::new(),
        1 => vec![hamlet],
        2 => vec![house, hamlet],
        3 => vec![house, format!("đường {}", draw.pick(&STREETS)), hamlet],
        _ => vec![format!("Tổ {}", draw.between(1, 20)), hamlet],
    }
}

/// A commune or district. Now and then a thị trấn by its initials: TTCN.
fn unit(kind: Option<&str>, name: &str, draw: &mut Draw, traits: &mut Vec<&'static str>) -> String {
    let Some((kind, forms)) = kind.and_then(|kind| FORMS.iter().find(|(word, _)| *word == kind)) else {
        traits.push("no_type");
        return name.to_owned();
    };
    let slipped = traits.contains(&"slip");
    if *kind == "thị trấn" && draw.chance(0.1) && !slipped {
        traits.push("initials");
        return format!("TT{}", initials(name));
    }
    let form = forms[draw.weighted(&[40, 20, 12, 14, 8, 6])];
    let numbered = name.starts_with(|c: char| c.is_ascii_digit());
    if numbered && draw.chance(0.2) {
        return format!("P{name}");
    }
    let zero = if numbered && draw.chance(0.1) { "0" } else { "" };
    format!("{form}{zero}{name}")
}

fn initials(name: &str) -> String {
    bare(name).split(' ').filter_map(|word| word.chars().next()).collect::<String>().to_uppercase()
}

fn province(name: &str, typed: bool, draw: &mut Draw) -> String {
    if !typed {
        return name.to_owned();
    }
    let short = ["cà mau", "bạc liêu", "ca mau", "bac lieu"].contains(&name.to_lowercase().as_str());
    match draw.weighted(&[70, 12, 12, 6]) {
        0 => format!("tỉnh {name}"),
        1 => format!("Tỉnh {name}"),
        2 => format!("T. {name}"),
        _ if short => format!("tỉnh {}", initials(name)),
        _ => format!("tỉnh {name}"),
    }
}

fn unaccented(text: &str) -> String {
    let letters = text.replace('đ', "d").replace('Đ', "D");
    letters.nfd().filter(char::is_ascii).collect()
}

/// Case, style of tone marks, doubled spaces, composition.
fn shaped(text: String, draw: &mut Draw, traits: &mut Vec<&'static str>) -> String {
    let mut text = match draw.weighted(&[78, 14, 8]) {
        0 => text,
        1 => {
            traits.push("capitals");
            text.to_uppercase()
        }
        _ => {
            traits.push("small");
            capitalised(&text.to_lowercase())
        }
    };
    if draw.chance(0.1) {
        for [old, new] in [["hòa", "hoà"], ["Hòa", "Hoà"], ["HÒA", "HOÀ"], ["óa", "oá"]] {
            text = text.replace(old, new);
        }
    }
    if draw.chance(0.04) {
        text = text.replacen(", ", " ,  ", 1);
    }
    if draw.chance(0.03) {
        traits.push("decomposed");
        text = text.nfd().collect();
    }
    text
}
