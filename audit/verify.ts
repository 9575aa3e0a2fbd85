import { createChains } from './chains.ts';
import { addDays, dayAt, isSettled, listDays } from './days.ts';
import type { Finding } from './findings.ts';
import type { AuditKeys } from './keys.ts';
import { listManifests, type ReadManifest, readManifest } from './manifests.ts';
import { dayOf, manifestKey } from './object-keys.ts';
import type { AuditStore } from './ports.ts';
import { type DayContents, findRewrites, readDay } from './read-day.ts';
import { findFirstDay } from './seal.ts';

export interface VerifyDeps {
  store: Pick<AuditStore, 'list' | 'getText'>;
  keys: () => Promise<AuditKeys>;
  now: () => number;
  /** Age at which entries expire. Of older days, only the manifests are verified. */
  retention_days: number;
}

export interface VerifyReport {
  /** First and last day that were verified. Absent if the trail is empty. */
  first_day?: string;
  last_day?: string;
  sealed_days: number;
  objects: number;
  lines: number;
  findings: Finding[];
}

/**
 * Verifies the trail: each line is genuine and in its place, no object is missing, and each past day has
 * a manifest that its objects agree with. Without `since`, it begins with the first day ever.
 *
 * @throws {ServiceError} if the store fails.
 */
export async function verifyTrail(deps: VerifyDeps, since?: string): Promise<VerifyReport> {
  const { store, now } = deps;
  const keys = await deps.keys();
  const stored = await listManifests(store);
  const first = earliest(await findFirstDay(store), dayOf(stored[0]?.key ?? ''), since);
  const report: VerifyReport = { sealed_days: 0, objects: 0, lines: 0, findings: [] };
  if (first === undefined) return report;
  const last = dayAt(now());
  const days = new Set(stored.map(({ key }) => dayOf(key)));
  const oldest = addDays(last, -deps.retention_days);
  const is_from_start = since === undefined && first >= oldest;
  const chains = createChains(is_from_start);
  const links = createLinks(since === undefined ? undefined : await readBefore(deps, keys, first));
  for (const object of stored) {
    if ((dayOf(object.key) ?? '') >= first) report.findings.push(...findRewrites(object));
  }
  for (const day of listDays(first, last)) {
    const sealed = days.has(day) ? await readManifest(store, keys, manifestKey(day)) : undefined;
    report.findings.push(...links.add(day, sealed, isOverdue(day, now())));
    if (sealed !== undefined) report.sealed_days += 1;
    if (day < oldest) continue;
    const contents = await readDay({ store, keys, chains }, day);
    report.objects += contents.objects.length;
    report.lines += contents.lines;
    report.findings.push(...contents.findings, ...compareDay(sealed, contents));
  }
  return { first_day: first, last_day: last, ...report };
}

function earliest(
  entries: string | undefined,
  manifests: string | undefined,
  since: string | undefined,
): string | undefined {
  const [first] = [entries, manifests].filter((day) => day !== undefined).sort();
  if (first === undefined) return undefined;
  return since !== undefined && since > first ? since : first;
}

/** Time for which a settled day may wait for its manifest. The function that seals runs every hour. */
const SEALING_MS = 3 * 3_600_000;

function isOverdue(day: string, now: number): boolean {
  return isSettled(day, now - SEALING_MS);
}

async function readBefore({ store }: VerifyDeps, keys: AuditKeys, first: string) {
  return await readManifest(store, keys, manifestKey(addDays(first, -1)));
}

/** Checks that each manifest has the hash of the one before, and that no past day lacks one. */
function createLinks(before: ReadManifest | undefined) {
  let previous = before?.hash === undefined ? undefined : before;
  let is_first = previous === undefined;
  const may_begin_anywhere = before !== undefined;
  return {
    add(day: string, sealed: ReadManifest | undefined, is_overdue: boolean): Finding[] {
      if (sealed === undefined) {
        if (!is_overdue) return [];
        is_first = false;
        previous = undefined;
        return [
          { place: manifestKey(day), problem: 'the manifest is missing: the day is not sealed' },
        ];
      }
      const findings = [...sealed.findings];
      const expected = previous?.hash ?? null;
      const given = sealed.manifest?.previous;
      const is_start = is_first && may_begin_anywhere;
      if (sealed.manifest !== undefined && !is_start && given !== expected) {
        const problem = 'the manifest does not follow the one before it';
        findings.push({ place: sealed.key, problem });
      }
      previous = sealed;
      is_first = false;
      return findings;
    },
  };
}

/** Compares the objects of a day with its manifest. */
function compareDay(sealed: ReadManifest | undefined, found: DayContents): Finding[] {
  const manifest = sealed?.manifest;
  if (sealed === undefined || manifest === undefined) return [];
  const findings: Finding[] = [];
  const stored = new Map(found.objects.map((object) => [object.key, object]));
  for (const { key, sha256 } of manifest.objects) {
    const object = stored.get(key);
    if (object === undefined) {
      findings.push({
        place: key,
        problem: 'the object is missing: the manifest of its day lists it',
      });
    } else if (object.sha256 !== sha256) {
      findings.push({ place: key, problem: 'the object is not the one that was sealed' });
    }
    stored.delete(key);
  }
  for (const key of stored.keys()) {
    findings.push({ place: key, problem: 'the object is not in the manifest of its day' });
  }
  if (JSON.stringify(manifest.writers) !== JSON.stringify(found.writers)) {
    findings.push({
      place: sealed.key,
      problem: 'the chains of the day do not end as they were sealed',
    });
  }
  return findings;
}
