import type { Environment, World } from './world.ts';

/**
 * Runs one invocation of a function. The environment is killed when the timeout passes, and in the
 * faulty part of the simulation also at random times. An error that the function throws is a bug,
 * because every function must handle the errors of services itself.
 */
export async function runFunction<Value>(
  world: World,
  environment: Environment,
  timeout_ms: number,
  work: () => Promise<Value>,
): Promise<{ answer: Value } | 'killed'> {
  const cancels: (() => void)[] = [];
  const killed = new Promise<'killed'>((resolve) => {
    const killAfter = (ms: number, fault: string) => {
      const kill = () => {
        environment.killed = true;
        world.faults[fault] = (world.faults[fault] ?? 0) + 1;
        resolve('killed');
      };
      cancels.push(world.scheduler.after(ms, fault, kill));
    };
    killAfter(timeout_ms, 'function timed out');
    if (!world.isFaultFree() && world.random.chance(world.fault_plan.killed)) {
      killAfter(world.random.int(2_000), 'function killed');
    }
  });
  const answered = work().then(
    (answer) => ({ answer }),
    (error: unknown) => {
      world.scheduler.fail(error);
      return 'killed' as const;
    },
  );
  const outcome = await Promise.race([answered, killed]);
  for (const cancel of cancels) cancel();
  return outcome;
}
