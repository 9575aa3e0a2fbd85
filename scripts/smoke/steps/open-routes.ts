import { check, type Step } from '../step.ts';

export const openRoutes: Step = {
  promise: 'The routes without a key answer, and every dependency is ready',
  async run({ http }) {
    for (const path of ['/health', '/openapi.json', '/docs']) {
      const { status } = await http.send(`GET ${path}`, path);
      check(status === 200, `GET ${path} answered ${status}`);
    }
    const { status, text } = await http.send('GET /ready', '/ready');
    check(status === 200, `GET /ready answered ${status}: ${text}`);
    return 'health, ready, openapi.json, docs';
  },
};

export const refusals: Step = {
  promise: 'The API refuses a request without a key, with an unknown key, and with a bad body',
  async run({ http, keys }) {
    const body = { text: 'I love my cat' };
    const path = '/analyze/sync';
    const without = await http.send('without a key', path, { method: 'POST', body });
    check(without.status === 401, `without a key: ${without.status}`);
    const unknown = await http.send('with an unknown key', path, {
      method: 'POST',
      body,
      api_key: `${keys.own.api_key.slice(0, -4)}0000`,
    });
    check(unknown.status === 403, `with an unknown key: ${unknown.status}`);
    const bad = await http.send('with an empty text', path, {
      method: 'POST',
      body: { text: '' },
      api_key: keys.own.api_key,
    });
    check(bad.status === 400, `with an empty text: ${bad.status}`);
    const lost = await http.send('GET /nowhere', '/nowhere', { api_key: keys.own.api_key });
    check(lost.status === 404, `an unknown route: ${lost.status}`);
    return '401, 403, 400, 404';
  },
};
