import { createHash, randomUUID } from 'node:crypto';

/** A message in a queue. */
export interface Message {
  message_id: string;
  body: string;
  /** Time at which the message was sent, in epoch milliseconds. */
  sent_at: number;
  /** Time from which the message can be delivered, in epoch milliseconds. */
  visible_at: number;
  receive_count: number;
  /** X-Ray trace header of the request that sent the message. */
  trace_header?: string;
  first_received_at?: number;
  /** Receipt handle of the latest delivery. */
  receipt_handle?: string;
}

/** The settings of a queue that were read from the template. */
export interface QueueSpec {
  name: string;
  arn: string;
  visibility_timeout_ms: number;
  retention_ms: number;
  delay_ms: number;
  /**
   * ARN of the dead letter queue, and number of deliveries after which a message moves to the dead
   * letter queue.
   */
  redrive?: { dead_letter_arn: string; max_receive_count: number };
}

interface QueueCounts {
  visible: number;
  in_flight: number;
  delayed: number;
}

/**
 * A standard queue. Each message is delivered at least once, and the order of messages is not
 * guaranteed.
 */
export interface Queue {
  spec: QueueSpec;
  send(body: string, options?: { delay_ms?: number; trace_header?: string }): Message;
  receive(most: number, visibility_timeout_ms?: number): Message[];
  /**
   * Deletes the message with the given receipt handle.
   *
   * @returns whether a message has this handle
   */
  remove(receipt_handle: string): boolean;
  changeVisibility(receipt_handle: string, timeout_ms: number): boolean;
  countMessages(): QueueCounts;
  /**
   * Ends all delays and visibility timeouts.
   *
   * @returns the number of messages that became visible
   */
  releaseMessages(): number;
  listMessages(): Message[];
  restore(messages: Message[]): void;
}

export interface QueueDeps {
  spec: QueueSpec;
  now: () => number;
  /**
   * Moves a message to the dead letter queue with the given ARN. The message was received too
   * often.
   */
  sendToDeadLetters: (arn: string, message: Message) => void;
  onChange: () => void;
}

export function createQueue({ spec, now, sendToDeadLetters, onChange }: QueueDeps): Queue {
  const messages = new Map<string, Message>();
  const dropExpired = () => {
    for (const { message_id, sent_at } of messages.values()) {
      if (sent_at + spec.retention_ms < now()) messages.delete(message_id);
    }
  };
  const findByHandle = (handle: string) =>
    [...messages.values()].find(({ receipt_handle }) => receipt_handle === handle);
  const isReceivedTooOften = ({ receive_count }: Message) =>
    spec.redrive !== undefined && receive_count >= spec.redrive.max_receive_count;

  return {
    spec,
    send(body, { delay_ms = spec.delay_ms, trace_header } = {}) {
      const message: Message = {
        message_id: randomUUID(),
        body,
        sent_at: now(),
        visible_at: now() + delay_ms,
        receive_count: 0,
        ...(trace_header === undefined ? {} : { trace_header }),
      };
      messages.set(message.message_id, message);
      onChange();
      return message;
    },
    receive(most, visibility_timeout_ms = spec.visibility_timeout_ms) {
      dropExpired();
      const taken: Message[] = [];
      for (const message of messages.values()) {
        if (taken.length === most) break;
        if (message.visible_at > now()) continue;
        if (isReceivedTooOften(message)) {
          messages.delete(message.message_id);
          sendToDeadLetters(spec.redrive!.dead_letter_arn, message);
          continue;
        }
        message.receive_count += 1;
        message.first_received_at ??= now();
        message.visible_at = now() + visibility_timeout_ms;
        message.receipt_handle = randomUUID();
        taken.push({ ...message });
      }
      if (taken.length > 0) onChange();
      return taken;
    },
    remove(receipt_handle) {
      const message = findByHandle(receipt_handle);
      if (message === undefined) return false;
      messages.delete(message.message_id);
      onChange();
      return true;
    },
    changeVisibility(receipt_handle, timeout_ms) {
      const message = findByHandle(receipt_handle);
      if (message === undefined) return false;
      message.visible_at = now() + timeout_ms;
      onChange();
      return true;
    },
    countMessages() {
      dropExpired();
      return countByState([...messages.values()], now());
    },
    releaseMessages() {
      const hidden = [...messages.values()].filter(({ visible_at }) => visible_at > now());
      for (const message of hidden) message.visible_at = now();
      if (hidden.length > 0) onChange();
      return hidden.length;
    },
    listMessages: () => [...messages.values()],
    restore(restored) {
      for (const message of restored) messages.set(message.message_id, message);
    },
  };
}

function countByState(messages: Message[], now: number): QueueCounts {
  const hidden = messages.filter(({ visible_at }) => visible_at > now);
  const in_flight = hidden.filter(({ receive_count }) => receive_count > 0).length;
  return {
    visible: messages.length - hidden.length,
    in_flight,
    delayed: hidden.length - in_flight,
  };
}

export function computeMd5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
