import type { Resource } from '../template/resource.ts';
import type { Stack } from '../template/stack.ts';
import { type Pattern, readPattern } from './pattern.ts';

/** A rule of EventBridge, which sends events to queues and functions. */
export interface Rule {
  name: string;
  arn: string;
  /** Period of a scheduled rule, in milliseconds. */
  every_ms?: number;
  /** Pattern of the events that the rule matches. */
  pattern?: Pattern;
  /**
   * The queues and functions that receive the event. If a target has an `input`, it receives the `input`
   * instead of the event.
   */
  targets: { arn: string; input?: string }[];
}

interface RuleProperties {
  ScheduleExpression?: string;
  EventPattern?: unknown;
  Targets?: {
    Id: string;
    Arn: string;
    Input?: string;
    DeadLetterConfig?: { Arn: string };
    [more: string]: unknown;
  }[];
}

const TARGET_FIELDS = new Set(['Id', 'Arn', 'Input']);
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/**
 * Longest delay of a timer in Node.js, in milliseconds. If a delay is longer, Node.js fires the
 * timer after 1 ms.
 */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Reads a rule of the template.
 * @throws {Error} if the rule uses a feature that is not emulated, or if the policy of a target
 * queue or function does not allow the rule to send events. The message contains the rule's id.
 */
export function readRule(resource: Resource, stack: Stack): Rule {
  const { ScheduleExpression, EventPattern, Targets } = resource.properties() as RuleProperties;
  const arn = resource.attribute('Arn');
  try {
    return {
      name: resource.physical_id,
      arn,
      targets: (Targets ?? []).map((target) => readTarget(target, arn, stack)),
      ...(ScheduleExpression === undefined ? {} : { every_ms: readRate(ScheduleExpression) }),
      ...(EventPattern === undefined ? {} : { pattern: readPattern(EventPattern) }),
    };
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(`${resource.logical_id} (${resource.type}): ${message}`, { cause });
  }
}

function readTarget(
  { Arn, Input, DeadLetterConfig, ...more }: NonNullable<RuleProperties['Targets']>[number],
  rule_arn: string,
  stack: Stack,
): Rule['targets'][number] {
  const unsupported = Object.keys(more).filter((field) => !TARGET_FIELDS.has(field));
  if (unsupported.length > 0) {
    throw new Error(`${unsupported.join(', ')} of a target is not emulated. Use Input, or none.`);
  }
  if (isFunctionArn(Arn)) {
    if (DeadLetterConfig !== undefined) {
      throw new Error('DeadLetterConfig of a function is not emulated. Use none.');
    }
    if (!mayInvoke(stack, Arn, rule_arn)) {
      throw new Error(
        `the function ${Arn} has no permission that lets events.amazonaws.com invoke it. Add a Lambda Permission.`,
      );
    }
    return { arn: Arn, ...(Input === undefined ? {} : { input: Input }) };
  }
  if (!Arn.startsWith('arn:aws:sqs:')) {
    throw new Error(`the target ${Arn} is not emulated. Use a queue or a function.`);
  }
  // Without a policy, EventBridge drops the events. A dead-letter queue needs a policy as well.
  // Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
  for (const queue of [Arn, DeadLetterConfig?.Arn ?? Arn]) {
    if (!maySend(stack, queue, rule_arn)) {
      throw new Error(
        `the queue ${queue} has no policy that lets events.amazonaws.com send to it. Add a QueuePolicy.`,
      );
    }
  }
  return { arn: Arn, ...(Input === undefined ? {} : { input: Input }) };
}

function readRate(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count === undefined) {
    throw new Error(`the schedule ${expression} is not emulated. Use rate(…).`);
  }
  const every_ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (every_ms >= 1 && every_ms <= LONGEST_TIMER_MS) return every_ms;
  throw new Error(`the schedule ${expression} is not emulated. Use 1 minute to 24 days.`);
}

/** Whether a target is a function. */
export function isFunctionArn(arn: string): boolean {
  return arn.startsWith('arn:aws:lambda:');
}

interface PermissionProperties {
  Action: string;
  Principal: string;
  FunctionName: string;
  SourceArn?: string;
}

/**
 * Returns whether the policy of a function allows EventBridge to invoke it for a rule. Without it,
 * EventBridge cannot invoke the function, and no error appears in the function.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
function mayInvoke(stack: Stack, function_arn: string, rule_arn: string): boolean {
  return stack.resources('AWS::Lambda::Permission').some((resource) => {
    const { Action, Principal, FunctionName, SourceArn } =
      resource.properties() as unknown as PermissionProperties;
    return (
      ['lambda:InvokeFunction', 'lambda:*'].includes(Action) &&
      Principal === 'events.amazonaws.com' &&
      (FunctionName === function_arn || function_arn.endsWith(`:${FunctionName}`)) &&
      (SourceArn === undefined || SourceArn === rule_arn)
    );
  });
}

interface QueuePolicyProperties {
  Queues: string[];
  PolicyDocument: {
    Statement: {
      Effect: string;
      Principal?: { Service?: string | string[] };
      Condition?: { ArnEquals?: { 'aws:SourceArn'?: string | string[] } };
    }[];
  };
}

/**
 * Returns whether a policy of the queue allows EventBridge to send events of this rule to the
 * queue.
 */
function maySend(stack: Stack, queue_arn: string, rule_arn: string): boolean {
  return stack.resources('AWS::SQS::QueuePolicy').some((resource) => {
    const { Queues, PolicyDocument } = resource.properties() as unknown as QueuePolicyProperties;
    if (!Queues.some((url) => url.endsWith(`/${queue_arn.split(':').at(-1)}`))) return false;
    return PolicyDocument.Statement.some(({ Effect, Principal, Condition }) => {
      const services = [Principal?.Service ?? []].flat();
      const sources = [Condition?.ArnEquals?.['aws:SourceArn'] ?? rule_arn].flat();
      return (
        Effect === 'Allow' &&
        services.includes('events.amazonaws.com') &&
        sources.includes(rule_arn)
      );
    });
  });
}
