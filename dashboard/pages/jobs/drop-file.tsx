import { useId, useState } from 'preact/hooks';
import type { AsyncResponse } from '../../../schemas/index.ts';
import { Problem } from '../../api/problem.ts';
import { requestJson } from '../../api/request.ts';
import { Failure } from '../../parts/failure.tsx';
import { f, t } from '../../text/text.ts';
import { type InspectedFile, inspectFile } from './inspect-file.ts';
import { uploadFile } from './upload.ts';

type Chosen = { file: File; inspected: InspectedFile };

/** Takes a file, tells how it will be read, and submits it as a job. */
export function DropFile({ on_submitted }: { on_submitted: () => void }) {
  const id = useId();
  const [chosen, setChosen] = useState<Chosen | undefined>();
  const [is_over, setOver] = useState(false);
  const choose = async (file: File | undefined) => {
    setOver(false);
    if (file !== undefined) setChosen({ file, inspected: await inspectFile(file) });
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    void choose(event.dataTransfer?.files[0]);
  };
  const onDragOver = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <section
      class={is_over ? 'card drop over' : 'card drop'}
      aria-label={t.value.drop_a_file}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
    >
      <p>
        <label for={id} class="as-button">
          {t.value.choose_file}
        </label>{' '}
        {t.value.or_drop_it}
        <input
          id={id}
          class="unseen"
          type="file"
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
      </p>
      <p class="dim">{t.value.known_formats}</p>
      {chosen === undefined ? null : (
        <Submission
          key={chosen.file.name + chosen.file.size}
          {...chosen}
          on_done={() => {
            setChosen(undefined);
            on_submitted();
          }}
        />
      )}
    </section>
  );
}

/** How the file will be read, and the button that sends it. */
function Submission({ file, inspected, on_done }: Chosen & { on_done: () => void }) {
  const [source, setSource] = useState(inspected.source);
  const [text_field, setTextField] = useState(inspected.text_field);
  const [share, setShare] = useState<number | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  const { format, columns, sample } = inspected;
  const submit = async () => {
    setProblem(undefined);
    setShare(0);
    try {
      const options = columns.length > 0 && text_field !== '' ? { text_field } : undefined;
      const body = { upload: { format, size_bytes: file.size, options }, source_id: source };
      const { upload } = await requestJson<AsyncResponse>('analyze/async', {
        method: 'POST',
        body,
      });
      if (upload === undefined) throw new Problem('bug', 'The answer has no upload URL.');
      await uploadFile(upload.url, file, setShare);
      on_done();
    } catch (error) {
      setShare(undefined);
      setProblem(error as Problem);
    }
  };
  return (
    <div class="submission">
      <p>
        <strong>
          <bdi>{file.name}</bdi>
        </strong>{' '}
        <span class="dim">
          {f.value.bytes(file.size)} ·{' '}
          {format === undefined ? t.value.unknown_format : format.toUpperCase()}
        </span>
      </p>
      <div class="fields">
        <label>
          <span>{t.value.source}</span>
          <input
            dir="ltr"
            value={source}
            onInput={(event) => setSource(event.currentTarget.value)}
          />
        </label>
        {columns.length === 0 ? null : (
          <label>
            <span>{t.value.text_column}</span>
            <select
              value={text_field}
              onChange={(event) => setTextField(event.currentTarget.value)}
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
      {sample === undefined ? null : (
        <pre dir="auto" class="sample">
          {sample}
        </pre>
      )}
      <p class="actions">
        <button
          type="button"
          class="primary"
          disabled={format === undefined || share !== undefined || source === ''}
          onClick={() => void submit()}
        >
          {share === undefined ? t.value.submit_job : t.value.uploading(f.value.percent(share))}
        </button>
        <span class="dim">{t.value.nothing_sent_yet}</span>
      </p>
      <Failure problem={problem} />
    </div>
  );
}
