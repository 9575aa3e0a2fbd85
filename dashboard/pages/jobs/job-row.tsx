import type { JobsResponse, StatusResponse } from '../../../schemas/index.ts';
import { isFinal } from '../../../schemas/job-status.ts';
import { request } from '../../api/request.ts';
import { useAct } from '../../api/use-act.ts';
import { useFeed } from '../../api/use-feed.ts';
import { Failure } from '../../parts/failure.tsx';
import { saveFile } from '../../parts/save-file.ts';
import { f, t } from '../../text/text.ts';

type ListedJob = JobsResponse['jobs'][number];

const POLL_MS = 2_000;
/** A job that is over does not change any more. */
const RARELY_MS = 3_600_000;

interface JobRowProps {
  job: ListedJob;
  /** Whether to ask for the progress of the job, which is a request of its own. */
  has_progress: boolean;
  on_changed: () => void;
}

/** A job with its progress, and what can be done with it. */
export function JobRow({ job, has_progress, on_changed }: JobRowProps) {
  const is_over = isFinal(job.status);
  const path = `status/${encodeURIComponent(job.job_id)}`;
  const { value: status } = useFeed<StatusResponse>(path, {}, is_over ? RARELY_MS : POLL_MS, {
    is_on: has_progress,
  });
  const current = status ?? { ...job, progress: undefined, counts: {} };
  return (
    <li class="job">
      <div class="job-head">
        <span class={`state ${current.status}`}>{t.value[`job_${current.status}`]}</span>
        <span class="job-name">
          <bdi>{job.source_id}</bdi> <code>{job.job_id}</code>
        </span>
        <time class="dim" datetime={job.created_at}>
          {f.value.date_time(job.created_at)}
        </time>
        <Actions job={job} is_over={isFinal(current.status)} on_changed={on_changed} />
      </div>
      {status === undefined ? null : <Progress status={status} />}
      {current.error === undefined ? null : <p class="failure">{current.error.message}</p>}
    </li>
  );
}

function Progress({
  status: { progress, counts, estimated_completion },
}: {
  status: StatusResponse;
}) {
  const { done, total } = progress;
  const outcomes = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <>
      <progress max={Math.max(1, total)} value={done} aria-label={t.value.progress} />
      <p class="meta">
        <span>{t.value.done_of(f.value.count(done), f.value.count(total))}</span>
        {outcomes.map(([name, count]) => (
          <span key={name}>
            {t.value[`outcome_${name as 'positive'}`]} {f.value.count(count)}
          </span>
        ))}
        {estimated_completion ? (
          <span>{t.value.done_at(f.value.date_time(estimated_completion))}</span>
        ) : null}
      </p>
    </>
  );
}

interface ActionsProps extends Pick<JobRowProps, 'job' | 'on_changed'> {
  is_over: boolean;
}

function Actions({ job: { job_id, total }, is_over, on_changed }: ActionsProps) {
  const { problem, is_busy, run } = useAct();
  const button = (title: string, act: () => Promise<void>) => (
    <button type="button" class="plain" disabled={is_busy} onClick={() => void run(act)}>
      {title}
    </button>
  );
  const saves = is_over && total > 0;
  return (
    <span class="buttons">
      {is_over ? null : button(t.value.cancel, () => cancelJob(job_id).then(on_changed))}
      {saves ? button('CSV', () => saveResults(job_id, 'text/csv', 'csv')) : null}
      {saves ? button('NDJSON', () => saveResults(job_id, 'application/x-ndjson', 'ndjson')) : null}
      <Failure problem={problem} />
    </span>
  );
}

async function saveResults(job_id: string, type: string, ending: string): Promise<void> {
  const path = `jobs/${encodeURIComponent(job_id)}/download`;
  const response = await request(path, { headers: { Accept: type }, has_no_limit: true });
  saveFile(`${job_id}.${ending}`, await response.blob());
}

async function cancelJob(job_id: string): Promise<void> {
  await request(`jobs/${encodeURIComponent(job_id)}`, { method: 'DELETE' });
}
