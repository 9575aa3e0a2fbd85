import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { ROOT } from '../../support/process.ts';

const WAITS = /^(vi\.waitFor|vi\.waitUntil|expect\s*\.poll)$/;

/** Lists the waits of a source file that state no limit, as `path:line`. */
function listWaitsWithoutLimit(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  if (!/\.(waitFor|waitUntil|poll)\(/.test(text)) return [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && WAITS.test(node.expression.getText())) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      if (node.arguments.length < 2) found.push(`${path}:${line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const listSources = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));

it('each wait of a test states its limit, because the default of a second is too short for a busy machine', () => {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) =>
    join('packages', name, 'test'),
  );
  const sources = ['test', ...packages].flatMap(listSources);
  expect(sources.length).toBeGreaterThan(500);
  expect(sources.flatMap(listWaitsWithoutLimit)).toEqual([]);
});
