import { useId, useState } from 'preact/hooks';
import { forgetAnswers } from '../api/use-feed.ts';
import { setKey } from '../state/key.ts';
import { t } from '../text/text.ts';

/** A field for an API key. The key goes into the storage of this tab, and nowhere else. */
export function KeyForm({ on_done }: { on_done?: () => void }) {
  const id = useId();
  const [value, setValue] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const entered = value.trim();
    if (entered === '') return;
    forgetAnswers();
    setKey(entered);
    setValue('');
    on_done?.();
  };
  return (
    <form class="key-form" onSubmit={submit}>
      <label for={id}>{t.value.api_key}</label>
      <input
        id={id}
        type="password"
        autocomplete="off"
        spellcheck={false}
        dir="ltr"
        value={value}
        onInput={(event) => setValue(event.currentTarget.value)}
      />
      <button type="submit" class="primary">
        {t.value.use_key}
      </button>
    </form>
  );
}
