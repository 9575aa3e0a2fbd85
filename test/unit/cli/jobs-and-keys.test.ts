import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { jobCommand } from '../../../cli/commands/job.ts';
import { keysCommand } from '../../../cli/commands/keys.ts';
import { deriveCallbackSecret } from '../../../schemas/index.ts';
import { runCommand } from '../../support/cli.ts';

it('aurastream job submit refuses a compressed file, and says how to unpack it', async () => {
  const { error } = await runCommand(jobCommand(), 'submit', 'reviews.jsonl.gz');
  expect(error?.message).toMatch(
    /^Expected an unpacked file.*\n.*gunzip --keep reviews\.jsonl\.gz/,
  );
});

it('aurastream keys secret prints the secret that signs the callbacks of the tenant', async () => {
  const secrets = mockClient(SecretsManagerClient);
  secrets.on(GetSecretValueCommand, { SecretId: 'arn:secret' }).resolves({ SecretString: 'deep' });
  const { stdout } = await runCommand(keysCommand(), 'secret', '--tenant', 'acme');
  expect(stdout).toBe(deriveCallbackSecret('deep', 'acme'));
  secrets.restore();
});
