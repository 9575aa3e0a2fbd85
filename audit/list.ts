import type { AuditEntry, AuditLine, AuditPrincipal } from '../schemas/index.ts';
import { dayAt, listDays } from './days.ts';
import type { AuditKeys } from './keys.ts';
import { dayPrefix } from './object-keys.ts';
import type { AuditStore } from './ports.ts';
import { parseLine } from './read-object.ts';

/** An act with its outcome. */
export interface ListedAct
  extends Pick<AuditEntry, 'act_id' | 'act' | 'from' | 'request_id' | 'tenant' | 'error_code'> {
  /** Time at which the act began, or of the read. */
  at: string;
  who: string;
  selectors: Record<string, string>;
  /** `unknown` if the trail has no outcome: the act may be running, or its process ended early. */
  outcome: 'done' | 'failed' | 'refused' | 'unknown';
  counts: Record<string, number>;
}

export interface ListFilter {
  /** Day in UTC with which the listing begins. */
  since: string;
  act?: string | undefined;
  /** A part of the caller, such as the end of an ARN, a key id or a tenant. */
  who?: string | undefined;
}

/** Lists acts by their time. Lines that are not genuine are left out; `verifyTrail` finds them. */
export async function listActs(
  deps: {
    store: Pick<AuditStore, 'list' | 'getText'>;
    keys: () => Promise<AuditKeys>;
    now: () => number;
  },
  { since, act, who }: ListFilter,
): Promise<ListedAct[]> {
  const acts = new Map<string, ListedAct>();
  for await (const line of readLines(deps, since)) {
    if (act !== undefined && line.act !== act) continue;
    if (who !== undefined && !nameCaller(line.principal).includes(who)) continue;
    acts.set(line.act_id, addLine(acts.get(line.act_id), line));
  }
  return [...acts.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}

async function* readLines(
  { store, keys: readKeys, now }: Parameters<typeof listActs>[0],
  since: string,
): AsyncIterable<AuditLine> {
  const keys = await readKeys();
  for (const day of listDays(since, dayAt(now()))) {
    for await (const { key } of store.list(dayPrefix(day))) {
      const text = (await store.getText(key)) ?? '';
      for (const line of text.split('\n')) {
        const parsed = parseLine(line, keys);
        if (parsed !== undefined) yield parsed;
      }
    }
  }
}

function addLine(known: ListedAct | undefined, line: AuditLine): ListedAct {
  const { act_id, act, from, request_id, tenant, selectors = {}, outcome, error_code } = line;
  const begun: ListedAct = known ?? {
    ...{ act_id, act, from, request_id, at: line.at, who: nameCaller(line.principal), selectors },
    ...(tenant === undefined ? {} : { tenant }),
    outcome: 'unknown',
    counts: {},
  };
  const at = line.at < begun.at ? line.at : begun.at;
  if (outcome === undefined) return { ...begun, at };
  const ended = { ...begun, at, outcome, counts: line.counts ?? {} };
  return error_code === undefined ? ended : { ...ended, error_code };
}

/** Names the caller of an act in one word, for example `key a1b2c3 (acme)`. */
export function nameCaller(principal: AuditPrincipal): string {
  switch (principal.kind) {
    case 'iam':
      return principal.arn;
    case 'api_key':
      return `key ${principal.id} (${principal.tenant})`;
    case 'oidc':
      return `${principal.subject} (${principal.tenant})`;
    case 'function':
      return `function ${principal.name}`;
  }
}
