import type { JobsResponse } from '../../../schemas/index.ts';
import { isFinal } from '../../../schemas/job-status.ts';
import { useFeed } from '../../api/use-feed.ts';
import { Failure } from '../../parts/failure.tsx';
import { t } from '../../text/text.ts';
import { DropFile } from './drop-file.tsx';
import { JobRow } from './job-row.tsx';

const POLL_MS = 5_000;
/** The newest jobs show their outcomes also when they are over. */
const WITH_PROGRESS = 5;

/** Files in, results out. */
export function Jobs() {
  const { value, problem, refresh } = useFeed<JobsResponse>('jobs', { limit: 50 }, POLL_MS);
  return (
    <>
      <div class="head">
        <h1>{t.value.page_jobs}</h1>
      </div>
      <div class="content">
        <DropFile on_submitted={refresh} />
        <Failure problem={problem?.kind === 'right' ? problem : undefined} />
        <section class="card wide">
          <h2>{t.value.newest_jobs}</h2>
          {value?.jobs.length === 0 ? <p class="dim">{t.value.no_jobs}</p> : null}
          <ul class="rows">
            {value?.jobs.map((job, index) => (
              <JobRow
                key={job.job_id}
                job={job}
                has_progress={index < WITH_PROGRESS || !isFinal(job.status)}
                on_changed={refresh}
              />
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}
