import fc from 'fast-check';
import { expect, it } from 'vitest';
import { QueryFailure } from '../../../src/services/athena/failure.ts';
import { tokenize } from '../../../src/services/athena/iceberg/tokens.ts';
import { bindParameters } from '../../../src/services/athena/trino/parameters.ts';
import { translateTrino } from '../../../src/services/athena/trino/translate.ts';

// The grammar and the functions of Trino. Sources: https://docs.aws.amazon.com/athena/latest/ug/select.html,
// https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html

const COLUMNS = Object.entries({
  ...{ source: 'string', text: 'string', day: 'date', created_at: 'timestamp', stars: 'bigint' },
  ...{ scores: 'struct<positive:double,negative:double>', attributes: 'map<string,string>' },
}).map(([name, type]) => ({ name, type }));
const translate = (sql: string) =>
  translateTrino(sql, (_, name) => (name === 'results' ? COLUMNS : undefined));

it.each([
  [
    "SELECT 1 FROM results WHERE text ILIKE 'x%'",
    /line 1:34: mismatched input 'ILIKE'.*lower\(x\) LIKE/,
  ],
  ['SELECT text FROM results QUALIFY row_number() OVER () = 1', /WHERE n = 1/],
  ['SELECT source, count(*) FROM results GROUP BY ALL', /GROUP BY 1, 2/],
  ['SELECT source FROM results ORDER BY ALL', /use their numbers/],
  ['FROM results SELECT text', /a query starts with SELECT/],
  ['FROM results', /a query starts with SELECT/],
  ["SELECT '1'::int", /CAST\(x AS type\)/],
  ['SELECT * EXCLUDE (text) FROM results', /name the columns/],
  ['SELECT [1, 2]', /ARRAY\[1, 2\]/],
  ["SELECT {'a': 1}", /map\(ARRAY/],
  ['SELECT 1 == 1', /no operator ==/],
  ['SELECT 5 // 2', /integers are divided/],
  ['SELECT text FROM results LIMIT 1 OFFSET 2', /OFFSET stands before LIMIT/],
  ["SELECT INTERVAL '7 days'", /Expecting: YEAR, MONTH/],
  ['SELECT INTERVAL 7 DAY', /INTERVAL '7' DAY/],
  ['SELECT DISTINCT ON (source) text FROM results', /mismatched input 'ON'/],
  ['SELECT CAST(1 AS text)', /a type of Trino/],
  ['SELECT `text` FROM results', /double quotation marks/],
  ['SELECT FROM results', /mismatched input 'FROM'/],
  ['SELECT 1 AS values', /VALUES is a reserved word: use another name/],
  ['SELECT 1 FROM range(3)', /mismatched input '\('/],
  [
    "SELECT strftime(created_at, '%Y') FROM results",
    /Function 'strftime' not registered.*date_format/,
  ],
  ['SELECT len(text) FROM results', /In Trino, use length/],
  ['SELECT list_distinct(ARRAY[1])', /In Trino, use array_distinct/],
  ['SELECT read_text(text) FROM results', /^FUNCTION_NOT_FOUND: line 1:8/],
  [
    'SELECT attributes.product FROM results',
    /^TYPE_MISMATCH: .*use element_at\(attributes, 'product'\)/,
  ],
  ['SELECT r.attributes.product FROM results r', /use element_at\(attributes, 'product'\)/],
  ["SELECT scores['negative'] FROM results", /use scores.negative/],
  ["SELECT lower(text) AS t FROM results WHERE t = 'a'", /^COLUMN_NOT_FOUND: .*only ORDER BY sees/],
  ['SELECT lower(text) AS t, count(*) FROM results GROUP BY t', /its number in GROUP BY/],
  ['SELECT lower(text) AS t, length(t) FROM results', /repeat the expression/],
  [
    "SELECT 1 FROM results WHERE day >= '2026-11-01'",
    /Cannot apply operator: date >= varchar. Use DATE '2026-11-01'/,
  ],
  [
    "SELECT 1 FROM (SELECT * FROM results) r WHERE r.created_at < '2026-11-01'",
    /Use TIMESTAMP '2026-11-01'/,
  ],
  ["SELECT 1 FROM results WHERE day IN ('2026-11-01')", /Use DATE/],
  ["SELECT 1 FROM results WHERE stars > '3'", /bigint > varchar. Use 3/],
])('Trino refuses %s and names its own way', (sql, expected) => {
  expect(() => translate(sql)).toThrow(expected);
});

const ACCEPTED = [
  'WITH a AS (SELECT text FROM results), b(x) AS (SELECT * FROM a) SELECT x FROM b UNION ALL (SELECT 1)',
  "SELECT source, count(*) FILTER (WHERE text LIKE 'a!%' ESCAPE '!') AS n FROM results GROUP BY 1 HAVING count(*) > 5 ORDER BY n DESC NULLS LAST LIMIT 10",
  "SELECT CASE source WHEN 'a' THEN 1 ELSE 2 END, CASE WHEN NOT (stars BETWEEN 1 AND 2) THEN NULL END FROM results r",
  'SELECT r.*, s.n FROM results AS r LEFT OUTER JOIN (SELECT source, count(*) n FROM results GROUP BY source) s ON r.source = s.source',
  "SELECT x, n FROM results CROSS JOIN UNNEST(split(text, ' ')) WITH ORDINALITY AS w(x, n)",
  'SELECT row_number() OVER (PARTITION BY source ORDER BY created_at DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM results',
  'SELECT sum(stars) OVER w FROM results WINDOW w AS (PARTITION BY source)',
  'SELECT source, day FROM results GROUP BY GROUPING SETS ((source, day), (source), ())',
  'SELECT transform(filter(ARRAY[1, 2], x -> x > 1), x -> x * 2), reduce(ARRAY[1], 0, (s, x) -> s + x, s -> s)',
  "SELECT TRY_CAST(text AS double), CAST(NULL AS timestamp(3) with time zone), DATE '2026-11-01' - INTERVAL '7' DAY FROM results",
  "SELECT trim(BOTH ' ' FROM text), substring(text FROM 2 FOR 3), position('a' IN text), extract(HOUR FROM created_at) FROM results",
  'SELECT 1 FROM results WHERE (source, day) IN (SELECT source, day FROM results) AND EXISTS (SELECT 1) AND stars = ALL (SELECT 1)',
  'SELECT text FROM results OFFSET 2 ROWS FETCH FIRST 5 ROWS ONLY',
  "SELECT text AS day, created_at FROM results WHERE day = DATE '2026-11-01' AND text = 'x' ORDER BY created_at",
  'SELECT approx_percentile(scores.negative, ARRAY[0.5, 0.9]), max_by(text, scores.positive) FROM results TABLESAMPLE BERNOULLI (10)',
  "SELECT listagg(text, ', ') WITHIN GROUP (ORDER BY text) FROM results",
  'SELECT "$path", "text" FROM lake.results WHERE ? = source AND text IS NOT DISTINCT FROM \'a\' || \'b\'',
];
it.each(ACCEPTED)('Trino accepts %s', (sql) => {
  expect(() => translate(sql)).not.toThrow();
});

it('a query that Trino accepts may have comments and line breaks between its tokens', () => {
  const space = fc.constantFrom(' ', '\n', ' -- a comment of Trino\n', ' /* FROM x */ ');
  fc.assert(
    fc.property(fc.constantFrom(...ACCEPTED), fc.infiniteStream(space), (sql, spaces) => {
      const written = tokenize(sql)
        .map(({ text }) => `${spaces.next().value}${text}`)
        .join('');
      expect(tokenize(translate(written)).map(({ text }) => text)).toEqual(
        tokenize(translate(sql)).map(({ text }) => text),
      );
    }),
  );
});

it('a query of which a token is missing or stands twice is accepted or refused, and never fails otherwise', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ACCEPTED), fc.nat(), fc.boolean(), (sql, n, doubles) => {
      const words = tokenize(sql).map(({ text }) => text);
      const at = n % words.length;
      words.splice(at, 1, ...(doubles ? [words[at]!, words[at]!] : []));
      try {
        translate(words.join(' '));
      } catch (error) {
        expect(error).toBeInstanceOf(QueryFailure);
      }
    }),
    { numRuns: 500 },
  );
});

// https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
it('each question mark takes one value, and a value cannot end its expression', () => {
  expect(bindParameters("SELECT '?' FROM t WHERE a = ? AND b > ? -- ?", ["'x'", '5'])).toBe(
    "SELECT '?' FROM t WHERE a = 'x' AND b > 5 -- ?",
  );
  expect(() => bindParameters('SELECT ?', [])).toThrow('expected 1 but found 0');
  expect(() => bindParameters('SELECT 1', ['1'])).toThrow('expected 0 but found 1');
  expect(() => bindParameters('SELECT ?', ['1) FROM x --'])).toThrow(/^SYNTAX_ERROR/);
});
