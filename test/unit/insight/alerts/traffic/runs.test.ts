import { expect, it } from 'vitest';
import { createDraws, type Draws } from '../../../../../bench/alerts/draws.ts';
import type { EvaluateDeps } from '../../../../../insight/alerts/traffic/evaluate.ts';
import type { AlertEvent } from '../../../../../schemas/index.ts';
import { aTrafficAlert } from '../../../../support/alerts.ts';
import { createTrafficWorld, START } from '../../../../support/traffic-world.ts';

const USUAL = { records: 8, negative: 2 };
const HOURS = 4;
const LENGTH = HOURS * 60;
const SEEDS = Array.from({ length: 4 }, (_, i) => i + 1);

class Crash extends Error {}

/** The troubles of the runs of a world, as shares from 0 to 1. */
interface Trouble {
  /** Share of the minutes whose run is missed. */
  missed: number;
  /** Share of the runs that come a second time at the same time. */
  overlapping: number;
  /** Share of the calls to a store or a queue after which the run dies. */
  deadly: number;
  /** Share of the minutes after which counts of the last minutes change. */
  changing: number;
}

/** Lets calls of runs that overlap take turns at random, and some runs die after a call. */
function withTrouble(deps: EvaluateDeps, draws: Draws, trouble: Trouble): EvaluateDeps {
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...values: unknown[]) => {
          await turns(draws);
          const answer = await method.apply(target, values);
          if (draws.uniform() < trouble.deadly) throw new Crash('The run died');
          await turns(draws);
          return answer;
        };
      },
    });
  const { states, events, incidents, limits, queue } = deps;
  return {
    ...deps,
    ...{ states: wrap(states), events: wrap(events), incidents: wrap(incidents) },
    ...{ limits: wrap(limits), queue: wrap(queue) },
  };
}

async function turns(draws: Draws): Promise<void> {
  for (let i = Math.floor(4 * draws.uniform()); i > 0; i -= 1) await Promise.resolve();
}

/** Runs four hours of one source with two incidents, and returns what receivers got. */
async function runWorld(seed: number, trouble: Trouble) {
  const draws = createDraws(seed);
  const judged: [from: number, until: number][] = [];
  const world = await createTrafficWorld(
    [aTrafficAlert('shift', { cooldown_minutes: 30 }), aTrafficAlert('silence', { name: 'dead' })],
    (deps) => {
      const { states } = deps;
      const put: typeof states.put = async (tenant, name, state) => {
        const before = (await states.list(tenant)).get(name)?.evaluated_until ?? START - 1;
        const stored = await states.put(tenant, name, state);
        if (stored !== undefined && name === 'angry' && state.evaluated_until !== before) {
          judged.push([before + 1, state.evaluated_until]);
        }
        return stored;
      };
      return withTrouble({ ...deps, states: { ...states, put } }, draws, trouble);
    },
  );
  const { counts, clock, evaluate, sent, events, listEvents } = world;
  counts.fillEarlierWeeks('app', USUAL);
  const isWorse = (minute: number) =>
    (minute >= START + 30 && minute < START + 75) ||
    (minute >= START + 150 && minute < START + 190);
  const received: { name: string; event: AlertEvent }[] = [];
  const deliver = async () => {
    for (const { message } of sent.splice(0)) {
      const event = await events.get(message);
      const delivery = event?.deliveries[message.destination];
      if (event === undefined || delivery?.state !== 'pending') continue;
      const attempt = { attempted_at: event.fired_at, duration_ms: 1, status: 200 };
      void (await events.setDelivery(message, {
        ...{ ...delivery, state: 'delivered', attempts: [attempt] },
      }));
      received.push({ name: message.name, event });
    }
  };
  for (let minute = START; minute < START + LENGTH; minute += 1) {
    const negative = isWorse(minute) ? 5 + Math.floor(draws.uniform() * 2) : USUAL.negative;
    counts.set('app', minute, { records: 8, negative });
    if (draws.uniform() < trouble.changing) changePast(world, draws, minute);
    clock.now = (minute + 2) * 60_000 + Math.floor(draws.uniform() * 30_000);
    // At the end, quiet runs make up for the runs that died.
    const is_last = minute >= START + LENGTH - 3;
    if (is_last) trouble.deadly = 0;
    if (!is_last && draws.uniform() < trouble.missed) continue;
    const runs = !is_last && draws.uniform() < trouble.overlapping ? 3 : 1;
    const outcomes = await Promise.allSettled(Array.from({ length: runs }, () => evaluate()));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' && !(outcome.reason instanceof Crash)) throw outcome.reason;
    }
    await deliver();
  }
  return { received, judged, events: await listEvents(), silences: await listEvents('dead') };
}

/** Records come late to a minute of the last hour, or some of its negative ones are withdrawn. */
function changePast(
  { counts }: Awaited<ReturnType<typeof createTrafficWorld>>,
  draws: Draws,
  now: number,
): void {
  const minute = now - Math.floor(draws.uniform() * 60);
  const { records, negative } = counts.get('app', minute);
  const is_late = draws.uniform() < 0.5;
  const changed = is_late
    ? { records: records + 2, negative: negative + 1 }
    : { records: Math.max(0, records - 1), negative: Math.max(0, negative - 1) };
  counts.set('app', minute, changed);
}

const CALM: Trouble = { missed: 0, overlapping: 0, deadly: 0, changing: 0 };
const TROUBLES: [string, Trouble][] = [
  ['run once a minute', CALM],
  ['are repeated and overlap', { ...CALM, overlapping: 0.7 }],
  ['are missed or late', { ...CALM, missed: 0.5 }],
  ['die at any call', { ...CALM, deadly: 0.05 }],
  ['meet late and withdrawn records', { ...CALM, changing: 0.4 }],
  ['have all of these troubles', { missed: 0.3, overlapping: 0.3, deadly: 0.03, changing: 0.3 }],
];

it.each(TROUBLES)(
  'runs that %s judge each minute once, and each incident has one firing and one resolved message',
  async (_, trouble) => {
    for (const seed of SEEDS) {
      const { received, judged, events, silences } = await runWorld(seed, { ...trouble });
      const at = `seed ${seed}`;
      // Each minute is in exactly one of the spans that were judged.
      const minutes = judged.flatMap(([from, until]) =>
        Array.from({ length: until - from + 1 }, (_, i) => from + i),
      );
      expect(minutes, at).toEqual(Array.from({ length: LENGTH }, (_, i) => START + i));
      const kinds = events.map(({ kind }) => kind);
      expect(kinds, at).toEqual(['fired', 'resolved', 'fired', 'resolved']);
      expect(silences, at).toEqual([]);
      const messages = received.map(({ event: { incident_id, kind } }) => `${incident_id} ${kind}`);
      expect(messages.sort(), at).toEqual(
        events.map(({ incident_id, kind }) => `${incident_id} ${kind}`).sort(),
      );
    }
  },
);
