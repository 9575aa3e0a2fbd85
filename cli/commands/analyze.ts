import { Command } from 'commander';
import pc from 'picocolors';
import { errorResponseSchema, type SyncResponse, syncResponseSchema } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';

/** `aurastream analyze TEXT`: a verdict at once, through the API. */
export function analyzeCommand(): Command {
  return new Command('analyze')
    .description('ask for the sentiment of one text, now')
    .argument('<text>')
    .option('--language <code>', 'the language of the text; without it, it is detected')
    .option('--json', 'print the answer of the API')
    .action(
      async (text: string, options: { language?: string; json?: boolean }, command: Command) => {
        const { ApiUrl } = await connect(command);
        const answer = await analyze(ApiUrl, text, options.language);
        console.log(options.json ? JSON.stringify(answer) : inWords(answer));
      },
    );
}

async function analyze(url: string, text: string, language?: string): Promise<SyncResponse> {
  const response = await fetch(`${url}/analyze/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, options: { language_code: language ?? 'auto' } }),
  });
  const body: unknown = await response.json();
  if (response.ok) return syncResponseSchema.parse(body);
  const refused = errorResponseSchema.safeParse(body);
  if (!refused.success) throw new Error(`The API answered ${response.status}`);
  const { message, field, retry_after } = refused.data.error;
  throw new Advice(
    field === undefined ? message : `${field}: ${message}`,
    retry_after === undefined
      ? 'See `aurastream analyze --help`.'
      : `Try again in ${retry_after} s.`,
  );
}

function inWords(answer: SyncResponse): string {
  const scores = Object.entries(answer.scores)
    .map(([name, score]) => `${name} ${score.toFixed(3)}`)
    .join('  ');
  const origin = answer.cache_hit ? 'from the cache' : 'analyzed';
  return `${pc.bold(answer.sentiment)}  ${answer.score.toFixed(3)}  (${answer.language_code}, ${answer.language_source}; ${origin} in ${answer.processing_time_ms.toFixed(0)} ms)\n${pc.dim(scores)}`;
}
