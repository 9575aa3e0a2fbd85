import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** Test with a title that is in the source. */
export interface TitledTest {
  /** Title as the source has it: `%s` stays `%s`, and each `${…}` becomes `…`. */
  title: string;
  /** Path of the file, relative to the root of the repository. */
  path: string;
}

/** Modifiers with which a test still runs. A test with `skip` or `todo` holds no promise. */
const MODIFIERS = ['each', 'for', 'skipIf', 'runIf', 'concurrent', 'sequential'];

/** Lists the tests of a source file: the calls of `it` and `test`, also those with `.each`. */
export function listTests(path: string, text: string): TitledTest[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext);
  const tests: TitledTest[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTestFunction(node.expression)) {
      const title = readTitle(node.arguments[0]);
      if (title !== undefined) tests.push({ title, path });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return tests;
}

/** Recognises `it`, `it.each(cases)`, `it.skipIf(condition)`, and the same of `test`. */
function isTestFunction(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return ['it', 'test'].includes(callee.text);
  if (ts.isCallExpression(callee)) return isTestFunction(callee.expression);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  return MODIFIERS.includes(callee.name.text) && isTestFunction(callee.expression);
}

function readTitle(node: ts.Expression | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** Lists the tests of the repository. */
export function readTests(): TitledTest[] {
  const options = ['--cached', '--others', '--exclude-standard', '-z'];
  const folders = ['test', 'packages/*/test/*'];
  const listing = execFileSync('git', ['ls-files', ...options, ...folders], { encoding: 'utf8' });
  const paths = listing.split('\0').filter((path) => path.endsWith('.ts') && existsSync(path));
  return paths.flatMap((path) => listTests(path, readFileSync(path, 'utf8')));
}
