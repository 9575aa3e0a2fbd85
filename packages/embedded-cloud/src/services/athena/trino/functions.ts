import { QueryFailure } from '../failure.ts';
import type { Call, Reader } from './reader.ts';

/**
 * The functions of Athena engine version 3 that are not about machine learning, geography, sketches
 * or the session.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html and
 * https://trino.io/docs/current/functions/list.html
 */
const FUNCTIONS = new Set(
  `abs acos all_match any_match any_value approx_distinct approx_most_frequent approx_percentile approx_set
  arbitrary array_agg array_average array_distinct array_except array_first array_frequency array_histogram
  array_intersect array_join array_last array_max array_min array_position array_remove array_sort
  array_sum array_union arrays_overlap asin at_timezone atan atan2 avg bar beta_cdf bitwise_and
  bitwise_and_agg bitwise_left_shift bitwise_not bitwise_or bitwise_or_agg bitwise_right_shift bitwise_xor
  bool_and bool_or cardinality cbrt ceil ceiling char2hexint checksum chr coalesce codepoint color
  combinations concat concat_ws contains contains_sequence corr cos cosh cosine_distance cosine_similarity count count_if covar_pop
  covar_samp crc32 cube cume_dist current_timezone date date_add date_diff date_format date_parse
  date_trunc day day_of_month day_of_week day_of_year degrees dense_rank dow doy e element_at empty_approx_set
  entropy euclidean_distance every exclude_columns exp extract filter first_value flatten floor format
  format_datetime format_number from_base from_base32 from_base64 from_base64url from_big_endian_32
  from_big_endian_64 from_hex from_iso8601_date from_iso8601_timestamp from_iso8601_timestamp_nanos
  from_unixtime from_unixtime_nanos from_utf8 geometric_mean greatest grouping hamming_distance hash_counts
  histogram hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512 hour human_readable_seconds if index infinity
  inverse_beta_cdf inverse_normal_cdf is_finite is_infinite is_json_scalar is_nan json_array
  json_array_contains json_array_get json_array_length json_exists json_extract json_extract_scalar
  json_format json_object json_parse json_query json_size json_value kurtosis lag last_day_of_month last_value
  lead least length levenshtein_distance like listagg ln log log10 log2 lower lpad ltrim luhn_check map
  map_agg map_concat map_entries map_filter map_from_entries map_keys map_union map_values map_zip_with
  max max_by md5 merge millisecond min min_by minute mod month multimap_agg multimap_from_entries
  murmur3 nan ngrams none_match normal_cdf normalize now nth_value ntile nullif numeric_histogram
  parse_data_size parse_datetime parse_duration percent_rank pi position pow power quarter radians rand
  random rank reduce reduce_agg regexp_count regexp_extract regexp_extract_all regexp_like regexp_position
  regexp_replace regexp_split regr_intercept regr_slope repeat replace reverse rollup round row row_number rpad
  rtrim second sequence sha1 sha256 sha512 shuffle sign sin sinh skewness slice soundex split
  split_part split_to_map split_to_multimap spooky_hash_v2_32 spooky_hash_v2_64 sqrt starts_with stddev
  stddev_pop stddev_samp strpos substr substring sum tan tanh timezone_hour timezone_minute to_base
  to_base32 to_base64 to_base64url to_big_endian_32 to_big_endian_64 to_char to_date to_hex
  to_ieee754_32 to_ieee754_64 to_iso8601 to_milliseconds to_timestamp to_unixtime to_utf8 transform
  transform_keys transform_values translate trim trim_array truncate try typeof upper url_decode url_encode
  url_extract_fragment url_extract_host url_extract_parameter url_extract_path url_extract_port
  url_extract_protocol url_extract_query uuid var_pop var_samp variance week week_of_year width_bucket
  wilson_interval_lower wilson_interval_upper with_timezone word_stem xxhash64 year year_of_week yow zip
  zip_with`.split(/\s+/),
);

