import { z } from 'zod';
import type { UploadForm } from '../../gateway/upload-form.ts';
import { S3Error } from './errors.ts';

const rangeSchema = z.tuple([z.literal('content-length-range'), z.int().min(0), z.int().min(0)]);
const matchSchema = z.tuple([
  z.enum(['eq', 'starts-with']),
  z.string().startsWith('$'),
  z.string(),
]);
/** The short form `{"acl": "public-read"}` of `["eq", "$acl", "public-read"]`. */
const exactSchema = z
  .record(z.string(), z.string())
  .refine((pairs) => Object.keys(pairs).length === 1, 'must have one field')
  .transform((pairs): z.infer<typeof matchSchema> => {
    const [[name, value] = ['', '']] = Object.entries(pairs);
    return ['eq', `$${name}`, value];
  });
const policySchema = z.object({
  expiration: z.iso.datetime(),
  conditions: z.array(z.union([rangeSchema, matchSchema, exactSchema])),
});
type Policy = z.infer<typeof policySchema>;
type Range = z.infer<typeof rangeSchema>;
type Match = z.infer<typeof matchSchema>;

/** Fields that need no condition in the policy. */
const FREE_FIELDS = new Set(['x-amz-signature', 'policy']);
const FREE_PREFIX = 'x-ignore-';

/**
 * Checks a form against its policy: the expiry, the conditions, and that each field has a condition.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 *
 * @param file_bytes size of the file, to which content-length-range applies
 * @throws {S3Error} InvalidPolicyDocument, AccessDenied, EntityTooSmall, EntityTooLarge
 */
export function checkPolicy(
  { fields }: UploadForm,
  { bucket, file_bytes, now }: { bucket: string; file_bytes: number; now: number },
): void {
  const policy = readPolicy(fields.get('policy') ?? '');
  if (now >= Date.parse(policy.expiration)) throw deny('Policy expired.');
  // The address of the request names the bucket. The form may name it as well.
  const values = new Map([...fields, ['bucket', bucket]]);
  const matches = policy.conditions.filter((one) => !isRange(one));
  for (const match of matches) {
    if (!isMet(match, values.get(fieldOf(match)) ?? '')) {
      throw deny(`Policy Condition failed: ${JSON.stringify(match)}`);
    }
  }
  const covered = new Set(matches.map(fieldOf));
  const extra = [...fields.keys()].filter((name) => needsCondition(name) && !covered.has(name));
  if (extra.length > 0) throw deny(`Extra input fields: ${extra.join(', ')}`);
  for (const [, min, max] of policy.conditions.filter(isRange)) {
    if (file_bytes < min) throw new S3Error('EntityTooSmall');
    if (file_bytes > max) throw new S3Error('EntityTooLarge');
  }
}

function readPolicy(base64: string): Policy {
  try {
    return policySchema.parse(JSON.parse(Buffer.from(base64, 'base64').toString('utf8')));
  } catch {
    throw new S3Error(
      'InvalidPolicyDocument',
      'Invalid Policy: the document is not a POST policy.',
    );
  }
}

function isRange(condition: Range | Match): condition is Range {
  return condition[0] === 'content-length-range';
}

/** Returns the name of the field that a condition is about. Names have no case. */
function fieldOf([, name]: Match): string {
  return name.slice(1).toLowerCase();
}

function isMet([operator, , value]: Match, given: string): boolean {
  return operator === 'eq' ? given === value : given.startsWith(value);
}

function needsCondition(name: string): boolean {
  return !FREE_FIELDS.has(name) && !name.startsWith(FREE_PREFIX);
}

function deny(reason: string): S3Error {
  return new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`);
}
