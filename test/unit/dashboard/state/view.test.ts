import { expect, it } from 'vitest';
import {
  changeView,
  formatView,
  listFilters,
  parseView,
} from '../../../../dashboard/state/view.ts';

it('an address without a fragment is the overview of the last 24 hours by time of creation', () => {
  for (const fragment of ['', '#', '#/']) {
    expect(parseView(fragment)).toMatchObject({
      page: 'overview',
      range: '24h',
      time: 'created_at',
    });
  }
  expect(formatView(parseView(''))).toBe('#/overview');
});

it.each([
  '#/texts?range=7d&source=app_reviews&language=zh-TW&sentiment=NEGATIVE&search=a+b%26c',
  '#/jobs?open=job_1',
  '#/overview?time=arrived_at&from=2026-11-20T00%3A00%3A00.000Z&to=2026-11-21T00%3A00%3A00.000Z',
  '#/texts?status=withdrawn&open=app_reviews%2Frev%2F1',
])('the view of %s has the same address again', (fragment) => {
  expect(formatView(parseView(fragment))).toBe(fragment);
});

it.each([
  ['#/nowhere?range=3y&sentiment=SAD&status=odd&time=never', '#/overview'],
  ['#/texts?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z', '#/texts'],
  ['#/texts?from=yesterday&to=2026-11-20T00:00:00Z', '#/texts'],
  ['#/texts?from=2026-11-20T00:00:00Z', '#/texts'],
])('what the dashboard does not know in %s counts as absent', (fragment, known) => {
  expect(formatView(parseView(fragment))).toBe(known);
});

it('another page keeps the filters and the period, and closes what is open', () => {
  const view = parseView('#/texts?range=7d&source=s&search=words&status=empty&open=s%2F1');
  expect(formatView(changeView(view, { page: 'overview' }))).toBe('#/overview?range=7d&source=s');
  expect(formatView(changeView(view, { page: 'live', open: 'x' }))).toBe(
    '#/live?range=7d&source=s&open=x',
  );
});

it('a length of time ends a period that was chosen by dragging, and a filter keeps it', () => {
  const view = parseView('#/overview?from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z');
  expect(formatView(changeView(view, { range: '24h' }))).toBe('#/overview');
  expect(changeView(view, { source: 's' })).toMatchObject({ from: view.from, source: 's' });
});

it('the filters of a view are the parameters that counts and results share', () => {
  const view = parseView('#/texts?source=s&language=de&sentiment=MIXED&status=empty&search=x');
  expect(listFilters(view)).toEqual({ source: 's', language: 'de', sentiment: 'MIXED' });
});
