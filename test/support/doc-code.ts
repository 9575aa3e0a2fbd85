import ts from 'typescript';
import { readDoc } from './doc-tables.ts';

/** Imports an ES module from its source. */
export function importSource(source: string): Promise<Record<string, unknown>> {
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(source)}`);
}

/** Finds the TypeScript example of a document that contains a text, and translates it. */
export function readDocCode(path: string, part: string): string {
  const blocks = [...readDoc(path).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const code = blocks.find((block) => block.includes(part));
  if (code === undefined) throw new Error(`${path}: expected an example with ${part}`);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}
