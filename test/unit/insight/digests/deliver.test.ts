import { expect, it } from 'vitest';
import type { DigestQuery } from '../../../../insight/digests/compute.ts';
import { createDeliverDigest } from '../../../../insight/digests/deliver.ts';
import { createSendDue } from '../../../../insight/digests/send-due.ts';
import type { PostOutcome } from '../../../../jobs/callbacks/post.ts';
import {
  type DigestDefinition,
  deriveCallbackSecret,
  digestPreviewSchema,
  signCallback,
} from '../../../../schemas/index.ts';
import { createFakeAlertEvents } from '../../../fakes/alerts.ts';
import { createFakeDigestQueue, createFakeDigests } from '../../../fakes/digests.ts';
import { aDigest, aDigestDefinition } from '../../../support/digests.ts';

const NOW = Date.UTC(2026, 10, 23, 6);

async function createWorld(
  fields: Partial<DigestDefinition> = {},
  outcomes: PostOutcome[] = [{ status: 200 }],
) {
  const digests = createFakeDigests();
  await digests.put(aDigestDefinition(fields));
  const events = createFakeAlertEvents();
  const { queue, sent } = createFakeDigestQueue();
  await createSendDue({ digests, events, queue, now: () => NOW })();
  const asked: DigestQuery[] = [];
  const posts: { url: string; headers: Record<string, string>; body: string }[] = [];
  const deliver = createDeliverDigest({
    ...{ digests, events, queue },
    computeDigest: async (query) => {
      asked.push(query);
      return aDigest();
    },
    post: async (url, headers, body) => {
      posts.push({ url, headers, body });
      return outcomes[posts.length - 1] ?? { error: 'Unexpected' };
    },
    secrets: async () => ['secret'],
    now: () => NOW,
  });
  return { deliver, message: sent[0]!, sent, posts, asked, digests, events };
}

it('a digest is posted to its webhook in each of its forms, signed with the secret of the tenant', async () => {
  const { deliver, message, posts, asked } = await createWorld({ source: 'app' });
  expect(await deliver(message)).toBe('delivered');
  expect(asked).toMatchObject([
    { tenant: 'acme', cadence: 'weekly', source: 'app', period: message.period },
  ]);
  const [{ headers, body }] = posts as [(typeof posts)[number]];
  const { event, name, ...preview } = JSON.parse(body);
  expect([event, name]).toEqual(['digest', 'weekly']);
  expect(digestPreviewSchema.parse(preview).chart_svg).toContain('<svg');
  expect(headers).toMatchObject({
    'x-aurastream-event': 'digest',
    'x-aurastream-delivery': `${message.event_id}-0`,
    'x-aurastream-signature': signCallback(
      deriveCallbackSecret('secret', 'acme'),
      NOW / 1_000,
      body,
    ),
  });
});

it('Slack and Teams get the plain text, in which a text cannot mention people', async () => {
  const to = [{ kind: 'slack' as const, url: 'https://hooks.slack.com/x' }];
  const { deliver, message, posts } = await createWorld({ to });
  await deliver(message);
  const { text } = JSON.parse(posts[0]!.body);
  expect(text).toContain('Net sentiment: −20.0');
  expect(posts[0]?.headers).not.toHaveProperty('x-aurastream-signature');
});

it('a refused digest is tried again under the same delivery id, and its delivery is recorded once', async () => {
  const { deliver, message, sent, posts, events } = await createWorld({}, [
    { status: 500 },
    { status: 200 },
  ]);
  expect(await deliver(message)).toBe('retrying');
  const again = sent.at(-1)!;
  expect(again.attempt).toBe(2);
  expect(await deliver(again)).toBe('delivered');
  expect(await deliver(again)).toBe('ignored');
  const ids = posts.map(({ headers }) => headers['x-aurastream-delivery']);
  expect(new Set(ids).size).toBe(1);
  expect((await events.get(message))?.deliveries).toMatchObject([
    { state: 'delivered', attempts: [{ status: 500 }, { status: 200 }] },
  ]);
});

it('a digest that was deleted, or has another destination or cadence by now, is not sent', async () => {
  for (const change of [
    { to: [{ kind: 'webhook' as const, url: 'https://other.example/' }] },
    { cadence: 'daily' as const },
  ]) {
    const { deliver, message, posts, digests } = await createWorld();
    await digests.put(aDigestDefinition(change));
    expect(await deliver(message)).toBe('dropped');
    expect(posts).toEqual([]);
  }
  const { deliver, message, digests } = await createWorld();
  await digests.delete('acme', 'weekly');
  expect(await deliver(message)).toBe('dropped');
});
