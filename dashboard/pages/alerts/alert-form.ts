import type { AlertView } from '../../../schemas/index.ts';

/** The input of the user, as text. */
export interface AlertForm {
  name: string;
  kind: AlertView['kind'];
  /** With commas between them. Empty: every source. */
  sources: string;
  words: string;
  sentiment: string;
  ratio: string;
  minutes: string;
  to: AlertView['to'][number]['kind'];
  url: string;
}

export const EMPTY_FORM: AlertForm = {
  ...{ name: '', kind: 'shift', sources: '', words: '', sentiment: 'NEGATIVE' },
  ...{ ratio: '', minutes: '', to: 'webhook', url: '' },
};

/** Builds the body of `POST /alerts`. The API checks it, and names what is wrong. */
export function buildAlert(form: AlertForm): object {
  const { name, kind, to: destination, url } = form;
  const [sources, words] = [splitList(form.sources), splitList(form.words)];
  const to = [{ kind: destination, url: url.trim() }];
  const base = { name: name.trim(), kind, to };
  if (kind === 'record') {
    return { ...base, filter: { sentiments: [form.sentiment], sources, words } };
  }
  const ratio = readNumber(form.ratio);
  if (kind === 'silence') return { ...base, sources, minutes: readNumber(form.minutes) };
  return { ...base, sources, ratio };
}

/** Returns undefined for an empty list, which JSON leaves out. */
function splitList(text: string): string[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const given = parts.filter((part) => part !== '');
  return given.length === 0 ? undefined : given;
}

function readNumber(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text.replace(',', '.'));
}
