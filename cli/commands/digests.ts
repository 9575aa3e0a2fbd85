import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { connectApi, withAdvice } from '../api.ts';
import { printAnswer } from '../output/print.ts';
import { chooseCadence, createDigestCommand, storedDigestCommands } from './digests-stored.ts';
import { aSlug } from './options.ts';

/** Creates the command `aurastream digests`, which previews, defines and follows digests. */
export function digestsCommand(): Command {
  const digests = new Command('digests')
    .description('send or show what changed in a day or a week against the one before')
    .addCommand(createDigestCommand())
    .addCommand(previewCommand());
  for (const command of storedDigestCommands()) digests.addCommand(command);
  return digests;
}

interface PreviewOptions {
  daily?: boolean;
  weekly?: boolean;
  source?: string;
  html?: string;
  chart?: string;
  json?: boolean;
}

function previewCommand(): Command {
  return new Command('preview')
    .description('write the digest of the last day or week that is over')
    .option('--daily', 'of the last day, in UTC')
    .option('--weekly', 'of the last week, which begins on Monday (the default)')
    .option('--source <name>', 'only this source', aSlug)
    .option('--html <file>', 'write the mail to this file, to look at it in a browser')
    .option('--chart <file>', 'write the chart to this file, as SVG')
    .option('--json', 'print the digest and its forms')
    .action(async (options: PreviewOptions, command: Command) => {
      const cadence = chooseCadence(options);
      const client = await connectApi(command);
      const { source } = options;
      const preview = await withAdvice(client.previewDigest({ cadence, source }));
      const files = [
        [options.html, preview.html],
        [options.chart, preview.chart_svg],
      ] as const;
      for (const [path, content] of files) {
        if (path !== undefined) await writeFile(path, content);
      }
      const written = files.flatMap(([path]) => (path === undefined ? [] : [`Wrote ${path}.`]));
      printAnswer(options, preview, () => [preview.text.trimEnd(), ...written].join('\n'));
    });
}
