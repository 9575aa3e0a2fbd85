import ts from 'typescript';

/** A call whose value is dropped. */
export interface DroppedResult {
  file: string;
  /** Line of the call, counted from 1. */
  line: number;
  /** Name of the called function. */
  call: string;
}

/** Standard methods that have no effect besides the value that they return. */
const PURE_METHODS = new Set(
  (
    'at concat endsWith entries every filter find findIndex findLast flat flatMap get has includes ' +
    'indexOf join keys map padEnd padStart replace replaceAll slice some split startsWith ' +
    'subarray substring toReversed toSorted toSpliced toString trim values with'
  ).split(' '),
);

/** Finds the statements of a file that drop the value of a call. */
export function findDroppedResults(file: ts.SourceFile, checker: ts.TypeChecker): DroppedResult[] {
  const found: DroppedResult[] = [];
  const visit = (node: ts.Node): void => {
    const call = ts.isExpressionStatement(node) ? calledIn(node.expression) : undefined;
    if (call !== undefined && dropsValue(call, checker)) {
      const { line } = file.getLineAndCharacterOfPosition(call.getStart());
      found.push({ file: file.fileName, line: line + 1, call: nameOf(call.expression) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function calledIn(expression: ts.Expression): ts.CallExpression | undefined {
  if (ts.isAwaitExpression(expression)) return calledIn(expression.expression);
  return ts.isCallExpression(expression) ? expression : undefined;
}

function dropsValue(call: ts.CallExpression, checker: ts.TypeChecker): boolean {
  const declaration = checker.getResolvedSignature(call)?.declaration;
  if (declaration === undefined) return false;
  const is_ours = !declaration.getSourceFile().fileName.includes('/node_modules/');
  if (!is_ours && !PURE_METHODS.has(nameOf(call.expression))) return false;
  const type = checker.getTypeAtLocation(call);
  const awaited = checker.getAwaitedType(type) ?? type;
  if (returnsNothing(awaited)) return false;
  return !is_ours || !returnsItself(call, awaited, checker);
}

/** Returns true if the type has no value that a caller could use, such as `void` or `void[]`. */
function returnsNothing(type: ts.Type): boolean {
  const { Void, Undefined, Never, Any, Unknown } = ts.TypeFlags;
  const types = type.isUnion() ? type.types : [type];
  return types.every((one) => {
    const [item] = one.symbol?.name === 'Array' ? typeArgumentsOf(one) : [];
    if (item !== undefined) return returnsNothing(item);
    return (one.flags & (Void | Undefined | Never | Any | Unknown)) !== 0;
  });
}

function typeArgumentsOf(type: ts.Type): readonly ts.Type[] {
  return (type as ts.TypeReference).typeArguments ?? [];
}

/** Returns true for a method that returns its object, so that calls can be chained. */
function returnsItself(call: ts.CallExpression, type: ts.Type, checker: ts.TypeChecker): boolean {
  if (!ts.isPropertyAccessExpression(call.expression)) return false;
  return checker.getTypeAtLocation(call.expression.expression) === type;
}

function nameOf(expression: ts.Expression): string {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : 'the called function';
}
