/**
 * How long a test waits for a condition at most. `vi.waitFor` itself gives up after a second, which a machine with
 * other work can need for one turn.
 */
export const WAIT = { timeout: 30_000 };
