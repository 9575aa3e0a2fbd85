import type { AuditManifest } from '../schemas/index.ts';
import { createChains } from './chains.ts';
import { addDays, dayAt, isSettled, listDays } from './days.ts';
import type { Finding } from './findings.ts';
import type { AuditKeys } from './keys.ts';
import { listManifests, readManifest } from './manifests.ts';
import { dayOf, ENTRIES_PREFIX, manifestKey } from './object-keys.ts';
import type { AuditStore } from './ports.ts';
import { readDay } from './read-day.ts';
import { hashText, signJson } from './sign.ts';

export interface SealDeps {
  store: AuditStore;
  keys: () => Promise<AuditKeys>;
  now: () => number;
}

export interface SealOutcome {
  days: string[];
  objects: number;
  findings: Finding[];
}

/**
 * Seals each past day that has no manifest yet, also those without entries, beginning with the first day
 * of the trail. A day with findings is sealed too, so that nothing more can change.
 *
 * @throws {ServiceError} if the store fails. The days before that are sealed.
 */
export async function sealDays({ store, keys: readKeys, now }: SealDeps): Promise<SealOutcome> {
  const keys = await readKeys();
  const outcome: SealOutcome = { days: [], objects: 0, findings: [] };
  const last = (await listManifests(store)).at(-1);
  let previous = last === undefined ? null : await readManifest(store, keys, last.key);
  const first = previous === null ? await findFirstDay(store) : addDays(previous.day, 1);
  if (first === undefined) return outcome;
  // The chains of writers that began before the first day are known from no object here.
  const chains = createChains(previous === null);
  for (const day of listDays(first, dayAt(now()))) {
    if (!isSettled(day, now())) break;
    const { objects, writers, findings } = await readDay({ store, keys, chains }, day);
    const manifest: Omit<AuditManifest, 'mac'> = {
      version: 1,
      day,
      sealed_at: new Date(now()).toISOString(),
      objects,
      writers,
      previous: previous?.hash ?? null,
    };
    const key = manifestKey(day);
    const { text } = signJson(manifest, keys.manifest);
    const is_new = (await store.put(key, text)) === 'written';
    previous = is_new
      ? { key, day, hash: hashText(text), manifest: undefined, findings: [] }
      : await readManifest(store, keys, key);
    if (is_new) outcome.days.push(day);
    outcome.objects += objects.length;
    outcome.findings.push(...findings);
  }
  return outcome;
}

/** Returns the day of the first entry. Undefined if there is none. */
export async function findFirstDay(store: Pick<AuditStore, 'list'>): Promise<string | undefined> {
  for await (const { key } of store.list(ENTRIES_PREFIX)) return dayOf(key);
  return undefined;
}
