import ts from 'typescript';

/** Sizes of one source file and of its functions, in lines. */
export interface FileSize {
  file: string;
  lines: number;
  functions: FunctionSize[];
}

/**
 * Size of one function with a block body. The size includes the functions nested in the function.
 */
interface FunctionSize {
  name: string;
  /** Line of the function's first token. The first line of a file has number 1. */
  line: number;
  lines: number;
}

/**
 * Sizes of one room, in lines. The value of `files` is the number of files. The table in
 * docs/architecture.md shows the values.
 */
export interface RoomSize {
  room: string;
  files: number;
  lines: number;
  median_file: number;
  p90_function: number;
  longest_function: number;
}

export function measureFile(file: string, text: string): FileSize {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const functions: FunctionSize[] = [];
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body && ts.isBlock(node.body)) {
      const line = lineOf(node.getStart(source));
      functions.push({ name: nameFunction(node), line, lines: lineOf(node.end) - line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { file, lines: text.split('\n').length - 1, functions };
}

function nameFunction(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
    ? parent.name.getText()
    : '(anonymous)';
}

export function measureRoom(room: string, files: FileSize[]): RoomSize {
  const functions = files.flatMap((file) => file.functions.map(({ lines }) => lines));
  const lines = files.map((file) => file.lines);
  return {
    room,
    files: files.length,
    lines: lines.reduce((sum, n) => sum + n, 0),
    median_file: computeQuantile(lines, 0.5),
    p90_function: computeQuantile(functions, 0.9),
    longest_function: Math.max(0, ...functions),
  };
}

/**
 * Returns a quantile. At least the given share of all values is smaller than or equal to the
 * returned value. Returns 0 if the list of values is empty.
 */
function computeQuantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
