import ts from 'typescript';
import { expect, it } from 'vitest';
import { findDroppedResults } from '../../../scripts/dropped-results/find.ts';

/** Declares the functions that the statements in the tests call. */
const DECLARATIONS = `
  interface Chain { add(name: string): Chain }
  declare const chain: Chain;
  declare const numbers: number[];
  declare function put(): string[];
  declare function putLater(): Promise<string[]>;
  declare function run(): void;
  declare function runLater(): Promise<void>;
  declare function runAll(): Promise<void[]>;
  declare function find(): string | undefined;
`;

const OPTIONS: ts.CompilerOptions = { target: ts.ScriptTarget.ES2023, strict: true };
const host = ts.createCompilerHost(OPTIONS);
const readSource = host.getSourceFile.bind(host);
/** The declarations of the language, which TypeScript parses once for all statements. */
const known = new Map<string, ts.SourceFile | undefined>();

function findIn(statement: string): string[] {
  const code = `${DECLARATIONS}\n${statement}`;
  const file = ts.createSourceFile('a.ts', code, ts.ScriptTarget.ES2023, true);
  host.getSourceFile = (name, version) => {
    if (name === 'a.ts') return file;
    if (!known.has(name)) known.set(name, readSource(name, version));
    return known.get(name);
  };
  const program = ts.createProgram(['a.ts'], OPTIONS, host);
  return findDroppedResults(file, program.getTypeChecker()).map(({ call }) => call);
}

it.each([
  ['put();', 'put'],
  ['async () => { await putLater(); };', 'putLater'],
  ['find();', 'find'],
  ['numbers.filter((n) => n > 1);', 'filter'],
])('the lint reports that %s drops a result', (statement, call) => {
  expect(findIn(statement)).toEqual([call]);
});

it.each([
  'void put();',
  'const kept = put();',
  'run();',
  'async () => { await runLater(); await runAll(); };',
  "chain.add('a');",
  'numbers.push(1);',
])('the lint accepts %s', (statement) => {
  expect(findIn(statement)).toEqual([]);
});
