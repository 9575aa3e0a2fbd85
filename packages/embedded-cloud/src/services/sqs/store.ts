import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createQueue, type Message, type Queue, type QueueSpec } from './queue.ts';

/** The queues of a template with their messages, which outlive the process. */
export interface QueueStore {
  byName(name: string): Queue | undefined;
  byArn(arn: string): Queue | undefined;
  all(): Queue[];
}

/**
 * Everything is in one file that each change writes anew: queues here hold few messages, and a message whose sending
 * was answered must be there after a crash.
 */
export function createQueueStore(options: {
  path: string;
  specs: QueueSpec[];
  now: () => number;
}): QueueStore {
  const { path, specs, now } = options;
  const queues = new Map<string, Queue>();
  const save = () => {
    const kept = Object.fromEntries(
      [...queues.values()].map(({ spec, messages }) => [spec.name, messages()]),
    );
    writeFileSync(`${path}.new`, JSON.stringify(kept));
    renameSync(`${path}.new`, path);
  };
  const byArn = (arn: string) => [...queues.values()].find(({ spec }) => spec.arn === arn);
  for (const spec of specs) {
    const deadLetter = (arn: string, message: Message) => {
      byArn(arn)?.send(message.body, 0);
    };
    queues.set(spec.name, createQueue({ spec, now, deadLetter, onChange: save }));
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
