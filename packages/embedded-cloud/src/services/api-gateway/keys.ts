import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** An API key as API Gateway keeps it. */
export interface ApiKey {
  id: string;
  name: string;
  value: string;
  enabled: boolean;
  description?: string;
  tags: Record<string, string>;
  /** Epoch seconds. */
  created_at: number;
  /** Of the usage plans that it is in. */
  plan_ids: string[];
}

interface Kept {
  keys: ApiKey[];
  /** How many requests of a key were counted in a period: `<plan> <key> <period>`. */
  used: Record<string, number>;
}

/** The account's API keys, and what of their quotas is used; they outlive the process. */
export interface KeyStore {
  all(): ApiKey[];
  byValue(value: string): ApiKey | undefined;
  byId(id: string): ApiKey | undefined;
  /** @returns undefined where the value is taken. */
  create(key: {
    name: string;
    value?: string;
    enabled: boolean;
    description?: string;
    tags: Record<string, string>;
  }): ApiKey | undefined;
  change(
    id: string,
    changes: Partial<Pick<ApiKey, 'enabled' | 'name' | 'description' | 'plan_ids'>>,
  ): void;
  remove(id: string): void;
  /** Counts one request. @returns how many there were before. */
  use(counter: string): number;
  save(): void;
}

export function createKeyStore({ path, now }: { path: string; now: () => number }): KeyStore {
  const { keys, used } = load(path);
  const save = () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify({ keys, used }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  const byId = (id: string) => keys.find((key) => key.id === id);
  return {
    all: () => keys,
    byValue: (value) => keys.find((key) => key.value === value),
    byId,
    create({ value = randomBytes(20).toString('hex'), ...fields }) {
      if (keys.some((key) => key.value === value)) return undefined;
      const key: ApiKey = {
        ...fields,
        id: randomBytes(5).toString('hex'),
        value,
        created_at: Math.floor(now() / 1_000),
        plan_ids: [],
      };
      keys.push(key);
      save();
      return key;
    },
    change(id, changes) {
      const key = byId(id);
      if (key === undefined) return;
      Object.assign(key, changes);
      save();
    },
    remove(id) {
      const at = keys.findIndex((key) => key.id === id);
      if (at >= 0) keys.splice(at, 1);
      save();
    },
    use(counter) {
      const before = used[counter] ?? 0;
      used[counter] = before + 1;
      return before;
    },
    save,
  };
}

function load(path: string): Kept {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Kept;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { keys: [], used: {} };
    throw cause;
  }
}
