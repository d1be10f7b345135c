//! The catalogue of quality rules as one text, in Vietnamese: `doisoat rules docs`.
//!
//! Everything is told from the rules folder, so the catalogue cannot say what the program does not do.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::gate::GateLevel;
use super::words::{self, DIMENSIONS, ROUTES, SEVERITIES};
use crate::settings::{Check, Dimension, GateLimit, Settings, Subject};

/// One line of an entry: its label and its text.
type Line = (&'static str, String);

/// What stands before the entries.
const INTRODUCTION: &str = "Mỗi tiêu chí là một tệp trong `rules/checks/`; tài liệu này được lập từ các tệp đó \
    bằng lệnh `doisoat rules docs`, không sửa bằng tay.";

/// How many entries stand under the heading of a dimension, and its anchor.
fn of_dimension(settings: &Settings, dimension: Dimension) -> impl Iterator<Item = &Check> {
    settings.checks.iter().filter(move |check| check.dimension == dimension)
}

/// The catalogue as Markdown. O(length).
pub fn catalogue_markdown(settings: &Settings) -> String {
    let mut out = String::from("# Danh mục tiêu chí đúng, đủ, sạch, sống\n\n");
    let _ = writeln!(out, "{INTRODUCTION}\n\nSố tiêu chí: {}.\n\n## Mục lục\n", settings.checks.len());
    for (dimension, name, meaning) in DIMENSIONS {
        let rules = of_dimension(settings, dimension).count();
        let _ = writeln!(out, "- [{name}](#{}): {meaning} ({rules} tiêu chí)", dimension.word());
        for check in of_dimension(settings, dimension) {
            let _ = writeln!(out, "  - [{}](#{})", check.wording.title, check.id);
        }
    }
    out.push_str("- [Cách tính điểm](#diem)\n");
    for (dimension, name, meaning) in DIMENSIONS {
        let _ = writeln!(out, "\n<a id=\"{}\"></a>\n\n## {name}: {meaning}", dimension.word());
        for check in of_dimension(settings, dimension) {
            markdown_entry(&mut out, settings, check);
        }
    }
    out.push_str("\n<a id=\"diem\"></a>\n\n## Cách tính điểm\n\n");
    for paragraph in formula(settings) {
        let _ = writeln!(out, "{paragraph}\n");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn markdown_entry(out: &mut String, settings: &Settings, check: &Check) {
    let _ = writeln!(out, "\n<a id=\"{}\"></a>\n\n### {}\n", check.id, check.wording.title);
    for (label, text) in lines(settings, check) {
        let _ = writeln!(out, "- **{label}:** {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    let _ = writeln!(out, "\n```sql\n{}\n```", check.when.value.trim());
    if let Some(suggest) = &check.suggest {
        let _ = writeln!(out, "\nGiá trị đề nghị:\n\n```sql\n{}\n```", suggest.value.trim());
    }
}

/// The catalogue as one self-contained HTML page. O(length).
pub fn catalogue_html(settings: &Settings) -> String {
    let title = "Danh mục tiêu chí đúng, đủ, sạch, sống";
    let page = html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                header {
                    h1 { (title) }
                    p { (INTRODUCTION.replace('`', "")) }
                    nav aria-label="Mục lục" {
                        ul {
                            @for (dimension, name, _) in DIMENSIONS { li { a href={ "#" (dimension.word()) } { (name) } } }
                            li { a href="#diem" { "Cách tính điểm" } }
                        }
                    }
                }
                main {
                    @for (dimension, name, meaning) in DIMENSIONS {
                        section id=(dimension.word()) {
                            h2 { (name) ": " (meaning) }
                            div.catalogue { @for check in of_dimension(settings, dimension) { (html_entry(settings, check)) } }
                        }
                    }
                    section id="diem" {
                        h2 { "Cách tính điểm" }
                        @for paragraph in formula(settings) { p { (paragraph.replace('`', "")) } }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn html_entry(settings: &Settings, check: &Check) -> Markup {
    html! {
        article id=(check.id) {
            h4 { (check.wording.title) }
            dl { @for (label, text) in lines(settings, check) { dt { (label) } dd { (text.replace('`', "")) } } }
            pre { (check.when.value.trim()) }
            @if let Some(suggest) = &check.suggest { pre { (suggest.value.trim()) } }
        }
    }
}

/// All that is told of a rule but its SQL, without what it does not have.
fn lines(settings: &Settings, check: &Check) -> Vec<Line> {
    let wording = &check.wording;
    let named = |name: &str, word: &str| format!("{name} (`{word}`)");
    let all = [
        ("Mã", format!("`{}`, từ bản {}", check.id, check.since)),
        ("Nhóm", named(words::dimension(check.dimension), check.dimension.word())),
        ("Đối tượng", subject(settings, check)),
        ("Trường thông tin", named(field_label(settings, check), &check.field)),
        ("Mức ưu tiên", named(words::severity(check.severity), check.severity.word())),
        ("Nơi xử lý", named(words::route(check.route), check.route.word())),
        ("Cơ quan có thẩm quyền", settings.wording.office_title(&check.authority.value).to_owned()),
        ("Nội dung ghi trên danh sách", wording.explanation.clone()),
        ("Khi chưa đủ căn cứ để đề nghị", wording.ask.clone()),
        ("Vì sao", wording.why.clone()),
        ("Việc cần làm", wording.action.clone()),
        ("Giấy tờ cần xem", wording.papers.clone()),
        ("Biểu mẫu", wording.form.clone()),
        ("Căn cứ", wording.basis.clone()),
        ("Kết quả được ghi", results(settings, check)),
        ("Cần có dữ liệu", words_of(check.needs.iter().map(|word| word.value.as_str()))),
        ("Không bắt buộc có", words_of(check.optional.iter().map(|word| word.value.as_str()))),
        ("Nguồn đối chiếu", words_of(check.evidence.iter().map(|word| word.value.as_str()))),
        ("Xác suất khớp tối thiểu", probability(check.min_link_probability)),
        ("Nhường cho", words_of(check.yields_to.iter().map(|word| word.value.as_str()))),
        (level_label(GateLevel::Warn), limit(check.gate.warn)),
        (level_label(GateLevel::Fail), limit(check.gate.fail)),
        ("Bản cho tổ công nghệ số cộng đồng", community(settings, check).to_owned()),
        ("Trọng số khi tính điểm", settings.wording.scores.weight(check).to_string()),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn level_label(level: GateLevel) -> &'static str {
    match level {
        GateLevel::Fail => "Ngưỡng dừng (mã thoát 1)",
        GateLevel::Warn => "Ngưỡng cảnh báo",
    }
}

fn subject(settings: &Settings, check: &Check) -> String {
    let title = |source| &settings.source(source).title;
    match check.subject {
        Subject::Record(source) => format!("mỗi hồ sơ của {}", title(source)),
        Subject::Pair(source) => format!("hai hồ sơ đã khớp của {}", title(source)),
        Subject::MissingPerson => {
            format!("người mà nguồn khác biết, {} chưa có", title(settings.primary()))
        }
    }
}

fn field_label<'a>(settings: &'a Settings, check: &'a Check) -> &'a str {
    let of: Vec<&crate::settings::Source> = match check.subject {
        Subject::Record(source) | Subject::Pair(source) => vec![settings.source(source)],
        Subject::MissingPerson => settings.sources.iter().collect(),
    };
    let columns = of.into_iter().flat_map(|source| &source.columns);
    columns
        .into_iter()
        .find(|column| column.field == check.field)
        .map_or(&check.field, |column| &column.label)
}

fn results(settings: &Settings, check: &Check) -> String {
    let titles = check.wording.results.iter().filter_map(|key| settings.wording.result(&key.value));
    titles.map(|result| result.title.as_str()).collect::<Vec<_>>().join("; ")
}

fn words_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn probability(probability: f64) -> String {
    if probability > 0.0 { decimal(probability) } else { String::new() }
}

/// A number with a decimal comma, as short as it is.
fn decimal(number: f64) -> String {
    number.to_string().replace('.', ",")
}

fn limit(limit: GateLimit) -> String {
    let count = limit.count.map(|count| format!("quá {} hồ sơ", super::format::whole(count)));
    let percent = limit.percent.map(|percent| format!("quá {}% hồ sơ được đánh giá", decimal(percent)));
    count.into_iter().chain(percent).collect::<Vec<_>>().join(", hoặc ")
}

fn community(settings: &Settings, check: &Check) -> &'static str {
    if settings.wording.worklist.is_for_community(check) { "có" } else { "" }
}

/// How scores are made, with the weights and bounds in force.
fn formula(settings: &Settings) -> Vec<String> {
    let scores = &settings.wording.scores;
    let weights = |names: &[&str], weights: &[u64]| {
        let told =
            names.iter().zip(weights).map(|(name, weight)| format!("{} {weight}", name.to_lowercase()));
        told.collect::<Vec<_>>().join(", ")
    };
    let severities = weights(&SEVERITIES.map(|(_, name)| name), &scores.severities);
    let routes = weights(&ROUTES.map(|(_, name, _)| name), &scores.routes);
    vec![
        "Điểm của một tiêu chí = số hồ sơ đạt / số hồ sơ được đánh giá. Hồ sơ được đánh giá là hồ sơ mà điều kiện \
         trả lời được có hay không, hoặc (nếu điều kiện chỉ xét chính hồ sơ đó) có ghi trường thông tin ấy. Với \
         tiêu chí về hồ sơ trùng, mọi hồ sơ của nguồn đều được đánh giá; với tiêu chí về người chưa có hồ sơ, đó là \
         những người được xét và mọi hồ sơ cư trú."
            .to_owned(),
        "Điểm của trường thông tin, của nhóm (đúng, đủ, sạch, sống) và của xã, phường = Σ (trọng số × số hồ sơ đạt) / \
         Σ (trọng số × số hồ sơ được đánh giá), lấy trên mọi tiêu chí thuộc về nó. Mọi tổng đều là số nguyên, nên \
         các xã, phường cộng lại đúng bằng toàn tỉnh."
            .to_owned(),
        format!(
            "Trọng số của tiêu chí = trọng số mức ưu tiên ({severities}) × trọng số nơi xử lý ({routes}). Tiêu chí \
             trọng số 0 vẫn có điểm riêng. Các số này ở `rules/wording/scores.toml`."
        ),
        format!(
            "Xanh từ {}%, vàng từ {}%, dưới đó là đỏ. Tiêu chí về số định danh, mã số và mã xã phải đạt 100%: dưới mức \
             đó là đỏ. Điểm nói về dữ liệu; không dùng để xếp hạng công tác của xã, phường.",
            decimal(scores.green_from),
            decimal(scores.yellow_from)
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RulesFolder;

    #[test]
    fn every_rule_has_its_entry_and_its_place_in_the_contents() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let text = catalogue_markdown(&settings);
        for check in &settings.checks {
            assert_eq!(text.matches(&format!("(#{})", check.id)).count(), 1, "{}", check.id);
            assert_eq!(text.matches(&format!("<a id=\"{}\">", check.id)).count(), 1, "{}", check.id);
            assert!(text.contains(check.when.value.trim()), "{}", check.id);
        }
        let page = catalogue_html(&settings);
        assert!(settings.checks.iter().all(|check| page.contains(&format!("id=\"{}\"", check.id))));
        assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    }
}
