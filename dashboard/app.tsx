import type { JSX } from 'preact';
import { Alerts } from './pages/alerts/alerts.tsx';
import { Jobs } from './pages/jobs/jobs.tsx';
import { Live } from './pages/live/live.tsx';
import { Overview } from './pages/overview/overview.tsx';
import { Pipeline } from './pages/pipeline/pipeline.tsx';
import { Texts } from './pages/texts/texts.tsx';
import { Try } from './pages/try/try.tsx';
import { Layout } from './parts/layout.tsx';
import { Welcome } from './parts/welcome.tsx';
import { key } from './state/key.ts';
import { view } from './state/location.ts';
import type { Page } from './state/view.ts';

const PAGES: Record<Page, () => JSX.Element> = {
  overview: Overview,
  texts: Texts,
  live: Live,
  alerts: Alerts,
  jobs: Jobs,
  pipeline: Pipeline,
  try: Try,
};

/** The whole page: the view that the address names, or the question for a key. */
export function App() {
  if (key.value === undefined) return <Welcome />;
  const Shown = PAGES[view.value.page];
  return (
    <Layout>
      <Shown />
    </Layout>
  );
}
