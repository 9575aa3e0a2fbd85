import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { JsonObject } from './json-protocol.ts';
import { ACCOUNT_ID, REGION } from './types.ts';

const require = createRequire(import.meta.url);

type Callback<Value> = (error: Error | null, value?: Value) => void;
type Action<Store> = (store: Store, input: JsonObject, done: Callback<JsonObject>) => void;

/** Part of dynalite's store that the emulator uses. */
export interface LevelStore {
  db: { close(done: Callback<void>): unknown };
}

/** An error of the emulated service, with the status and the body of the HTTP reply. */
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

/** Creates an error whose body has the format of AWS's JSON services. */
export function emulatedError(code: string, message: string, status = 400): EmulatedError {
  return new EmulatedError(status, { __type: code, message });
}

export interface LevelEmulator<Store> {
  store: Store;
  operations: ReadonlySet<string>;
  /**
   * Validates the input as AWS does, and performs the action.
   * @throws {EmulatedError} if the emulated service refuses the input or the action.
   */
  run(operation: string, input: JsonObject): Promise<JsonObject>;
  close(): Promise<void>;
}

export interface LevelEmulatorOptions {
  package: 'dynalite';
  /** Names of the emulated API actions. The emulator package has a file for each action. */
  operations: string[];
  /**
   * Folder of the LevelDB database. A missing folder is created. If the path is undefined, the data
   * is stored only in memory.
   */
  path: string | undefined;
  /** Additional options for the database of the package. */
  options: object;
}

/**
 * Opens a store of dynalite, and runs the package's actions and validations without the package's
 * HTTP server, which would throw an exception when a connection fails.
 *
 * @param onOpen function that is called with the store before the first action.
 * @throws {Error} if another process uses the folder.
 */
export async function openLevelEmulator<Store extends LevelStore>(
  wanted: LevelEmulatorOptions,
  onOpen: (store: Store) => Promise<void>,
): Promise<LevelEmulator<Store>> {
  if (wanted.path !== undefined) mkdirSync(wanted.path, { recursive: true });
  const { create } = require(`${wanted.package}/db`) as { create(options: object): Store };
  const store = create({ ...wanted.options, path: wanted.path });
  try {
    await onOpen(store);
  } catch (cause) {
    throw new Error(
      `${wanted.path} can't be opened: another process may be using it. Stop it, or use another data folder.`,
      { cause },
    );
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
      throw toEmulatedError(error);
    }
  };
}

/**
 * Converts an error of the packages to an EmulatedError if the error carries the service's status
 * and body. Returns any other error unchanged.
 */
function toEmulatedError(error: unknown): unknown {
  const { statusCode, body } = error as { statusCode?: number; body?: JsonObject };
  return statusCode !== undefined && body !== undefined
    ? new EmulatedError(statusCode, body)
    : error;
}

/**
 * Sets the account and the region of a store. By default the packages read the account and the
 * region from environment variables. However, the ARNs of the store must match the ARNs in the
 * template.
 */
export function useEmbeddedAccount(database: { awsAccountId: string; awsRegion: string }): void {
  database.awsAccountId = ACCOUNT_ID;
  database.awsRegion = REGION;
}
