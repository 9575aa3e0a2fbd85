import { t } from '../text/text.ts';
import { KeyForm } from './key-form.tsx';

/** Asks for a key. Without one, there is nothing to show. */
export function Welcome() {
  return (
    <main class="welcome">
      <div class="card">
        <p class="brand">
          <span class="mark" aria-hidden="true" /> AuraStream
        </p>
        <h1>{t.value.welcome}</h1>
        <p>{t.value.welcome_key}</p>
        <KeyForm />
        <p class="dim">{t.value.welcome_rights}</p>
        <pre dir="ltr">npx aurastream keys create --tenant acme --rights read</pre>
      </div>
    </main>
  );
}
