import { type Journal, startJournal } from './journal.ts';

/** Gathers a delivery stream's records until there are enough of them, or the first has waited long enough. */
export interface RecordBuffer {
  /** Resolves once the records are in the journal. */
  add(records: Buffer[]): Promise<void>;
  /** Seals what has been gathered. */
  seal(): Promise<void>;
}

export interface BufferDeps {
  folder: string;
  size_bytes: number;
  interval_ms: number;
  now: () => number;
  newId: () => string;
  /** Takes a sealed journal. */
  onSealed(journal: Journal): void;
}

export function createBuffer(deps: BufferDeps): RecordBuffer {
  let open: Journal | undefined;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  // Appends and seals share one file: one after the other.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const start = async () => {
    const journal = await startJournal(deps.folder, deps.newId(), deps.now());
    timer = setTimeout(() => {
      void inTurn(async () => (open === journal ? seal() : undefined));
    }, deps.interval_ms);
    timer.unref();
    return journal;
  };
  const seal = async () => {
    clearTimeout(timer);
    const journal = open;
    open = undefined;
    if (journal === undefined) return;
    await journal.seal();
    deps.onSealed(journal);
  };

  return {
    add: (records) =>
      inTurn(async () => {
        open ??= await start();
        try {
          await open.append(records);
        } catch (error) {
          // Its end is in doubt: nothing may follow it.
          await seal();
          throw error;
        }
        if (open.bytes >= deps.size_bytes) await seal();
      }),
    seal: () => inTurn(seal),
  };
}
