import { Command } from 'commander';
import { createSourceFetch } from '../../ingest/connectors/http/fetch.ts';
import type { SourceContext } from '../../ingest/connectors/source.ts';
import { SOURCES } from '../../ingest/connectors/sources/index.ts';
import { sleep } from '../../lib/sleep.ts';
import { findSource } from '../connect/find-source.ts';
import { bindSource, parseSet, type SourceFlags } from '../connect/flags.ts';
import { toAdvice, USER_AGENT } from '../connect/run-source.ts';
import { createSecretReader, nameVariable } from '../connect/secrets.ts';
import { Advice } from '../errors.ts';
import { type OutputOptions, printAnswer } from '../output/print.ts';

const CHECK_MS = 20_000;

/** Creates `aurastream connect list`. */
export function listSourcesCommand(): Command {
  return new Command('list')
    .description('list the sources that connect can read')
    .option('--json', 'print them as JSON')
    .action(async (options: OutputOptions) => {
      const sources = await Promise.all(Object.values(SOURCES).map((load) => load()));
      const rows = sources.map(({ name, mode, description, secrets }) => ({
        ...{ name, mode, description },
        secrets: secrets.map((secret) => nameVariable(name, secret)),
      }));
      const width = Math.max(...rows.map(({ name }) => name.length));
      printAnswer(options, rows, () =>
        rows
          .map(({ name, mode, description }) => `${name.padEnd(width)}  ${mode}  ${description}`)
          .join('\n'),
      );
    });
}

/** Creates `aurastream connect check`, which calls a service once and prints its terms. */
export function checkCommand(): Command {
  return new Command('check')
    .description('test the options and secrets of a source, and print the duties it brings')
    .argument('<source>', 'such as bluesky')
    .option('--url <url>', 'base URL of the service (default: the public one)')
    .option('--set <option=value>', 'an option of the source; repeatable', parseSet)
    .action(async (name: string, options: SourceFlags) => {
      const source = await findSource(name);
      const bound = bindSource(source, options);
      const signal = AbortSignal.timeout(CHECK_MS);
      try {
        await bound.check(createCheckContext(name, signal));
      } catch (error) {
        throw signal.aborted ? createTimeout(name, error) : toAdvice(error);
      }
      console.log(`${name} can be read.\nTerms: ${source.terms}`);
    });
}

function createTimeout(name: string, cause: unknown): Advice {
  return new Advice(
    `${name} does not answer within ${CHECK_MS / 1_000} s.`,
    'Check the network and --url.',
    { cause },
  );
}

function createCheckContext(source: string, signal: AbortSignal): SourceContext {
  return {
    ...{ cursor: undefined, signal, now: Date.now, tell: () => undefined },
    pause: (milliseconds) => sleep(milliseconds, signal),
    fetch: createSourceFetch({ user_agent: USER_AGENT, signal, now: Date.now }),
    readSecret: createSecretReader(source),
    ledger: {
      find: async () => [],
      async *listByAuthor() {},
      async *listFirstPublished() {},
    },
  };
}
