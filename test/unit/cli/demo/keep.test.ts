import { expect, it, vi } from 'vitest';
import { keepCloud } from '../../../../cli/demo/keep.ts';
import { WAIT } from '../../../support/wait.ts';

const KEYS = {
  api_key: 'all',
  second_api_key: 'two',
  read_only_api_key: 'read',
  callback_secret: 's',
};
const remembered: string[] = [];

vi.mock('../../../../cli/start/keys.ts', () => ({ prepareKeys: async () => KEYS }));
vi.mock('../../../../cli/running-cloud.ts', () => ({
  rememberCloud: async (data: string) => void remembered.push(data),
}));

it('a kept demo prints its dashboard with the read-only key, announces its cloud, and waits for Ctrl-C', async () => {
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const announce = vi.fn(async () => undefined);
  const stopping = new AbortController();
  let is_over = false;
  const cloud = { api: 'http://cloud/v1', announce } as never;
  const keeping = keepCloud({ cloud, data_dir: '/data', stopping: stopping.signal, json: true });
  const ended = keeping.then(() => {
    is_over = true;
  });
  await vi.waitFor(() => expect(printed).toHaveLength(1), WAIT);
  expect(JSON.parse(printed[0] ?? '')).toEqual({ dashboard: 'http://cloud/v1/dashboard#key=read' });
  expect(announce).toHaveBeenCalledWith(KEYS);
  expect(remembered).toEqual(['/data']);
  expect(is_over).toBe(false);
  stopping.abort();
  await ended;
  const { signal } = stopping;
  await keepCloud({ cloud, data_dir: '/data', stopping: signal, json: false });
  expect(printed[1]).toMatch(/Dashboard.*\n {2}http:\/\/cloud\/v1\/dashboard#key=read\n/);
  vi.restoreAllMocks();
});
