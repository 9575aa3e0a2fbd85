import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { DETECTORS } from '../../../../processors/privacy/detectors/index.ts';
import { createScan } from '../../../../processors/privacy/scan.ts';

const ROOM = 'processors/privacy';

/** Lists the sources of all regular expressions in the room, literals and calls of `RegExp`. */
function listPatterns(): string[] {
  return readdirSync(ROOM, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const source = readFileSync(join(ROOM, name), 'utf8');
      const file = ts.createSourceFile(name, source, ts.ScriptTarget.ESNext, true);
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
        if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
          found.push(node.arguments?.[0]?.getText() ?? '');
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
      return found;
    });
}

/** Removes escapes and classes, whose signs repeat nothing, and the names within `${…}`. */
function removeClasses(source: string): string {
  return source
    .replace(/\$\{\w+\}/g, 'x')
    .replace(/\\[pP]\{[^}]*\}/g, 'x')
    .replace(/\\\\?./g, 'x')
    .replace(/\[[^\]]*\]/g, 'x');
}

/** Returns true if a part may repeat without a limit, unless the whole expression is that part. */
function isUnbounded(source: string): boolean {
  const bare = removeClasses(source);
  return /[*+]|\{\d+,\}/.test(bare) && !/^\/\^?x[+*]\$?\/[a-z]*$/.test(bare);
}

/**
 * An expression whose every repetition is bounded looks at a bounded number of characters from each
 * place, so its time grows with the length of the text and not faster. `npm run bench -- --only
 * privacy` measures how long each takes.
 */
it('Every repetition in the regular expressions of the room is bounded, so no text makes one super-linear', () => {
  const patterns = listPatterns();
  expect(patterns.length).toBeGreaterThan(80);
  expect(patterns.filter(isUnbounded)).toEqual([]);
});

it.each(['/(a+)+b/', '/a*b/', '/x{2,}y/u', '/[a-z]+@/', '`^\\\\s*$' + '{name}`'])(
  'The check sees the unbounded repetition of %s',
  (source) => {
    expect(isUnbounded(source)).toBe(true);
  },
);

/** Parts of texts that give detectors many candidates: each is repeated until the text is long. */
const UNITS = [
  ...[
    '1 ',
    '12 ',
    '1-',
    '1.',
    'A1 ',
    'a@',
    'a@b.co ',
    ' at ',
    'www.a ',
    'http://',
    'dear Ann ',
    'pin: ',
  ],
  ...[
    '415-555-2671 ',
    '4111 1111 1111 1111 ',
    'DE89 3704 ',
    'call 1 ',
    'born 1 ',
    '12 Main St ',
    '@ab ',
  ],
];

function countSteps(detector: (typeof DETECTORS)[number], text: string): number {
  let steps = 1;
  const scan = createScan(text, 'en', () => {
    steps += 1;
  });
  if (detector.mayFind(scan)) for (const _ of detector.find(scan)) steps += 1;
  return steps;
}

it('For a text that is 4 times as long, no detector looks at more than 4 times the candidates', () => {
  const grown = DETECTORS.flatMap((detector) =>
    UNITS.map((unit) => {
      const [short, long] = [100, 400].map((times) => countSteps(detector, unit.repeat(times)));
      return { detector: detector.name, unit, ratio: (long ?? 0) / (short ?? 1) };
    }),
  );
  expect(grown.filter(({ ratio }) => ratio > 4.2)).toEqual([]);
});
