import type { AuditEntry, AuditLine } from '../schemas/index.ts';
import { auditEntrySchema, auditLineSchema, ServiceError } from '../schemas/index.ts';
import type { AuditKeys } from './keys.ts';
import { entriesKey } from './object-keys.ts';
import type { AuditStore } from './ports.ts';
import { isSigned, signJson } from './sign.ts';

export interface AuditWriterDeps {
  store: Pick<AuditStore, 'put' | 'getText'>;
  keys: () => Promise<AuditKeys>;
  /** Name of this writer, which no other process has, such as `cli-0d9c…`. */
  writer: string;
  now: () => number;
}

/** Writes entries in the chain of one writer. */
export interface AuditWriter {
  /**
   * Writes entries as one object. The entries are stored when the promise resolves.
   *
   * @throws {ServiceError} if the entries cannot be written. The next entries continue the chain.
   */
  write(entries: AuditEntry[]): Promise<void>;
}

/** The end of a chain. */
interface Head {
  sequence: number;
  mac: string;
}

/** `previous` of the first line of a chain. */
export const NO_PREVIOUS = '0'.repeat(64);

/**
 * Creates the writer of a chain. Each line has the number of its place and the `mac` of the line before
 * it, so that a line that is changed, removed or moved breaks the chain.
 */
export function createAuditWriter(deps: AuditWriterDeps): AuditWriter {
  let head: Head = { sequence: 0, mac: NO_PREVIOUS };
  let last: Promise<void> = Promise.resolve();
  const append = async (entries: AuditEntry[]) => {
    const keys = await deps.keys();
    for (;;) {
      const object = formatObject(deps, head, entries, keys);
      if ((await deps.store.put(object.key, object.text)) === 'written') {
        head = object.head;
        return;
      }
      const found = await readOwnObject(deps, object.key, keys);
      head = found.head;
      if (found.text === object.text) return;
    }
  };
  return {
    write(entries) {
      if (entries.length === 0) return Promise.resolve();
      const writing = last.then(() => append(entries));
      last = writing.catch(() => {});
      return writing;
    },
  };
}

function formatObject(deps: AuditWriterDeps, head: Head, entries: AuditEntry[], keys: AuditKeys) {
  const written_at = new Date(deps.now()).toISOString();
  let { sequence, mac } = head;
  const lines = entries.map((entry) => {
    sequence += 1;
    const place = { version: 1, writer: deps.writer, sequence, previous: mac, written_at } as const;
    const line: Omit<AuditLine, 'mac'> = { ...place, ...auditEntrySchema.parse(entry) };
    const signed = signJson(line, keys.line);
    mac = signed.mac;
    return `${signed.text}\n`;
  });
  const key = entriesKey(written_at, deps.writer, head.sequence + 1);
  return { key, text: lines.join(''), head: { sequence, mac } };
}

/**
 * Reads the object that stands where the next object should go. It is of an earlier attempt to write,
 * of which the answer was lost, because only this process writes in its chain.
 *
 * @throws {ServiceError} if it is not of this writer.
 */
async function readOwnObject(deps: AuditWriterDeps, key: string, keys: AuditKeys) {
  const text = (await deps.store.getText(key)) ?? '';
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  const parsed = isSigned(line, keys.line) ? auditLineSchema.parse(JSON.parse(line)) : undefined;
  if (parsed?.writer !== deps.writer) {
    throw new ServiceError('audit', 'ForeignObject', { retryable: false });
  }
  return { text, head: { sequence: parsed.sequence, mac: parsed.mac } };
}
