import { Overview } from './pages/overview/overview.tsx';
import { Layout } from './parts/layout.tsx';
import { Welcome } from './parts/welcome.tsx';
import { key } from './state/key.ts';
import { view } from './state/location.ts';
import type { Page } from './state/view.ts';

const PAGES: Partial<Record<Page, () => preact.JSX.Element>> = { overview: Overview };

/** The whole page: the view that the address names, or the question for a key. */
export function App() {
  if (key.value === undefined) return <Welcome />;
  const Shown = PAGES[view.value.page] ?? Overview;
  return (
    <Layout pages={Object.keys(PAGES) as Page[]}>
      <Shown />
    </Layout>
  );
}
