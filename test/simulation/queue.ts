import type { World } from './world.ts';

interface Message {
  body: string;
  receives: number;
}

export interface QueueOptions {
  name: string;
  /** Time until a message that was not deleted is delivered again, in milliseconds. */
  visibility_ms: number;
  /**
   * Handles a message. Returns true if the message is done. `listOthers` returns the bodies of the
   * other messages that are waiting or in flight, and of the dead letters.
   */
  handle: (body: string, listOthers: () => string[]) => Promise<boolean>;
}

export interface Queue {
  send(body: object, delay_ms?: number): void;
}

/**
 * Number of deliveries after which a message becomes a dead letter. In infra/, the number is 5. A
 * smaller number stands for a long outage, after which only the sweeper continues a job.
 */
const MAX_RECEIVES = [2, 5];
/** Number of invocations of the function at the same time. */
const CONCURRENCY = 5;

/**
 * Creates an SQS queue that feeds a function with one message at a time. SQS delivers each message
 * at least once: a message that fails comes back after the visibility timeout, and sometimes a
 * message is delivered twice. After ten failures the message becomes a dead letter.
 */
export function createQueue(world: World, options: QueueOptions): Queue {
  const { name, visibility_ms, handle } = options;
  const { scheduler, random } = world;
  const messages = new Set<Message>();
  const visible: Message[] = [];
  let running = 0;
  const drawn = random.pick(MAX_RECEIVES);
  const { max_receives = drawn } = world.fault_plan;

  const show = (message: Message, ms: number) => {
    scheduler.after(ms, `${name} message visible`, () => {
      visible.push(message);
      drain();
    });
  };
  const drain = () => {
    while (running < CONCURRENCY && visible.length > 0) {
      const message = visible.shift()!;
      if (!messages.has(message) || message.receives >= max_receives) continue;
      running += 1;
      deliver(message)
        .catch((error: unknown) => scheduler.fail(error))
        .finally(() => {
          running -= 1;
          drain();
        });
    }
  };
  const deliver = async (message: Message) => {
    message.receives += 1;
    if (!world.isFaultFree() && random.chance(0.02)) {
      world.faults['message twice'] = (world.faults['message twice'] ?? 0) + 1;
      // Half of the second deliveries come while the first one is handled.
      const ms = random.int(visibility_ms);
      show(message, ms % 2 === 0 ? ms : ms % 1_000);
    }
    const listOthers = () => [...messages].filter((m) => m !== message).map(({ body }) => body);
    if (await handle(message.body, listOthers)) messages.delete(message);
    else show(message, visibility_ms);
  };
  return {
    send(body, delay_ms = 0) {
      const message = { body: JSON.stringify(body), receives: 0 };
      messages.add(message);
      show(message, delay_ms + random.between(1, 500));
    },
  };
}
