/**
 * Yields the values of promises in the order in which the promises settle. If a promise rejects,
 * the generator throws the error after it has yielded the values of all promises that settled
 * earlier. The caller may start the iteration late, because the function handles rejections from
 * the time of the call.
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
