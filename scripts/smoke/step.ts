import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import type { Http } from './http.ts';

/** The parts that all steps of a smoke test share. */
export interface SmokeContext {
  stack: StackOutputs;
  /** Name of this run. The records of the run have this source, and one key has this tenant. */
  run: string;
  records: number;
  /** URL that receives a callback, if the user gave one. */
  callback_url: string | undefined;
  http: Http;
  /** Keys of two tenants. The second tenant must not see what the first one has. */
  keys: { own: ApiKey; other: ApiKey };
  /** Folder for files of this run. */
  folder: string;
  /** Runs `aurastream` with `--json` and returns what it printed. */
  aurastream(...args: string[]): Promise<unknown>;
  /**
   * Calls `check` until it throws no error.
   *
   * @throws the last error, after three minutes or when the time of the whole run is over.
   */
  waitFor<Value>(check: () => Promise<Value>): Promise<Value>;
}

export interface ApiKey {
  key_id: string;
  api_key: string;
}

/** A step of a smoke test. */
export interface Step {
  /** The promise that the step proves, as a sentence. */
  promise: string;
  /**
   * Drives the deployed stack.
   *
   * @returns a short note on what was seen.
   * @throws {Error} if the promise does not hold.
   */
  run(context: SmokeContext): Promise<string>;
}

/** @throws {Error} if the condition does not hold. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
