import { gzipSync } from 'node:zlib';
import { findPrivacyPolicy, type PrivacySettings, type StreamRecord } from '../../schemas/index.ts';
import { detectUnsureLocally } from '../privacy/detect-unsure.ts';
import { maskJson } from '../privacy/mask-json.ts';
import type { RedactRecordDeps } from '../privacy/redact-record.ts';
import { redactText } from '../privacy/redact-text.ts';
import { tryDecompress } from './decode/plain-bytes.ts';

/**
 * Masks the personal data in the bytes of a record that is set aside, as far as they can be read. The
 * bytes stay as they are if nothing is found, if no policy asks for it, or if they cannot be read: an
 * aggregate, broken compressed data, another binary format, or more than 1 MiB unpacked.
 *
 * @param record the record, if the bytes are one. Its tenant and source choose the policy. Other bytes
 * are masked if any policy masks what it stores.
 * @param author_key key of the tenant of the record. Its author then gets a pseudonym.
 */
export type MaskBytes = (
  bytes: Uint8Array,
  record?: Pick<StreamRecord, 'tenant' | 'source' | 'language'>,
  author_key?: Uint8Array,
) => Uint8Array;

/**
 * Says whether bytes would be masked, but cannot be read. They then hold what was published, and are kept for
 * a shorter time.
 */
export type IsUnreadable = (
  bytes: Uint8Array,
  record?: Pick<StreamRecord, 'tenant' | 'source'>,
) => boolean;

type MaskBytesDeps = Pick<RedactRecordDeps, 'settings' | 'detectLocally' | 'resolveLanguage'>;

/** Creates the function that masks bytes. It calls no service, so that it never has to wait. */
export function createMaskBytes(deps: MaskBytesDeps): MaskBytes {
  const isMasked = createIsMasked(deps);
  const maskText = (text: string, given: string, author_key: Uint8Array | undefined): string => {
    const language = deps.resolveLanguage(given, text);
    const detect = (part: string) => detectUnsureLocally(deps.detectLocally, part, language);
    return maskJson(text, detect, author_key) ?? redactText(text, detect(text)).stored;
  };
  return (bytes, record, author_key) => {
    const readable = isMasked(record) ? read(bytes) : undefined;
    if (readable === undefined) return bytes;
    const { plain, encoding } = readable;
    const text = Buffer.from(plain).toString(encoding);
    const masked = maskText(text, record?.language ?? 'auto', author_key);
    if (masked === text) return bytes;
    const result = Buffer.from(masked, encoding);
    return plain === bytes ? result : gzipSync(result);
  };
}

/** Creates the function that finds the bytes that {@link createMaskBytes} has to leave as they came. */
export function createIsUnreadable(deps: Pick<MaskBytesDeps, 'settings'>): IsUnreadable {
  const isMasked = createIsMasked(deps);
  return (bytes, record) => isMasked(record) && read(bytes) === undefined;
}

/** Creates the function that says whether the policy of a record, or any if there is none, masks it. */
function createIsMasked({ settings }: Pick<MaskBytesDeps, 'settings'>) {
  const masks_something = masksSomething(settings);
  return (record: Pick<StreamRecord, 'tenant' | 'source'> | undefined): boolean =>
    record === undefined
      ? masks_something
      : masksStored(findPrivacyPolicy(settings, record.tenant, record.source));
}

type Encoding = 'utf8' | 'utf16le' | 'latin1';

/** Returns unpacked bytes and how to read them. Undefined if they cannot be read, or are too many. */
function read(bytes: Uint8Array): { plain: Uint8Array; encoding: Encoding } | undefined {
  const plain = tryDecompress(bytes);
  const encoding = plain === undefined ? undefined : chooseEncoding(plain);
  if (plain === undefined || encoding === undefined || plain.length > MAX_MASKED_BYTES) {
    return undefined;
  }
  return { plain, encoding };
}

export type AuthorKey = (item: {
  bytes: Uint8Array;
  record?: Pick<StreamRecord, 'tenant' | 'source' | 'author'>;
}) => Promise<Uint8Array | undefined>;

/**
 * Creates the function that returns the key for the author of bytes that are set aside. Undefined if they
 * have no author, or if their policy keeps it as it is. Bytes that are no record may name their tenant.
 *
 * @throws {ServiceError} from the returned function, if the key cannot be read.
 */
export function createAuthorKey({
  settings,
  pseudonymKey,
}: Pick<RedactRecordDeps, 'settings' | 'pseudonymKey'>): AuthorKey {
  const masks_unreadable = masksSomething(settings);
  return async ({ bytes, record }) => {
    if (record === undefined) {
      const tenant = masks_unreadable ? findTenantOfAuthor(bytes) : undefined;
      return tenant === undefined ? undefined : pseudonymKey(tenant);
    }
    const { tenant, source, author } = record;
    const is_masked = masksStored(findPrivacyPolicy(settings, tenant, source));
    return is_masked && author !== undefined ? pseudonymKey(tenant) : undefined;
  };
}

const TENANT = /"tenant"\s*:\s*"([a-z0-9_-]{1,64})"/;

/** Returns the tenant that bytes with an author name, otherwise the default one. */
function findTenantOfAuthor(bytes: Uint8Array): string | undefined {
  const plain = tryDecompress(bytes);
  if (plain === undefined || plain.length > MAX_MASKED_BYTES) return undefined;
  const text = Buffer.from(plain).toString();
  return text.includes('"author"') ? (TENANT.exec(text)?.[1] ?? 'default') : undefined;
}

function masksStored({ policy, stored_text }: ReturnType<typeof findPrivacyPolicy>): boolean {
  return policy === 'redact' || stored_text === 'redacted';
}

function masksSomething(settings: PrivacySettings): boolean {
  const exceptions = [settings.by_tenant, settings.by_source].flatMap(Object.values);
  return [settings, ...exceptions].some(
    ({ policy, stored_text }) => policy === 'redact' || stored_text === 'redacted',
  );
}

/**
 * Most bytes of a record that are searched. A search of more would take seconds, and a bad record must
 * not hold up its shard.
 */
const MAX_MASKED_BYTES = 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const MAX_CONTROL_SHARE = 0.02;

/**
 * Returns an encoding that reads the bytes without loss. Latin-1 has a character for each byte, and
 * the ASCII characters of most other encodings.
 */
function chooseEncoding(bytes: Uint8Array): Encoding | undefined {
  try {
    utf8.decode(bytes);
    return 'utf8';
  } catch {
    const [first, second] = bytes;
    if (first === 0xff && second === 0xfe) return 'utf16le';
    const isControl = (byte: number) => byte < 9 || (byte > 13 && byte < 32);
    const controls = bytes.filter(isControl).length;
    return controls > bytes.length * MAX_CONTROL_SHARE ? undefined : 'latin1';
  }
}
