import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../test/support/random.ts';
import type { Answer } from './answer.ts';
import { comprehend } from './comprehend.ts';
import { createCounters } from './counters.ts';
import { createDynamodb } from './dynamodb.ts';
import { createFirehose } from './firehose.ts';
import { type Latencies, sample } from './latency.ts';
import { LimitExceeded } from './limits.ts';

/** By the `X-Amz-Target` header's first part, before the version. */
const SERVICES = { Comprehend: 'comprehend', DynamoDB: 'dynamodb', Firehose: 'firehose' } as const;
type Service = (typeof SERVICES)[keyof typeof SERVICES];

/**
 * The services that the consumers call, as light as they can be: what is measured is who calls them. They keep what
 * they are given, count what is billed, and take the time they are told to take.
 *
 * @param limits calls a second by `service.Action`; what comes beyond is throttled. Absent: no limit.
 */
export async function startServices(latencies: Latencies, limits: Record<string, number> = {}) {
  const dynamodb = createDynamodb();
  const firehose = createFirehose();
  const counters = createCounters();
  const random = createRandom(1).next;
  const actions: Record<Service, Record<string, (request: never) => Answer>> = {
    comprehend,
    firehose,
    dynamodb: dynamodb.actions,
  };

  const buckets = new Map(
    Object.entries(limits).map(([action, calls_per_second]) => [
      action,
      createBucket(calls_per_second),
    ]),
  );

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const { service, action } = actionOf(request);
    const play = service === undefined ? undefined : actions[service][action];
    if (service === undefined || play === undefined) {
      say(response, { status: 400, body: { __type: 'UnknownOperationException' } });
      return;
    }
    const name = `${service}.${action}`;
    const is_admitted = buckets.get(name)?.() ?? true;
    const { usage = {}, ...answered } = is_admitted ? answerOf(play, body) : THROTTLED;
    counters.count(name, body.length, usage);
    const wait_ms = sample(latencies[service], random);
    if (wait_ms > 0) await sleep(wait_ms);
    say(response, answered);
  }

  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: counters.read,
    rows: dynamodb.rows,
    resetCounts: counters.reset,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answerOf(play: (request: never) => Answer, body: Buffer): Answer {
  try {
    return play(JSON.parse(body.toString()) as never);
  } catch (cause) {
    if (!(cause instanceof LimitExceeded)) throw cause;
    return { status: 400, body: { __type: 'ValidationException', message: cause.message } };
  }
}

const THROTTLED: Answer = {
  status: 400,
  body: { __type: 'ThrottlingException', message: 'Rate exceeded' },
  usage: { throttled: 1 },
};

/** A second's calls at most; few at first, since a full bucket would come on top of what is measured. */
function createBucket(calls_per_second: number): () => boolean {
  let tokens = Math.min(2, calls_per_second);
  let filled_at = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(calls_per_second, tokens + ((now - filled_at) / 1_000) * calls_per_second);
    filled_at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

export type Services = Awaited<ReturnType<typeof startServices>>;

/** `DynamoDB_20120810.PutItem`: service and action. */
function actionOf(request: IncomingMessage): { service: Service | undefined; action: string } {
  const [target = '', action = ''] = String(request.headers['x-amz-target']).split('.');
  return { service: SERVICES[target.split('_')[0] as keyof typeof SERVICES], action };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function say(response: ServerResponse, { status = 200, body }: Answer): void {
  const json = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': json.length,
    'x-amzn-requestid': '0',
  });
  response.end(json);
}
