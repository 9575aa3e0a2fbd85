import { expect, it } from 'vitest';
import { createSendDue } from '../../../../insight/digests/send-due.ts';
import { createFakeAlertEvents } from '../../../fakes/alerts.ts';
import { createFakeDigestQueue, createFakeDigests } from '../../../fakes/digests.ts';
import { aDigestDefinition } from '../../../support/digests.ts';

async function createWorld(at: string, fields = {}) {
  const clock = { now: Date.parse(at) };
  const digests = createFakeDigests();
  await digests.put(aDigestDefinition(fields));
  const events = createFakeAlertEvents();
  const { queue, sent } = createFakeDigestQueue();
  const sendDue = createSendDue({ digests, events, queue, now: () => clock.now });
  return { clock, digests, events, sent, sendDue };
}

it('a digest is sent once for each period, however often the function runs', async () => {
  const { clock, events, sent, sendDue } = await createWorld('2026-11-23T06:00:00Z');
  expect(await sendDue()).toBe(1);
  expect(sent).toMatchObject([
    {
      ...{ kind: 'digest', tenant: 'acme', digest: 'weekly', name: 'digest:weekly' },
      period: { from: '2026-11-16T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' },
      ...{ fired_at: '2026-11-23T00:00:00.000Z', destination: 0, attempt: 1 },
    },
  ]);
  const [message] = sent;
  const attempts = [{ attempted_at: '2026-11-23T06:00:01.000Z', duration_ms: 1, status: 200 }];
  const delivery = { kind: 'webhook', host: 'hooks.example' } as const;
  await events.setDelivery(message!, { ...delivery, state: 'delivered', attempts });
  for (const hour of ['06:10', '12:00', '23:59']) {
    clock.now = Date.parse(`2026-11-24T${hour}:00Z`);
    expect(await sendDue()).toBe(0);
  }
  clock.now = Date.parse('2026-11-30T06:00:00Z');
  expect(await sendDue()).toBe(1);
  expect(sent[1]?.event_id).not.toBe(message?.event_id);
});

it('a message that was lost is sent again in the next run', async () => {
  const { sent, sendDue } = await createWorld('2026-11-23T06:00:00Z');
  await sendDue();
  await sendDue();
  expect(sent.map(({ event_id }) => event_id)).toEqual([sent[0]?.event_id, sent[0]?.event_id]);
});

it('before its hour, a digest is still that of the period before', async () => {
  const { sent, sendDue } = await createWorld('2026-11-23T05:59:59Z');
  await sendDue();
  expect(sent[0]?.period.to).toBe('2026-11-16T00:00:00.000Z');
});

it('a digest with another source or cadence is another digest of the same period', async () => {
  const { digests, sent, sendDue } = await createWorld('2026-11-23T06:00:00Z');
  await sendDue();
  await digests.put(aDigestDefinition({ source: 'app' }));
  await sendDue();
  expect(new Set(sent.map(({ event_id }) => event_id)).size).toBe(2);
});
