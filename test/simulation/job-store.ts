import type { JobStore } from '../../jobs/ports.ts';
import type { Environment, World } from './world.ts';

/**
 * Returns the job store for one environment, which calls the store over the simulated network.
 * `onChange` gets the id of a job whose data a call may have changed.
 */
export function connectJobStore(
  world: World,
  store: JobStore,
  environment: Environment,
  onChange: (job_id: string, action: string) => void,
): JobStore {
  const call = <Value>(action: string, effect: () => Promise<Value>, job_id?: string) =>
    world.call(environment, 'jobs', action, async () => {
      const answer = await effect();
      if (job_id !== undefined) onChange(job_id, action);
      return answer;
    });
  return {
    ...store,
    get: (id) => call('get', () => store.get(id)),
    getMany: (ids) => call('getMany', () => store.getMany(ids)),
    transition: (id, to, changes) =>
      call('transition', () => store.transition(id, to, changes), id),
    update: (id, states, changes) => call('update', () => store.update(id, states, changes), id),
    takeLease: (...of) => call('takeLease', () => store.takeLease(...of), of[0]),
    advance: (...of) => call('advance', () => store.advance(...of), of[0]),
    postpone: (job, due_at) => call('postpone', () => store.postpone(job, due_at), job.job_id),
    mark: (job, page, done) => call('mark', () => store.mark(job, page, done), job.job_id),
    closePage: (job, page, counts) =>
      call('closePage', () => store.closePage(job, page, counts), job.job_id),
    addClosedPage: (...of) => call('addClosedPage', () => store.addClosedPage(...of), of[0].job_id),
    pages: (job) => call('pages', () => store.pages(job)),
    async *due(at) {
      const due = await call('due', async () => {
        const jobs = [];
        for await (const job of store.due(at)) jobs.push(job);
        return jobs;
      });
      yield* due;
    },
    addCallbackAttempt: (...of) =>
      call('addCallbackAttempt', () => store.addCallbackAttempt(...of), of[0]),
  };
}
