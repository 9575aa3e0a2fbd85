/**
 * Words that cannot be names without quotation marks.
 * Source: https://trino.io/docs/current/language/reserved.html
 */
export const RESERVED = new Set(
  `ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE
  CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE
  DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL
  GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS JSON_OBJECT
  JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT
  NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE UESCAPE
  UNION UNNEST USING VALUES WHEN WHERE WITH`.split(/\s+/),
);

/**
 * Trino's replacements for words and symbols that only other engines know. The key is the token at
 * which the grammar of Trino ends, or the token before it.
 */
export const HINTS: Record<string, string> = {
  ILIKE: "Trino has no ILIKE: use lower(x) LIKE 'text%', or regexp_like(x, '(?i)text').",
  QUALIFY:
    'Trino has no QUALIFY: use SELECT … FROM (SELECT …, row_number() OVER (…) AS n FROM …) WHERE n = 1.',
  ALL: 'Trino has no GROUP BY ALL and no ORDER BY ALL: name the columns, or use their numbers, such as GROUP BY 1, 2.',
  ':': 'Trino has no operator :: and no colon: use CAST(x AS type), or json_extract_scalar.',
  EXCLUDE: 'Trino has no EXCLUDE: name the columns.',
  REPLACE: 'Trino has no * REPLACE: name the columns.',
  '[': 'An array needs the word ARRAY: use ARRAY[1, 2].',
  '{': 'Trino has no braces: use map(ARRAY[…], ARRAY[…]), or CAST(ROW(…) AS ROW(…)).',
  '=': 'Trino has no operator ==: use =.',
  '~': "Trino has no operator ~: use regexp_like(x, 'pattern').",
  '^': 'Trino has no operator ^: use power(x, y).',
  '/': 'Trino has no operator //: integers are divided as integers.',
  OFFSET: 'In Trino, OFFSET stands before LIMIT.',
  INTERVAL: "An interval needs a string and one unit: use INTERVAL '7' DAY.",
  PIVOT: 'Trino has no PIVOT: use count(*) FILTER (WHERE …).',
  '`': 'Names are quoted with double quotation marks.',
};
