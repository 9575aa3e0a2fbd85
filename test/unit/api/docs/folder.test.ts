import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { composeApi } from '../../../../api/compose.ts';
import { VARIABLES } from '../variables.ts';

vi.mock(import('node:fs/promises'), async (load) => {
  const original = await load();
  return { ...original, readFile: vi.fn(original.readFile) as typeof original.readFile };
});

it('the API reads the files of Swagger UI from the folder docs beside its function', async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  expect((await composeApi(VARIABLES).request('/docs')).status).toBe(200);
  const folder = fileURLToPath(new URL('../../../../api/docs/', import.meta.url));
  expect(readFile).toHaveBeenCalledWith(`${folder}swagger-ui-bundle.js`);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