/** Trino's replacements for functions that people know from other engines. */
const INSTEAD: Record<string, string> = {
  strftime: "date_format(time, '%Y-%m-%d')",
  strptime: "date_parse(text, '%Y-%m-%d')",
  datediff: "date_diff('day', a, b)",
  date_sub: "date_add('day', -7, time)",
  dateadd: "date_add('day', 7, time)",
  datepart: 'extract(HOUR FROM time)',
  date_part: 'extract(HOUR FROM time)',
  epoch: 'to_unixtime(time)',
  today: 'current_date',
  len: 'length(text) or cardinality(array)',
  ifnull: 'coalesce(a, b)',
  nvl: 'coalesce(a, b)',
  isnull: 'x IS NULL',
  instr: 'strpos(text, part)',
  contains_string: 'strpos(text, part) > 0',
  regexp_matches: 'regexp_like(text, pattern)',
  string_split: 'split(text, separator)',
  str_split: 'split(text, separator)',
  string_agg: "array_join(array_agg(x), ', ')",
  group_concat: "array_join(array_agg(x), ', ')",
  list: 'array_agg(x)',
  median: 'approx_percentile(x, 0.5)',
  quantile_cont: 'approx_percentile(x, 0.5)',
  mode: 'approx_most_frequent(1, x, 1000)',
  json_extract_string: 'json_extract_scalar(json, path)',
  struct_extract: 'row.field',
  map_contains: 'element_at(map, key) IS NOT NULL',
  map_extract: 'element_at(map, key)',
  dayname: "date_format(time, '%W')",
  monthname: "date_format(time, '%M')",
  dayofweek: 'day_of_week(time)',
  isodow: 'day_of_week(time)',
  weekofyear: 'week(time)',
  isoyear: 'year_of_week(time)',
  left: 'substr(text, 1, n)',
  right: 'substr(text, -n)',
  unnest: 'CROSS JOIN UNNEST(array) AS t(x)',
  generate_series: 'UNNEST(sequence(1, 10)) AS t(n)',
  range: 'UNNEST(sequence(1, 10)) AS t(n)',
  struct_pack: 'CAST(ROW(…) AS ROW(name type))',
  printf: 'format(text, values)',
  any_value_of: 'any_value(x)',
};

/** Functions of Trino that DuckDB has under another name or computes in another way. */
const RENAMED = new Set(
  `array_position array_sort array_union date_diff date_trunc dow doy greatest least millisecond
  regexp_count regexp_extract regexp_replace repeat replace sha256 split_part typeof yow`.split(
    /\s+/,
  ),
);

/**
 * Checks that Trino has the functions that a query calls, and translates the calls whose name or
 * result differs in DuckDB.
 *
 * @throws {QueryFailure} FUNCTION_NOT_FOUND, with what Trino has instead
 */
export function translateCalls(reader: Reader): void {
  for (const call of reader.calls) {
    checkName(reader, call);
    translateCall(reader, call);
  }
}

function checkName(reader: Reader, { name, token }: Call): void {
  if (FUNCTIONS.has(name)) return;
  const instead =
    INSTEAD[name] ?? (name.startsWith('list_') ? `array_${name.slice(5)}` : undefined);
  throw new QueryFailure(
    'FUNCTION_NOT_FOUND',
    `${reader.locate(token.start)}: Function '${name}' not registered${instead === undefined ? '' : `. In Trino, use ${instead}`}`,
  );
}

/** Trino's `concat` is null if an argument is null; DuckDB's leaves it out. */
function translateCall(reader: Reader, { name, token, separators }: Call): void {
  if (name === 'concat') {
    reader.edits.push({ start: token.start, end: token.end, text: '' });
    for (const comma of separators.slice(1, -1)) {
      reader.edits.push({ start: comma.start, end: comma.end, text: ' ||' });
    }
  } else if (name === 'format') {
    reader.edits.push({ start: token.start, end: token.end, text: 'printf' });
  } else if (RENAMED.has(name)) {
    reader.edits.push({ start: token.start, end: token.end, text: `trino_${name}` });
  }
}
