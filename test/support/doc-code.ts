import ts from 'typescript';
import { readDoc } from './doc-tables.ts';

/** Imports an ES module from its source. */
export function importSource(source: string): Promise<Record<string, unknown>> {
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(source)}`);
}

/** Finds the TypeScript example of a document that contains a text, and translates it. */
export function readDocCode(path: string, part: string): string {
  const code = findBlock(path, 'ts', part);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

/** Finds the shell commands of a document that contain a text. */
export function readDocCommands(path: string, part: string): string {
  return findBlock(path, 'sh', part);
}

function findBlock(path: string, language: string, part: string): string {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  const blocks = [...readDoc(path).matchAll(fence)].map(([, code = '']) => code);
  const code = blocks.find((block) => block.includes(part));
  if (code === undefined) throw new Error(`${path}: expected an example with ${part}`);
  return code;
}
