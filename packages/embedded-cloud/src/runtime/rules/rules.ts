import type { QueueStore } from '../../services/sqs/store.ts';
import type { Stack } from '../template/stack.ts';
import { objectCreatedEvent, scheduledEvent } from './events.ts';
import type { CreatedObject } from './object-events.ts';
import { matchesPattern } from './pattern.ts';
import { isFunctionArn, type Rule, readRule } from './rule.ts';

/** The running rules of the default event bus. */
export interface Rules {
  onObjectCreated(object: CreatedObject): void;
  /**
   * Fires the schedules whose name contains `name`, or all schedules if `name` is absent.
   * @returns the names of the fired schedules.
   */
  fire(name?: string): string[];
  stop(): void;
}

export interface RulesOptions {
  stack: Stack;
  queues: QueueStore;
  /** Invokes a function asynchronously. */
  invokeFunction: (function_arn: string, payload: string) => void;
  now: () => number;
}

/**
 * Starts the rules of the template.
 * @throws {Error} if a rule uses a feature that is not emulated, or if the policy of a target
 * does not allow the rule to send events. The message contains the rule's id.
 */
export function startRules({ stack, queues, invokeFunction, now }: RulesOptions): Rules {
  const buckets = bucketsWithEvents(stack);
  const rules = stack
    .resources('AWS::Events::Rule')
    .filter((resource) => resource.properties().State !== 'DISABLED')
    .map((resource) => readRule(resource, stack));
  const deliver = (rule: Rule, event: object) => {
    for (const { arn, input = JSON.stringify(event) } of rule.targets) {
      if (isFunctionArn(arn)) invokeFunction(arn, input);
      else void queues.byArn(arn)?.send(input);
    }
  };
  const tick = (rule: Rule) => deliver(rule, scheduledEvent(rule.arn, now()));
  const timers = rules.flatMap((rule) =>
    rule.every_ms === undefined ? [] : [setInterval(tick, rule.every_ms, rule)],
  );
  for (const timer of timers) timer.unref();
  return {
    onObjectCreated(object) {
      if (!buckets.has(object.bucket)) return;
      const event = objectCreatedEvent(object, now());
      for (const rule of rules) {
        if (rule.pattern !== undefined && matchesPattern(rule.pattern, event)) deliver(rule, event);
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

interface BucketProperties {
  NotificationConfiguration?: {
    EventBridgeConfiguration?: { EventBridgeEnabled?: boolean | string };
  };
}

/**
 * Returns the names of the buckets that send events to EventBridge. A bucket sends events only if
 * its notification configuration enables EventBridge.
 */
function bucketsWithEvents(stack: Stack): Set<string> {
  const enabled = stack.resources('AWS::S3::Bucket').filter((bucket) => {
    const { NotificationConfiguration } = bucket.properties() as BucketProperties;
    const { EventBridgeConfiguration } = NotificationConfiguration ?? {};
    return String(EventBridgeConfiguration?.EventBridgeEnabled ?? false) === 'true';
  });
  return new Set(enabled.map(({ physical_id }) => physical_id));
}
