import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeParameter } from '../../../../cli/query/parameters.ts';

it.each([
  ['NEGATIVE', "'NEGATIVE'"],
  ["it's", "'it''s'"],
  ['5', '5'],
  ['-4.5', '-4.5'],
  ['007a', "'007a'"],
  ['true', 'true'],
  ['null', 'null'],
  ['2026-11-23', "DATE '2026-11-23'"],
  ['2026-11-23T10:00Z', "TIMESTAMP '2026-11-23 10:00:00'"],
  ['2026-11-23 10:00:05.5', "TIMESTAMP '2026-11-23 10:00:05.5'"],
  ["'2026-11-23'", "'2026-11-23'"],
  ["DATE '2026-11-23'", "DATE '2026-11-23'"],
  ["'a' OR '1' = '1'", "'''a'' OR ''1'' = ''1'''"],
])('the value %s of --param becomes %s in SQL', (value, sql) => {
  expect(writeParameter(value)).toBe(sql);
});

it('every value of --param is one literal of SQL, whatever it contains', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(writeParameter(value)).toMatch(
        /^(?:'(?:[^']|'')*'|(?:DATE|TIMESTAMP) '[\d :.-]+'|-?[\d.]+|true|false|null)$/i,
      );
    }),
  );
});
