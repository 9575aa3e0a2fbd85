import { expect, it } from 'vitest';
import { inLots } from '../../../../processors/stream/lots.ts';

/** Creates a `sleep` function whose timers elapse only when the test calls `elapse`. */
function manualTime() {
  const timers: { elapse: () => void; signal: AbortSignal | undefined }[] = [];
  return {
    timers,
    running: () => timers.filter(({ signal }) => !signal?.aborted).length,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        timers.push({ elapse: resolve, signal });
      }),
  };
}

async function* sourceOf<Item>(...parts: (Item[] | Promise<Item[]>)[]): AsyncGenerator<Item[]> {
  for (const part of parts) yield await part;
}

async function collect<Item>(lots: AsyncIterable<Item[]>): Promise<Item[][]> {
  const all: Item[][] = [];
  for await (const lot of lots) all.push(lot);
  return all;
}

it('items are gathered into lots of the size, and the rest makes the last lot', async () => {
  const { sleep, running } = manualTime();
  const lots = inLots(sourceOf([1], [2, 3, 4, 5, 6, 7], [], [8]), { size: 3, quiet_ms: 1, sleep });
  expect(await collect(lots)).toEqual([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8],
  ]);
  expect(running()).toBe(0);
});

it('an empty source has no lot', async () => {
  expect(await collect(inLots(sourceOf([]), { size: 3, quiet_ms: 1 }))).toEqual([]);
});

it('the items of an unfilled lot are yielded when no item has come for the quiet time', async () => {
  const time = manualTime();
  let arrive = (_items: number[]) => {};
  const second = new Promise<number[]>((resolve) => {
    arrive = resolve;
  });
  const lots = inLots(sourceOf([1, 2], second), { size: 3, quiet_ms: 250, sleep: time.sleep });
  const first_lot = lots.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(time.running()).toBe(1);
  time.timers[0]?.elapse();
  expect(await first_lot).toEqual({ done: false, value: [1, 2] });
  arrive([3]);
  expect(await collect(lots)).toEqual([[3]]);
  expect(time.running()).toBe(0);
});

it('no timer runs while a lot is empty', async () => {
  const time = manualTime();
  const lots = inLots(sourceOf(new Promise<number[]>(() => {})), {
    size: 3,
    quiet_ms: 250,
    sleep: time.sleep,
  });
  void lots.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(time.timers).toEqual([]);
});

it('the source goes on while a lot is handled', async () => {
  const pulled: number[] = [];
  async function* source() {
    for (let i = 0; i < 3; i += 1) {
      pulled.push(i);
      yield [i];
    }
  }
  const lots = inLots(source(), { size: 1, quiet_ms: 250 });
  await lots.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(pulled).toEqual([0, 1]);
});

it('an error of the source is thrown, and leaves no timer running', async () => {
  const time = manualTime();
  async function* source() {
    yield [1];
    throw new Error('a bug');
  }
  const lots = inLots(source(), { size: 3, quiet_ms: 250, sleep: time.sleep });
  await expect(collect(lots)).rejects.toThrow('a bug');
  expect(time.running()).toBe(0);
});
