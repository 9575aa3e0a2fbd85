import type { Post, PostOutcome } from '../../jobs/callbacks/post.ts';
import type {
  AlertDestination,
  DigestDefinition,
  DigestMessage,
  DigestPreview,
} from '../../schemas/index.ts';
import { type AttemptDeps, createAttempt, type DeliverOutcome } from '../alerts/attempt.ts';
import { formatLines } from '../alerts/format.ts';
import { type SignDeps, signHeaders } from '../alerts/sign.ts';
import type { ComputeDigest } from './compute.ts';
import type { DigestQueue, Digests } from './ports.ts';
import { renderDigest } from './render.ts';

export interface DeliverDigestDeps extends SignDeps {
  digests: Pick<Digests, 'get'>;
  events: AttemptDeps<DigestMessage>['events'];
  queue: DigestQueue;
  computeDigest: ComputeDigest;
  post: Post;
}

/**
 * Creates the function that makes one attempt to send a digest to one of its destinations. The digest is computed at
 * each attempt and stored nowhere, so that a withdrawn text is not sent, and an erasure has nothing more to erase.
 */
export function createDeliverDigest(
  deps: DeliverDigestDeps,
): (message: DigestMessage) => Promise<DeliverOutcome> {
  return createAttempt<DigestMessage>({
    events: deps.events,
    requeue: (message, delay_seconds) => deps.queue.send(message, delay_seconds),
    now: deps.now,
    async send(message, _event, delivery) {
      const { tenant, digest: name, cadence, period } = message;
      const definition = await deps.digests.get(tenant, name);
      const destination = definition?.to[message.destination];
      if (definition === undefined || destination === undefined) return undefined;
      const { kind, url } = destination;
      const is_same = kind === delivery.kind && new URL(url).host === delivery.host;
      if (!is_same || definition.cadence !== cadence) return undefined;
      const digest = await deps.computeDigest({ ...definition, period });
      return sendTo(deps, { message, destination, definition, rendered: renderDigest(digest) });
    },
  });
}

interface Sending {
  message: DigestMessage;
  destination: AlertDestination;
  definition: DigestDefinition;
  rendered: DigestPreview;
}

async function sendTo(
  deps: DeliverDigestDeps,
  { message, destination: { kind, url }, definition, rendered }: Sending,
): Promise<PostOutcome> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'AuraStream' };
  if (kind !== 'webhook') {
    const lines = rendered.text.split('\n').filter((line) => line !== '');
    return deps.post(url, headers, JSON.stringify(formatLines(kind, lines)));
  }
  const { event_id, destination: number, tenant } = message;
  const body = JSON.stringify({ event: 'digest', name: definition.name, event_id, ...rendered });
  const signed = await signHeaders(deps, body, {
    ...{ tenant, event: 'digest', delivery: `${event_id}-${number}` },
  });
  return deps.post(url, { ...headers, ...signed }, body);
}
