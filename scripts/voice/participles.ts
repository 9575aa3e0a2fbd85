import ts from 'typescript';
import { lineAt } from './source.ts';
import type { Finding } from './words.ts';

const IRREGULAR = new Set(
  `begun bought brought broken built caught chosen done drawn driven fallen felt found forgotten frozen given gone got
   heard held hidden kept known laid led left lost made meant met paid said seen sent shown sold spent stolen taken
   taught thought thrown told understood won worn written`.split(/\s+/),
);
/** Words that end in -ed but are verbs or nouns, not participles. */
const NOT_PARTICIPLES = new Set([
  'embed',
  'exceed',
  'feed',
  'heed',
  'need',
  'proceed',
  'seed',
  'shed',
]);

/**
 * Returns true if the name is a single lower-case word that is a past participle. For example, the
 * function returns true for `called` and `told`, and false for `isCalled` and `toldOnce`.
 */
export function isParticiple(name: string): boolean {
  if (!/^[a-z]+$/.test(name) || NOT_PARTICIPLES.has(name)) return false;
  return IRREGULAR.has(name) || name.endsWith('ed');
}

/** Finds the functions, methods and function types in a file whose names are participles. */
export function findParticiples(
  path: string,
  file: ts.SourceFile,
  allowed: ReadonlySet<string>,
): Finding[] {
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const name = functionName(node);
    if (name !== undefined && isParticiple(name.text) && !allowed.has(name.text)) {
      const line = lineAt(file, name.getStart(file));
      const message = `function "${name.text}": a function is a verb, a boolean is isX or hasX`;
      findings.push({ path, line, message });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return findings;
}

function functionName(node: ts.Node): ts.Identifier | undefined {
  const is_function =
    ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isMethodSignature(node);
  const has_function =
    (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) &&
    node.initializer !== undefined &&
    (ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer));
  const has_type = ts.isPropertySignature(node) && node.type && ts.isFunctionTypeNode(node.type);
  if (!is_function && !has_function && !has_type) return undefined;
  return node.name !== undefined && ts.isIdentifier(node.name) ? node.name : undefined;
}
