import { useState } from 'preact/hooks';
import type { AsyncResponse } from '../../../schemas/index.ts';
import { Problem } from '../../api/problem.ts';
import { requestJson } from '../../api/request.ts';
import { Failure } from '../../parts/failure.tsx';
import { f, t } from '../../text/text.ts';
import type { InspectedFile } from './inspect-file.ts';
import { uploadFile } from './upload.ts';

export interface ChosenFile {
  file: File;
  inspected: InspectedFile;
}

/** What the user decides about a file. */
interface Choices {
  source: string;
  /** Column of the text; empty to let the job find it. */
  text_field: string;
}

interface SubmissionProps extends ChosenFile {
  on_done: () => void;
}

/** How the file will be read, and the button that sends it. */
export function Submission({ file, inspected, on_done }: SubmissionProps) {
  const { format, sample } = inspected;
  const [choices, setChoices] = useState<Choices>(inspected);
  const { share, problem, submit } = useSubmission(file, inspected, on_done);
  return (
    <div class="submission">
      <p>
        <strong>
          <bdi>{file.name}</bdi>
        </strong>{' '}
        <span class="dim">
          {f.value.bytes(file.size)} · {format?.toUpperCase() ?? t.value.unknown_format}
        </span>
      </p>
      <ChoiceFields columns={inspected.columns} choices={choices} on_change={setChoices} />
      {sample === undefined ? null : (
        <pre dir="auto" class="sample">
          {sample}
        </pre>
      )}
      <p class="actions">
        <button
          type="button"
          class="primary"
          disabled={format === undefined || share !== undefined || choices.source === ''}
          onClick={() => void submit(choices)}
        >
          {share === undefined ? t.value.submit_job : t.value.uploading(f.value.percent(share))}
        </button>
        {share === undefined ? <span class="dim">{t.value.nothing_sent_yet}</span> : null}
      </p>
      <Failure problem={problem} />
    </div>
  );
}

interface ChoiceFieldsProps {
  columns: string[];
  choices: Choices;
  on_change: (choices: Choices) => void;
}

function ChoiceFields({ columns, choices, on_change }: ChoiceFieldsProps) {
  return (
    <div class="fields">
      <label>
        <span>{t.value.source}</span>
        <input
          dir="ltr"
          value={choices.source}
          onInput={(event) => on_change({ ...choices, source: event.currentTarget.value })}
        />
      </label>
      {columns.length === 0 ? null : (
        <label>
          <span>{t.value.text_column}</span>
          <select
            value={choices.text_field}
            onChange={(event) => on_change({ ...choices, text_field: event.currentTarget.value })}
          >
            <option value="">{t.value.find_it}</option>
            {columns.map((column) => (
              <option key={column} value={column}>
                {column}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

/** Submits a file as a job. `share` is the share that is uploaded, while an upload is on its way. */
function useSubmission(file: File, { format, columns }: InspectedFile, on_done: () => void) {
  const [share, setShare] = useState<number | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  const submit = async ({ source, text_field }: Choices) => {
    setProblem(undefined);
    setShare(0);
    try {
      const options = columns.length > 0 && text_field !== '' ? { text_field } : undefined;
      const upload = { format, size_bytes: file.size, options };
      const body = { upload, source_id: source };
      const job = await requestJson<AsyncResponse>('analyze/async', { method: 'POST', body });
      if (job.upload === undefined) throw new Problem('bug', 'The answer has no upload URL.');
      await uploadFile(job.upload.url, file, setShare);
      on_done();
    } catch (error) {
      setShare(undefined);
      setProblem(error as Problem);
    }
  };
  return { share, problem, submit };
}
