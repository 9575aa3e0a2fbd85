import * as z from 'zod';
import { PARTIAL_ACTIONS } from './partial.ts';

/** The service that stands for invocations of functions: only these kinds apply to it. */
export const FUNCTIONS = 'lambda';
const FUNCTION_KINDS = ['kill', 'duplicate'];

const probability = z.number().gt(0).lte(1);
const milliseconds = z.number().gte(0).lte(900_000);

/** What `POST /_cloud/faults` takes; `GET` answers with FAULTS_HELP, which explains each field. */
export const faultRuleSchema = z
  .strictObject({
    service: z.string().min(1),
    action: z.string().min(1).optional(),
    caller: z.string().min(1).optional(),
    kind: z.enum(['throttle', 'error', 'timeout', 'latency', 'partial', 'kill', 'duplicate']),
    probability: probability.optional(),
    count: z.int().positive().optional(),
    seed: z.int().optional(),
    code: z.string().min(1).optional(),
    status: z.int().gte(400).lte(599).optional(),
    latency_ms: milliseconds.optional(),
    latency: z
      .strictObject({ p50_ms: milliseconds.gt(0), p99_ms: milliseconds })
      .refine(({ p50_ms, p99_ms }) => p99_ms >= p50_ms, 'p99_ms is at least p50_ms')
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

export type FaultRule = z.infer<typeof faultRuleSchema>;

type FieldKinds = [field: keyof FaultRule, kinds: FaultRule['kind'][]];

/** Fields that mean nothing to the other kinds: a rule that does less than it says is a mistake. */
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
  ).map(([field, kinds]) => [field, `${field} belongs to ${kinds.join(', ')}`]);
  if (rule.latency_ms !== undefined && rule.latency !== undefined) {
    found.push(['latency', 'give latency_ms or latency']);
  }
  if (rule.kind === 'latency' && rule.latency_ms === undefined && rule.latency === undefined) {
    found.push(['latency_ms', 'latency needs latency_ms, or latency with p50_ms and p99_ms']);
  }
  if (rule.probability !== undefined && rule.count !== undefined) {
    found.push(['count', 'give probability or count']);
  }
  if ((rule.service === FUNCTIONS) !== FUNCTION_KINDS.includes(rule.kind)) {
    const kinds = FUNCTION_KINDS.join(' and ');
    found.push(['kind', `${kinds}, and nothing else, is for service ${FUNCTIONS}`]);
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
  if (!known) return [['action', `partial works on ${names.join(', ')}`]];
  if (rule.missing && rule.service !== 'comprehend') {
    return [['missing', 'only comprehend can leave documents out of its answer']];
  }
  return [];
}

/** Said by `GET /_cloud/faults`. */
export const FAULTS_HELP = `POST /_cloud/faults with a JSON object adds a rule and answers with its id:
  service       required: kinesis, dynamodb, s3, firehose, comprehend, athena, cloudformation; lambda for functions
  action        an API action, e.g. PutRecords; absent: all
  caller        owner, or a function's logical id; * and ? match any text; absent: all
  kind          throttle  the service's own throttling error
                error     the service's own 5xx
                timeout   no answer: the connection ends
                latency   the answer comes late
                partial   some entries of a batch fail and do not take effect
                kill      the function's worker ends half-way (service lambda)
                duplicate the function gets the same event twice, at the same time (service lambda)
  probability   how likely a matching call is hit, or
  count         how many matching calls are hit, the next ones first; neither: all
  seed          of the random numbers: the same seed gives the same run; absent: the rule's number
  code, status  another error code or HTTP status for throttle and error; code also for partial
  latency_ms    how late, or latency: {p50_ms, p99_ms} for a log-normal distribution;
                with the other kinds: how long before the fault
  share         of a batch's entries that fail (partial); absent: 0.5; at least one fails
  missing       true: documents are in neither list of Comprehend's answer (partial)
  after_effect  true: the call takes effect before its answer is lost (throttle, error, timeout)
Rules are tried in the order of their making: latencies add up, and the first other fault wins.
GET lists the rules with the calls they matched and hit. DELETE /_cloud/faults ends all, /_cloud/faults/{id} one.`;
