import { check, type Step } from '../step.ts';

export const analyze: Step = {
  promise: 'The API analyzes a text, and several texts in their order, and shows the budget',
  async run({ http, keys, run }) {
    const { api_key } = keys.own;
    const started_at = performance.now();
    const one = await http.send('POST /analyze/sync', '/analyze/sync', {
      method: 'POST',
      api_key,
      body: { text: `I love my cat. ${run}` },
    });
    const took_ms = Math.round(performance.now() - started_at);
    check(one.status === 200, `POST /analyze/sync answered ${one.status}: ${one.text}`);
    const sentiments = ['I love this, it is wonderful', 'I hate this, it is terrible'];
    const many = await http.send('POST /analyze/batch', '/analyze/batch', {
      method: 'POST',
      api_key,
      body: { texts: sentiments.map((text) => ({ text })) },
    });
    check(many.status === 200, `POST /analyze/batch answered ${many.status}: ${many.text}`);
    check(/POSITIVE.*NEGATIVE/s.test(many.text), `unexpected verdicts: ${many.text}`);
    const budget = await http.send('GET /budget', '/budget', { api_key });
    check(budget.status === 200, `GET /budget answered ${budget.status}: ${budget.text}`);
    return `the first text took ${took_ms} ms`;
  },
};

/** Larger than the burst of the tier `growth`. */
const REQUESTS = 150;

export const limits: Step = {
  promise: 'The answer to a key that exceeds its rate says when to try again',
  async run({ http, keys }) {
    const body = { text: 'I love this, it is wonderful' };
    const requests = Array.from({ length: REQUESTS }, () =>
      http.send(undefined, '/analyze/sync', {
        method: 'POST',
        api_key: keys.other.api_key,
        body,
      }),
    );
    const answers = await Promise.all(requests);
    const throttled = answers.filter(({ status }) => status === 429);
    const other = answers.find(({ status }) => status !== 200 && status !== 429);
    check(other === undefined, `a request answered ${other?.status}`);
    const [first] = throttled;
    check(first !== undefined, `all of ${REQUESTS} requests passed`);
    http.note('a throttled request', first);
    check(
      throttled.every(({ headers }) => headers.has('retry-after')),
      '429 without Retry-After',
    );
    return `${throttled.length} of ${REQUESTS} requests answered 429`;
  },
};
