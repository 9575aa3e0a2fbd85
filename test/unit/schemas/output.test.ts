import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { buildJsonSchemas } from '../../../scripts/json-schema-documents.ts';

const OUTPUT = new URL('../../../schemas/output/', import.meta.url);

it('the JSON Schemas in schemas/output are those of the code: npm run schemas writes them', async () => {
  const files = (await readdir(OUTPUT)).sort();
  const documents = await Promise.all(
    files.map(async (name) => [name, JSON.parse(await readFile(new URL(name, OUTPUT), 'utf8'))]),
  );
  expect(Object.fromEntries(documents)).toEqual(buildJsonSchemas());
});
