-- From the four extracts (raw_cu_tru, raw_ho_tich, raw_bhyt, raw_thue_bao: all text) to one table,
-- `records`, of common columns. Names, dates and addresses are worked out once a distinct value.
-- Uses the Python functions repair(text) and syllable(text) and the tables ward_changes, wards,
-- phone_prefixes.

create or replace macro blank_to_null(x) as nullif(trim(x), '');
create or replace macro digits_of(x) as regexp_replace(replace(replace(x, 'O', '0'), 'o', '0'), '[^0-9]', '', 'g');

-- 12 digits, a lost zero put back; scientific notation only where no digit is lost.
create or replace macro personal_number(x) as (
    case when x is null then null
         when regexp_full_match(upper(x), '[0-9](\.[0-9]{8,})?E\+1[01]')
             then lpad(cast(cast(try_cast(x as double) as bigint) as varchar), 12, '0')
         when regexp_matches(upper(x), 'E\+') then null
         when length(digits_of(x)) = 12 then digits_of(x)
         when length(digits_of(x)) = 11 then '0' || digits_of(x) end);

-- The old card's 9 digits; 8 where a zero was lost.
create or replace macro old_number(x) as (
    case when regexp_matches(upper(x), 'E\+') then null
         when length(digits_of(x)) = 9 then digits_of(x)
         when length(digits_of(x)) = 8 then '0' || digits_of(x) end);

create or replace macro social_number(x) as (
    case when length(digits_of(x)) = 10 then digits_of(x)
         when length(digits_of(x)) = 9 then '0' || digits_of(x) end);

create or replace macro national_phone(x) as
    regexp_replace(regexp_replace(digits_of(x), '^0*84([0-9]{9,10})$', '0\1'), '^0*', '0');

create or replace macro sex_of(x) as (
    case when lower(trim(x)) in ('nam', '1', 'm') then 'm'
         when nfc_normalize(lower(trim(x))) in ('nữ', 'nu', '0', 'f') then 'f' end);

create or replace macro plain_text(x) as
    trim(regexp_replace(translate(strip_accents(lower(nfc_normalize(x))), 'đð', 'dd'), '[^a-z0-9,]+', ' ', 'g'));

-- Names ------------------------------------------------------------------------------------

create or replace temp table spellings as
with every as (
    select ho_ten as raw from raw_cu_tru union select ho_ten_cha from raw_cu_tru
    union select ho_ten_me from raw_cu_tru
    union select ho_ten from raw_ho_tich union select ho_ten_cha from raw_ho_tich
    union select ho_ten_me from raw_ho_tich
    union select ho_ten from raw_bhyt union select ho_ten from raw_thue_bao),
visible as (
    select raw, regexp_replace(nfc_normalize(raw), '[\x{200b}-\x{200f}\x{2060}\x{feff}]', '', 'g') as text
    from every where trim(raw) <> ''),
repaired as (
    select raw, case when needs_repair(text) then repair(text) else lower(text) end as text from visible)
select raw,
    -- No call name in brackets, no signs, single spaces.
    trim(regexp_replace(regexp_replace(replace(text, 'ð', 'đ'), '\(.*|[\[\]"*;]|\x{00a0}', ' ', 'g'),
        '[\s.,\-]+', ' ', 'g')) as text,
    regexp_matches(text, '(^|\s)[^\s.]{1,3}\.') as abbreviated
from repaired;

create or replace temp table syllables as
select text, forms[1] as spelt, forms[2] as plain, forms[3] as sound
from (select text, syllable(text) as forms
      from (select distinct unnest(string_split(text, ' ')) as text from spellings));

create or replace temp table texts as
with words as (
    select text, unnest(string_split(text, ' ')) as word, generate_subscripts(string_split(text, ' '), 1) as at
    from (select distinct text from spellings))
select w.text,
    list(s.spelt order by w.at) as spelt, list(s.plain order by w.at) as plain, list(s.sound order by w.at) as sound
from words as w join syllables as s on s.text = w.word
group by w.text;

create or replace temp table names as
select s.raw, s.text as written, s.abbreviated, contains(s.text, '?') as has_holes,
    array_to_string(t.spelt, ' ') as spelt, array_to_string(t.plain, ' ') as plain,
    array_to_string(t.sound, ' ') as sound, array_to_string(list_sort(t.sound), ' ') as sound_sorted,
    t.plain as words, t.plain[1] as surname, t.plain[-1] as given,
    t.plain[1] || ' ' || t.plain[-1] as ends,
    array_to_string(list_transform(t.plain, lambda word: left(word, 1)), '') as initials,
    t.plain = t.spelt as is_plain
from spellings as s join texts as t using (text);

-- Birth dates: year, month and day as written, even where the calendar has no such day -------

create or replace temp table dates as
with every as (
    select ngay_sinh as raw from raw_cu_tru union select ngay_sinh from raw_ho_tich
    union select ngay_sinh from raw_bhyt union select ngay_sinh from raw_thue_bao),
