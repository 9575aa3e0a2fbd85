import { useId, useState } from 'preact/hooks';
import { t } from '../../text/text.ts';
import { inspectFile } from './inspect-file.ts';
import { type ChosenFile, Submission } from './submission.tsx';

/** Takes a file, tells how it will be read, and submits it as a job. */
export function DropFile({ on_submitted }: { on_submitted: () => void }) {
  const id = useId();
  const [chosen, setChosen] = useState<ChosenFile | undefined>();
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
