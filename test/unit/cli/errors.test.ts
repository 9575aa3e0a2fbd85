import { expect, it } from 'vitest';
import { Advice, explain } from '../../../cli/errors.ts';

const anError = (fields: object, message = 'It failed') =>
  Object.assign(new Error(message), fields);

it('an advice has the problem on its first line and the solution on its second', () => {
  expect(explain(new Advice('There is no key.', 'Make one.'))).toBe(
    'error: There is no key.\nMake one.',
  );
});

it.each([
  [{ code: 'ECONNREFUSED' }, 'The endpoint refuses connections. Start the embedded cloud'],
  [{ name: 'CredentialsProviderError' }, 'There are no AWS credentials. Start the embedded cloud'],
  [{ name: 'ExpiredTokenException' }, 'sign in again'],
  [{ name: 'UnrecognizedClientException' }, 'check AWS_PROFILE'],
  [{ name: 'AccessDeniedException' }, 'ask for the one that the message names'],
  [{ code: 'ENOENT' }, 'Check the path.'],
  [{ code: 'EISDIR' }, 'name a file'],
  [{ code: 'EEXIST' }, 'choose another'],
  [{ code: 'ENOTDIR' }, 'is a file'],
  [{ cause: anError({ cause: anError({ code: 'ENOENT' }) }) }, 'Check the path.'],
])('an error with %o is explained with advice', (fields, advice) => {
  const [first, second] = explain(anError(fields)).split('\n');
  expect(first).toBe('error: It failed');
  expect(second).toContain(advice);
});

it('an error of several connections is explained by the first of them, since it has no message', () => {
  const refused = [anError({ code: 'ECONNREFUSED' }), anError({ code: 'EOTHER' })];
  expect(explain(new AggregateError(refused))).toMatch(
    /^error: ECONNREFUSED\nThe endpoint refuses connections/,
  );
});

it('an error without a message, and what is no error, still say something', () => {
  expect(explain(anError({ name: 'OddError' }, ''))).toBe('error: OddError');
  expect(explain('plain words')).toBe('error: plain words');
});

it('a missing region is explained in words of the user', () => {
  expect(explain(new Error('Region is missing'))).toMatch(
    /^error: no AWS region is set\. Start the embedded cloud with `npm start`/,
  );
});

it('an error that is not known has its message alone, and no stack', () => {
  expect(explain(anError({ code: 'EODD' }))).toBe('error: It failed');
});
