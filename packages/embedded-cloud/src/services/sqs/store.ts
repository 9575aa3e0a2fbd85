import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createQueue, type Message, type Queue, type QueueSpec } from './queue.ts';

/**
 * The queues of a template with their messages. The messages survive a restart of the embedded
 * cloud.
 */
export interface QueueStore {
  byName(name: string): Queue | undefined;
  byArn(arn: string): Queue | undefined;
  all(): Queue[];
}

/**
 * Stores the messages of all queues in one file. The file is replaced after each change, because an
 * accepted message must survive a crash. Replacing the whole file is fast enough, because the
 * queues of the embedded cloud contain few messages.
 */
export function createQueueStore(options: {
  path: string;
  specs: QueueSpec[];
  now: () => number;
}): QueueStore {
  const { path, specs, now } = options;
  const queues = new Map<string, Queue>();
  const save = () => {
    const messages_by_queue = Object.fromEntries(
      [...queues.values()].map(({ spec, listMessages }) => [spec.name, listMessages()]),
    );
    writeFileSync(`${path}.new`, JSON.stringify(messages_by_queue));
    renameSync(`${path}.new`, path);
  };
  const byArn = (arn: string) => [...queues.values()].find(({ spec }) => spec.arn === arn);
  for (const spec of specs) {
    const sendToDeadLetters = (arn: string, message: Message) => {
      const { body, trace_header } = message;
      void byArn(arn)?.send(body, {
        delay_ms: 0,
        ...(trace_header === undefined ? {} : { trace_header }),
      });
    };
    queues.set(spec.name, createQueue({ spec, now, sendToDeadLetters, onChange: save }));
  }
  mkdirSync(dirname(path), { recursive: true });
  for (const [name, messages] of Object.entries(load(path))) queues.get(name)?.restore(messages);
  return {
    byName: (name) => queues.get(name),
    byArn,
    all: () => [...queues.values()],
  };
}

function load(path: string): Record<string, Message[]> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Message[]>;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw cause;
  }
}
