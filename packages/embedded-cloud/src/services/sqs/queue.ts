import { createHash, randomUUID } from 'node:crypto';

/** A message as a queue keeps it. */
export interface Message {
  message_id: string;
  body: string;
  /** Epoch ms. */
  sent_at: number;
  /** Epoch ms: nobody is given it before. */
  visible_at: number;
  receive_count: number;
  first_received_at?: number;
  /** Of its last delivery. */
  receipt_handle?: string;
}

/** A queue as the template has it. */
export interface QueueSpec {
  name: string;
  arn: string;
  visibility_timeout_ms: number;
  retention_ms: number;
  delay_ms: number;
  /** Where a message goes that was received so often, and still is there. */
  redrive?: { dead_letter_arn: string; max_receive_count: number };
}

export interface QueueCounts {
  visible: number;
  in_flight: number;
  delayed: number;
}

/** A standard queue: at least once, in no order that one may rely on. */
export interface Queue {
  spec: QueueSpec;
  send(body: string, delay_ms?: number): Message;
  receive(most: number, visibility_timeout_ms?: number): Message[];
  /** @returns whether the handle is of a message that is there. */
  remove(receipt_handle: string): boolean;
  changeVisibility(receipt_handle: string, timeout_ms: number): boolean;
  counts(): QueueCounts;
  /** Delays and visibility timeouts end now. @returns of how many. */
  hurry(): number;
  messages(): Message[];
  restore(messages: Message[]): void;
}

export interface QueueDeps {
  spec: QueueSpec;
  now: () => number;
  /** Takes what was received too often. */
  deadLetter: (arn: string, message: Message) => void;
  onChange: () => void;
}

export function createQueue({ spec, now, deadLetter, onChange }: QueueDeps): Queue {
  const messages = new Map<string, Message>();
  const expire = () => {
    for (const { message_id, sent_at } of messages.values()) {
      if (sent_at + spec.retention_ms < now()) messages.delete(message_id);
    }
  };
  const byHandle = (handle: string) =>
    [...messages.values()].find(({ receipt_handle }) => receipt_handle === handle);
  const isSpent = ({ receive_count }: Message) =>
    spec.redrive !== undefined && receive_count >= spec.redrive.max_receive_count;

  return {
    spec,
    send(body, delay_ms = spec.delay_ms) {
      const message: Message = {
        message_id: randomUUID(),
        body,
        sent_at: now(),
        visible_at: now() + delay_ms,
        receive_count: 0,
      };
      messages.set(message.message_id, message);
      onChange();
      return message;
    },
    receive(most, visibility_timeout_ms = spec.visibility_timeout_ms) {
      expire();
      const taken: Message[] = [];
      for (const message of messages.values()) {
        if (taken.length === most) break;
        if (message.visible_at > now()) continue;
        if (isSpent(message)) {
          messages.delete(message.message_id);
          deadLetter(spec.redrive!.dead_letter_arn, message);
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
      const message = byHandle(receipt_handle);
      if (message === undefined) return false;
      messages.delete(message.message_id);
      onChange();
      return true;
    },
    changeVisibility(receipt_handle, timeout_ms) {
      const message = byHandle(receipt_handle);
      if (message === undefined) return false;
      message.visible_at = now() + timeout_ms;
      onChange();
      return true;
    },
    counts() {
      expire();
      const all = [...messages.values()];
      const hidden = all.filter(({ visible_at }) => visible_at > now());
      const in_flight = hidden.filter(({ receive_count }) => receive_count > 0).length;
      return {
        visible: all.length - hidden.length,
        in_flight,
        delayed: hidden.length - in_flight,
      };
    },
    hurry() {
      const hidden = [...messages.values()].filter(({ visible_at }) => visible_at > now());
      for (const message of hidden) message.visible_at = now();
      if (hidden.length > 0) onChange();
      return hidden.length;
    },
    messages: () => [...messages.values()],
    restore(kept) {
      for (const message of kept) messages.set(message.message_id, message);
    },
  };
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
