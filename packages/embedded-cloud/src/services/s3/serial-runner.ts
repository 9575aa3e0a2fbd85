/**
 * Runs functions with the same name one after the other, and functions with different names
 * concurrently.
 */
export type RunSerially = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export function createSerialRunner(): RunSerially {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const run = (last.get(name) ?? Promise.resolve()).then(work, work);
    const settled = run
      .catch(() => undefined)
      .then(() => {
        if (last.get(name) === settled) last.delete(name);
      });
    last.set(name, settled);
    return run;
  };
}
