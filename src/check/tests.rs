//! The whole stage over many rows: what must not depend on chunks or threads.

use super::run::{Asker, Pace};
use super::*;
use crate::link::link;
use crate::normalise::normalise;
use crate::settings::RulesFolder;
use crate::table::{SourceIndex, Table};

/// Some thousands of residents with faults, their births, cards and deaths, by arithmetic.
fn province(settings: &Settings) -> Vec<Records> {
    let source = |id: &str| settings.source_index(id).unwrap();
    let mut tables = Vec::new();
    for id in ["cu_tru", "ho_tich", "bhyt"] {
        let rows: Vec<Vec<(&str, String)>> = (0..3000_u32).map(|person| row(id, person)).collect();
        tables.push((source(id), table(settings, source(id), &rows)));
    }
    normalise(settings, tables, &Progress::silent())
}

fn row(source: &str, person: u32) -> Vec<(&'static str, String)> {
    let year = 1950 + person % 60;
    let sex = person % 2;
    let century = if year < 2000 { sex } else { sex + 2 };
    let syllables = ["An", "Bình", "Cúc", "Dũng", "Hà", "Khánh", "Lan", "Minh", "Ngọc", "Phúc"];
    let syllable = |at: u32| syllables[(at % 10) as usize];
    let name = format!("Nguyễn {} {}", syllable(person / 10), syllable(person));
    let mut row = vec![
        ("so_dinh_danh", format!("096{century}{:02}{person:06}", year % 100)),
        ("ho_ten", if person.is_multiple_of(17) { name.to_lowercase() } else { name }),
        ("ngay_sinh", format!("{:02}/{:02}/{year}", 1 + person % 28, 1 + person % 12)),
        ("gioi_tinh", if sex == 0 { "Nam".to_owned() } else { "Nữ".to_owned() }),
        ("ho_ten_me", format!("Lê Thị {}", syllable(person / 100))),
    ];
    match source {
        "cu_tru" => {
            row.extend([("ma_ho_so", format!("CT{person}")), ("tinh_trang_cu_tru", "thường trú".to_owned())]);
            row.push(("ma_xa", "32002".to_owned()));
            row.push((
                "so_dien_thoai",
                if person.is_multiple_of(13) { "123".to_owned() } else { String::new() },
            ));
            if person.is_multiple_of(19) {
                row[2].1 = format!("{:02}/{:02}/{}", 1 + person % 28, 1 + person % 12, year + 1);
            }
        }
        "ho_tich" => {
            let kind = if person.is_multiple_of(23) { "khai_tu" } else { "khai_sinh" };
            row.extend([("ma_su_kien", format!("HT{person}")), ("loai_su_kien", kind.to_owned())]);
            row.push((
                "ngay_mat",
                if person.is_multiple_of(23) { "01/02/2025".to_owned() } else { String::new() },
            ));
        }
        _ => {
            row.extend([("ma_the_ban_ghi", format!("BH{person}")), ("gia_tri_den", "31/12/2026".to_owned())]);
        }
    }
    row
}

fn table(settings: &Settings, source: SourceIndex, rows: &[Vec<(&str, String)>]) -> Table {
    let columns = settings.source(source).columns.iter().map(|column| {
        let cell = |row: &'_ Vec<(&str, String)>| {
            row.iter().find(|(name, _)| *name == column.name).map_or(String::new(), |(_, text)| text.clone())
        };
        let texts: Vec<String> = rows.iter().map(cell).collect();
        Some(texts.iter().map(String::as_str).collect())
    });
    Table { columns: columns.collect(), rows: rows.len() }
}

fn found(chunk_rows: usize, threads: usize) -> Findings {
    found_by(Asker::Terms, chunk_rows, threads)
}

fn found_by(asker: Asker, chunk_rows: usize, threads: usize) -> Findings {
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    let records = province(&settings);
    let linkage = link(&settings, &records, &Progress::silent());
    let as_of = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let check = || {
        check_at(&settings, &records, &linkage, as_of, &Progress::silent(), Pace { chunk_rows, asker })
            .unwrap()
    };
    pool.install(check)
}

#[test]
fn neither_chunks_nor_threads_change_a_finding_and_ids_are_unique() {
    let whole = found(run::CHUNK_ROWS, 1);
    assert!(whole.findings.len() > 500, "{}", whole.findings.len());
    let rules = whole.rules.iter().filter(|count| count.found > 0).count();
    assert!(rules >= 5, "{rules}");
    for (chunk_rows, threads) in [(97, 2), (1000, 3), (run::CHUNK_ROWS, 4)] {
        let other = found(chunk_rows, threads);
        assert_eq!(other.findings, whole.findings, "{chunk_rows} rows, {threads} threads");
        assert_eq!(other.evidence, whole.evidence);
        assert_eq!(other.rules, whole.rules);
    }
    let mut ids: Vec<&str> = whole.findings.iter().map(|finding| finding.finding_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), whole.findings.len());
    let order = |finding: &Finding| (finding.rule, finding.record, finding.other);
    assert!(whole.findings.is_sorted_by_key(order));
    assert!(whole.evidence.is_sorted_by_key(|evidence| (evidence.finding, evidence.record)));
    let per_rule: u64 = whole.rules.iter().filter(|c| c.by_ward.is_empty()).map(|count| count.found).sum();
    assert_eq!(per_rule, whole.findings.len() as u64);
}

#[test]
fn a_statistic_is_counted_by_ward_and_gives_no_finding() {
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    let found = found(run::CHUNK_ROWS, 2);
    let mut figures = 0;
    for (rule, (check, count)) in settings.checks.iter().zip(&found.rules).enumerate() {
        let is_statistic = check.route == crate::settings::Route::Statistic;
        assert!(is_statistic || count.by_ward.is_empty(), "{}", check.id);
        assert!(!is_statistic || found.findings.iter().all(|f| usize::from(f.rule) != rule), "{}", check.id);
        assert_eq!(count.by_ward.values().sum::<u64>(), if is_statistic { count.found } else { 0 });
        figures += count.by_ward.values().sum::<u64>();
    }
    assert!(figures > 1_000, "{figures}");
}

#[test]
fn terms_one_by_one_find_what_whole_conditions_find() {
    let (fast, plain) = (found(run::CHUNK_ROWS, 2), found_by(Asker::Whole, run::CHUNK_ROWS, 2));
    assert_eq!(fast.rules, plain.rules);
    assert_eq!(fast.findings, plain.findings);
    assert_eq!(fast.evidence, plain.evidence);
    assert_eq!(found_by(Asker::Terms, 701, 1).findings, plain.findings);
}
