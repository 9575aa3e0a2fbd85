import type { Source } from '../../ingest/connectors/source.ts';
import { SOURCES } from '../../ingest/connectors/sources/index.ts';
import { Advice } from '../errors.ts';

/**
 * Returns the source of this name.
 *
 * @throws {Advice} if there is none.
 */
export async function findSource(name: string): Promise<Source> {
  const load = SOURCES[name];
  if (load !== undefined) return load();
  throw new Advice(
    `There is no source ${name}.`,
    `Use one of ${Object.keys(SOURCES).join(', ')}, or see \`aurastream connect list\`.`,
  );
}
