import { type Journal, startJournal } from './journal.ts';

/**
 * Buffers the records of a delivery stream in a journal. The journal is sealed when the journal
 * reaches its maximum size or age.
 */
export interface RecordBuffer {
  /** Adds records to the buffer. The promise resolves when the records are in the journal. */
  add(records: Buffer[]): Promise<void>;
  /** Seals the journal of the buffered records. The next record starts a new journal. */
  seal(): Promise<void>;
}

export interface BufferDeps {
  folder: string;
  size_bytes: number;
  interval_ms: number;
  now: () => number;
  newId: () => string;
  /** Receives each journal after the journal was sealed. */
  onSealed(journal: Journal): void;
}

export function createBuffer(deps: BufferDeps): RecordBuffer {
  let open: Journal | undefined;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  // Only one append or seal runs at a time, because both use the same file.
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
          // After a failed append, the end of the file is uncertain. The journal is sealed, so that
          // no more records are appended to the file.
          await seal();
          throw error;
        }
        if (open.bytes >= deps.size_bytes) await seal();
      }),
    seal: () => runSerially(seal),
  };
}
