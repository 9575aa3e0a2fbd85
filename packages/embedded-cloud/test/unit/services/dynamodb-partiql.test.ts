import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findTableName, parseInsert } from '../../../src/services/dynamodb/partiql-insert.ts';
import { StatementError } from '../../../src/services/dynamodb/partiql-tokens.ts';

test('parseInsert takes the values from the parameters in order', () => {
  const statement = `INSERT INTO "results" VALUE {'id': ?, 'score': ?}`;
  expect(parseInsert(statement, [{ S: 'a' }, { N: '1' }])).toEqual({
    table: 'results',
    item: { id: { S: 'a' }, score: { N: '1' } },
  });
});

test('parseInsert reads literals of every type', () => {
  const statement = `insert into results value {
    'text': 'it''s', 'number': -1.5e3, 'yes': true, 'no': FALSE, 'none': null,
    'list': [1, 'two', ?], 'map': {'inner': {}}, 'texts': <<'a', 'b'>>, 'empty': []
  }`;
  expect(parseInsert(statement, [{ B: 'AAEC' }]).item).toEqual({
    text: { S: "it's" },
    number: { N: '-1.5e3' },
    yes: { BOOL: true },
    no: { BOOL: false },
    none: { NULL: true },
    list: { L: [{ N: '1' }, { S: 'two' }, { B: 'AAEC' }] },
    map: { M: { inner: { M: {} } } },
    texts: { SS: ['a', 'b'] },
    empty: { L: [] },
  });
});

test('parseInsert accepts any characters in quoted names', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (table, name, text) => {
      const statement =
        `INSERT INTO "${table.replaceAll('"', '""')}" VALUE ` +
        `{'${name.replaceAll("'", "''")}': '${text.replaceAll("'", "''")}', 'last': ?}`;
      fc.pre(name !== 'last');
      expect(parseInsert(statement, [{ S: 'x' }])).toEqual({
        table,
        item: { [name]: { S: text }, last: { S: 'x' } },
      });
      expect(findTableName(statement)).toBe(table);
    }),
  );
});

test.each([
  ['', []],
  [`SELECT * FROM "results"`, []],
  [`UPDATE "results" SET a = 1`, []],
  [`DELETE FROM "results" WHERE id = 'a'`, []],
  [`INSERT INTO "results" VALUES {'id': 'a'}`, []],
  [`INSERT INTO "results" VALUE 'a'`, []],
  [`INSERT INTO "results VALUE {'id': 'a'}`, []],
  [`INSERT INTO "results" VALUE {'id': 'a'`, []],
  [`INSERT INTO "results" VALUE {'id' 'a'}`, []],
  [`INSERT INTO "results" VALUE {id: 'a'}`, []],
  [`INSERT INTO "results" VALUE {'id': 'a', 'id': 'b'}`, []],
  [`INSERT INTO "results" VALUE {'id': 'a'} IF NOT EXISTS`, []],
  [`INSERT INTO "results" VALUE {'id': ?}`, []],
  [`INSERT INTO "results" VALUE {'id': ?}`, [{ S: 'a' }, { S: 'b' }]],
  [`INSERT INTO "results" VALUE {'id': <<1, 'a'>>}`, []],
  [`INSERT INTO "results" VALUE {'id': @}`, []],
])('parseInsert refuses the statement %s', (statement, parameters) => {
  expect(() => parseInsert(statement, parameters)).toThrow(StatementError);
});
