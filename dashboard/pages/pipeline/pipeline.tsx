import type { OverviewResponse, ReadyResponse } from '../../../schemas/index.ts';
import { useFeed } from '../../api/use-feed.ts';
import { comparePoints, forecastUnits } from '../../format/figures.ts';
import { RangePicker } from '../../parts/range.tsx';
import { Tile } from '../../parts/tile.tsx';
import { minute } from '../../state/clock.ts';
import { linkTo, view } from '../../state/location.ts';
import { findPeriod } from '../../state/period.ts';
import { f, t } from '../../text/text.ts';
import { SetAsides } from './set-asides.tsx';

const POLL_MS = 15_000;

/** Whether records flow, and what they cost. */
export function Pipeline() {
  const { time } = view.value;
  const query = { ...findPeriod(view.value, minute.value), time };
  const { value: overview } = useFeed<OverviewResponse>('overview', query, POLL_MS);
  const { value: ready } = useFeed<ReadyResponse>('ready', {}, POLL_MS);
  return (
    <>
      <div class="head">
        <h1>{t.value.page_pipeline}</h1>
        <RangePicker />
      </div>
      <div class="content">
        {overview === undefined ? null : (
          <>
            <div class="tiles">
              <Flow overview={overview} />
              <Cost overview={overview} />
            </div>
            <Budget budget={overview.budget} />
            <PersonalData pii={overview.pii} />
            <OpenJobs jobs={overview.open_jobs} />
          </>
        )}
        {ready === undefined ? null : <Dependencies ready={ready} />}
        <SetAsides />
      </div>
    </>
  );
}

function Flow({ overview }: { overview: OverviewResponse }) {
  const { bulk_lag_ms, bulk_records_per_second, bulk_reported_at } = overview.pipeline;
  return (
    <>
      <Tile name={t.value.bulk_lag} value={f.value.duration(bulk_lag_ms)}>
        <span class="dim">
          {bulk_reported_at === null
            ? t.value.no_bulk_yet
            : t.value.reported_at(f.value.date_time(bulk_reported_at))}
        </span>
      </Tile>
      <Tile
        name={t.value.bulk_rate}
        value={bulk_records_per_second === null ? '–' : f.value.count(bulk_records_per_second)}
      >
        <span class="dim">{t.value.records_a_second}</span>
      </Tile>
      <CacheTile overview={overview} />
    </>
  );
}

function CacheTile({ overview: { cache, previous } }: { overview: OverviewResponse }) {
  if (cache === undefined) return null;
  const { hits, misses, hit_rate } = cache;
  // A period without verdicts has a rate of 0, which says nothing.
  const had_verdicts =
    previous.cache !== undefined && previous.cache.hits + previous.cache.misses > 0;
  const before = had_verdicts ? previous.cache?.hit_rate : undefined;
  return (
    <Tile
      name={t.value.cache_hit_rate}
      value={f.value.percent(hit_rate)}
      change={comparePoints(toHundredths(hit_rate), toHundredths(before))}
      rise_is="good"
    >
      <span class="dim">{t.value.hits_of(f.value.count(hits), f.value.count(hits + misses))}</span>
    </Tile>
  );
}

const toHundredths = (share: number | undefined) => (share === undefined ? undefined : share * 100);

function Cost({ overview: { billing } }: { overview: OverviewResponse }) {
  if (billing === undefined) return null;
  const { billed_usd, avoided_usd, billed_units, avoided_units } = billing;
  return (
    <>
      <Tile name={t.value.billed} value={f.value.usd(billed_usd)}>
        <span class="dim">{t.value.units(f.value.count(billed_units))}</span>
      </Tile>
      <Tile name={t.value.avoided} value={f.value.usd(avoided_usd)}>
        <span class="dim">{t.value.units(f.value.count(avoided_units))}</span>
      </Tile>
    </>
  );
}

/** The units of this month and their forecast beside the budget. */
function Budget({ budget }: { budget: OverviewResponse['budget'] }) {
  const { used_units, budget_units, month, resets_at, exceeded } = budget;
  if (used_units === null) return null;
  const forecast = forecastUnits(used_units, month, minute.value);
  const whole = Math.max(budget_units ?? 0, forecast, 1);
  const width = (units: number) => ({ inlineSize: `${(units / whole) * 100}%` });
  const is_over = budget_units !== null && forecast > budget_units;
  return (
    <section class="card wide">
      <div class="card-head">
        <h2>{t.value.budget_of(month)}</h2>
        <span class="dim">{t.value.resets_at(f.value.date_time(resets_at))}</span>
      </div>
      <div class="gauge" aria-hidden="true">
        <span class="forecast" style={width(forecast)} />
        <span class={exceeded ? 'used over' : 'used'} style={width(used_units)} />
        {budget_units === null ? null : <span class="limit" style={width(budget_units)} />}
      </div>
      <p class="meta">
        <span>{t.value.used_units(f.value.count(used_units))}</span>
        <span>{t.value.forecast(f.value.count(Math.round(forecast)))}</span>
        <span>
          {budget_units === null ? t.value.no_limit : t.value.limit(f.value.count(budget_units))}
        </span>
        {is_over ? <strong>{t.value.over_forecast}</strong> : null}
      </p>
    </section>
  );
}

/** How many records have personal data, by type. There are no values. */
function PersonalData({ pii }: Pick<OverviewResponse, 'pii'>) {
  if (pii === undefined || pii.records === 0) return null;
  return (
    <section class="card wide">
      <div class="card-head">
        <h2>{t.value.personal_data}</h2>
        <span class="dim">{t.value.records_masked(f.value.count(pii.redacted))}</span>
      </div>
      <ul class="dependencies">
        {pii.by_type.map(({ type, records }) => (
          <li key={type}>
            <code>{type}</code> {f.value.count(records)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function OpenJobs({ jobs }: { jobs: OverviewResponse['open_jobs'] }) {
  return (
    <section class="card wide">
      <div class="card-head">
        <h2>{t.value.open_jobs(f.value.count(jobs.length))}</h2>
        <a href={linkTo({ page: 'jobs' })}>{t.value.page_jobs}</a>
      </div>
      <ul class="rows">
        {jobs.map(({ job_id, source_id, status, total }) => (
          <li class="job" key={job_id}>
            <span class={`state ${status}`}>{t.value[`job_${status}`]}</span> <bdi>{source_id}</bdi>{' '}
            <code>{job_id}</code> <span class="dim">{f.value.count(total)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Dependencies({ ready: { dependencies } }: { ready: ReadyResponse }) {
  return (
    <section class="card wide">
      <h2>{t.value.dependencies}</h2>
      <ul class="dependencies">
        {dependencies.map(({ name, status }) => (
          <li key={name}>
            <i class={status === 'ok' ? 'dot' : 'dot off'} /> <bdi>{name}</bdi>{' '}
            <span class="dim">{status === 'ok' ? t.value.works : t.value.fails}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
