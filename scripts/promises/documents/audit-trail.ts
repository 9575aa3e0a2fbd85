import type { DocumentPromises } from '../entry.ts';

const OBJECT_LOCK = 'the audit trail is locked in governance mode for 400 days, with all versions';
const KEYS_ACTS =
  'each change of a key, and each look at a secret, is in the audit trail before it is done';
const REFUSED = 'an act that cannot be recorded is not done, and the error says so';
const BEFORE = 'an act is in the trail before it is done, and its outcome after it';

/** The promises of the section on the audit trail in docs/operations.md. */
export const AUDIT_TRAIL: Pick<DocumentPromises, 'promises' | 'explains'> = {
  promises: [
    {
      says: 'A message of the audit queue failed five times: reads of texts are not in the audit trail, or past days are not sealed.',
      tests: [
        'reads that cannot be written are delivered again, and the log has no record id',
        'a seal that fails is tried again',
      ],
    },
    {
      says: 'The log line `days sealed` names the first ten places, and `aurastream audit verify` all of them.',
      tests: [
        'a message seals the past days, and counts what was changed in them',
        'audit verify says that a trail is intact, and exits with 1 and the place if it is not',
      ],
    },
    {
      says: 'The day is sealed as it is, so that nothing more can change.',
      tests: ['a changed line is sealed as it is, and reported'],
    },
    {
      says: 'The audit trail says who did what, when, from where and with which outcome.',
      tests: [
        'an act of an operator has the ARN of the credentials and the name of the host',
        BEFORE,
      ],
    },
    {
      says: 'It is a bucket (`AuditBucketName`) under S3 Object Lock: an entry cannot be changed or deleted for 400 days (`audit.retention_days`).',
      tests: [OBJECT_LOCK, 'cannot be deleted in mode %s until its retention has ended'],
    },
    {
      says: 'In governance mode, a principal with `s3:BypassGovernanceRetention` can delete entries; in compliance mode (`audit.object_lock`), no principal can.',
      tests: ['can be deleted in governance mode with a bypass, and in compliance mode not'],
    },
    {
      says: 'Production uses compliance mode.',
      tests: ['in production the audit trail is locked in compliance mode'],
    },
    {
      says: '`keys create`, `rotate`, `revoke` and `secret` | before it is done, and its outcome after it',
      tests: [KEYS_ACTS],
    },
    {
      says: '`query`, `replay`, `redrive run`, `set-aside replay`, `undo`, `ingest --replace`, `counts rebuild` | before it is done, and its outcome after it',
      tests: [
        'a query is in the audit trail with the HMAC of its SQL, and does not run without the trail',
        'a replay is in the audit trail before it publishes; without the trail it publishes nothing',
        'redrive run is in the audit trail before it publishes; without the trail it publishes nothing',
        'set-aside replay is in the audit trail before it publishes; without the trail it publishes nothing',
        'an undo is in the audit trail before it publishes; without the trail it publishes nothing',
        'ingest --replace is in the audit trail before it publishes; without the trail it publishes nothing',
        'aurastream counts rebuild is in the audit trail before it writes, and writes nothing without it',
      ],
    },
    {
      says: '`results get`, `results list --text`, `tail`, `set-aside show`, `set-aside list --json` | before it is done, and its outcome after it',
      tests: [
        'a read of texts by results is in the audit trail with the HMAC of the record, and is refused without it',
        'tail is in the audit trail from its beginning to Ctrl-C, and prints nothing without the trail',
        'the bytes of set-asides are read only if the audit trail says so',
      ],
    },
    {
      says: 'answers of the API with stored texts: results, the results of jobs, downloads | within about half a minute (`audit.read_seconds`)',
      tests: [
        'GET %s is handed to the audit trail with its caller',
        'the reads of a batch become one object of the trail, with HMACs instead of record ids',
        'reads of texts collect for half a minute, and a rule has past days sealed every hour',
      ],
    },
    {
      says: 'An act that cannot be recorded is refused, and nothing is done.',
      tests: [REFUSED, 'no key is revoked if the audit trail cannot be written'],
    },
    {
      says: 'The operator needs `s3:PutObject` on the bucket and `secretsmanager:GetSecretValue` on the key (`AuditKeyArn`).',
      tests: ['an operator without access to the bucket learns which permissions are missing'],
    },
    {
      says: 'If only the outcome cannot be written, the act is done, the command warns, and the list shows the outcome `unknown`.',
      tests: [
        'an act whose outcome cannot be written returns its result, and reports the loss',
        'an act whose outcome cannot be written warns the operator',
        'an act and its outcome are one entry of the list, and an act without outcome says so',
      ],
    },
    {
      says: 'The API answers 503 instead of sending texts if it cannot hand a read to the audit queue.',
      tests: ['GET %s sends no text if the audit trail is away'],
    },
    {
      says: 'Dry runs, lists without texts, `GET /stats` and `POST /analyze/sync` read no stored text and are not recorded.',
      tests: [
        'GET %s returns no stored text, and is not in the audit trail',
        'POST /analyze/sync reads nothing that is stored, and is not in the audit trail',
      ],
    },
    {
      says: 'No entry has a text.',
      tests: [
        'a failed act is recorded with the code of its error and without its message',
        'a text does not fit into a selector',
      ],
    },
    {
      says: 'Authors, record ids and the SQL of queries are stored as HMAC with the key of the trail: the same value always has the same HMAC, so the entries about one person can be found again.',
      tests: ['selectors of persons are stored as HMAC, the same for the same person'],
    },
    { says: 'Other selectors have no spaces.', tests: ['a text does not fit into a selector'] },
    {
      says: 'Each process is a writer with a chain of its own: each line is signed, and has the HMAC of the line before it.',
      tests: ['each line of a writer has the mac of the line before it, over objects and days'],
    },
    {
      says: 'Every hour a function seals the past days with a manifest, which lists the objects of the day and the ends of its chains, and has the hash of the manifest before it.',
      tests: [
        'a manifest lists the objects of its day and the ends of its chains',
        'a day is sealed once, an hour after it has ended',
      ],
    },
    {
      says: '`audit verify` finds a changed byte, a missing, added or moved object, an overwritten or deleted one, a forged manifest and a day that is not sealed.',
      tests: [
        'a change of any single byte of any object or manifest is found',
        'a missing object of a sealed day is found, and a missing manifest',
        'an entry that is added to a sealed day is found',
        'two days that changed places are found',
        'an object that was deleted or overwritten is found by its versions, also before the seal',
        'is found without the key of the deployment',
        'a past day that nothing has sealed is found four hours after its end',
      ],
    },
    {
      says: 'It names each place, and its exit code is 1.',
      tests: [
        'audit verify says that a trail is intact, and exits with 1 and the place if it is not',
      ],
    },
    {
      says: 'It cannot find that the last objects of a writer were deleted for good before their day was sealed, which only governance mode allows.',
      tests: [
        'a missing object of a day that is not sealed is found if the writer wrote on after it',
      ],
    },
    {
      says: "CloudTrail logs each call that reads or writes an object of the buckets or a row of the results table, except by the stack's own functions (`audit.data_events`; `all` logs these too).",
      tests: [
        'CloudTrail logs the calls on objects and results of all callers but the functions of the stack',
        'CloudTrail logs all callers, or is left out, by the setting',
      ],
    },
    {
      says: 'Its files are in a bucket of their own for as long as the entries.',
      tests: ['only CloudTrail may write to the bucket of its files, which expire after 400 days'],
    },
    {
      says: 'The access log of the API has a line for each request, with its tenant, key, address, path and status.',
      tests: [
        'the access log of the API names the tenant, key, address, path and status of each request',
      ],
    },
  ],
  explains: [
    'The log of the audit function says why',
    '`reads not recorded`, `days not sealed`',
    'Fix the cause and move the dead letters back',
    'Days are sealed with the next message',
    'The audit trail of a past day is not as its writers wrote it.',
    'Find out who wrote to the bucket',
    'CloudTrail has the calls',
    'Budgets and settings change with a deployment',
    'Never replace the key',
    'An entry has about 800 bytes.',
    'A million reads of the API cost',
    '100,000 calls in CloudTrail cost',
    'With `all`, a million records cost',
  ],
};
