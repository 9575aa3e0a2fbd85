import { expect, it } from 'vitest';

interface Path {
  node: object;
  parentPath: Path | undefined;
}

const WORDING = new URL('../../mutation/plugins/wording.mjs', import.meta.url).href;
const { strykerPlugins } = await import(WORDING);
const [{ value: ignorer }] = strykerPlugins;

/** Returns whether the mutants of the last node are left out. Each node contains the next one. */
function isLeftOut(...nodes: object[]): boolean {
  const path = nodes.reduce<Path | undefined>(
    (parentPath, node) => ({ node, parentPath }),
    undefined,
  );
  return ignorer.shouldIgnore(path) !== undefined;
}

const identifier = (name: string) => ({ type: 'Identifier', name });
const string = (value: string) => ({ type: 'StringLiteral', value });
const template = (...raw: string[]) => ({
  type: 'TemplateLiteral',
  quasis: raw.map((part) => ({ value: { raw: part } })),
});
const newError = { type: 'NewExpression', callee: identifier('UnusableInputError') };
const call = (object: string, property: string) => ({
  type: 'CallExpression',
  callee: { type: 'MemberExpression', object: identifier(object), property: identifier(property) },
});
const property = (name: string) => ({ type: 'ObjectProperty', key: identifier(name) });

it.each([
  ['the message of an error', newError, string('The input has no records')],
  ['a message with values', newError, template('A job has at most ', ' records')],
  ['a line of the log', call('logger', 'info'), string('jobs swept')],
  ['the description of a schema', call('schema', 'describe'), string('Epoch seconds.')],
  ['a message in an object', property('message'), string('must not be empty')],
])('mutants of %s are left out', (_, parent, text) => {
  expect(isLeftOut(parent, text)).toBe(true);
});

it.each([
  ['the code of an error', newError, string('INPUT_EMPTY')],
  ['an expression of DynamoDB', property('UpdateExpression'), string('SET expires_at = :at')],
  ['a header', property('user-agent'), string('AuraStream')],
  ['a key with values', call('store', 'get'), template('inputs/', '.jsonl')],
  ['what a function in an argument does', call('log', 'info'), { type: 'ArrowFunctionExpression' }],
])('mutants of %s stay', (_, parent, text) => {
  expect(isLeftOut(parent, text)).toBe(false);
});

it('mutants of a text within a function stay, even if the function is an argument of a log', () => {
  const within = { type: 'ArrowFunctionExpression' };
  expect(isLeftOut(call('log', 'info'), within, string('two words'))).toBe(false);
});