tidy as (select raw, trim(raw) as x from every where trim(raw) <> ''),
parts as (
    select raw,
        case
            when regexp_matches(x, '^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}')
                then regexp_extract_all(x, '[0-9]+')[1:3]
            when regexp_matches(x, '^[0-9]{1,2}[-/. ]+[0-9]{1,2}[-/. ]+[0-9]{4}')
                then list_reverse(regexp_extract_all(x, '[0-9]+')[1:3])
            when regexp_full_match(x, '[0-9]{1,2}[-/. ]+[0-9]{1,2}[-/. ]+[0-9]{2}')
                then [case when right(x, 2) <= '26' then '20' else '19' end || right(x, 2),
                      regexp_extract_all(x, '[0-9]+')[2], regexp_extract_all(x, '[0-9]+')[1]]
            when regexp_full_match(x, '(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]')
                then [left(x, 4), x[5:6], x[7:8]]
            when regexp_full_match(x, '[0-9]{8}') then [right(x, 4), x[3:4], x[1:2]]
            when regexp_full_match(x, '(18|19|20)[0-9]{2}') then [x]
            when regexp_full_match(x, '[0-9]{4,5}')
                then string_split(strftime(date '1899-12-30' + cast(x as integer), '%Y-%m-%d'), '-')
            when regexp_matches(x, '(18|19|20)[0-9]{2}') then [regexp_extract(x, '(18|19|20)[0-9]{2}')]
        end as p
    from tidy)
select raw, cast(p[1] as integer) as birth_year,
    case when len(p) = 3 and cast(p[2] as integer) > 0 and cast(p[3] as integer) > 0
        then lpad(p[2], 2, '0') || lpad(p[3], 2, '0') end as month_day,
    p[1] || month_day as birth_date,
    coalesce(month_day = '0101', true) as is_year_only
from parts where p is not null;

-- Addresses: the commune of today, and what stands before it ----------------------------------

create or replace temp table addresses as
with every as (
    select dia_chi as raw from raw_cu_tru union select dia_chi from raw_bhyt union select dia_chi from raw_thue_bao),
split as (select raw, string_split(plain_text(raw), ',') as p from every where trim(raw) <> ''),
parts as (
    select raw, list_transform(p, lambda part: trim(regexp_replace(trim(part),
        '^(tinh|thanh pho|tp|thi xa|tx|huyen|h|thi tran|tt|phuong|p|xa|x) ', ''))) as p from split),
tails as (select raw, p, p[-3] as third, p[-2] as second from parts where len(p) >= 2),
placed as (
    select t.raw, t.p, o.new_code as old_ward, n.code as new_ward
    from tails as t
    left join old_ward_names as o on o.ward = t.third and o.district = t.second
    left join ward_names as n on n.ward = t.second)
select raw, coalesce(old_ward, new_ward) as ward,
    array_to_string(p[1:len(p) - case when old_ward is not null then 3 else 2 end], ',')
        || ',' || coalesce(old_ward, new_ward) as address
from placed;

-- Records -----------------------------------------------------------------------------------

create or replace temp table raw_records as
select 'cu_tru' as source, ma_ho_so as record_id, so_dinh_danh as number, so_cmnd as other_number,
    ma_so_bhxh as social, ho_ten, ngay_sinh, gioi_tinh, ho_ten_cha, ho_ten_me, dia_chi, ma_xa,
    so_dien_thoai as phone from raw_cu_tru
union all
select 'ho_tich', ma_su_kien, so_dinh_danh, null, null, ho_ten, ngay_sinh, gioi_tinh, ho_ten_cha, ho_ten_me,
    null, ma_xa_dang_ky, null from raw_ho_tich
union all
select 'bhyt', ma_the_ban_ghi, so_dinh_danh, null,
    coalesce(blank_to_null(ma_so_bhxh), case when length(trim(so_the)) = 15 then right(trim(so_the), 10) end),
    ho_ten, ngay_sinh, gioi_tinh, null, null, dia_chi, ma_xa, null from raw_bhyt
union all
select 'thue_bao', ma_thue_bao, case when loai_giay_to = 'HC' then null else so_giay_to end, null, null,
    ho_ten, ngay_sinh, gioi_tinh, null, null, dia_chi, null, so_thue_bao from raw_thue_bao;

create or replace table records as
select cast(row_number() over () as integer) as unique_id, r.source, r.record_id,
    r.source = 'thue_bao' as is_subscription,
    coalesce(personal_number(r.number), personal_number(case when length(digits_of(r.social)) = 12 then r.social end))
        as personal_id,
    coalesce(old_number(r.other_number), old_number(r.number)) as old_id,
    social_number(r.social) as insurance_number,
    case when length(national_phone(r.phone)) = 11 then x.new_prefix || right(national_phone(r.phone), 7)
         when length(national_phone(r.phone)) = 10 then national_phone(r.phone) end as phone,
    sex_of(r.gioi_tinh) as sex,
    n.spelt as name, n.plain as name_plain, n.sound as name_sound, n.sound_sorted as name_sound_sorted,
    n.written as name_written, n.has_holes as name_has_holes, n.abbreviated as name_abbreviated,
    n.words as name_words, n.ends as name_ends, n.initials as name_initials, n.is_plain as name_is_plain,
    n.surname, n.given,
    d.birth_date, d.month_day, d.birth_year, d.is_year_only,
    f.spelt as father, f.plain as father_plain, f.sound as father_sound,
    f.ends as father_ends,
    m.spelt as mother, m.plain as mother_plain, m.sound as mother_sound,
    m.ends as mother_ends,
    coalesce(c.new_code, w.code, a.ward) as ward,
    a.address
from raw_records as r
left join names as n on n.raw = r.ho_ten
left join names as f on f.raw = r.ho_ten_cha
left join names as m on m.raw = r.ho_ten_me
left join dates as d on d.raw = r.ngay_sinh
left join addresses as a on a.raw = r.dia_chi
left join wards as w on w.code = lpad(ltrim(trim(r.ma_xa), '0'), 5, '0')
left join ward_changes as c on c.old_code = lpad(ltrim(trim(r.ma_xa), '0'), 5, '0')
left join phone_prefixes as x on x.old_prefix = left(national_phone(r.phone), 4);
