import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { UnreadableFileError } from '../../ingest/sources/file-error.ts';
import {
  openRecords,
  type ReadOptions,
  type SourceItem,
} from '../../ingest/sources/read-records.ts';
import type { FileDescription } from '../../schemas/index.ts';

/** Everything that reading a file gave. If the file is not readable, `error` says why. */
export interface ReadOutcome {
  items: SourceItem[];
  texts: (string | undefined)[];
  records: Extract<SourceItem, { ok: true }>['record'][];
  /** The refused rows with their line and reason. */
  refused: string[];
  adjustments: string[];
  description?: FileDescription;
  error?: string;
}

/** Reads a whole file. Errors that are no advice for the user fail the test. */
export async function readWhole(options: ReadOptions): Promise<ReadOutcome> {
  const items: SourceItem[] = [];
  const outcome: ReadOutcome = { items, texts: [], records: [], refused: [], adjustments: [] };
  try {
    const file = await openRecords(options);
    outcome.description = file.description;
    for await (const item of file.readRecords()) items.push(item);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    outcome.error = error.message;
  }
  for (const item of items) {
    if (item.ok) {
      outcome.records.push(item.record);
      outcome.texts.push(item.record.text);
      for (const { field, outcome: fate, reason } of item.adjustments) {
        outcome.adjustments.push(`${field} ${fate}: ${reason}`);
      }
    } else {
      const reasons = item.issues.map(({ path, message }) => `${path} ${message}`.trim());
      outcome.refused.push(`${item.line}: ${reasons.join('; ')}`);
    }
  }
  return outcome;
}

/** Creates a folder for the tests of a file. Returns a function that writes a file and reads it. */
export function createReadContent() {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aurastream-files-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return async (
    name: string,
    content: string | Buffer,
    options: Omit<ReadOptions, 'path'> = {},
  ): Promise<ReadOutcome> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return readWhole({ path, ...options });
  };
}
