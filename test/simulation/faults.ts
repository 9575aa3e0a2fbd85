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
  'ledger',
  'secrets',
  'failure_bucket',
  'receiver',
] as const;
export type Service = (typeof SERVICES)[number];

/**
 * Faults of one simulated world. Each seed draws its own faults. One world may have no faults, and
 * another world may have every kind of fault.
 */
export interface FaultPlan {
  /** Probability that a service refuses a call, either with a server error or by throttling. */
  refused: Record<Service, number>;
  /** Probability that the answer to a call is lost after the call took effect. */
  lost: Record<Service, number>;
  /** Probability that one entry of a batch fails although the call succeeds. */
  partial: Record<Service, number>;
  /**
   * Probability that a request or an answer takes 0.5 to 20 seconds instead of at most 30
   * milliseconds.
   */
  slow: number;
  /** Probability that an invocation is killed while it runs. */
  killed: number;
  /** Probability that a second consumer gets a batch at the same time as the first consumer. */
  repeated: number;
  /**
   * Periods in which a service refuses every call, in milliseconds since the start of the
   * simulation.
   */
  outages: { service: Service; from_ms: number; to_ms: number }[];
  /** Probability that the clock of a new environment is wrong, by at most `skew_ms`. */
  skewed: number;
  skew_ms: number;
  /**
   * How many times the event source mapping retries a batch before the mapping gives up. The number
   * is at most 3, or infinite as in infra/settings.ts.
   */
  max_retries: number;
  /** Probability that Lambda replaces the environment of a shard before a batch. */
  replaced: number;
  reshard_every_ms: number | undefined;
  /**
   * Number of deliveries after which a message of a queue becomes a dead letter. Absent if each queue
   * draws the number.
   */
  max_receives?: number;
}

/**
 * Paces at which the event source mapping delivers a failed batch again. AWS does not document the
 * pace of Lambda, so the product must work at each of them.
 */
export type RetryPace = 'at_once' | 'usual' | 'slow';

/** The seed decides on the pace without a random number, so that all other draws stay as they are. */
export function paceOf(seed: number): RetryPace {
  const paces = ['usual', 'at_once', 'slow'] as const;
  return paces[seed % paces.length] ?? 'usual';
}

/** Returns the time before a failed batch is delivered again, in milliseconds. */
export function retryDelay(pace: RetryPace, retries: number): number {
  if (pace === 'at_once') return 0;
  const first_ms = pace === 'usual' ? 100 : 5_000;
  return Math.min(60_000, first_ms * 2 ** Math.min(retries, 10));
}

const LONG_MS = 60_000;

export function drawFaultPlan(random: Random): FaultPlan {
  const rates = (share: number, highest: number) =>
    Object.fromEntries(
      SERVICES.map((service) => {
        // The job store gets few calls. If its fault rate were the same as for the other services,
        // the job store would have hardly any faults.
        const most = service === 'jobs' ? highest * 2 : highest;
        return [service, random.chance(share) ? random.between(0, most) : 0];
      }),
    ) as Record<Service, number>;
  const fault_free = random.chance(0.05);
  const some = fault_free ? 0 : random.pick([0.2, 0.5, 0.9]);
  return {
    refused: rates(some, 0.3),
    lost: rates(some, 0.2),
    partial: rates(some, 0.3),
    slow: fault_free ? 0 : random.pick([0, 0.01, 0.1]),
    killed: fault_free ? 0 : random.pick([0, 0.05, 0.3]),
    repeated: fault_free ? 0 : random.pick([0, 0.05, 0.3]),
    outages: fault_free ? [] : drawOutages(random),
    skewed: random.pick([0, 0.5]),
    skew_ms: random.pick([100, 2_000, LONG_MS]),
    max_retries: random.chance(0.35) ? random.pick([1, 3]) : Number.POSITIVE_INFINITY,
    replaced: 0.02,
    reshard_every_ms: random.chance(0.5) ? random.between(2_000, 20_000) : undefined,
  };
}

/**
 * Adds a fault that random plans hardly ever have. Most work of a world is done in its first seconds,
 * so that an outage which begins at a random time often meets an idle world. The seed decides
 * without a random number, so that all other draws stay as they are.
 */
export function addRareFault(plan: FaultPlan, seed: number): FaultPlan {
  const addOutage = (service: Service, from_ms: number, to_ms: number) => ({
    ...plan,
    outages: [...plan.outages, { service, from_ms, to_ms }],
  });
  switch (seed % 10) {
    case 4:
      // Longer than the ten attempts of a publisher.
      return addOutage('kinesis', 2_000, LONG_MS);
    case 6:
      return addOutage('comprehend', 500, 20_000);
    case 7:
      // Stands for an outage that lasts longer than all deliveries of a message.
      return { ...plan, max_receives: 1 };
    default:
      return plan;
  }
}

/** Returns a plan with one outage and no other fault. */
export function planOutage(service: Service, from_ms: number, to_ms: number): FaultPlan {
  const none = Object.fromEntries(SERVICES.map((name) => [name, 0])) as Record<Service, number>;
  return {
    ...{ refused: none, lost: none, partial: none, slow: 0, killed: 0, repeated: 0, skewed: 0 },
    outages: [{ service, from_ms, to_ms }],
    skew_ms: 0,
    max_retries: Number.POSITIVE_INFINITY,
    replaced: 0,
    reshard_every_ms: undefined,
  };
}

/** Outages of the services that most of the product depends on are more frequent. */
const OFTEN_OUT = [...SERVICES, 'kinesis', 'kinesis', 'jobs', 'jobs', 'set_asides'] as const;

function drawOutages(random: Random): FaultPlan['outages'] {
  return Array.from({ length: random.int(3) }, () => {
    const from_ms = random.int(LONG_MS);
    return {
      service: random.pick(OFTEN_OUT),
      from_ms,
      to_ms: from_ms + random.between(1_000, LONG_MS),
    };
  });
}
