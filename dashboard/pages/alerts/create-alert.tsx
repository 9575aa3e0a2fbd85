import { useState } from 'preact/hooks';
import { request } from '../../api/request.ts';
import { useAct } from '../../api/use-act.ts';
import { Failure } from '../../parts/failure.tsx';
import { t } from '../../text/text.ts';
import { type AlertForm, buildAlert, EMPTY_FORM } from './alert-form.ts';

/** Asks for a new alert, and creates it. An alert of the same name is replaced. */
export function CreateAlert({ on_created }: { on_created: () => void }) {
  const [form, setForm] = useState<AlertForm>(EMPTY_FORM);
  const { problem, is_busy, run } = useAct();
  const create = async () => {
    await request('alerts', { method: 'POST', body: buildAlert(form) });
    setForm(EMPTY_FORM);
    on_created();
  };
  return (
    <section class="card wide">
      <h2>{t.value.create_alert}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(create);
        }}
      >
        <div class="fields">
          <Fields form={form} on_change={(change) => setForm({ ...form, ...change })} />
        </div>
        <p class="actions">
          <button type="submit" class="primary" disabled={is_busy}>
            {t.value.create_alert}
          </button>
          <span class="dim">{t.value.alert_replaces}</span>
        </p>
      </form>
      <Failure problem={problem} />
    </section>
  );
}

interface FieldsProps {
  form: AlertForm;
  on_change: (change: Partial<AlertForm>) => void;
}

interface FieldProps extends FieldsProps {
  name: keyof AlertForm;
  title: string;
}

function TextField({ form, on_change, name, title, required }: FieldProps & { required?: true }) {
  return (
    <label>
      <span>{title}</span>
      <input
        dir="ltr"
        required={required ?? false}
        value={form[name]}
        onInput={(event) => on_change({ [name]: event.currentTarget.value })}
      />
    </label>
  );
}

interface ChoiceProps extends FieldProps {
  options: [value: string, text: string][];
}

function ChoiceField({ form, on_change, name, title, options }: ChoiceProps) {
  return (
    <label>
      <span>{title}</span>
      <select
        value={form[name]}
        onChange={(event) => on_change({ [name]: event.currentTarget.value })}
      >
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const KINDS = ['shift', 'volume', 'silence', 'record'] as const;
const DESTINATIONS: [string, string][] = [
  ['webhook', 'Webhook'],
  ['slack', 'Slack'],
  ['teams', 'Microsoft Teams'],
];

function Fields(props: FieldsProps) {
  const kinds = KINDS.map((kind): [string, string] => [kind, t.value[`alert_${kind}`]]);
  return (
    <>
      <TextField {...props} name="name" title={t.value.name} required />
      <ChoiceField {...props} name="kind" title={t.value.reports} options={kinds} />
      <TextField {...props} name="sources" title={t.value.sources_with_commas} />
      <ConditionFields {...props} />
      <ChoiceField {...props} name="to" title={t.value.send_to} options={DESTINATIONS} />
      <TextField {...props} name="url" title="URL" required />
    </>
  );
}

const SENTIMENTS = ['NEGATIVE', 'MIXED', 'NEUTRAL', 'POSITIVE'] as const;

function ConditionFields(props: FieldsProps) {
  const { kind } = props.form;
  if (kind === 'silence') {
    return <TextField {...props} name="minutes" title={t.value.minutes_without} />;
  }
  if (kind !== 'record') {
    return <TextField {...props} name="ratio" title={t.value.times_the_usual} />;
  }
  const sentiments = SENTIMENTS.map((name): [string, string] => [name, t.value[name]]);
  return (
    <>
      <TextField {...props} name="words" title={t.value.words_with_commas} />
      <ChoiceField {...props} name="sentiment" title={t.value.sentiment} options={sentiments} />
    </>
  );
}
