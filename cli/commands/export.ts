import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { buildSelection } from '../../operations/erase/selection.ts';
import { composeSources } from '../../operations/export/compose.ts';
import { exportSelection } from '../../operations/export/export.ts';
import { buildAct } from '../../operations/privacy/build-act.ts';
import type { Selector } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { addSelector, readSelector, type SelectorOptions } from '../privacy/selector.ts';

interface Options extends SelectorOptions {
  output?: string;
}

/** Creates the command `aurastream export`, which writes everything that is held on some records. */
export function exportCommand(): Command {
  return addSelector(new Command('export'))
    .option('--output <file>', 'write to a file (default: standard output)')
    .addHelpText(
      'after',
      `
Each line says which store holds it: the current row (results_table), all versions that the raw lake still has
(lake_raw), set-asides, and failed batches. The last line is a manifest with the number of lines of each store and the
SHA-256 of all lines before it. Without the manifest, the export is not whole. What was published in the last
minutes may still be on a stream or in the lake's buffer.`,
    )
    .action(async (options: Options, self: Command) => {
      const selector = readSelector(options);
      const stack = await connect(self);
      void (await withAudit(
        stack,
        buildAct('export', selector),
        () => writeExport(stack, selector, options.output),
        (lines) => ({ counts: { lines } }),
      ));
    });
}

/** Writes an export, and returns its number of lines without the manifest. */
async function writeExport(
  stack: StackOutputs,
  selector: Selector,
  output: string | undefined,
): Promise<number> {
  const deps = { ...composeSources(stack), now: Date.now };
  const selection = await buildSelection(selector, Number.MAX_SAFE_INTEGER, deps.restoreKey);
  const target = output === undefined ? process.stdout : createWriteStream(output);
  let lines = 0;
  const countLines = async function* () {
    for await (const line of exportSelection(deps, selection)) {
      lines += 1;
      yield line;
    }
  };
  await pipeline(Readable.from(countLines()), target, { end: output !== undefined });
  return lines - 1;
}
