import { PARTIAL_ACTIONS } from '../../../gateway/faults/partial.ts';
import type { JsonObject } from '../../../gateway/json-protocol.ts';
import { EmulatedError } from '../../../gateway/level-emulator.ts';
import { ACCOUNT_ID, REGION } from '../../../gateway/types.ts';
import { readUsage } from '../capacity.ts';
import type { TableDescription } from '../store.ts';
import { createKeySpace, type KeySpace, type Operation } from './key-space.ts';
import { type Entry, leastUnits, listEntries, type Touch, touchesOf } from './touched.ts';

type RunAction = (input: JsonObject) => Promise<JsonObject>;

/** Runs a call as far as the throughput of its tables and indexes allows. */
export type LimitThroughput = (
  action: string,
  input: JsonObject,
  runAction: RunAction,
) => Promise<JsonObject>;

/**
 * Limits calls to the throughput of on-demand tables: per partition, per table with its growth, and
 * per global secondary index. A write whose index has no capacity is refused too (back-pressure).
 * Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html,
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html
 */
export function createThroughput(options: {
  now: () => number;
  findTable(name: string): Promise<TableDescription | undefined>;
}): LimitThroughput {
  const spaces = new Map<string, KeySpace>();
  const spaceOf = (name: string): KeySpace => {
    const space = spaces.get(name) ?? createKeySpace(options.now);
    spaces.set(name, space);
    return space;
  };
  const charge = (operation: Operation, { space, key }: Touch, units: number) =>
    spaceOf(space).charge(operation, key, units);

  /** Takes the least units of an entry. @returns the exhausted table or index, if there is one */
  const admit = (entry: Entry, touches: Touch[]): Touch | undefined => {
    const exhausted = touches.find(
      ({ space, key }) => !spaceOf(space).hasCapacity(entry.operation, key),
    );
    if (exhausted !== undefined) return exhausted;
    for (const touch of touches) charge(entry.operation, touch, leastUnits(entry));
    return undefined;
  };

  return async (action, input, runAction) => {
    const tables = await describeTables(input, action, options.findTable);
    const entries = listEntries(action, input, (name) => tables.get(name));
    const touches = entries.map((entry) => touchesOf(entry, tables.get(entry.table)));
    const refusals = entries.map((entry, i) => admit(entry, touches[i]!));
    const output = await runAdmitted({ action, input, entries, refusals, runAction });
    const admitted = entries.flatMap((_, i) => (refusals[i] === undefined ? [i] : []));
    const known = admitted.reduce((sum, i) => sum + leastUnits(entries[i]!), 0);
    const used = Object.values(readUsage(action, output)).reduce((sum, units) => sum + units, 0);
    for (const i of admitted) {
      const rest = Math.max(0, used - known) / admitted.length;
      charge(entries[i]!.operation, touches[i]![0]!, rest);
    }
    return output;
  };
}

async function describeTables(
  input: JsonObject,
  action: string,
  findTable: (name: string) => Promise<TableDescription | undefined>,
): Promise<Map<string, TableDescription | undefined>> {
  const entries = listEntries(action, input, () => undefined);
  const names = [...new Set(entries.map(({ table }) => table))];
  return new Map(
    await Promise.all(names.map(async (name) => [name, await findTable(name)] as const)),
  );
}

/**
 * Runs the admitted entries of a call. A batch reports the others as unprocessed or throttled. Any
 * other call, and a batch without an admitted entry, is refused as a whole.
 */
async function runAdmitted(call: {
  action: string;
  input: JsonObject;
  entries: Entry[];
  refusals: (Touch | undefined)[];
  runAction: RunAction;
}): Promise<JsonObject> {
  const { action, input, entries, refusals, runAction } = call;
  const at = refusals.findIndex((refusal) => refusal !== undefined);
  if (at < 0) return runAction(input);
  const error = throttle(entries[at]!.operation, refusals[at]!);
  const partial = PARTIAL_ACTIONS[`dynamodb:${action}`];
  if (partial === undefined || !refusals.includes(undefined)) throw error;
  const positions = (is_refused: boolean) =>
    refusals.flatMap((refusal, i) => ((refusal !== undefined) === is_refused ? [i] : []));
  const split = { kept: positions(false), rejected: positions(true) };
  const output = await runAction(partial.keep(input, split.kept));
  const failure = { code: 'ThrottlingError', message: error.message, missing: false };
  return partial.merge(output, split, failure, input);
}

/**
 * Builds the error of an on-demand table.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling.html
 */
function throttle(operation: Operation, { space }: Touch): EmulatedError {
  const resource = space.includes('/index/') ? 'Index' : 'Table';
  const reason = `${resource}${operation === 'read' ? 'Read' : 'Write'}KeyRangeThroughputExceeded`;
  return new EmulatedError(400, {
    __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
    message:
      'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically ' +
      'scaling your table or index so please try again shortly.',
    throttlingReasons: [
      { reason, resource: `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${space}` },
    ],
  });
}
