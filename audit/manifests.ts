import { type AuditManifest, auditManifestSchema } from '../schemas/index.ts';
import type { Finding } from './findings.ts';
import type { AuditKeys } from './keys.ts';
import { dayOf, MANIFESTS_PREFIX, manifestKey } from './object-keys.ts';
import type { AuditStore, StoredObject } from './ports.ts';
import { hashText, isSigned } from './sign.ts';

/** The manifest of a day, as the store has it. */
export interface ReadManifest {
  key: string;
  day: string;
  /** SHA-256 of the manifest. Undefined if it is gone. */
  hash: string | undefined;
  /** Undefined if the manifest is gone, or is not signed with the deployment's key. */
  manifest: AuditManifest | undefined;
  findings: Finding[];
}

/** Lists the manifests, the earliest first. */
export async function listManifests(store: Pick<AuditStore, 'list'>): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  for await (const object of store.list(MANIFESTS_PREFIX)) found.push(object);
  return found;
}

/** Reads a manifest, and checks what it alone shows. */
export async function readManifest(
  store: Pick<AuditStore, 'getText'>,
  keys: AuditKeys,
  key: string,
): Promise<ReadManifest> {
  const day = dayOf(key) ?? '';
  const text = await store.getText(key);
  if (text === undefined) {
    const problem = 'the manifest is missing';
    return { key, day, hash: undefined, manifest: undefined, findings: [{ place: key, problem }] };
  }
  const manifest = isSigned(text, keys.manifest)
    ? auditManifestSchema.safeParse(JSON.parse(text)).data
    : undefined;
  const findings: Finding[] = [];
  if (manifest === undefined) {
    findings.push({ place: key, problem: 'the manifest was changed: its mac is wrong' });
  } else if (manifestKey(manifest.day) !== key) {
    findings.push({ place: key, problem: `the manifest was moved: it is of ${manifest.day}` });
  }
  return { key, day, hash: hashText(text), manifest, findings };
}
