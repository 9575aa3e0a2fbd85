import { type Journal, startJournal } from './journal.ts';

/** Buffers the records of a delivery stream until the size or the age of the buffer is reached. */
export interface RecordBuffer {
  /** Resolves when the records are in the journal. */
  add(records: Buffer[]): Promise<void>;
  /** Seals the buffered records. */
  seal(): Promise<void>;
}

export interface BufferDeps {
  folder: string;
  size_bytes: number;
  interval_ms: number;
  now: () => number;
  newId: () => string;
  /** Receives each sealed journal. */
  onSealed(journal: Journal): void;
}

export function createBuffer(deps: BufferDeps): RecordBuffer {
  let open: Journal | undefined;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  // Appends and seals use one file, so they run one after the other.
  const runSerially = <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(work);
    last = run.catch(() => undefined);
    return run;
  };

  const start = async () => {
    const journal = await startJournal(deps.folder, deps.newId(), deps.now());
    timer = setTimeout(() => {
      void runSerially(async () => (open === journal ? seal() : undefined));
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
      runSerially(async () => {
        open ??= await start();
        try {
          await open.append(records);
        } catch (error) {
          // The end of the file is uncertain, so nothing more is appended.
          await seal();
          throw error;
        }
        if (open.bytes >= deps.size_bytes) await seal();
      }),
    seal: () => runSerially(seal),
  };
}
