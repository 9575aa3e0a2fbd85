/**
 * Yields the values of promises in the order in which they settle. A rejection ends the iteration when its turn
 * comes. The iteration may start late: rejections are handled from the start.
 */
export function asCompleted<Value>(promises: readonly Promise<Value>[]): AsyncGenerator<Value> {
  const settled: Promise<Value>[] = [];
  let wake = () => {};
  for (const promise of promises) {
    const onSettled = () => {
      settled.push(promise);
      wake();
    };
    promise.then(onSettled, onSettled);
  }
  return iterate();

  async function* iterate() {
    for (let yielded = 0; yielded < promises.length; ) {
      const next = settled.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        yielded += 1;
        yield await next;
      }
    }
  }
}
