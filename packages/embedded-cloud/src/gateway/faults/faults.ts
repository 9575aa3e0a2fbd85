import { matchesAny } from '../policy.ts';
import { PARTIAL_ACTIONS } from './partial.ts';
import { sampleLatency, seededRandom } from './random.ts';
import { type FaultRule, FUNCTIONS, faultRuleSchema } from './rule.ts';

/** A fault rule that is in force, with its counters. */
export interface ActiveFault extends FaultRule {
  id: string;
  /**
   * Number of calls that matched the rule's service, action and caller since the rule was added.
   */
  matched: number;
  /** Number of calls to which the rule applied its fault or delay. */
  hits: number;
}

/** The effect of all fault rules on one call. */
export interface FaultDecision {
  /** Delay before the call is processed or fails, in milliseconds. */
  delay_ms: number;
  /** The rule whose fault applies to the call. If the field is absent, the call is only delayed. */
  rule?: ActiveFault;
  /**
   * Returns the next random number from the generator of `rule`. If `rule` is absent, the number
   * comes from the generator of the first latency rule.
   */
  random: () => number;
}

export interface Faults {
  /**
   * Adds a fault rule.
   * @throws {FaultRuleError} if the rule is malformed or contradicts itself.
   */
  add(rule: unknown): ActiveFault;
  list(): ActiveFault[];
  /**
   * Removes the rule with this id, or all rules if no id is given.
   * @returns the number of removed rules.
   */
  clear(id?: string): number;
  /**
   * Decides which faults apply to a call, and counts the call in each matching rule. The runtime
   * calls `decide('lambda', logical_id, 'invoke')` for each invocation of a function. A `kill` rule
   * ends the function's worker after `delay_ms`, and a `duplicate` rule delivers the event twice.
   *
   * @param body the body of the request, which rules with `contains` search.
   */
  decide(service: string, caller: string, action: string, body?: Buffer): FaultDecision | undefined;
}

/** Error for an invalid fault rule. The message names the invalid field and the reason. */
export class FaultRuleError extends Error {
  override name = 'FaultRuleError';
}

interface SeededFault {
  fault: ActiveFault;
  random: () => number;
}

/**
 * Creates the list of fault rules, which is empty at first.
 * @param services the service names that a rule may use besides `lambda`.
 */
export function createFaults(services: string[]): Faults {
  let active: SeededFault[] = [];
  let created = 0;
  return {
    add(input) {
      const rule = parse(input, [...services, FUNCTIONS]);
      created += 1;
      const fault: ActiveFault = { id: String(created), ...rule, matched: 0, hits: 0 };
      active.push({ fault, random: seededRandom(rule.seed ?? created) });
      return { ...fault };
    },
    list: () => active.map(({ fault }) => ({ ...fault })),
    clear(id) {
      const before = active.length;
      active = id === undefined ? [] : active.filter(({ fault }) => fault.id !== id);
      return before - active.length;
    },
    decide(service, caller, action, body) {
      const matching = active.filter(
        ({ fault }) => matches(fault, service, caller, action) && hasContent(fault, body),
      );
      return decideByRules(matching);
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
    throw new FaultRuleError(
      `service must be one of ${services.join(', ')}, and is ${parsed.data.service}`,
    );
  }
  return parsed.data;
}

function matches(fault: ActiveFault, service: string, caller: string, action: string): boolean {
  if (fault.service !== service) return false;
  if (fault.action !== undefined && !matchesAny([fault.action], action)) return false;
  if (fault.caller !== undefined && !matchesAny([fault.caller], caller)) return false;
  return fault.kind !== 'partial' || `${service}:${action}` in PARTIAL_ACTIONS;
}

function hasContent({ contains }: ActiveFault, body: Buffer | undefined): boolean {
  return contains === undefined || (body?.includes(contains) ?? false);
}

function decideByRules(matching: SeededFault[]): FaultDecision | undefined {
  let decision: FaultDecision | undefined;
  for (const { fault, random } of matching) {
    fault.matched += 1;
    // A call gets at most one fault besides its delays, and the fault comes from the first rule
    // that has a hit. After this rule, all rules except latency rules are skipped. A skipped rule
    // records no hit, and therefore keeps the remaining hits of its `count` for later calls.
    if (decision?.rule !== undefined && fault.kind !== 'latency') continue;
    if (!isHit(fault, random)) continue;
    fault.hits += 1;
    const delay_ms = (decision?.delay_ms ?? 0) + delayOf(fault, random);
    decision =
      fault.kind === 'latency'
        ? { random, ...decision, delay_ms }
        : { delay_ms, rule: fault, random };
  }
  return decision;
}

function isHit(fault: ActiveFault, random: () => number): boolean {
  if (fault.count !== undefined) return fault.hits < fault.count;
  return fault.probability === undefined || random() < fault.probability;
}

function delayOf({ latency_ms, latency }: FaultRule, random: () => number): number {
  return latency === undefined ? (latency_ms ?? 0) : sampleLatency(latency, random);
}
