import { useEffect, useRef } from 'preact/hooks';
import type { HistoryResponse, Result } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { Failure } from '../../parts/failure.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Scores } from '../../parts/scores.tsx';
import { StoredText, Verdict } from '../../parts/text-row.tsx';
import { show } from '../../state/location.ts';
import { f, t } from '../../text/text.ts';

const POLL_MS = 30_000;

/** All that is known of one record. `name` is `source/record_id`. */
export function Details({ name }: { name: string }) {
  const [source = '', ...rest] = name.split('/');
  const path = ['results', source, rest.join('/')].map(encodeURIComponent).join('/');
  const { value: result, problem } = useFeed<Result>(path, {}, POLL_MS);
  const { value: history } = useFeed<HistoryResponse>(`${path}/history`, {}, POLL_MS);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape') show({ open: undefined });
    };
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, []);
  return (
    <aside class="card details" aria-label={t.value.details}>
      <div class="card-head">
        <h2 ref={title}>
          <bdi>{name}</bdi>
        </h2>
        <button type="button" class="plain" onClick={() => show({ open: undefined })}>
          <Icon name="close" />
          <span class="unseen">{t.value.close}</span>
        </button>
      </div>
      <Failure problem={problem} />
      {result === undefined ? null : <Record result={result} />}
      {history === undefined ? null : <History history={history} />}
    </aside>
  );
}

function Record({ result }: { result: Result }) {
  return (
    <>
      <blockquote>
        <StoredText result={result} text={result.text} />
      </blockquote>
      <p>
        <Verdict result={result} />
      </p>
      {result.scores === undefined ? null : <Scores scores={result.scores} />}
      <dl>
        {listFacts(result).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Where a result comes from, as pairs of a name and a value. What is not known is left out. */
function listFacts(result: Result): [string, string][] {
  const { language_code, language_source, analyzer, cache, chunks, pii, attributes = {} } = result;
  const language = language_code === undefined ? undefined : f.value.language(language_code);
  const facts: [string, string | undefined][] = [
    [
      t.value.language,
      language && `${language} (${t.value[`language_${language_source ?? 'given'}`]})`,
    ],
    [t.value.author, result.author],
    [t.value.address, result.url],
    [t.value.by_created_at, f.value.date_time(result.created_at)],
    [t.value.by_arrived_at, f.value.date_time(result.arrived_at)],
    [t.value.analyzer, analyzer && `${analyzer.name} ${analyzer.version}`],
    [t.value.verdict_from, cache && t.value[`cache_${cache}`]],
    [t.value.chunks, chunks === undefined ? undefined : f.value.count(chunks)],
    [t.value.masked_types, pii?.types.join(', ')],
    [t.value.version, result.record_version?.toString()],
    [t.value.job, result.job_id],
    ...Object.entries(attributes),
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
}

/** The versions of the record, the newest first. */
function History({ history: { versions } }: { history: HistoryResponse }) {
  return (
    <>
      <h3>{t.value.history}</h3>
      <ol class="history">
        {versions.map((version) => (
          <li key={version.revision}>
            <Verdict result={version} />
            <time datetime={version.processed_at}>{f.value.date_time(version.processed_at)}</time>
          </li>
        ))}
      </ol>
    </>
  );
}
