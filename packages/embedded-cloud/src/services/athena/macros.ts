/**
 * Macros for the Trino functions that DuckDB lacks or defines differently. `translateSql`
 * translates the functions that a macro cannot express.
 * Source: https://trino.io/docs/current/functions.html
 */
const MACROS = [
  `approx_distinct(x) AS approx_count_distinct(x)`,
  `approx_percentile(x, p) AS approx_quantile(x, p)`,
  `array_except(a, b) AS list_filter(a, lambda x: NOT list_contains(b, x))`,
  `array_join(a, s) AS array_to_string(a, s)`,
  `array_max(a) AS list_max(a)`,
  `array_min(a) AS list_min(a)`,
  `arrays_overlap(a, b) AS list_has_any(a, b)`,
  `at_timezone(t, z) AS timezone(z, t)`,
  `bitwise_and(a, b) AS a & b`,
  `bitwise_or(a, b) AS a | b`,
  `cardinality(x) AS CASE json_type(to_json(x)) WHEN 'ARRAY' THEN json_array_length(to_json(x)) ELSE len(json_keys(to_json(x))) END`,
  `codepoint(s) AS unicode(s)`,
  `contains(a, x) AS list_contains(a, x)`,
  `date(x) AS CAST(x AS DATE)`,
  `date_add(unit, n, t) AS cast_to_type(t + n * CAST('1 ' || unit AS INTERVAL), t)`,
  `date_format(t, f) AS strftime(t, f)`,
  `date_parse(s, f) AS strptime(s, f)`,
  `day_of_month(x) AS dayofmonth(x)`,
  `day_of_week(x) AS isodow(x)`,
  `day_of_year(x) AS dayofyear(x)`,
  `element_at(x, k) AS x[k]`,
  `every(x) AS bool_and(x)`,
  `from_iso8601_date(s) AS CAST(s AS DATE)`,
  `from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMPTZ)`,
  `from_unixtime(n) AS to_timestamp(n)`,
  `from_utf8(b) AS decode(b)`,
  `is_finite(x) AS isfinite(x)`,
  `is_nan(x) AS isnan(x)`,
  `json_extract_scalar(j, p) AS json_extract_string(j, p)`,
  `json_format(j) AS CAST(j AS VARCHAR)`,
  `json_parse(s) AS CAST(s AS JSON)`,
  `levenshtein_distance(a, b) AS levenshtein(a, b)`,
  `map_agg(k, v) AS map(list(k), list(v))`,
  `rand() AS random()`,
  `regexp_like(s, p) AS regexp_matches(s, p)`,
  `sequence(a, b) AS generate_series(a, b)`,
  `slice(a, s, n) AS list_slice(a, s, s + n - 1)`,
  `to_iso8601(x) AS CASE typeof(x) WHEN 'DATE' THEN strftime(CAST(x AS TIMESTAMP), '%Y-%m-%d') WHEN 'TIMESTAMP WITH TIME ZONE' THEN strftime(CAST(x AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ') ELSE strftime(CAST(x AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g') END`,
  `to_unixtime(t) AS epoch(t)`,
  `to_utf8(s) AS encode(s)`,
  `truncate(x) AS trunc(x)`,
  `url_extract_host(u) AS regexp_extract(u, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^@/]*@)?([^/:?#]+)', 1)`,
  `week_of_year(x) AS weekofyear(x)`,
  `year_of_week(x) AS isoyear(x)`,
];

/** SQL statements that define the macros on a connection. */
export const MACROS_SQL = MACROS.map((macro) => `CREATE OR REPLACE TEMP MACRO ${macro};`).join(
  '\n',
);
