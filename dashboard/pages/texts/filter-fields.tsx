import { useEffect, useState } from 'preact/hooks';
import type { OverviewResponse } from '../../../schemas/index.ts';
import { show, view } from '../../state/location.ts';
import type { View } from '../../state/view.ts';
import { f, t } from '../../text/text.ts';

type FilterName = 'source' | 'language' | 'sentiment' | 'status';

/** Fields for each filter, and for words in the loaded texts. */
export function FilterFields({ overview }: { overview: OverviewResponse | undefined }) {
  const { source, language } = view.value;
  const sources = listOptions(
    overview?.by_source.map((one) => one.source),
    source,
  );
  const languages = listOptions(
    overview?.by_language.map((one) => one.language_code),
    language,
  );
  return (
    <search class="fields">
      <Choice
        name="sentiment"
        title={t.value.sentiment}
        options={SENTIMENTS}
        write={(one) => t.value[one]}
      />
      <Choice name="source" title={t.value.source} options={sources} write={(one) => one} />
      <Choice
        name="language"
        title={t.value.language}
        options={languages}
        write={f.value.language}
      />
      <Choice
        name="status"
        title={t.value.status}
        options={STATUSES}
        write={(one) => t.value[`status_${one}`]}
      />
      <SearchField />
    </search>
  );
}

const SENTIMENTS = ['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED'] as const;
const STATUSES = ['analyzed', 'unsupported_language', 'empty', 'withdrawn'] as const;

/** The known values, and the chosen one, which may have no records in the period. */
function listOptions(known: string[] = [], chosen: string | undefined): string[] {
  return [...new Set(chosen === undefined ? known : [...known, chosen])].sort();
}

interface ChoiceProps<Value extends string> {
  name: FilterName;
  title: string;
  options: readonly Value[];
  write: (value: Value) => string;
}

function Choice<Value extends string>({ name, title, options, write }: ChoiceProps<Value>) {
  const change = (value: string) => show({ [name]: value || undefined } as Partial<View>);
  return (
    <label>
      <span>{title}</span>
      <select
        value={view.value[name] ?? ''}
        onChange={(event) => change(event.currentTarget.value)}
      >
        <option value="">{t.value.all}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {write(option)}
          </option>
        ))}
      </select>
    </label>
  );
}

const TYPING_MS = 250;

/** A field whose words become part of the address when the user pauses. */
function SearchField() {
  const { search = '' } = view.value;
  const [words, setWords] = useState(search);
  useEffect(() => setWords(search), [search]);
  useEffect(() => {
    if (words === search) return;
    const timer = setTimeout(
      () => show({ search: words || undefined }, { replaces: true }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [words, search]);
  return (
    <label class="grow">
      <span>{t.value.search}</span>
      <input
        type="search"
        dir="auto"
        placeholder={t.value.search_hint}
        value={words}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
    </label>
  );
}
