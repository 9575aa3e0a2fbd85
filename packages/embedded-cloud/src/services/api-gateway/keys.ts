import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** An API key of the account. */
export interface ApiKey {
  id: string;
  name: string;
  value: string;
  enabled: boolean;
  description?: string;
  tags: Record<string, string>;
  /** Time of creation, in epoch seconds. */
  created_at: number;
  /** Ids of the usage plans that contain the key. */
  plan_ids: string[];
}

interface KeyFile {
  keys: ApiKey[];
  /** Number of requests in each counter. The name of a counter is `<plan> <key> <period>`. */
  used: Record<string, number>;
}

/**
 * Stores the API keys of the account, and counts the requests with each key. The keys and the
 * counts survive a restart of the embedded cloud.
 */
export interface KeyStore {
  list(): ApiKey[];
  findByValue(value: string): ApiKey | undefined;
  findById(id: string): ApiKey | undefined;
  /** Creates an API key. @returns undefined if another key has the same value */
  create(key: {
    name: string;
    value?: string;
    enabled: boolean;
    description?: string;
    tags: Record<string, string>;
  }): ApiKey | undefined;
  update(
    id: string,
    changes: Partial<Pick<ApiKey, 'enabled' | 'name' | 'description' | 'plan_ids'>>,
  ): void;
  remove(id: string): void;
  /** Adds a request to a counter. @returns the number of earlier requests in the counter */
  countRequest(counter: string): number;
  save(): void;
}

export function createKeyStore({ path, now }: { path: string; now: () => number }): KeyStore {
  const { keys, used } = load(path);
  const save = () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify({ keys, used }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  const findById = (id: string) => keys.find((key) => key.id === id);
  return {
    list: () => keys,
    findByValue: (value) => keys.find((key) => key.value === value),
    findById,
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
    update(id, changes) {
      const key = findById(id);
      if (key === undefined) return;
      Object.assign(key, changes);
      save();
    },
    remove(id) {
      const at = keys.findIndex((key) => key.id === id);
      if (at >= 0) keys.splice(at, 1);
      save();
    },
    countRequest(counter) {
      const before = used[counter] ?? 0;
      used[counter] = before + 1;
      return before;
    },
    save,
  };
}

function load(path: string): KeyFile {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { keys: [], used: {} };
    throw cause;
  }
}
