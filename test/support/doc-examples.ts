import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './process.ts';

/** Source file of each export path of the package. */
export const ENTRY_POINTS = {
  'aurastream/client': join(ROOT, 'client/index.ts'),
  'aurastream/ingest': join(ROOT, 'ingest/index.ts'),
  'aurastream/kinesis': join(ROOT, 'aws/kinesis/stream.ts'),
  'aurastream/schemas': join(ROOT, 'schemas/public.ts'),
};

export interface DocumentedExport {
  /**
   * Entry point and name of the export. For example, the label is `aurastream/client:
   * createClient`.
   */
  name: string;
  docs: string;
  examples: string[];
}

/** Lists every export of the package, with its doc comment and the code of its `@example` tags. */
export function listDocumentedExports(): DocumentedExport[] {
  const program = ts.createProgram(Object.values(ENTRY_POINTS), {
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  return Object.entries(ENTRY_POINTS).flatMap(([entry_point, path]) => {
    const file = program.getSourceFile(path);
    const module_symbol = file && checker.getSymbolAtLocation(file);
    if (module_symbol === undefined) throw new Error(`${path}: expected a module with exports`);
    return checker.getExportsOfModule(module_symbol).map((exported) => {
      const is_alias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = is_alias ? checker.getAliasedSymbol(exported) : exported;
      return {
        name: `${entry_point}: ${exported.name}`,
        docs: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
        examples: symbol
          .getJsDocTags(checker)
          .filter(({ name }) => name === 'example')
          .map(({ text }) => ts.displayPartsToString(text)),
      };
    });
  });
}
