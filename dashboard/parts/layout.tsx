import type { ComponentChildren } from 'preact';
import { answered_at, trouble } from '../state/connection.ts';
import { forgetKey } from '../state/key.ts';
import { linkTo, view } from '../state/location.ts';
import { chooseTheme, is_dark, LANGUAGES, type Language, language } from '../state/preferences.ts';
import { PAGES } from '../state/view.ts';
import { chooseLanguage, f, t } from '../text/text.ts';
import { Banner } from './banner.tsx';
import { Icon } from './icon.tsx';

/** The frame around each page: navigation, settings, and what is wrong. */
export function Layout({ children }: { children: ComponentChildren }) {
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={skipToMain}>
        {t.value.skip}
      </button>
      <header class="side">
        <p class="brand">
          <span class="mark" aria-hidden="true" /> AuraStream
        </p>
        <Navigation />
        <Settings />
      </header>
      <main id="main" tabIndex={-1}>
        <Banner />
        {children}
      </main>
    </div>
  );
}

/** Moves the focus. A link could not, because the fragment of the address holds the view. */
function skipToMain(): void {
  document.getElementById('main')?.focus();
}

function Navigation() {
  const { page } = view.value;
  return (
    <nav aria-label={t.value.pages}>
      <ul>
        {PAGES.map((name) => (
          <li key={name}>
            <a href={linkTo({ page: name })} aria-current={page === name ? 'page' : undefined}>
              <Icon name={name} />
              <span>{t.value[`page_${name}`]}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Settings() {
  const next = is_dark.value ? 'light' : 'dark';
  return (
    <div class="settings">
      <Freshness />
      <label class="select">
        <span class="unseen">{t.value.language_of_page}</span>
        <select
          value={language.value}
          onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option value={code} lang={code} key={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="plain" onClick={() => chooseTheme(next)}>
        <Icon name={is_dark.value ? 'sun' : 'moon'} />
        <span>{t.value[`theme_${next}`]}</span>
      </button>
      <button type="button" class="plain" onClick={forgetKey}>
        <Icon name="key" />
        <span>{t.value.change_key}</span>
      </button>
    </div>
  );
}

/** Of when the shown data is. */
function Freshness() {
  const at = answered_at.value;
  if (at === undefined) return null;
  const is_fine = trouble.value === undefined;
  return (
    <p class="fresh">
      <i class={is_fine ? 'dot' : 'dot off'} /> {t.value.as_of} <bdi>{f.value.time(at)}</bdi>
    </p>
  );
}
