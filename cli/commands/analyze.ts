import { Command } from 'commander';
import type { SyncRequest, SyncResponse } from '../../schemas/index.ts';
import { connectApi, withAdvice } from '../api.ts';
import { colours } from '../output/colours.ts';
import { printAnswer } from '../output/print.ts';

type Language = SyncRequest['options']['language_code'];

/**
 * Creates the command `aurastream analyze TEXT`, which asks the API for the sentiment of one text.
 */
export function analyzeCommand(): Command {
  return new Command('analyze')
    .argument('<text>')
    .option('--language <code>', 'the language of the text (default: it is detected)')
    .option('--json', 'print the answer of the API')
    .action(
      async (text: string, options: { language?: string; json?: boolean }, command: Command) => {
        const client = await connectApi(command);
        const language_code = (options.language ?? 'auto') as Language;
        const answer = await withAdvice(client.analyze(text, { language_code }));
        printAnswer(options, answer, () => formatVerdict(answer));
      },
    );
}

function formatVerdict(answer: SyncResponse): string {
  const scores = Object.entries(answer.scores)
    .map(([name, score]) => `${name} ${score.toFixed(3)}`)
    .join('  ');
  const origin = answer.cache_hit ? 'from the cache' : 'analyzed';
  return `${colours.bold(answer.sentiment)}  ${answer.score.toFixed(3)}  (${answer.language_code}, ${answer.language_source}; ${origin} in ${answer.processing_time_ms.toFixed(0)} ms)\n${colours.dim(scores)}`;
}
