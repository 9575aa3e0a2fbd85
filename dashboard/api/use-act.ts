import { useState } from 'preact/hooks';
import type { Problem } from './problem.ts';

/** Runs one act at a time, and keeps the problem of the last one. */
export function useAct() {
  const [problem, setProblem] = useState<Problem | undefined>();
  const [is_busy, setBusy] = useState(false);
  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    await act().catch((error) => setProblem(error as Problem));
    setBusy(false);
  };
  return { problem, is_busy, run };
}
