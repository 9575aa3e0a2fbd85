import { itemOf, type Value } from '../../../aws/dynamodb/attribute.ts';
import type { Random } from '../../support/random.ts';
import type { Row, TableChange } from './table.ts';

/** A shard of the change stream. A child is read after its parent. */
export interface Shard {
  shard_id: string;
  parent: Shard | undefined;
  children: Shard[];
  is_closed: boolean;
  /** Whether each record of the closed shard is processed. */
  is_done: boolean;
  records: object[];
  /** Number of records that Lambda regards as processed. */
  checkpoint: number;
}

export interface ChangeStream {
  shards: Shard[];
  append(change: TableChange): void;
  /** Closes a random shard. One or two shards take its keys over. */
  split(): Shard[];
}

const SLOTS = 8;

export function createStream(random: Random): ChangeStream {
  const shards: Shard[] = [];
  let sequence = 4_421_584_500_000_000n;
  const open = (parent: Shard | undefined): Shard => {
    const shard_id = `shardId-${String(shards.length).padStart(20, '0')}`;
    const state = { is_closed: false, is_done: false, checkpoint: 0 };
    const shard: Shard = { shard_id, parent, children: [], records: [], ...state };
    shards.push(shard);
    parent?.children.push(shard);
    return shard;
  };
  const roots = Array.from({ length: 1 + random.int(2) }, () => open(undefined));
  const owners = Array.from({ length: SLOTS }, (_, slot) => roots[slot % roots.length]!);
  return {
    shards,
    append(change) {
      // The number of digits grows, as it may on AWS.
      sequence += BigInt(1 + random.int(1_000)) ** 3n;
      owners[slotOf(change.key)]!.records.push(recordOf(change, String(sequence)));
    },
    split() {
      const parent = random.pick(owners);
      parent.is_closed = true;
      const children = Array.from({ length: 1 + random.int(2) }, () => open(parent));
      for (const [slot, owner] of owners.entries()) {
        if (owner === parent) owners[slot] = random.pick(children);
      }
      return children;
    },
  };
}

function slotOf(key: string): number {
  let hash = 7;
  for (const character of key) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return hash % SLOTS;
}

function recordOf({ before, after, at, is_expiry }: TableChange, SequenceNumber: string): object {
  return {
    eventID: 'c4ca4238a0b923820dcc509a6f75849b',
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      ApproximateCreationDateTime: at / 1_000,
      SequenceNumber,
      ...(after === undefined ? {} : { NewImage: imageOf(after) }),
      ...(before === undefined ? {} : { OldImage: imageOf(before) }),
    },
    ...(is_expiry
      ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }
      : {}),
  };
}

function imageOf(row: Row): object {
  return itemOf({ ...row } as { [name: string]: Value });
}
