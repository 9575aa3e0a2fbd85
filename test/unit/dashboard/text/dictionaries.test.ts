import { expect, it } from 'vitest';
import { ar } from '../../../../dashboard/text/ar.ts';
import { de } from '../../../../dashboard/text/de.ts';
import { en } from '../../../../dashboard/text/en.ts';
import { es } from '../../../../dashboard/text/es.ts';
import { ja } from '../../../../dashboard/text/ja.ts';

type Entry = string | ((...parts: string[]) => string);
const languages: Record<string, Record<string, Entry>> = { es, de, ja, ar };
const write = (entry: Entry) =>
  typeof entry === 'string' ? entry : entry(...['⟨1⟩', '⟨2⟩'].slice(0, entry.length));

it.each(Object.keys(languages))(
  'the texts in %s are translated, and say all that the English ones do',
  (code) => {
    const texts = languages[code]!;
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
    let same = 0;
    for (const [name, entry] of Object.entries<Entry>(en)) {
      const text = write(texts[name]!);
      expect(text.trim(), name).not.toBe('');
      // Each value that the English text shows must also stand in the translation.
      for (const part of write(entry).match(/⟨\d⟩/g) ?? []) expect(text, name).toContain(part);
      if (text === write(entry)) same += 1;
    }
    expect(same).toBeLessThan(20);
  },
);
