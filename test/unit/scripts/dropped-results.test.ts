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

function findIn(statement: string): string[] {
  const code = `${DECLARATIONS}\n${statement}`;
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2023, strict: true };
  const host = ts.createCompilerHost(options);
  const file = ts.createSourceFile('a.ts', code, ts.ScriptTarget.ES2023, true);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) => (name === 'a.ts' ? file : getSourceFile(name, version));
  const program = ts.createProgram(['a.ts'], options, host);
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
