import { expect, test } from 'vitest';
import { createFaults, FaultRuleError } from '../../../src/gateway/faults/faults.ts';
import { sampleLatency, seededRandom } from '../../../src/gateway/faults/random.ts';

const faultsOf = (...rules: object[]) => {
  const faults = createFaults(['kinesis', 'dynamodb', 'comprehend']);
  for (const rule of rules) faults.add(rule);
  return faults;
};
const throttle = { service: 'kinesis', kind: 'throttle' };
const run = (faults: ReturnType<typeof faultsOf>, calls: number) =>
  Array.from({ length: calls }, () => faults.decide('kinesis', 'owner', 'PutRecords')?.rule?.kind);

test('a fault rule hits only calls of its service, action and caller', () => {
  const faults = faultsOf({ ...throttle, action: 'PutRecords', caller: 'Consumer*' });
  expect(faults.decide('kinesis', 'ConsumerHandler12AB', 'PutRecords')?.rule?.id).toBe('1');
  expect(faults.decide('kinesis', 'owner', 'PutRecords')).toBeUndefined();
  expect(faults.decide('kinesis', 'ConsumerHandler12AB', 'PutRecord')).toBeUndefined();
  expect(faults.decide('dynamodb', 'ConsumerHandler12AB', 'PutRecords')).toBeUndefined();
  expect(faults.list()).toMatchObject([{ id: '1', matched: 1, hits: 1 }]);
});

test('a fault rule with `contains` hits only calls whose body contains the text', () => {
  const faults = faultsOf({ service: 'comprehend', kind: 'error', contains: 'poison', count: 1 });
  const decide = (body?: string) =>
    faults.decide('comprehend', 'owner', 'Detect', body === undefined ? body : Buffer.from(body));
  expect(decide('{"Text":"fine"}')).toBeUndefined();
  expect(decide()).toBeUndefined();
  expect(decide('{"Text":"some poison"}')?.rule?.kind).toBe('error');
  expect(() => faultsOf({ service: 'lambda', kind: 'kill', contains: 'poison' })).toThrow(
    'contains does not apply to service lambda',
  );
});

test('a fault rule with a count hits that many calls, the next ones', () => {
  const faults = faultsOf({ ...throttle, count: 2 });
  expect(run(faults, 4)).toEqual(['throttle', 'throttle', undefined, undefined]);
  expect(faults.list()).toMatchObject([{ matched: 4, hits: 2 }]);
});

test('a fault rule with a probability hits about that share of calls, and the same ones for the same seed', () => {
  const seeded = { ...throttle, probability: 0.3, seed: 7 };
  const first = run(faultsOf(seeded), 1000);
  expect(run(faultsOf(seeded), 1000)).toEqual(first);
  expect(run(faultsOf({ ...seeded, seed: 8 }), 1000)).not.toEqual(first);
  const hits = first.filter((kind) => kind !== undefined).length;
  expect(hits).toBeGreaterThan(250);
  expect(hits).toBeLessThan(350);
});

test('a fault rule keeps its hits for later calls where an earlier rule breaks the call', () => {
  const faults = faultsOf({ ...throttle, count: 1 }, { ...throttle, kind: 'error', count: 1 });
  expect(run(faults, 3)).toEqual(['throttle', 'error', undefined]);
});

test('latencies of several fault rules add up', () => {
  const faults = faultsOf(
    { ...throttle, kind: 'latency', latency_ms: 30 },
    { ...throttle, latency_ms: 5 },
    { ...throttle, kind: 'latency', latency_ms: 70 },
  );
  const decision = faults.decide('kinesis', 'owner', 'PutRecords');
  expect(decision).toMatchObject({ delay_ms: 105, rule: { kind: 'throttle' } });
});

test('a kill rule hits invocations of the function that it names', () => {
  const faults = faultsOf({
    service: 'lambda',
    caller: 'Consumer*',
    kind: 'kill',
    count: 1,
    latency_ms: 20,
  });
  expect(faults.decide('lambda', 'Api', 'invoke')).toBeUndefined();
  expect(faults.decide('lambda', 'ConsumerHandler', 'invoke')).toMatchObject({
    delay_ms: 20,
    rule: { kind: 'kill' },
  });
  expect(faults.decide('lambda', 'ConsumerHandler', 'invoke')).toBeUndefined();
});

test('a fault rule is removed by its id, or with all others', () => {
  const faults = faultsOf(throttle, { ...throttle, kind: 'error' });
  expect(faults.clear('1')).toBe(1);
  expect(faults.clear('1')).toBe(0);
  expect(run(faults, 1)).toEqual(['error']);
  expect(faults.clear()).toBe(1);
  expect(run(faults, 1)).toEqual([undefined]);
});

test.each<[object, string]>([
  [{}, 'service'],
  [{ service: 'sqs', kind: 'error' }, 'one of kinesis, dynamodb, comprehend, lambda'],
  [{ service: 'kinesis', kind: 'slow' }, 'kind'],
  [{ ...throttle, probability: 1.5 }, 'probability'],
  [{ ...throttle, probability: 0.5, count: 1 }, 'give probability or count'],
  [{ ...throttle, count: 0 }, 'count'],
  [{ ...throttle, shares: 1 }, 'shares'],
  [{ ...throttle, share: 0.5 }, 'share applies to partial only'],
  [{ ...throttle, kind: 'latency' }, 'latency needs latency_ms'],
  [{ ...throttle, kind: 'latency', latency: { p50_ms: 9, p99_ms: 3 } }, 'p99_ms'],
  [{ ...throttle, kind: 'partial', action: 'PutRecord' }, 'partial works on kinesis:PutRecords'],
  [{ ...throttle, kind: 'partial', missing: true }, 'only comprehend'],
  [{ ...throttle, kind: 'kill' }, 'only service lambda takes kill and duplicate'],
  [{ service: 'lambda', kind: 'error' }, 'only service lambda takes kill and duplicate'],
  [{ ...throttle, status: 200 }, 'status'],
])('the fault rule %j is refused with the reason: %s', (rule, reason) => {
  const faults = faultsOf();
  expect(() => faults.add(rule)).toThrow(FaultRuleError);
  expect(() => faults.add(rule)).toThrow(reason);
  expect(faults.list()).toEqual([]);
});

test('a latency distribution has the given median and 99th percentile', () => {
  const random = seededRandom(1);
  const samples = Array.from({ length: 20_000 }, () =>
    sampleLatency({ p50_ms: 40, p99_ms: 400 }, random),
  ).sort((a, b) => a - b);
  expect(samples[10_000]! / 40).toBeCloseTo(1, 1);
  expect(samples[19_800]! / 400).toBeGreaterThan(0.85);
  expect(samples[19_800]! / 400).toBeLessThan(1.15);
});
