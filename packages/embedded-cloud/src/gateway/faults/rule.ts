import * as z from 'zod';
import { PARTIAL_ACTIONS } from './partial.ts';

/**
 * Service name of the fault rules that apply to invocations of functions. Such a rule must have one
 * of the FUNCTION_KINDS.
 */
export const FUNCTIONS = 'lambda';
const FUNCTION_KINDS = ['kill', 'duplicate'];

const probability = z.number().gt(0).lte(1);
const milliseconds = z.number().gte(0).lte(900_000);

/** Schema of the body of `POST /_cloud/faults`. The text FAULTS_HELP explains each field. */
export const faultRuleSchema = z
  .strictObject({
    service: z.string().min(1),
    action: z.string().min(1).optional(),
    caller: z.string().min(1).optional(),
    contains: z.string().min(1).optional(),
    kind: z.enum(['throttle', 'error', 'timeout', 'latency', 'partial', 'kill', 'duplicate']),
    probability: probability.optional(),
    count: z.int().positive().optional(),
    seed: z.int().optional(),
    code: z.string().min(1).optional(),
    status: z.int().gte(400).lte(599).optional(),
    latency_ms: milliseconds.optional(),
    latency: z
      .strictObject({ p50_ms: milliseconds.gt(0), p99_ms: milliseconds })
      .refine(({ p50_ms, p99_ms }) => p99_ms >= p50_ms, 'p99_ms must be at least p50_ms')
      .optional(),
    share: probability.optional(),
    missing: z.boolean().optional(),
    after_effect: z.boolean().optional(),
  })
  .superRefine((rule, context) => {
    for (const [path, message] of contradictions(rule)) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
  });

/**
 * A rule for a fault that the gateway injects into matching calls.
 *
 * @example
 * const rule: FaultRule = { service: 'dynamodb', action: 'GetItem', kind: 'throttle', count: 3 };
 * await fetch(`${cloud.endpoint}${CONTROL_PREFIX}faults`, { method: 'POST', body: JSON.stringify(rule) });
 */
export type FaultRule = z.infer<typeof faultRuleSchema>;

type FieldKinds = [field: keyof FaultRule, kinds: FaultRule['kind'][]];

/**
 * The fields that only some kinds of rules may contain. Each element is a field and the kinds that
 * may contain the field. A rule of any other kind is refused if the rule contains the field.
 */
const FIELD_KINDS: FieldKinds[] = [
  ['code', ['throttle', 'error', 'partial']],
  ['status', ['throttle', 'error']],
  ['share', ['partial']],
  ['missing', ['partial']],
  ['after_effect', ['throttle', 'error', 'timeout']],
];

function contradictions(rule: FaultRule): [path: string, message: string][] {
  const found: [string, string][] = FIELD_KINDS.filter(
    ([field, kinds]) => rule[field] !== undefined && !kinds.includes(rule.kind),
  ).map(([field, kinds]) => [field, `${field} applies to ${kinds.join(', ')} only`]);
  if (rule.latency_ms !== undefined && rule.latency !== undefined) {
    found.push(['latency', 'give latency_ms or latency, not both']);
  }
  if (rule.kind === 'latency' && rule.latency_ms === undefined && rule.latency === undefined) {
    found.push([
      'latency_ms',
      'the kind latency needs latency_ms, or latency with p50_ms and p99_ms',
    ]);
  }
  if (rule.probability !== undefined && rule.count !== undefined) {
    found.push(['count', 'give probability or count, not both']);
  }
  if ((rule.service === FUNCTIONS) !== FUNCTION_KINDS.includes(rule.kind)) {
    const kinds = FUNCTION_KINDS.join(' and ');
    found.push(['kind', `only service ${FUNCTIONS} takes ${kinds}, and it takes no other kind`]);
  }
  if (rule.contains !== undefined && rule.service === FUNCTIONS) {
    found.push(['contains', `contains does not apply to service ${FUNCTIONS}`]);
  }
  if (rule.kind === 'partial') found.push(...partialContradictions(rule));
  return found;
}

function partialContradictions(rule: FaultRule): [string, string][] {
  const names = Object.keys(PARTIAL_ACTIONS);
  const known = names.some(
    (name) =>
      name.startsWith(`${rule.service}:`) &&
      (rule.action === undefined || name === `${rule.service}:${rule.action}`),
  );
  if (!known) return [['action', `the kind partial works on ${names.join(', ')}`]];
  if (rule.missing && rule.service !== 'comprehend') {
    return [['missing', 'only comprehend can leave documents out of its answer; remove it']];
  }
  return [];
}
