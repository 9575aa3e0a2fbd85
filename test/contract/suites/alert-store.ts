import { describe, expect, it } from 'vitest';
import type {
  AlertEvents,
  AlertLimits,
  AlertRules,
  Incidents,
  TrafficStates,
} from '../../../insight/alerts/ports.ts';
import {
  anAlert,
  anAlertEvent,
  anIncident,
  aTrafficAlert,
  aTrafficState,
  nameOfEvent,
} from '../../support/alerts.ts';

export interface AlertStores {
  rules: AlertRules;
  events: AlertEvents;
  limits: AlertLimits;
  states: TrafficStates;
  incidents: Incidents;
}

/** Defines the tests that every store of alerts must pass. */
export function describeAlertStore(createStores: () => Promise<AlertStores>): void {
  describe('the alerts', () => {
    it('come back with all of their fields, by name, those of one tenant or of all', async () => {
      const { rules } = await createStores();
      const whole = anAlert({
        filter: {
          ...{ sentiments: ['NEGATIVE', 'MIXED'], least_score: 0.5, least_confidence: 0 },
          ...{ sources: ['app'], languages: ['en'], words: ['refund'] },
          attributes: { stars: ['1', '2'], constructor: ['x'] },
        },
        to: [
          { kind: 'slack', url: 'https://hooks.slack.com/services/a/b/c' },
          { kind: 'teams', url: 'https://x.logic.azure.com/workflows/1' },
        ],
        muted_until: '2026-11-28T00:00:00.000Z',
      });
      const other = anAlert({ name: 'a-first' });
      const foreign = anAlert({ tenant: 'acme-2' });
      for (const alert of [whole, foreign, other]) await rules.put(alert);
      expect(await rules.list('acme')).toEqual([other, whole]);
      expect(await rules.list()).toEqual([other, whole, foreign]);
      expect(await rules.get('acme', 'angry')).toEqual(whole);
      expect(await rules.get('acme', 'unknown')).toBeUndefined();
    });

    it('on traffic come back with all of their fields', async () => {
      const { rules } = await createStores();
      const all = [
        aTrafficAlert('shift', { name: 'a', sources: ['app'], ratio: 1.75 }),
        aTrafficAlert('silence', { name: 'b', minutes: 45 }),
        aTrafficAlert('volume', { name: 'c', direction: 'down', window_minutes: 30 }),
      ];
      for (const alert of all) await rules.put(alert);
      expect(await rules.list('acme')).toEqual(all);
    });

    it('are replaced by one with the same name', async () => {
      const { rules } = await createStores();
      await rules.put(anAlert({ muted_until: '2026-11-28T00:00:00.000Z' }));
      const next = anAlert({ filter: { words: ['refund'] } });
      await rules.put(next);
      expect(await rules.list('acme')).toEqual([next]);
    });

    it('are muted until a time, and no longer after its end', async () => {
      const { rules } = await createStores();
      await rules.put(anAlert());
      const until = '2026-11-28T00:00:00.000Z';
      expect(await rules.mute('acme', 'angry', until)).toEqual(anAlert({ muted_until: until }));
      expect(await rules.mute('acme', 'angry', null)).toEqual(anAlert());
      expect(await rules.mute('acme', 'unknown', until)).toBeUndefined();
      expect(await rules.list('acme')).toEqual([anAlert()]);
    });

    it('are deleted once', async () => {
      const { rules } = await createStores();
      await rules.put(anAlert());
      expect(await rules.delete('other', 'angry')).toBeUndefined();
      expect(await rules.delete('acme', 'angry')).toEqual(anAlert());
      expect(await rules.delete('acme', 'angry')).toBeUndefined();
      expect(await rules.list()).toEqual([]);
    });
  });

  describe('the events', () => {
    const event = anAlertEvent({ suppressed_before: 3 });
    const message = { ...nameOfEvent(event), destination: 0, attempt: 1 };
    const attempt = { attempted_at: event.fired_at, duration_ms: 12, status: 200 };

    it('are stored once, and a second time returns what is stored', async () => {
      const { events } = await createStores();
      expect(await events.create(nameOfEvent(event), event)).toBeUndefined();
      const other = anAlertEvent({ sentiment: 'MIXED' });
      expect(await events.create(nameOfEvent(event), other)).toEqual(event);
      expect(await events.get(nameOfEvent(event))).toEqual(event);
    });

    it('record each attempt of a delivery once, and none after its end', async () => {
      const { events } = await createStores();
      const { kind, host } = event.deliveries[0]!;
      await events.create(nameOfEvent(event), event);
      const failed = { ...attempt, status: 503 };
      const pending = { kind, host, state: 'pending' as const, attempts: [failed] };
      expect(await events.setDelivery(message, pending)).toBe(true);
      expect(await events.setDelivery(message, pending)).toBe(false);
      const last = { ...pending, state: 'delivered' as const, attempts: [failed, attempt] };
      expect(await events.setDelivery({ ...message, attempt: 2 }, last)).toBe(true);
      expect(await events.setDelivery({ ...message, attempt: 3 }, last)).toBe(false);
      expect((await events.get(nameOfEvent(event)))?.deliveries).toEqual([last]);
    });

    it('can be dropped without an attempt', async () => {
      const { events } = await createStores();
      await events.create(nameOfEvent(event), event);
      const dropped = { ...event.deliveries[0]!, state: 'dropped' as const };
      expect(await events.setDelivery(message, dropped)).toBe(true);
      expect((await events.get(nameOfEvent(event)))?.deliveries).toEqual([dropped]);
    });

    it('are listed newest first in pages, those of one alert', async () => {
      const { events } = await createStores();
      const all = [1, 2, 3].map((second) =>
        anAlertEvent({ fired_at: `2026-11-27T06:20:0${second}.000Z` }),
      );
      for (const one of all) await events.create(nameOfEvent(one), one);
      const foreign = { ...nameOfEvent(event), name: 'other' };
      await events.create(foreign, event);
      const query = { tenant: 'acme', name: 'angry', limit: 2 };
      const first = await events.list(query);
      expect(first.events).toEqual([all[2], all[1]]);
      const second = await events.list({ ...query, before: first.next });
      expect(second).toEqual({ events: [all[0]], next: undefined });
    });
  });

  describe('the counters', () => {
    it('add up within an hour, and begin again in the next', async () => {
      const { limits } = await createStores();
      const at = { tenant: 'acme', name: 'angry', hour: '2026-11-27T06' };
      expect(await limits.addReported(at, 0)).toBe(0);
      expect(await limits.addReported(at, 2)).toBe(2);
      expect(await limits.addReported(at, 1)).toBe(3);
      expect(await limits.addReported({ ...at, hour: '2026-11-27T07' }, 1)).toBe(1);
      expect(await limits.addReported({ ...at, name: '*' }, 1)).toBe(1);
    });

    it('hand out the suppressed records once', async () => {
      const { limits } = await createStores();
      const alert = { tenant: 'acme', name: 'angry' };
      expect(await limits.takeSuppressed(alert)).toBe(0);
      await limits.addSuppressed(alert, 2);
      await limits.addSuppressed(alert, 3);
      expect(await limits.takeSuppressed(alert)).toBe(5);
      expect(await limits.takeSuppressed(alert)).toBe(0);
    });
  });

  describe('the states of alerts on traffic', () => {
    it('are stored if the version is the stored one, and come back with the next version', async () => {
      const { states } = await createStores();
      const first = await states.put('acme', 'angry', aTrafficState());
      expect(first).toEqual({ ...aTrafficState(), version: 1 });
      expect(await states.put('acme', 'angry', aTrafficState())).toBeUndefined();
      const second = await states.put('acme', 'angry', { ...first!, evaluated_until: 5 });
      expect(second).toMatchObject({ version: 2, evaluated_until: 5 });
      expect(await states.put('acme', 'angry', first!)).toBeUndefined();
      expect(await states.list('acme')).toEqual(new Map([['angry', second]]));
      expect(await states.list('acm')).toEqual(new Map());
    });

    it('are deleted, and a run that has read one before stores none', async () => {
      const { states } = await createStores();
      const stored = await states.put('acme', 'angry', aTrafficState());
      await states.delete('acme', 'angry');
      await states.delete('acme', 'angry');
      expect(await states.put('acme', 'angry', stored!)).toBeUndefined();
      expect(await states.list('acme')).toEqual(new Map());
    });
  });

  describe('the incidents', () => {
    const range = { from: '2026-11-27T00:00:00.000Z', to: '2026-11-28T00:00:00.000Z' };

    it('are opened once and resolved, and a late repetition of the opening changes nothing', async () => {
      const { incidents } = await createStores();
      const { incident_id, fired_at, fired } = anIncident();
      await incidents.open('acme', anIncident());
      const resolved_at = '2026-11-27T07:00:00.000Z';
      await incidents.resolve('acme', { incident_id, fired_at, resolved_at, resolved: fired });
      await incidents.open('acme', anIncident());
      const list = await incidents.list({ tenant: 'acme', ...range, limit: 10 });
      expect(list.incidents).toEqual([{ ...anIncident(), resolved_at, resolved: fired }]);
    });

    it('that are unknown cannot be resolved', async () => {
      const { incidents } = await createStores();
      const { incident_id, fired_at, fired } = anIncident();
      await incidents.resolve('acme', {
        incident_id,
        fired_at,
        resolved_at: fired_at,
        resolved: fired,
      });
      const list = await incidents.list({ tenant: 'acme', ...range, limit: 10 });
      expect(list.incidents).toEqual([]);
    });

    it('of a range are listed newest first in pages', async () => {
      const { incidents } = await createStores();
      const times = ['26T23:59', '27T00:00', '27T12:00', '27T23:59', '28T00:00'];
      const all = times.map((time) => anIncident({ fired_at: `2026-11-${time}:00.000Z` }));
      for (const incident of all) await incidents.open('acme', incident);
      await incidents.open('other', anIncident());
      const query = { tenant: 'acme', ...range, limit: 2 };
      const first = await incidents.list(query);
      expect(first.incidents).toEqual([all[3], all[2]]);
      const second = await incidents.list({ ...query, before: first.next });
      expect(second).toEqual({ incidents: [all[1]], next: undefined });
    });
  });
}
