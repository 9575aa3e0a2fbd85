import { readdir, readFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EncodedSourceMap } from '@jridgewell/trace-mapping';
import { readBundleMap } from './bundle-map.ts';

/**
 * The folder into which each child process writes a file when the child exits. Source:
 * https://nodejs.org/api/cli.html#node_v8_coveragedir
 */
export const RECORDINGS = fileURLToPath(new URL('../../coverage/.processes', import.meta.url));

/** Coverage of a script that one process ran. */
export interface RecordedScript extends Profiler.ScriptCoverage {
  /** Source map of the script. Absent if the script ran without a transformation. */
  source_map?: { map: EncodedSourceMap; line_lengths: number[] };
}

interface Recording {
  result: Profiler.ScriptCoverage[];
  'source-map-cache'?: Record<string, { lineLengths: number[]; data: EncodedSourceMap | null }>;
}

/**
 * Reads the recordings of all processes, one recording after the other. A process that was killed
 * leaves no recording or an incomplete one.
 */
export async function* readRecordings(folder = RECORDINGS): AsyncGenerator<RecordedScript> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const recording = parse(await readFile(join(folder, name), 'utf8'));
    const maps = recording?.['source-map-cache'] ?? {};
    for (const script of recording?.result ?? []) {
      if (!script.url.startsWith('file://') || script.url.includes('/node_modules/')) continue;
      const found = maps[script.url] ?? (await readBundleMap(script.url));
      yield {
        ...script,
        ...(found?.data
          ? { source_map: { map: found.data, line_lengths: found.lineLengths } }
          : {}),
      };
    }
  }
}

function parse(text: string): Recording | undefined {
  try {
    return JSON.parse(text) as Recording;
  } catch {
    return undefined;
  }
}
