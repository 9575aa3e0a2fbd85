import ts from 'typescript';

/**
 * Comment or string in a source file, and the number of its first line. Line numbers start at 1.
 */
export interface Prose {
  kind: 'comment' | 'string';
  text: string;
  line: number;
}

export function parseSource(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
}

export function lineAt(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}

/**
 * Lists all comments of a file in the order of the file. Adjacent lines that start with `//` form
 * one comment.
 */
export function listComments(file: ts.SourceFile): Prose[] {
  const ranges = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    // Visits tokens as well as nodes, because a comment before a closing brace belongs to no node.
    for (const range of ts.getLeadingCommentRanges(file.text, node.pos) ?? []) {
      ranges.set(range.pos, range);
    }
    for (const range of ts.getTrailingCommentRanges(file.text, node.end) ?? []) {
      ranges.set(range.pos, range);
    }
    for (const child of node.getChildren(file)) if (!isInsideText(node)) visit(child);
  };
  visit(file);
  const ordered = [...ranges.values()].sort((a, b) => a.pos - b.pos);
  return joinLines(file, ordered);
}

/** Lists all strings of a file, including the literal parts of template strings. */
export function listStrings(file: ts.SourceFile): Prose[] {
  const strings: Prose[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || isTemplatePart(node)) {
      strings.push({
        kind: 'string',
        text: node.text,
        line: lineAt(file, node.getStart(file)),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return strings;
}

/**
 * Returns true if the node is a string or a part of a template. In such nodes, `//` does not start
 * a comment.
 */
function isInsideText(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || isTemplatePart(node);
}

function isTemplatePart(
  node: ts.Node,
): node is ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail {
  return ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

function joinLines(file: ts.SourceFile, ranges: ts.CommentRange[]): Prose[] {
  const comments: (Prose & { last_line: number })[] = [];
  for (const { pos, end, kind } of ranges) {
    const text = file.text.slice(pos, end);
    const line = lineAt(file, pos);
    const previous = comments.at(-1);
    const is_line = kind === ts.SyntaxKind.SingleLineCommentTrivia && isAloneOnLine(file, pos);
    if (is_line && previous?.text.startsWith('//') && previous.last_line === line - 1) {
      previous.text += `\n${text}`;
      previous.last_line = line;
    } else {
      comments.push({ kind: 'comment', text, line, last_line: lineAt(file, end) });
    }
  }
  return comments.map(({ kind, text, line }) => ({ kind, text, line }));
}

function isAloneOnLine(file: ts.SourceFile, position: number): boolean {
  const line_start = file.text.lastIndexOf('\n', position - 1) + 1;
  return file.text.slice(line_start, position).trim() === '';
}
