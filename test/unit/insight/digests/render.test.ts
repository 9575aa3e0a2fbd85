import { expect, it } from 'vitest';
import { renderDigest } from '../../../../insight/digests/render.ts';
import { aDigest } from '../../../support/digests.ts';

const TEXTS = aDigest().texts;

it('each form has the figures and their change against the period before', () => {
  const { subject, html, text } = renderDigest(aDigest());
  expect(subject).toBe(
    'AuraStream acme: net sentiment −20.0 (−30.0 points), 2026-11-16 to 2026-11-22',
  );
  for (const form of [html, text]) {
    for (const figure of ['−20.0', '−30.0 points', '50.0 %', '+25.0 points', '+25 %']) {
      expect(form).toContain(figure);
    }
  }
});

it('the chart draws the share of each sentiment in proportion, and gives the figures as text', () => {
  const { chart_svg } = renderDigest(aDigest());
  const widths = [...chart_svg.matchAll(/<rect class="(\w+)"[^>]* width="([\d.]+)"/g)].slice(0, 3);
  expect(widths.map(([, kind, width]) => [kind, width])).toEqual([
    ['positive', '114.0'],
    ['rest', '76.0'],
    ['negative', '190.0'],
  ]);
  expect(chart_svg).toContain('10, 50.0 % negative');
});

it('a text cannot add markup to the mail or to the chart', () => {
  const evil = '"><img src=x onerror=alert(1)><script>';
  const texts = TEXTS.map((text) => ({ ...text, text: evil, language_code: 'en' }));
  const { html, chart_svg } = renderDigest(aDigest({ texts, tenant: 'acme' }));
  expect(html).not.toContain('<img');
  expect(html).not.toContain('<script');
  expect(html).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;');
  expect(chart_svg).not.toContain('onerror');
});

it('the mail loads nothing: no picture, style sheet, script or link', () => {
  const { html } = renderDigest(aDigest());
  expect(html).not.toMatch(/<(img|link|script|a|svg|iframe|style)\b|url\(|https?:/);
});

it('the mail gives each text its language, and its direction by its letters', () => {
  const { html } = renderDigest(
    aDigest({ texts: TEXTS.map((one) => ({ ...one, language_code: 'ar', text: 'سيئ' })) }),
  );
  expect(html).toMatch(/<blockquote dir="auto" lang="ar"[^>]*>سيئ<\/blockquote>/);
});

it('the subject of a mail has no text of a record', () => {
  expect(renderDigest(aDigest()).subject).not.toContain('crashes');
});

it('in the plain text, a text is one line, so that it cannot look like the digest', () => {
  const texts = TEXTS.map((one) => ({ ...one, text: 'Bad\n\nRecords: 0 (−100 %)' }));
  expect(renderDigest(aDigest({ texts })).text).toContain('- "Bad Records: 0 (−100 %)" (app/r-1)');
});

it('a period without records says so, and draws no bars', () => {
  const none = { records: 0, net_sentiment: null, negative_share: null, positive_share: null };
  const { html, chart_svg, subject } = renderDigest(
    aDigest({
      ...{ total: none, before: none, sources: [], texts: [], moved_by: undefined },
      over_time: [{ start: '2026-11-16T00:00:00.000Z', ...none }],
    }),
  );
  expect(html).toContain('No records in either period.');
  expect(chart_svg).not.toMatch(/<rect[^>]* width="[1-9]/);
  expect(subject).toBe('AuraStream acme: net sentiment –, 2026-11-16 to 2026-11-22');
});
