import { pathToFileURL } from 'node:url';
import { answerParent } from './answer.ts';
import { readPeakRss } from './peak-rss.ts';

/**
 * Asks this process to load a function's bundle or to invoke the function. The process has the
 * environment variables that Lambda would give the function.
 */
export type FunctionQuestion =
  | { kind: 'load'; module: string; handler_name: string }
  | { kind: 'invoke'; payload: string; times: number; callers: number; timeout_ms: number };

export interface LoadReport {
  import_ms: number;
}

export interface InvocationReport {
  times_ms: number[];
  /** CPU time of this process for all invocations together, in milliseconds. */
  cpu_ms: number;
  /** Answer of the last invocation, as JSON. */
  answer: string;
  peak_rss_bytes: number;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

let handler: Handler;

answerParent<FunctionQuestion>(async (question) =>
  question.kind === 'load' ? load(question) : invoke(question),
);

async function load(question: { module: string; handler_name: string }): Promise<LoadReport> {
  const { href } = pathToFileURL(question.module);
  const started_at = performance.now();
  const handlers = (await import(href)) as Record<string, Handler>;
  const import_ms = performance.now() - started_at;
  handler = handlers[question.handler_name]!;
  return { import_ms };
}

/**
 * Invokes the handler and times each invocation. The time includes parsing the event and formatting
 * the answer as JSON, because Lambda's runtime does both.
 */
async function invoke(question: FunctionQuestion & { kind: 'invoke' }): Promise<InvocationReport> {
  const { payload, times, callers, timeout_ms } = question;
  const times_ms: number[] = [];
  let left = times;
  let answer = '';
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const started_at = performance.now();
      answer = JSON.stringify(await handler(JSON.parse(payload), buildContext(timeout_ms)));
      times_ms.push(performance.now() - started_at);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: callers }, caller));
  const { user, system } = process.cpuUsage(before);
  return { times_ms, cpu_ms: (user + system) / 1_000, answer, peak_rss_bytes: readPeakRss() };
}

function buildContext(timeout_ms: number): object {
  const deadline = Date.now() + timeout_ms;
  return {
    awsRequestId: '00000000-0000-4000-8000-000000000000',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}
