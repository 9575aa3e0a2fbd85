import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

const WORKSPACE = '@aurastream/';

/**
 * Follows imports and exports from a TypeScript file. Type-only imports are skipped, because
 * bundles do not contain them.
 *
 * @returns paths of all reached files and of the first file, relative to the root of the
 * repository.
 */
export function filesReachedFrom(root: string, entry: string): Set<string> {
  const reached = new Set<string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    if (path.endsWith('.ts')) open.push(...importsOf(root, path));
  }
  return reached;
}

function importsOf(root: string, path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  return file.statements.flatMap((statement) => {
    const specifier = specifierOf(statement);
    if (specifier === undefined) return [];
    if (specifier.startsWith('.')) return [normalize(join(dirname(path), specifier))];
    return specifier.startsWith(WORKSPACE) ? [resolvePackage(root, specifier)] : [];
  });
}

function specifierOf(statement: ts.Statement): string | undefined {
  const is_import = ts.isImportDeclaration(statement);
  if (!is_import && !ts.isExportDeclaration(statement)) return undefined;
  const is_type = is_import ? statement.importClause?.isTypeOnly : statement.isTypeOnly;
  const { moduleSpecifier } = statement;
  if (is_type || moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) {
    return undefined;
  }
  return moduleSpecifier.text;
}

/**
 * Resolves a specifier such as `@aurastream/cost-model/prices.ts` by the `exports` field of the
 * package.
 */
function resolvePackage(root: string, specifier: string): string {
  const [name = '', ...rest] = specifier.slice(WORKSPACE.length).split('/');
  const folder = `packages/${name}`;
  const manifest = readFileSync(join(root, folder, 'package.json'), 'utf8');
  const { exports } = JSON.parse(manifest) as { exports: Record<string, string> };
  const subpath = ['.', ...rest].join('/');
  const path = exports[subpath] ?? exports['./*']?.replace('*', rest.join('/'));
  const file = path === undefined ? undefined : normalize(join(folder, path));
  if (file === undefined || !existsSync(join(root, file))) {
    throw new Error(`${specifier} is not among the exports of ${folder}/package.json`);
  }
  return file;
}
