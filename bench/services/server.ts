import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../test/support/random.ts';
import type { Answer } from './answer.ts';
import { comprehend } from './comprehend.ts';
import { createCounters } from './counters.ts';
import { createDynamodb } from './dynamodb.ts';
import { createFirehose } from './firehose.ts';
import { type Latencies, sampleLatency } from './latency.ts';
import { LimitExceeded } from './limits.ts';

/** The service of each prefix of the `X-Amz-Target` header. */
const SERVICES = { Comprehend: 'comprehend', DynamoDB: 'dynamodb', Firehose: 'firehose' } as const;
type Service = (typeof SERVICES)[keyof typeof SERVICES];

/**
 * Starts light emulations of the services that the consumers call. The emulations use little CPU,
 * so that most of the CPU is left to the measured program. They store items, count billed usage,
 * and delay each answer by the given latencies.
 *
 * @param limits maximum number of calls per second, by `service.Action`. Calls above the maximum
 * are throttled. Actions without an entry have no limit.
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
      createTokenBucket(calls_per_second),
    ]),
  );

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const { service, action } = parseTarget(request);
    const handle = service === undefined ? undefined : actions[service][action];
    if (service === undefined || handle === undefined) {
      send(response, { status: 400, body: { __type: 'UnknownOperationException' } });
      return;
    }
    const name = `${service}.${action}`;
    const is_admitted = buckets.get(name)?.() ?? true;
    const { usage = {}, ...content } = is_admitted ? runAction(handle, body) : THROTTLED;
    counters.count(name, body.length, usage);
    const wait_ms = sampleLatency(latencies[service], random);
    if (wait_ms > 0) await sleep(wait_ms);
    send(response, content);
  }

  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    readCounts: counters.read,
    countRows: dynamodb.countRows,
    resetCounts: counters.reset,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function runAction(handle: (request: never) => Answer, body: Buffer): Answer {
  try {
    return handle(JSON.parse(body.toString()) as never);
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

/**
 * Creates a token bucket. Each call takes one token, and a full bucket has the tokens for the calls
 * of one second. The bucket starts almost empty, because a full bucket would admit extra calls at
 * the start.
 */
function createTokenBucket(calls_per_second: number): () => boolean {
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

/**
 * Parses the service and the action of an `X-Amz-Target` header such as
 * `DynamoDB_20120810.PutItem`.
 */
function parseTarget(request: IncomingMessage): { service: Service | undefined; action: string } {
  const [target = '', action = ''] = String(request.headers['x-amz-target']).split('.');
  return { service: SERVICES[target.split('_')[0] as keyof typeof SERVICES], action };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status = 200, body }: Answer): void {
  const json = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': json.length,
    'x-amzn-requestid': '0',
  });
  response.end(json);
}
