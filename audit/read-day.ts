import pLimit from 'p-limit';
import type { AuditManifest, WriterDay } from '../schemas/index.ts';
import type { Chains } from './chains.ts';
import type { Finding } from './findings.ts';
import type { AuditKeys } from './keys.ts';
import { dayPrefix } from './object-keys.ts';
import type { AuditStore, StoredObject } from './ports.ts';
import { readObject } from './read-object.ts';
import { hashText } from './sign.ts';

/** The objects, chains and findings of a day. */
export interface DayContents {
  objects: AuditManifest['objects'];
  writers: WriterDay[];
  lines: number;
  findings: Finding[];
}

export interface ReadDayDeps {
  store: Pick<AuditStore, 'list' | 'getText'>;
  keys: AuditKeys;
  chains: Chains;
}

const READS_AT_A_TIME = 16;

/** Reads all objects of a day, and follows the chains of their writers. */
export async function readDay(deps: ReadDayDeps, day: string): Promise<DayContents> {
  const { store, keys, chains } = deps;
  const limit = pLimit(READS_AT_A_TIME);
  const stored: StoredObject[] = [];
  for await (const object of store.list(dayPrefix(day))) stored.push(object);
  const texts = await Promise.all(stored.map(({ key }) => limit(() => store.getText(key))));
  const contents: DayContents = { objects: [], writers: [], lines: 0, findings: [] };
  for (const [i, object] of stored.entries()) {
    contents.findings.push(...findRewrites(object));
    const text = texts[i];
    if (text === undefined) continue;
    const { lines, findings } = readObject(object.key, text, keys);
    contents.findings.push(...findings, ...chains.add(object.key, lines));
    contents.lines += lines.length;
    const bytes = Buffer.byteLength(text);
    contents.objects.push({ key: object.key, bytes, sha256: hashText(text) });
  }
  contents.writers = chains.endDay();
  return contents;
}

/** Finds a deletion or a second version, which a writer never makes. */
export function findRewrites({ key, versions, is_deleted }: StoredObject): Finding[] {
  const findings: Finding[] = [];
  if (is_deleted) findings.push({ place: key, problem: 'the object was deleted' });
  if (versions > 1) findings.push({ place: key, problem: 'the object was overwritten' });
  return findings;
}
