import { expect, it } from 'vitest';
import { checkText } from '../../../scripts/voice/check.ts';
import { isParticiple } from '../../../scripts/voice/participles.ts';
import { drawSample } from '../../../scripts/voice/sample.ts';
import { listComments, parseSource } from '../../../scripts/voice/source.ts';

const linesOf = (path: string, text: string) => checkText(path, text).map(({ line }) => line);

it('the voice lint refuses hidden subjects in line comments, block comments and docstrings', () => {
  const text =
    '// Nobody waits.\nconst a = 1; /* or whoever */\n/**\n * Where\n * somebody is.\n */\nconst b = 2;';
  expect(linesOf('a.ts', text)).toEqual([1, 2, 5]);
});

it('the voice lint refuses a sentence of a comment that begins a line with What and is no question', () => {
  const text =
    '/** What a query needs. */\nlet a;\n/**\n * A query.\n * What it needs.\n */\nlet b;\n  // What is left?\nlet c;\n// What is left.';
  expect(linesOf('a.ts', text)).toEqual([1, 5, 10]);
});

it('the voice lint refuses hidden subjects in strings and in each part of a template string', () => {
  const text = "const a = 'nobody';\nconst b = `somebody $" + '{a} whoever`;';
  expect(linesOf('a.ts', text)).toEqual([1, 2, 2]);
});

it('the voice lint finds a comment before a closing brace', () => {
  expect(linesOf('a.ts', 'function f() {\n  f();\n  // nobody\n}\n')).toEqual([3]);
});

it('the voice lint leaves identifiers, longer words and marked sample data alone', () => {
  const text =
    "const nobody_here = 'busybody';\n// voice: sample\nconst b = 'nobody';\nconst c = 'nobody'; // voice: sample";
  expect(linesOf('a.ts', text)).toEqual([]);
});

it('the voice lint reads every line of Markdown and YAML', () => {
  expect(linesOf('a.md', '# A\n\nWhoever asks.')).toEqual([3]);
  expect(linesOf('a.yml', 'on: push\n# Nobody\n')).toEqual([2]);
});

it('the voice lint refuses "is not played" and says what to write', () => {
  const [finding] = checkText('a.ts', "throw new Error('RollbackX is not played here');");
  expect(finding?.message).toContain('is not emulated');
});

it.each([
  'function called() {}',
  'const told = () => 1;',
  'const a = { counted: () => 1 };',
  'class A { owned() {} }',
  'interface A { reported(): void }',
  'interface A { governed: () => void }',
])('the voice lint refuses a function that a participle names: %s', (text) => {
  expect(linesOf('a.ts', text)).toEqual([1]);
});

it.each([
  'function isCalled() {}',
  'const embed = () => 1;',
  'const counted = 3;',
  'interface A { accepted: number }',
  'function readRows() {}',
])('the voice lint accepts verbs, booleans and values: %s', (text) => {
  expect(linesOf('a.ts', text)).toEqual([]);
});

it('a participle is one word that ends in -ed or stands in the list of irregular ones', () => {
  expect(['called', 'told', 'written'].every(isParticiple)).toBe(true);
  expect(['need', 'read', 'call', 'calledOnce', 'is_told'].some(isParticiple)).toBe(false);
});

it('the same seed draws the same comments, and another seed others', () => {
  const items = Array.from({ length: 200 }, (_, i) => `comment ${i}`);
  expect(drawSample(items, 20, 1)).toEqual(drawSample(items, 20, 1));
  expect(drawSample(items, 20, 1)).not.toEqual(drawSample(items, 20, 2));
  expect(new Set(drawSample(items, 500, 1)).size).toBe(200);
});

it('adjacent line comments are one comment, and text that looks like one is none', () => {
  const text = "// one\n// comment\nconst a = 'no // comment'; // another\nconst b = `/* a // */`;";
  const comments = listComments(parseSource('a.ts', text));
  expect(comments.map(({ text: comment }) => comment)).toEqual([
    '// one\n// comment',
    '// another',
  ]);
});
