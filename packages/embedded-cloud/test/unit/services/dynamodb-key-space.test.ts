import { expect, it } from 'vitest';
import { createKeySpace } from '../../../src/services/dynamodb/throughput/key-space.ts';

const MINUTE = 60_000;
let now = 0;
const open = () => {
  now = Date.UTC(2026, 10, 26);
  return createKeySpace(() => now);
};

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
it.each([
  ['write', 1_000],
  ['read', 3_000],
] as const)(
  'one partition serves %s units up to %i a second, whatever the other partitions do',
  (operation, units) => {
    const space = open();
    space.charge(operation, 'hot', units - 1);
    expect(space.hasCapacity(operation, 'hot')).toBe(true);
    space.charge(operation, 'hot', 1);
    expect(space.hasCapacity(operation, 'hot')).toBe(false);
    const keys = Array.from({ length: 20 }, (_, i) => `key ${i}`);
    expect(keys.some((key) => space.hasCapacity(operation, key))).toBe(true);
    now += 1;
    expect(space.hasCapacity(operation, 'hot')).toBe(true);
  },
);

it('reads and writes of one key do not share their units', () => {
  const space = open();
  space.charge('write', 'hot', 1_000);
  expect(space.hasCapacity('write', 'hot')).toBe(false);
  expect(space.hasCapacity('read', 'hot')).toBe(true);
});

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
it('a new table serves 4,000 write units a second, and 30 minutes after a peak twice the peak', () => {
  const space = open();
  const serves = (units: number) => {
    space.charge('write', undefined, units - 1);
    const has_capacity = space.hasCapacity('write', undefined);
    space.charge('write', undefined, 1);
    return has_capacity && !space.hasCapacity('write', undefined);
  };
  expect(serves(4_000)).toBe(true);
  for (let second = 1; second < 60; second += 1) {
    now += 1_000;
    space.charge('write', undefined, 4_000);
  }
  now += 29 * MINUTE;
  expect(serves(4_000)).toBe(true);
  now += 2 * MINUTE;
  expect(serves(8_000)).toBe(true);
});
