import type { Random } from '../support/random.ts';

const SERVICES = [
  'kinesis',
  'comprehend',
  'cache',
  'results_table',
  'lake',
  'set_asides',
  'jobs',
  'inputs',
  'claims',
  'queue',
] as const;
export type Service = (typeof SERVICES)[number];

/** How a world is: each seed draws its own, so that every mix of faults comes up, none and all included. */
export interface Weather {
  /** How likely a call to a service is refused: 5xx, or a throttle. */
  refused: Record<Service, number>;
  /** How likely its answer is lost after it took effect. */
  lost: Record<Service, number>;
  /** How likely one entry of a batch fails alone. */
  partial: Record<Service, number>;
  /** How likely a call takes seconds. */
  slow: number;
  /** How likely an invocation is killed at a moment of its run. */
  killed: number;
  /** How likely a batch is delivered once more beside. */
  repeated: number;
  /** When a service is away altogether, in ms from the start. */
  outages: { service: Service; from_ms: number; to_ms: number }[];
  /** How likely a clock of a new environment is off, and by how much at most. */
  skewed: number;
  skew_ms: number;
  /** Retries of a mapping before it gives up: few, or none to speak of. */
  max_retries: number;
  reshard_every_ms: number | undefined;
}

const LONG_MS = 60_000;

export function drawWeather(random: Random): Weather {
  const rates = (share: number, highest: number) =>
    Object.fromEntries(
      SERVICES.map((service) => {
        // Jobs take few calls: as many faults need a higher rate.
        const most = service === 'jobs' ? highest * 2 : highest;
        return [service, random.chance(share) ? random.between(0, most) : 0];
      }),
    ) as Record<Service, number>;
  const calm = random.chance(0.05);
  const some = calm ? 0 : random.pick([0.2, 0.5, 0.9]);
  return {
    refused: rates(some, 0.3),
    lost: rates(some, 0.2),
    partial: rates(some, 0.3),
    slow: calm ? 0 : random.pick([0, 0.01, 0.1]),
    killed: calm ? 0 : random.pick([0, 0.05, 0.3]),
    repeated: calm ? 0 : random.pick([0, 0.05, 0.3]),
    outages: calm ? [] : drawOutages(random),
    skewed: random.pick([0, 0.5]),
    skew_ms: random.pick([100, 2_000, LONG_MS]),
    max_retries: random.chance(0.2) ? 3 : 1_000,
    reshard_every_ms: random.chance(0.5) ? random.between(2_000, 20_000) : undefined,
  };
}

function drawOutages(random: Random): Weather['outages'] {
  return Array.from({ length: random.int(3) }, () => {
    const from_ms = random.int(LONG_MS);
    return {
      service: random.pick(SERVICES),
      from_ms,
      to_ms: from_ms + random.between(1_000, LONG_MS),
    };
  });
}
