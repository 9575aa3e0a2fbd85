import type { ResultsResponse } from '../../schemas/index.ts';
import { f, t } from '../text/text.ts';

export type ListedText = ResultsResponse['results'][number];

interface TextRowProps {
  result: ListedText;
  time?: 'created_at' | 'arrived_at';
}

/** A result as one line of a list: its verdict, its text, and where it comes from. */
export function TextRow({ result, time = 'created_at' }: TextRowProps) {
  const { text, source, language_code } = result;
  const at = result[time];
  return (
    <>
      <Verdict result={result} />
      <span class="said">
        <StoredText result={result} text={text} />
        <span class="meta">
          <bdi>{source}</bdi>
          {language_code === undefined ? null : <bdi>{f.value.language(language_code)}</bdi>}
          <time datetime={at}>{f.value.date_time(at)}</time>
          {result.pii === undefined ? null : (
            <span>{t.value.masked_data(result.pii.types.join(', '))}</span>
          )}
        </span>
      </span>
    </>
  );
}

/** The text in its own language and direction. */
export function StoredText({ result, text }: { result: ListedText; text: string | undefined }) {
  if (result.status === 'withdrawn') return <em class="dim">{t.value.text_withdrawn}</em>;
  if (text === undefined) return <em class="dim">{t.value.text_not_stored}</em>;
  return (
    <span class="text" dir="auto" lang={result.language_code ?? ''}>
      {text}
    </span>
  );
}

interface VerdictProps {
  result: Pick<ListedText, 'status' | 'sentiment' | 'score'>;
}

/** The sentiment with its score, or the reason why there is none. */
export function Verdict({ result: { status, sentiment, score } }: VerdictProps) {
  if (sentiment === undefined)
    return <span class="verdict none">{t.value[`status_${status}`]}</span>;
  return (
    <span class={`verdict ${sentiment}`}>
      {t.value[sentiment]} {score === undefined ? null : <small>{f.value.score(score)}</small>}
    </span>
  );
}
