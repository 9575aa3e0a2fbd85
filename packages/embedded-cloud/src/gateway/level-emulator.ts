import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { JsonObject } from './json-protocol.ts';
import { ACCOUNT_ID, REGION } from './types.ts';

const require = createRequire(import.meta.url);

type Callback<Value> = (error: Error | null, value?: Value) => void;
type Action<Store> = (store: Store, input: JsonObject, done: Callback<JsonObject>) => void;

/** What kinesalite's and dynalite's stores have in common. */
export interface LevelStore {
  db: { close(done: Callback<void>): unknown };
}

/** An error of the service, in its wire form. */
export class EmulatedError extends Error {
  override name = 'EmulatedError';
  readonly status: number;
  readonly body: JsonObject;
  constructor(status: number, body: JsonObject) {
    super(String(body.message ?? body.__type));
    this.status = status;
    this.body = body;
  }
}

/** @returns an EmulatedError as the JSON services write it. */
export function emulatedError(code: string, message: string, status = 400): EmulatedError {
  return new EmulatedError(status, { __type: code, message });
}

export interface LevelEmulator<Store> {
  store: Store;
  operations: ReadonlySet<string>;
  /** Validates the input as AWS does, and performs it. @throws {EmulatedError} the service's answer. */
  run(operation: string, input: JsonObject): Promise<JsonObject>;
  close(): Promise<void>;
}

export interface LevelEmulatorOptions {
  package: 'kinesalite' | 'dynalite';
  /** API actions; each is a file of the package. */
  operations: string[];
  /** A folder for LevelDB, made if need be; absent: memory. */
  path: string | undefined;
  /** Further options of the package. */
  options: object;
}

/**
 * kinesalite and dynalite without their HTTP servers: the same actions and validations over the same store, called
 * directly. Their servers hold a request to 7 MB where AWS takes 10 MiB, and throw on a connection's error.
 *
 * @throws {Error} where another process holds the folder.
 */
export async function openLevelEmulator<Store extends LevelStore>(
  wanted: LevelEmulatorOptions,
  opened: (store: Store) => Promise<void>,
): Promise<LevelEmulator<Store>> {
  if (wanted.path !== undefined) mkdirSync(wanted.path, { recursive: true });
  const { create } = require(`${wanted.package}/db`) as { create(options: object): Store };
  const store = create({ ...wanted.options, path: wanted.path });
  try {
    await opened(store);
  } catch (cause) {
    throw new Error(`${wanted.path} can't be opened: another process may be using it.`, { cause });
  }
  const run = createRun(wanted, store);
  let closed: Promise<void> | undefined;
  const close = () =>
    new Promise<void>((resolve, reject) => {
      store.db.close((error) => (error ? reject(error) : resolve()));
    });
  return {
    store,
    operations: new Set(wanted.operations),
    run,
    close() {
      closed ??= close();
      return closed;
    },
  };
}

interface Validations {
  checkTypes(input: JsonObject, types: unknown): JsonObject;
  checkValidations(input: JsonObject, types: unknown, custom: unknown, store: unknown): void;
}

function createRun<Store>({ package: name, operations }: LevelEmulatorOptions, store: Store) {
  const { checkTypes, checkValidations } = require(`${name}/validations`) as Validations;
  const actions = new Map(
    operations.map((operation) => {
      const file = operation.charAt(0).toLowerCase() + operation.slice(1);
      const act = require(`${name}/actions/${file}`) as Action<Store>;
      const rules = require(`${name}/validations/${file}`) as { types: unknown; custom: unknown };
      return [operation, { act, rules }];
    }),
  );
  return async (operation: string, input: JsonObject): Promise<JsonObject> => {
    const action = actions.get(operation);
    if (action === undefined) throw new EmulatedError(400, { __type: 'UnknownOperationException' });
    const { act, rules } = action;
    try {
      const checked = checkTypes({ ...input }, rules.types);
      checkValidations(checked, rules.types, rules.custom, store);
      return await new Promise<JsonObject>((resolve, reject) => {
        act(store, checked, (error, output) => (error ? reject(error) : resolve(output ?? {})));
      });
    } catch (error) {
      throw asEmulated(error);
    }
  };
}

/** The packages throw errors that carry the service's status and body. */
function asEmulated(error: unknown): unknown {
  const { statusCode, body } = error as { statusCode?: number; body?: JsonObject };
  return statusCode !== undefined && body !== undefined
    ? new EmulatedError(statusCode, body)
    : error;
}

/** The packages take the account and region of their ARNs from the environment; the template says which they are. */
export function playAccount(database: { awsAccountId: string; awsRegion: string }): void {
  database.awsAccountId = ACCOUNT_ID;
  database.awsRegion = REGION;
}
