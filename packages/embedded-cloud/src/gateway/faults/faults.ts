import { matchesAny } from '../policy.ts';
import { PARTIAL_ACTIONS } from './partial.ts';
import { sampleLatency, seededRandom } from './random.ts';
import { type FaultRule, FUNCTIONS, faultRuleSchema } from './rule.ts';

/** A rule as it stands: what it matched and hit so far. */
export interface ActiveFault extends FaultRule {
  id: string;
  /** Calls of its service, action and caller since it was made. */
  matched: number;
  hits: number;
}

/** What befalls one call. */
export interface FaultDecision {
  /** How long the call waits before anything else happens to it. */
  delay_ms: number;
  /** The rule that breaks the call; absent: it is only late. */
  rule?: ActiveFault;
  /** The rule's random numbers. */
  random: () => number;
}

export interface Faults {
  /** @throws {FaultRuleError} for a rule that means nothing. */
  add(rule: unknown): ActiveFault;
  list(): ActiveFault[];
  /** @returns how many rules ended. */
  clear(id?: string): number;
  /**
   * Draws what befalls a call, and counts the hit. The runtime asks for each invocation of a function:
   * `decide('lambda', logical_id, 'invoke')` answers with a `kill` rule where the worker has to end after `delay_ms`,
   * with a `duplicate` rule where the event has to come twice.
   */
  decide(service: string, caller: string, action: string): FaultDecision | undefined;
}

/** A rule that the control API refuses; the message says why. */
export class FaultRuleError extends Error {
  override name = 'FaultRuleError';
}

interface Kept {
  fault: ActiveFault;
  random: () => number;
}

/** @param services the names that rules may be made for, `lambda` aside. */
export function createFaults(services: string[]): Faults {
  let kept: Kept[] = [];
  let made = 0;
  return {
    add(input) {
      const rule = parse(input, [...services, FUNCTIONS]);
      made += 1;
      const fault: ActiveFault = { id: String(made), ...rule, matched: 0, hits: 0 };
      kept.push({ fault, random: seededRandom(rule.seed ?? made) });
      return { ...fault };
    },
    list: () => kept.map(({ fault }) => ({ ...fault })),
    clear(id) {
      const before = kept.length;
      kept = id === undefined ? [] : kept.filter(({ fault }) => fault.id !== id);
      return before - kept.length;
    },
    decide(service, caller, action) {
      const matching = kept.filter(({ fault }) => matches(fault, service, caller, action));
      return decideAmong(matching);
    },
  };
}

function parse(input: unknown, services: string[]): FaultRule {
  const parsed = faultRuleSchema.safeParse(input);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new FaultRuleError(reasons.join('; '));
  }
  if (!services.includes(parsed.data.service)) {
    throw new FaultRuleError(`service: one of ${services.join(', ')}`);
  }
  return parsed.data;
}

function matches(fault: ActiveFault, service: string, caller: string, action: string): boolean {
  if (fault.service !== service) return false;
  if (fault.action !== undefined && !matchesAny([fault.action], action)) return false;
  if (fault.caller !== undefined && !matchesAny([fault.caller], caller)) return false;
  return fault.kind !== 'partial' || `${service}:${action}` in PARTIAL_ACTIONS;
}

function decideAmong(matching: Kept[]): FaultDecision | undefined {
  let decision: FaultDecision | undefined;
  for (const { fault, random } of matching) {
    fault.matched += 1;
    // A call breaks once: the rules behind keep their hits for later calls.
    if (decision?.rule !== undefined && fault.kind !== 'latency') continue;
    if (!strikes(fault, random)) continue;
    fault.hits += 1;
    const delay_ms = (decision?.delay_ms ?? 0) + delayOf(fault, random);
    decision =
      fault.kind === 'latency'
        ? { random, ...decision, delay_ms }
        : { delay_ms, rule: fault, random };
  }
  return decision;
}

function strikes(fault: ActiveFault, random: () => number): boolean {
  if (fault.count !== undefined) return fault.hits < fault.count;
  return fault.probability === undefined || random() < fault.probability;
}

function delayOf({ latency_ms, latency }: FaultRule, random: () => number): number {
  return latency === undefined ? (latency_ms ?? 0) : sampleLatency(latency, random);
}
