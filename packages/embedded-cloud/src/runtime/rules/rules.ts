import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { QueueStore } from '../../services/sqs/store.ts';
import type { Resource, Stack } from '../template/stack.ts';
import type { CreatedObject } from './object-events.ts';
import { fits, readPattern } from './pattern.ts';

interface RuleProperties {
  State?: string;
  ScheduleExpression?: string;
  EventPattern?: unknown;
  Targets?: { Id: string; Arn: string; Input?: string; [more: string]: unknown }[];
}

interface Rule {
  name: string;
  arn: string;
  every_ms?: number;
  pattern?: ReturnType<typeof readPattern>;
  targets: { queue_arn: string; input?: string }[];
}

/** The template's rules on the default event bus, at work. */
export interface Rules {
  onObjectCreated(object: CreatedObject): void;
  /** Schedules whose name has this in it fire now; absent: all. @returns their names. */
  fire(name?: string): string[];
  stop(): void;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const TARGET_FIELDS = new Set(['Id', 'Arn', 'Input']);

/** @throws {Error} that names the rule, where the template asks for what is not played, or a queue refuses it. */
export function startRules(options: {
  stack: Stack;
  queues: QueueStore;
  now: () => number;
}): Rules {
  const { stack, queues, now } = options;
  const buckets = eventBuckets(stack);
  const rules = stack
    .resources('AWS::Events::Rule')
    .filter((resource) => (resource.properties() as RuleProperties).State !== 'DISABLED')
    .map((resource) => readRule(resource, stack));
  const deliver = (rule: Rule, event: object) => {
    for (const { queue_arn, input } of rule.targets) {
      queues.byArn(queue_arn)?.send(input ?? JSON.stringify(event));
    }
  };
  const tick = (rule: Rule) => deliver(rule, scheduled(rule, now()));
  const timers = rules.flatMap((rule) =>
    rule.every_ms === undefined ? [] : [setInterval(tick, rule.every_ms, rule)],
  );
  for (const timer of timers) timer.unref();
  return {
    onObjectCreated(object) {
      if (!buckets.has(object.bucket)) return;
      const event = objectCreated(object, now());
      for (const rule of rules) {
        if (rule.pattern !== undefined && fits(rule.pattern, event)) deliver(rule, event);
      }
    },
    fire(name = '') {
      const fired = rules.filter((rule) => rule.every_ms !== undefined && rule.name.includes(name));
      for (const rule of fired) tick(rule);
      return fired.map((rule) => rule.name);
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** Buckets send events only where they are told to. */
function eventBuckets(stack: Stack): Set<string> {
  const enabled = stack.resources('AWS::S3::Bucket').filter((bucket) => {
    const { NotificationConfiguration } = bucket.properties() as {
      NotificationConfiguration?: {
        EventBridgeConfiguration?: { EventBridgeEnabled?: boolean | string };
      };
    };
    const { EventBridgeConfiguration } = NotificationConfiguration ?? {};
    return String(EventBridgeConfiguration?.EventBridgeEnabled ?? false) === 'true';
  });
  return new Set(enabled.map(({ physical_id }) => physical_id));
}

function readRule(resource: Resource, stack: Stack): Rule {
  const {
    ScheduleExpression,
    EventPattern,
    Targets = [],
  } = resource.properties() as RuleProperties;
  const name = resource.physical_id;
  const arn = resource.attribute('Arn');
  const wrong = (message: string) => new Error(`${resource.logical_id}: ${message}`);
  const targets = Targets.map(({ Arn, Input, ...more }) => {
    const unplayed = Object.keys(more).filter((field) => !TARGET_FIELDS.has(field));
    if (unplayed.length > 0) throw wrong(`${unplayed.join(', ')} of a target: not played here.`);
    if (!Arn.startsWith('arn:aws:sqs:')) throw wrong(`the target ${Arn} is no queue.`);
    if (!maySend(stack, Arn, arn)) {
      throw wrong(`the queue ${Arn} has no policy that lets events.amazonaws.com send to it.`);
    }
    return { queue_arn: Arn, ...(Input === undefined ? {} : { input: Input }) };
  });
  return {
    name,
    arn,
    targets,
    ...(ScheduleExpression === undefined ? {} : { every_ms: rateOf(ScheduleExpression, wrong) }),
    ...(EventPattern === undefined ? {} : { pattern: readPattern(EventPattern) }),
  };
}

/** Node takes a longer one for 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function rateOf(expression: string, wrong: (message: string) => Error): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count === undefined) throw wrong(`${expression}: only rate(…) is played here.`);
  const every_ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (every_ms >= 1 && every_ms <= LONGEST_TIMER_MS) return every_ms;
  throw wrong(`${expression}: from 1 minute to 24 days are played here.`);
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

function envelope(now: number) {
  return {
    version: '0',
    id: randomUUID(),
    account: ACCOUNT_ID,
    time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
  };
}

function scheduled({ arn }: Rule, now: number) {
  const type = { 'detail-type': 'Scheduled Event', source: 'aws.events' };
  return { ...envelope(now), ...type, resources: [arn], detail: {} };
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
function objectCreated({ bucket, key, size, etag, reason }: CreatedObject, now: number) {
  return {
    ...envelope(now),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size, etag, sequencer: now.toString(16).toUpperCase().padStart(18, '0') },
      'request-id': randomUUID(),
      requester: ACCOUNT_ID,
      'source-ip-address': '127.0.0.1',
      reason,
    },
  };
}
