import { render } from 'preact';
import { App } from './app.tsx';
import { language } from './state/preferences.ts';
import './style/theme.css';
import './style/layout.css';
import './style/parts.css';
import './style/pages.css';
import { chooseLanguage } from './text/text.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no element #app.');
// Without its texts, the page is shown in English.
await chooseLanguage(language.value).catch(() => undefined);
render(<App />, root);
