import type { TestCloud } from '../support/cloud.ts';
import type { Random } from '../support/random.ts';
import { reshard } from './reshard.ts';

interface FaultRule {
  service: string;
  kind: string;
  action?: string;
  caller?: string;
  probability?: number;
  share?: number;
  after_effect?: boolean;
  missing?: boolean;
  latency?: { p50_ms: number; p99_ms: number };
}

const SERVICES = ['kinesis', 'dynamodb', 's3', 'firehose', 'comprehend', 'sqs', 'secretsmanager'];

/** Faults that make single entries of a batch fail. They cover every batch call of the product. */
export const PARTIAL_FAULTS: FaultRule[] = [
  { service: 'kinesis', action: 'PutRecords', kind: 'partial' },
  { service: 'dynamodb', action: 'BatchExecuteStatement', kind: 'partial' },
  { service: 'dynamodb', action: 'BatchGetItem', kind: 'partial' },
  { service: 'dynamodb', action: 'BatchWriteItem', kind: 'partial' },
  { service: 'firehose', action: 'PutRecordBatch', kind: 'partial' },
  { service: 'comprehend', action: 'BatchDetectSentiment', kind: 'partial' },
  { service: 'comprehend', action: 'BatchDetectSentiment', kind: 'partial', missing: true },
];

/** Draws the fault rules of one phase, and the duration of the phase in milliseconds. */
function drawPhase(random: Random): { rules: FaultRule[]; milliseconds: number } {
  const rules = [...drawServiceFaults(random), ...drawPartialFaults(random)];
  if (random.chance(0.5)) rules.push(...drawKills(random));
  // This rule makes Lambda deliver the same batch to two environments at the same time.
  if (random.chance(0.4)) {
    const probability = random.between(0.05, 0.5);
    rules.push({ service: 'lambda', caller: 'Consumer*', kind: 'duplicate', probability });
  }
  // This rule makes every call to one service fail.
  if (random.chance(0.15)) rules.push({ service: random.pick(SERVICES), kind: 'error' });
  return { rules, milliseconds: random.between(1_500, 5_000) };
}

/**
 * Draws the rules that kill functions. The API's functions get many more calls than the others, and
 * a new environment takes much time, so the API's functions are killed less often.
 */
function drawKills(random: Random): FaultRule[] {
  const kill = { service: 'lambda', kind: 'kill' };
  const probability = random.between(0.05, 0.4);
  return [
    { ...kill, caller: 'Consumer*', probability },
    { ...kill, caller: 'Jobs*', probability },
    { ...kill, caller: 'Api*', probability: probability / 10 },
  ];
}

function drawServiceFaults(random: Random): FaultRule[] {
  return SERVICES.flatMap((service): FaultRule[] => {
    const probability = random.between(0.02, 0.3);
    const latency = { p50_ms: 20, p99_ms: 1_500 };
    const faults: FaultRule[] = [
      { service, kind: 'throttle', probability },
      { service, kind: 'error', probability },
      { service, kind: 'error', probability, after_effect: true },
      { service, kind: 'timeout', probability, after_effect: true },
      { service, kind: 'latency', latency },
    ];
    // One of six draws leaves the service without a fault.
    const fault = faults[random.int(6)];
    return fault === undefined ? [] : [fault];
  });
}

function drawPartialFaults(random: Random): FaultRule[] {
  return PARTIAL_FAULTS.flatMap((fault) =>
    random.chance(0.6) ? [{ ...fault, probability: 0.5, share: random.between(0.05, 0.6) }] : [],
  );
}

export interface InjectedFaults {
  faults_by_kind: Record<string, number>;
  reshards: number;
}

/**
 * Runs one phase of faults after another until the signal aborts, and then removes all fault rules.
 */
export async function injectFaults(
  test: TestCloud,
  random: Random,
  until: AbortSignal,
): Promise<InjectedFaults> {
  const injected: InjectedFaults = { faults_by_kind: {}, reshards: 0 };
  while (!until.aborted) {
    const { rules, milliseconds } = drawPhase(random);
    for (const rule of rules) {
      await test.control('POST', 'faults', { ...rule, seed: random.int(2 ** 31) });
    }
    await Promise.all([
      pause(milliseconds, until),
      random.chance(0.2) ? countReshard(test, random, injected) : undefined,
    ]);
    // Messages whose delivery failed become visible again after minutes, which a storm cannot wait.
    await test.control('POST', 'queues/release');
    await removeFaults(test, injected);
  }
  return injected;
}

async function countReshard(test: TestCloud, random: Random, injected: InjectedFaults) {
  if (await reshard(test, random)) injected.reshards += 1;
}

/** Counts the faults that occurred, adds the numbers to the counts, and removes the fault rules. */
async function removeFaults(test: TestCloud, injected: InjectedFaults): Promise<void> {
  const { rules } = (await test.control('GET', 'faults')) as {
    rules: (FaultRule & { hits: number })[];
  };
  for (const { service, kind, after_effect, hits } of rules) {
    const name = `${service} ${kind}${after_effect ? ' after the effect' : ''}`;
    if (hits > 0) injected.faults_by_kind[name] = (injected.faults_by_kind[name] ?? 0) + hits;
  }
  await test.control('DELETE', 'faults');
}

function pause(milliseconds: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      until.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    until.addEventListener('abort', end);
  });
}
